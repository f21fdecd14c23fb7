"""JTL and WMS editions: cancelled by booking a lower one (ED, WE)."""

from typing import cast, get_args

from states.kind import Context, Kind
from states.kinds.shared import customer_of, fixed_subject, made, refused
from states.model.facts import Check, Cost, Feature, Inquiry, Note, Question
from states.model.offers import Catalogue, Edition
from states.model.record import Customer, EditionKey, Family
from states.model.request import Request
from states.paths.edition import EditionPath
from states.policy import offer_for
from states.surplus import by_product, surplus_now, surplus_under

NAME = "edition"
LEVELS = {"none": 0, "limited": 1, "full": 2}


class EditionDowngrade(EditionPath):
    """Functions lost, licences in surplus, order, and the change on the first of a month (ED1 to ED11, WE1)."""


def malformed(request: Request) -> str | None:
    """A family, and an edition of it."""
    wrong = fixed_subject(request, "jtl", "wms")
    if wrong:
        return wrong
    editions = [key for key in get_args(EditionKey) if key.startswith(f"{request.subject}_")]
    return None if request.target in editions else "fault.target_edition"


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """A lower edition of a family that is held (ED1, ED2, WE2), with what is lost and what is then in surplus."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    family = cast(Family, inquiry.request.subject)
    current = catalogue.editions.get(record.editions.get(family, ""))
    if current is None:
        return refused(record, catalogue, "G2", "not_held", subject=family)
    if inquiry.after:
        left = surplus_now(record, context.ends, catalogue, family)
        return made(record, catalogue, current=current.key, surplus=left)
    target = catalogue.editions.get(str(inquiry.request.target))
    stands_against = refusal(record, catalogue, current, target, str(inquiry.request.target))
    if stands_against is not None or target is None:
        return stands_against or refused(record, catalogue, "ED1", "not_bookable")
    return downgrade(record, context, catalogue, current, target)


def refusal(
    record: Customer, catalogue: Catalogue, current: Edition, target: Edition | None, asked: str
) -> Check | None:
    """Why the target is not possible, if it is not."""
    editions = [one for one in catalogue.editions.values() if one.family == current.family]
    if all(current.rank <= one.rank for one in editions):
        return refused(record, catalogue, FLOOR[current.family], "lowest_edition", current=current.label)
    if target is None:
        bookable = [one.label for one in editions if one.rank < current.rank]
        return refused(record, catalogue, "ED1", "not_bookable", target=asked, bookable=bookable)
    if target.rank >= current.rank:
        return refused(record, catalogue, "ED1", "not_lower", current=current.label, target=target.label)
    return None


FLOOR: dict[Family, str] = {"jtl": "ED2", "wms": "WE2"}
"""The rule that forbids less than the lowest edition."""


def downgrade(record: Customer, context: Context, catalogue: Catalogue, current: Edition, target: Edition) -> Check:
    """Everything that follows from a change to a lower edition."""
    family = current.family
    lost = features_lost(record, catalogue, current, target)
    term = record.edition_terms.get(family)
    annual = term is not None and term.term == "annual"
    return made(
        record,
        catalogue,
        current=current.key,
        date_rule="notice",
        cost_effect="cancellation",
        term_ends=term.ends if term and annual else None,
        questions=(annual_term(record, family),) if annual else (),
        surplus=surplus_under(record, context.ends, catalogue, family, target.key),
        warnings=(features_note(lost, catalogue, current, target), *knock_on(record, catalogue, current, target)),
        features_lost=lost,
        cost=cost(current, target),
        optional_services=tuple(catalogue.optional_services),
    )


def features_lost(record: Customer, catalogue: Catalogue, current: Edition, target: Edition) -> tuple[Feature, ...]:
    """The functions that the target lacks or restricts, as far as a source says so (ED4)."""
    lost = []
    for feature in catalogue.features:
        have, get = (feature.levels.get(edition.key, "full") for edition in (current, target))
        if feature.family == current.family and LEVELS[get] < LEVELS[have]:
            lost.append(Feature(feature=feature.label[record.language], limited=get == "limited"))
    return tuple(lost)


def features_note(lost: tuple[Feature, ...], catalogue: Catalogue, current: Edition, target: Edition) -> Note:
    """The warning, also where nothing is known to be lost: the list is not complete (ED4)."""
    return Note(
        code="features_lost",
        values={
            "features": [one.feature for one in lost if not one.limited],
            "limited": [one.feature for one in lost if one.limited],
            "complete": catalogue.complete,
            "current": current.label,
            "target": target.label,
        },
    )


def knock_on(record: Customer, catalogue: Catalogue, current: Edition, target: Edition) -> tuple[Note, ...]:
    """What the customer holds and the target turns from included to paid, or no longer allows to book (ED14)."""
    held: dict[str, str] = dict(record.editions.items())
    touched = []
    for product, _ in by_product(record, catalogue):
        before, after = offer_for(product, held), offer_for(product, held | {current.family: target.key})
        beta = product.kind == "rest_api" and catalogue.api_beta
        if (
            before
            and after
            and before.status in ("included", "unlimited")
            and after.status == "paid_addon"
            and not beta
        ):
            touched.append(product.label[record.language])
    if target.tiers and record.order_package not in target.tiers and record.order_package in current.tiers:
        touched.append(package_label(record))
    values = {"products": touched, "current": current.label, "target": target.label}
    return (Note(code="knock_on", values=values),) if touched else ()


def package_label(record: Customer) -> str:
    """The customer's order package in words, with the language's thousands."""
    number = f"{record.order_package:,}"
    return f"Auftragspaket {number.replace(',', '.')}" if record.language == "de" else f"order package {number}"


def annual_term(record: Customer, family: Family) -> Question:
    """By the notice rule alone the date would be a guess (X14)."""
    term = record.edition_terms[family]
    recorded = f"term: {term.term}, ends: {term.ends.isoformat() if term.ends else '-'}"
    return Question(type="clarify_term", rule="X14", values={"recorded": recorded})


def cost(current: Edition, target: Edition) -> Cost | None:
    """Per month, where both prices are known from a source."""
    if current.price_per_month is None or target.price_per_month is None:
        return None
    return Cost(before=current.price_per_month, after=target.price_per_month)


KIND = Kind(
    kind=NAME, workflow="EditionDowngrade", chart=EditionDowngrade, check=check, malformed=malformed, watches=True
)

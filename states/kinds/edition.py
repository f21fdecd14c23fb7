"""JTL and WMS editions: cancelled by booking a lower one (ED, WE)."""

from typing import Any, cast, get_args

from states.kinds.kind import Context, Kind
from states.kinds.shared import customer_of, fixed_subject, made, refused
from states.model.facts import Check, Cost, Feature, Inquiry, Question, Warning
from states.model.offers import Catalogue, Edition, Offer, Product
from states.model.record import Customer, EditionKey, Family
from states.model.request import Request
from states.paths.edition import EditionPath
from states.rules.cost_effect import offer_for
from states.rules.surplus import by_product, surplus_now, surplus_under

NAME = "edition"
LEVELS = {"none": 0, "limited": 1, "full": 2}
IN_THE_PRICE = frozenset({"included", "unlimited"})


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


def features_note(lost: tuple[Feature, ...], catalogue: Catalogue, current: Edition, target: Edition) -> Warning:
    """The warning, also where nothing is known to be lost: the list is not complete (ED4)."""
    return Warning(
        code="features_lost",
        values={
            "features": [one.feature for one in lost if not one.limited],
            "limited": [one.feature for one in lost if one.limited],
            "complete": catalogue.complete,
            "current": current.label,
            "target": target.label,
        },
    )


# What a lower edition does to the customer's other products.


def knock_on(record: Customer, catalogue: Catalogue, current: Edition, target: Edition) -> tuple[Warning, ...]:
    """One warning that names all of it, or none where nothing that the customer holds is touched (ED14).

    The support level falls with every edition (SUP1): it is told along, and among the functions lost in any case.
    """
    held = (
        products_touched(record, catalogue, current, target)
        | package_touched(record, current, target)
        | untouched(record, target)
    )
    if not held:
        return ()
    values = held | support_touched(current, target) | {"current": current.label, "target": target.label}
    return (Warning(code="knock_on", values=values),)


def products_touched(record: Customer, catalogue: Catalogue, current: Edition, target: Edition) -> dict[str, Any]:
    """What is held and turns from included to paid, is gone in the target, or exceeds its limit (ED14, SH3, POS3)."""
    held: dict[str, str] = dict(record.editions.items())
    found: dict[str, list[str]] = {"products": [], "lost": [], "limits": []}
    for product, licences in by_product(record, catalogue):
        before, after = offer_for(product, held), offer_for(product, held | {current.family: target.key})
        label = product.label[record.language]
        if before is None or after is None:
            continue
        if turns_to_paid(product, before, after, catalogue):
            found["products"].append(label)
        elif after.status == "not_available" and before.status != "not_available":
            found["lost"].append(label)
        elif after.limit not in (None, before.limit) and len(licences) > (after.limit or 0):
            found["limits"].append(f"{label}: {after.limit}")
    in_warehouse = any(one.product == "wms_module" for one in record.licences) and current.family == "wms"
    return {name: said for name, said in found.items() if said} | ({"warehouse": True} if in_warehouse else {})


def turns_to_paid(product: Product, before: Offer, after: Offer, catalogue: Catalogue) -> bool:
    """Included now and an add-on then; the API is charged for after its beta phase only (API2, X7)."""
    beta = product.kind == "rest_api" and catalogue.api_beta
    return before.status in IN_THE_PRICE and after.status == "paid_addon" and not beta


def package_touched(record: Customer, current: Edition, target: Edition) -> dict[str, Any]:
    """The order package, where the target does not allow to book it (OP2)."""
    lost = target.tiers and record.order_package not in target.tiers and record.order_package in current.tiers
    return {"package": package_label(record)} if lost else {}


def support_touched(current: Edition, target: Edition) -> dict[str, Any]:
    """The support level, which is the edition's (SUP1)."""
    if current.support_level is None or target.support_level in (None, current.support_level):
        return {}
    return {"support_before": current.support_level, "support_after": target.support_level}


def untouched(record: Customer, target: Edition) -> dict[str, Any]:
    """What stays booked and goes on costing, though one might think otherwise: licences of JTL-Shop, whose number no
    source gives for an edition (ED8, SL3), and additional users of the WMS (WE4)."""
    product, name = ("wms_user", "users") if target.family == "wms" else ("shop_licence", "shop_licences")
    stay = [one.licence for one in record.licences if one.product == product and not one.included]
    return {name: stay} if stay else {}


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

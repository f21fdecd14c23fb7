"""JTL and WMS editions: cancelled by booking a lower one (ED, WE)."""

from typing import Any, cast, get_args

from states.kinds.configurator import beside, booked_beside, package_then
from states.kinds.documents import fixed_subject
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check, Cost, Feature, Question, Warning
from states.model.offers import Catalogue, CatalogueFeature, Edition, Offer, Product
from states.model.record import Customer, EditionKey, EditionTerm, Family, Language
from states.model.request import Request
from states.paths.edition import EditionPath
from states.rules.cost_effect import edition_of, name_of, offer_for
from states.rules.surplus import licences_by_product, surplus_now, surplus_under

LEVELS = {"none": 0, "limited": 1, "full": 2}
IN_THE_PRICE = frozenset({"included", "unlimited"})
FLOOR: dict[Family, str] = {"jtl": "ED2", "wms": "WE2"}
"""The rule that forbids less than the lowest edition."""


class EditionDowngrade(EditionPath):
    """Functions lost, licences in surplus, order, and the change on the first of a month (ED1 to ED11, WE1)."""


def malformed(request: Request) -> str | None:
    """A family, and an edition of it."""
    wrong_subject = fixed_subject(request, "jtl", "wms")
    if wrong_subject:
        return wrong_subject
    editions = [key for key in get_args(EditionKey) if key.startswith(f"{request.subject}_")]
    return None if request.target in editions else "fault.target_edition"


def check(inquiry: CustomerInquiry) -> Check:
    """A lower edition of a family that is held (ED1, ED2, WE2), with what is lost and what is then in surplus."""
    record, catalogue = inquiry.record, inquiry.catalogue
    family = cast(Family, inquiry.request.subject)
    current = edition_of(catalogue, record, family)
    if current is None:
        return inquiry.refuse("G2", "not_held", subject=family)
    if inquiry.after:
        left = surplus_now(record, inquiry.context.ends, catalogue, family)
        return inquiry.conclude(current=current.key, surplus=left)
    lower = [
        edition for edition in catalogue.editions.values() if edition.family == family and edition.rank < current.rank
    ]
    if not lower:
        return inquiry.refuse(
            FLOOR[family], "lowest_edition", current=current.label, **{"inferred": True} if family == "wms" else {}
        )
    target = catalogue.editions.get(str(inquiry.request.target))
    if target is None:
        bookable = [edition.label for edition in lower]
        return inquiry.refuse("ED1", "not_bookable", target=str(inquiry.request.target), bookable=bookable)
    if target.rank >= current.rank:
        return inquiry.refuse("ED1", "not_lower", current=current.label, target=target.label)
    return downgrade(inquiry, current, target)


def downgrade(inquiry: CustomerInquiry, current: Edition, target: Edition) -> Check:
    """Everything that follows from a change to a lower edition."""
    record, catalogue, family = inquiry.record, inquiry.catalogue, current.family
    lost = features_lost(catalogue, current, target)
    term = record.edition_terms.get(family)
    annual = term if term and term.term == "annual" else None
    return inquiry.conclude(
        current=current.key,
        date_rule="notice",
        cost_effect="cancellation",
        term_ends=annual.ends if annual else None,
        questions=(annual_term(annual),) if annual else (),
        surplus=surplus_under(record, inquiry.context.ends, catalogue, family, target.key),
        warnings=(features_warning(inquiry, lost, current, target), *knock_on(inquiry, current, target)),
        features_lost=tuple(told(feature, record.language, target) for feature in lost),
        cost=cost(current, target),
        optional_services=tuple(catalogue.optional_services),
        beside=beside(inquiry),
    )


def features_lost(catalogue: Catalogue, current: Edition, target: Edition) -> tuple[CatalogueFeature, ...]:
    """The functions that the target lacks or restricts, as far as a source says so, or lets us infer it (ED4).

    Of those that go beyond each other, the one that applies.
    """
    lost = {
        feature.key: feature
        for feature in catalogue.features
        if feature.family == current.family and LEVELS[level_in(feature, target)] < LEVELS[level_in(feature, current)]
    }
    return tuple(feature for feature in lost.values() if feature.beyond not in lost)


def level_in(feature: CatalogueFeature, edition: Edition) -> str:
    """How much of a function an edition has: all of it unless it is named."""
    return feature.levels.get(edition.key, "full")


def told(feature: CatalogueFeature, language: Language, target: Edition) -> Feature:
    """A function as people are told of it."""
    return Feature(feature=feature.label[language], limited=level_in(feature, target) == "limited")


def features_warning(
    inquiry: CustomerInquiry, lost: tuple[CatalogueFeature, ...], current: Edition, target: Edition
) -> Warning:
    """The warning, also where nothing is known to be lost: the list is not complete (ED4).

    What is inferred is named as such; so is that a term which no record names is taken for a monthly one (X14).
    """
    language = inquiry.record.language
    features = [(told(feature, language, target), feature.source.inferred) for feature in lost]
    values = {
        "features": [feature.feature for feature, _ in features if not feature.limited],
        "limited": [feature.feature for feature, _ in features if feature.limited],
        "complete": inquiry.catalogue.complete,
        "current": current.label,
        "target": target.label,
    }
    inferred = [feature.feature for feature, is_inferred in features if is_inferred]
    if inferred:
        values["inferred"] = inferred
    if current.family not in inquiry.record.edition_terms:
        values["no_term"] = True
    return Warning(code="features_lost", values=values)


# What a lower edition does to the customer's other products.


def knock_on(inquiry: CustomerInquiry, current: Edition, target: Edition) -> tuple[Warning, ...]:
    """One warning that names all of it, or none where nothing that the customer holds or has booked is touched (ED14).

    The support level falls with every edition (SUP1): it is told along, and among the functions lost in any case.
    """
    record, catalogue = inquiry.record, inquiry.catalogue
    values = (
        products_touched(record, catalogue, current, target)
        | package_touched(inquiry, current, target)
        | untouched(record, catalogue, target)
        | booked_beside(inquiry)
    )
    if not values:
        return ()
    values |= support_touched(current, target) | {"current": current.label, "target": target.label}
    return (Warning(code="knock_on", values=values),)


def products_touched(record: Customer, catalogue: Catalogue, current: Edition, target: Edition) -> dict[str, Any]:
    """What is held and turns from included to paid, is gone in the target, or exceeds its limit (ED14, SH3, POS3)."""
    editions: dict[str, str] = dict(record.editions.items())
    touched: dict[str, Any] = {"products": [], "unsure": [], "free": [], "lost": [], "limits": [], "inferred": []}
    for product, licences in licences_by_product(record, catalogue):
        before, after = offer_for(product, editions), offer_for(product, editions | {current.family: target.key})
        label = product.label[record.language]
        if before is None or after is None:
            continue
        if before.status in IN_THE_PRICE and after.status in ("paid_addon", "unknown"):
            touched[cost_then(product, after, catalogue)].append(label)
        elif after.status == "not_available" and before.status != "not_available":
            touched["lost"].append(label)
            touched["inferred"] += [label] if after.source.inferred else []
        elif after.limit not in (None, before.limit) and len(licences) > (after.limit or 0):
            touched["limits"].append(limit_of(product, after.limit or 0, record.language))
            touched["inferred"] += [label] if after.source.inferred else []
    touched["warehouse"] = current.family == "wms" and bool(record.of_product("wms_module"))
    return {name: value for name, value in touched.items() if value and name != "free"}


def limit_of(product: Product, limit: int, language: Language) -> dict[str, Any]:
    """A limit, for a list in a text: `3 POS registers`."""
    several = product.plural.get(language) if limit != 1 else None
    return {"limit": limit, "product": several or product.label[language]}


def cost_then(product: Product, after: Offer, catalogue: Catalogue) -> str:
    """Whether what was included costs extra then: sold, free, or nobody knows. The API is sold after its beta phase
    only (API2, X7)."""
    beta = product.kind == "rest_api" and catalogue.api_beta
    if after.status == "unknown" or beta == "unknown":
        return "unsure"
    return "free" if beta else "products"


def package_touched(inquiry: CustomerInquiry, current: Edition, target: Edition) -> dict[str, Any]:
    """The order package in force then, where the target does not allow to book it, or nobody knows that (OP2)."""
    package, label = package_then(inquiry), inquiry.record.language
    if current.family != "jtl" or package in (0, *target.tiers):
        return {}
    if not inquiry.catalogue.tiers_complete:
        return {"package_unsure": package_label(package, label)}
    return {"package": package_label(package, label)} if target.tiers else {}


def support_touched(current: Edition, target: Edition) -> dict[str, Any]:
    """The support level, which is the edition's (SUP1)."""
    if current.support_level is None or target.support_level in (None, current.support_level):
        return {}
    return {"support_before": current.support_level, "support_after": target.support_level}


def untouched(record: Customer, catalogue: Catalogue, target: Edition) -> dict[str, Any]:
    """What stays booked and goes on costing, though one might think otherwise: licences of JTL-Shop, whose number no
    source gives for an edition (ED8, SL3), and additional users of the WMS (WE4). A Subscription runs out (SL2)."""
    product, name = ("wms_user", "users") if target.family == "wms" else ("shop_licence", "shop_licences")
    paid = [licence for licence in record.of_product(product) if not licence.included]
    staying = {
        name: [licence for licence in paid if licence.contract != "subscription"],
        "subscriptions": [licence for licence in paid if licence.contract == "subscription"],
    }
    return {
        name: [name_of(licence, catalogue, record.language) for licence in licences]
        for name, licences in staying.items()
        if licences
    }


def package_label(package: int, language: Language) -> str:
    """An order package in words, with the language's thousands."""
    number = f"{package:,}"
    return f"Auftragspaket {number.replace(',', '.')}" if language == "de" else f"order package {number}"


def annual_term(term: EditionTerm) -> Question:
    """By the notice rule alone the date would be a guess (X14)."""
    recorded = f"term: {term.term}, ends: {term.ends.isoformat() if term.ends else '-'}"
    return Question(type="clarify_term", rule="X14", values={"recorded": recorded})


def cost(current: Edition, target: Edition) -> Cost | None:
    """Per month, where both prices are known from a source."""
    if current.price_per_month is None or target.price_per_month is None:
        return None
    return Cost(before=current.price_per_month, after=target.price_per_month)


KIND = Kind(
    kind="edition",
    workflow="EditionDowngrade",
    chart=EditionDowngrade,
    own_check=check,
    malformed=malformed,
    dates=("notice",),
    codes=COMMON_CODES | {"not_held", "lowest_edition", "not_bookable", "not_lower", "features_lost", "knock_on"},
    watches=True,
)

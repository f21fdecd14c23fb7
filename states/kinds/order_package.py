"""Order packages: to a lower one, or to none, which is a process of its own (OP)."""

from states.kinds.configurator import beside, booked_beside, edition_then
from states.kinds.documents import fixed_subject
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check, Question, Warning
from states.model.offers import Edition
from states.model.request import Request
from states.paths.order_package import OrderPackagePath
from states.rules.surplus import active_channels


class OrderPackage(OrderPackagePath):
    """Package 0 after the last channel has ended (OP0, X4), or a lower one (OPL), on a month's first (D1, OPL-3)."""


def malformed(request: Request) -> str | None:
    """A tier as an integer; 0 is none."""
    tier = request.target
    if not isinstance(tier, int) or isinstance(tier, bool) or tier < 0:
        return "fault.target_package"
    return fixed_subject(request, "orders")


def check(inquiry: CustomerInquiry) -> Check:
    """Lower than the present one and bookable in the edition that is in force when it takes effect (OPL-2, OP2);
    package 0 is always bookable, and needs all channels ended (OP0-1)."""
    record, catalogue = inquiry.record, inquiry.catalogue
    current = record.order_package
    channels = active_channels(record, catalogue)
    if inquiry.after:
        return inquiry.conclude(current=current, surplus=channels)
    target = int(inquiry.request.target or 0)
    if target >= current:
        return inquiry.refuse("OPL-2", "not_lower", current=current, target=target)
    edition = edition_then(inquiry, "jtl")
    known = sorted({0, *catalogue.known_tiers(edition)})
    if catalogue.tiers_complete and target not in known:
        lower = [tier for tier in known if tier < current]
        return inquiry.refuse("OPL-2", "not_bookable", target=target, bookable=lower)
    to_none = (Warning(code="package_zero"), Warning(code="selling_stops_first"))
    to_lower = (Warning(code="overage", values={"target": target}),)
    return inquiry.conclude(
        current=current,
        date_rule="notice",
        cost_effect="cancellation",
        questions=() if target in known else (is_bookable(target, edition, known),),
        surplus=channels if target == 0 else (),
        warnings=(*(to_none if target == 0 else to_lower), *knock_on(inquiry, current, target)),
        beside=beside(inquiry),
    )


def is_bookable(target: int, edition: Edition | None, known: list[int]) -> Question:
    """A package of which no source says that the edition has it is asked about (OP2); package 0 is known (OP4)."""
    values = {"target": target, "edition": edition.label if edition else None, "attested": known}
    return Question(type="clarify", rule="OPL-2", text="clarify_package", values=values)


def knock_on(inquiry: CustomerInquiry, current: int, target: int) -> tuple[Warning, ...]:
    """What else is booked in the same configurator: an order there covers all of it (ED14)."""
    booked = booked_beside(inquiry)
    return (Warning(code="knock_on", values=booked | {"current": current, "target": target}),) if booked else ()


KIND = Kind(
    kind="order_package",
    workflow="OrderPackageDowngrade",
    chart=OrderPackage,
    own_check=check,
    malformed=malformed,
    dates=("notice",),
    codes=COMMON_CODES | {"not_lower", "not_bookable", "package_zero", "selling_stops_first", "overage", "knock_on"},
    watches=True,
)

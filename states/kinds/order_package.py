"""Order packages: to a lower one, or to none, which is a process of its own (OP)."""

from states.kinds.documents import fixed_subject
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check, Warning
from states.model.request import Request
from states.paths.order_package import OrderPackagePath
from states.rules.cost_effect import edition_of
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
    """Lower than the present one and bookable in the edition (OPL-2, OP2); package 0 is always bookable, and needs all
    channels ended (OP0-1)."""
    record, catalogue = inquiry.record, inquiry.catalogue
    current = record.order_package
    channels = active_channels(record, catalogue)
    if inquiry.after:
        return inquiry.conclude(current=current, surplus=channels)
    target = int(inquiry.request.target or 0)
    if target >= current:
        return inquiry.refuse("OPL-2", "not_lower", current=current, target=target)
    edition = edition_of(catalogue, record, "jtl")
    bookable = sorted({0, *(edition.tiers if edition else ())})
    if target not in bookable:
        lower = [tier for tier in bookable if tier < current]
        return inquiry.refuse("OPL-2", "not_bookable", target=target, bookable=lower)
    to_none = (Warning(code="package_zero"), Warning(code="selling_stops_first"))
    to_lower = (Warning(code="overage", values={"target": target}),)
    return inquiry.conclude(
        current=current,
        date_rule="notice",
        cost_effect="cancellation",
        surplus=channels if target == 0 else (),
        warnings=to_none if target == 0 else to_lower,
    )


KIND = Kind(
    kind="order_package",
    workflow="OrderPackageDowngrade",
    chart=OrderPackage,
    own_check=check,
    malformed=malformed,
    dates=("notice",),
    codes=COMMON_CODES | {"not_lower", "not_bookable", "package_zero", "selling_stops_first", "overage"},
    watches=True,
)

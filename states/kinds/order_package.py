"""Order packages: to a lower one, or to none, which is a process of its own (OP)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import customer_of, fixed_subject, made, refused
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request
from states.paths.order_package import OrderPackagePath
from states.rules.surplus import active_channels

NAME = "order_package"


class OrderPackage(OrderPackagePath):
    """Package 0 after the last channel has ended (OP0, X4), or a lower one (OPL), on a month's first (D1, OPL-3)."""


def malformed(request: Request) -> str | None:
    """A tier as an integer; 0 is none."""
    tier = request.target
    if not isinstance(tier, int) or isinstance(tier, bool) or tier < 0:
        return "fault.target_package"
    return fixed_subject(request, "orders")


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Lower than the present one and bookable in the edition (OPL-2); package 0 needs all channels ended (OP0-1)."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    channels = active_channels(record, catalogue)
    if inquiry.after:
        return made(record, catalogue, current=record.order_package, surplus=channels)
    target = int(inquiry.request.target or 0)
    if target >= record.order_package:
        return refused(record, catalogue, "OPL-2", "not_lower", current=record.order_package, target=target)
    bookable = bookable_tiers(record, catalogue)
    if target not in bookable:
        lower = [tier for tier in bookable if tier < record.order_package]
        return refused(record, catalogue, "OPL-2", "not_bookable", target=target, bookable=lower)
    none = target == 0
    zero = (Warning(code="package_zero"), Warning(code="selling_stops_first"))
    overage = (Warning(code="overage", values={"target": target}),)
    return made(
        record,
        catalogue,
        current=record.order_package,
        date_rule="notice",
        cost_effect="cancellation",
        surplus=channels if none else (),
        warnings=zero if none else overage,
    )


def bookable_tiers(record: Customer, catalogue: Catalogue) -> tuple[int, ...]:
    """What the edition allows (OP2); 0 is always possible."""
    edition = catalogue.editions.get(record.editions.get("jtl", ""))
    return tuple(sorted({0, *(edition.tiers if edition else ())}))


KIND = Kind(
    kind=NAME, workflow="OrderPackageDowngrade", chart=OrderPackage, check=check, malformed=malformed, watches=True
)

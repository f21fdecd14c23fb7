"""A marketplace account that moves to another customer: no cancellation, a ticket (MOV)."""

from states.kinds.documents import subject_too_long
from states.kinds.kind import Kind
from states.kinds.licence import FOUND_CODES, LicenceInquiry, about_licence
from states.model.facts import Check, Warning
from states.model.request import Request
from states.paths.transfer import TransferPath
from states.rules.cost_effect import edition_of


class MarketplaceTransfer(TransferPath):
    """Ticket, appointment, decoupling by the vendor (MOV1, MOV2)."""


def malformed(request: Request) -> str | None:
    """Licence and the other customer."""
    if not isinstance(request.target, str) or not request.target:
        return "fault.target_customer"
    if request.target == request.customer:
        return "fault.target_same_customer"
    return subject_too_long(request)


def check(inquiry: LicenceInquiry) -> Check:
    """The other customer must be known and have an order package that allows channels (MOV2, OP0-6).

    Who asks is told how it goes, and not to switch it off before (MOV1, MOV2).
    """
    other, target, catalogue = inquiry.context.other, inquiry.request.target, inquiry.catalogue
    if other is None:
        return inquiry.refuse("MOV2", "unknown_customer", customer=target)
    minimum = catalogue.minimum_channel_tier
    if other.order_package < minimum:
        known = catalogue.known_tiers(edition_of(catalogue, other, "jtl"))
        bookable = [tier for tier in known if tier >= minimum]
        return inquiry.refuse("OP0-6", "not_bookable", target=target, bookable=bookable or [minimum], minimum=minimum)
    warning = Warning(code="moved_by_appointment", values={"minimum": minimum})
    return inquiry.conclude(date_rule="agreed", cost_effect="none", warnings=(warning,))


KIND = Kind(
    kind="marketplace_transfer",
    workflow="MarketplaceTransfer",
    chart=MarketplaceTransfer,
    own_check=about_licence("marketplace", check),
    malformed=malformed,
    dates=("agreed",),
    codes=FOUND_CODES | {"not_bookable", "moved_by_appointment"},
)

"""A marketplace account that moves to another customer: no cancellation, a ticket (MOV)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, find, made, refused, subject_too_long
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request
from states.paths.transfer import TransferPath

NAME = "marketplace_transfer"


class MarketplaceTransfer(TransferPath):
    """Ticket, appointment, decoupling by the vendor (MOV1, MOV2)."""


def malformed(request: Request) -> str | None:
    """Licence and the other customer."""
    if not isinstance(request.target, str) or not request.target:
        return "fault.target_customer"
    if request.target == request.customer:
        return "fault.target_same_customer"
    return subject_too_long(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """The other customer must be known and have an order package that allows channels (MOV2, OP0-6)."""
    request = inquiry.request
    found = find("marketplace", inquiry, context, catalogue, malformed(request))
    if not isinstance(found, HeldLicence):
        return found
    if context.other is None:
        return refused(found.record, catalogue, "MOV2", "unknown_customer", customer=request.target)
    least = catalogue.minimum_channel_tier
    if context.other.order_package < least:
        bookable = [tier for tier in tiers_of(context.other, catalogue) if tier >= least] or [least]
        return refused(
            found.record, catalogue, "OP0-6", "not_bookable", target=request.target, bookable=bookable, minimum=least
        )
    return made(found.record, catalogue, date_rule="agreed", cost_effect="none")


def tiers_of(customer: Customer, catalogue: Catalogue) -> tuple[int, ...]:
    """The order packages bookable in the customer's edition."""
    edition = catalogue.editions.get(customer.editions.get("jtl", ""))
    return edition.tiers if edition else ()


KIND = Kind(kind=NAME, workflow="MarketplaceTransfer", chart=MarketplaceTransfer, check=check, malformed=malformed)

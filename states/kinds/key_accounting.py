"""Key Accounting: optional in JTL Enterprise, booked and ended through sales (SUP3)."""

from dataclasses import replace

from states.kinds.documents import fixed_subject, no_target
from states.kinds.kind import CustomerInquiry, Kind
from states.kinds.licence import (
    FOUND_CODES,
    LicenceInquiry,
    about_licence,
    cost_of,
    in_time,
)
from states.model.facts import Check
from states.model.request import Request
from states.paths.ticket import TicketPath


class KeyAccountingTicket(TicketPath):
    """A ticket for sales; it ends at its term, or on the day agreed (SUP3)."""

    traits = TicketPath.traits.but(ticket="support_ticket_key_accounting", agrees=True, declined_by="SUP3")


def malformed(request: Request) -> str | None:
    """The subject is the service itself."""
    return fixed_subject(request, "key_accounting") or no_target(request)


def check(inquiry: CustomerInquiry) -> Check:
    """Held as a licence of this product, whatever its number (SUP3)."""
    held = inquiry.record.of_product("key_accounting")
    if not held:
        return inquiry.refuse("G2", "not_held", subject="key_accounting")
    request = inquiry.request.model_copy(update={"subject": held[0].licence})
    return about_licence("key_accounting", check_of_service)(replace(inquiry, request=request))


def check_of_service(inquiry: LicenceInquiry) -> Check:
    """A term that runs gives the date, otherwise sales agrees one: also where several licences of it, which end
    together, have different terms (SUP3)."""
    held = inquiry.record.together["key_accounting"]
    whole = inquiry.licence.model_copy(update={"price_per_month": held.price_per_month})
    effect = replace(inquiry, licence=whole).effect() if len(held.included) == 1 else "unknown"
    runs = in_time(inquiry) and len(held.terms) == 1
    by_term = runs and effect == "cancellation"
    return inquiry.conclude(
        called=None,
        date_rule="term" if by_term else "agreed",
        cost_effect=effect,
        term_ends=inquiry.licence.term_ends if runs else None,
        notice=inquiry.notice if by_term else None,
        cost=cost_of(whole, effect) if held.priced else None,
    )


KIND = Kind(
    kind="key_accounting",
    workflow="KeyAccountingCancellation",
    chart=KeyAccountingTicket,
    own_check=check,
    malformed=malformed,
    dates=("term", "agreed"),
    codes=FOUND_CODES - {"not_available"},
)

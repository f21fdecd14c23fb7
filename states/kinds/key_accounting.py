"""Key Accounting: optional in JTL Enterprise, booked and ended through sales (SUP3)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import (
    HeldLicence,
    cost_of,
    customer_of,
    find,
    fixed_subject,
    made,
    no_target,
    refused,
    term_runs,
)
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.request import Request
from states.paths.ticket import TicketPath

NAME = "key_accounting"


class KeyAccountingTicket(TicketPath):
    """A ticket for sales; it ends at its term, or on the day agreed (SUP3)."""

    traits = TicketPath.traits.but(
        ticket="support_ticket_key_accounting", agrees=True, declined_by="SUP3", ends=("decided", "SUP3")
    )


def malformed(request: Request) -> str | None:
    """The subject is the service itself."""
    return fixed_subject(request, NAME) or no_target(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Held as a licence of this product; a term that runs gives the date, otherwise sales agrees one (SUP3)."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    licence = next((one for one in record.licences if one.product == NAME), None)
    if licence is None:
        return refused(record, catalogue, "G2", "not_held", subject=NAME)
    named = inquiry.model_copy(update={"request": inquiry.request.model_copy(update={"subject": licence.licence})})
    found = find(NAME, named, context, catalogue, None)
    if not isinstance(found, HeldLicence):
        return found
    runs = term_runs(found)
    return made(
        record,
        catalogue,
        date_rule="term" if runs and found.effect == "cancellation" else "agreed",
        cost_effect=found.effect,
        term_ends=licence.term_ends if runs else None,
        cost=cost_of(licence, found.effect),
    )


KIND = Kind(
    kind=NAME, workflow="KeyAccountingCancellation", chart=KeyAccountingTicket, check=check, malformed=malformed
)

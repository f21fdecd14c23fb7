"""A setup service that is not wanted: by exception, through a ticket for accounting (SVC)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, explained, find, made, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.request import Request
from states.paths.ticket import TicketPath

NAME = "setup_service"


class SetupServiceTicket(TicketPath):
    """A ticket for accounting; the grant ends the service in our record (SVC1)."""

    traits = TicketPath.traits.but(
        unused=frozenset({"scheduled", "revoked", "superseded"}),
        ticket="support_ticket_setup_service",
        ends_licence=True,
        declined_by="SVC1",
        ends=("decided", "SVC1"),
    )


def malformed(request: Request) -> str | None:
    """The order's number, and why."""
    return plain_licence(request) or explained(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Whoever booked it may ask; what it costs or saves is for the person who decides (SVC1)."""
    found = find(NAME, inquiry, context, catalogue, malformed(inquiry.request))
    return made(found.record, catalogue, cost_effect="unknown") if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="SetupServiceCancellation", chart=SetupServiceTicket, check=check, malformed=malformed)

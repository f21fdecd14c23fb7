"""A setup service that is not wanted: by exception, through a ticket for accounting (SVC)."""

from states.kinds.documents import explained, plain_licence
from states.kinds.kind import Kind
from states.kinds.licence import FOUND_CODES, LicenceInquiry, about_licence
from states.model.facts import Check, Warning
from states.model.request import Request
from states.paths.ticket import TicketPath


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


def check(inquiry: LicenceInquiry) -> Check:
    """Whoever booked it may ask, and is told that it is an exception; what it costs, who decides says (SVC1)."""
    return inquiry.conclude(cost_effect="unknown", warnings=(Warning(code="by_exception"),))


KIND = Kind(
    kind="setup_service",
    workflow="SetupServiceCancellation",
    chart=SetupServiceTicket,
    own_check=about_licence("setup_service", check),
    malformed=malformed,
    dates=("moment",),
    codes=FOUND_CODES | {"by_exception"},
)

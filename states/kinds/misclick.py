"""A wrong booking or a wrong cancellation: no undoing, a ticket that a person decides (MIS)."""

from states.kinds.documents import explained, no_target
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check, Warning
from states.model.request import Request
from states.paths.ticket import TicketPath
from states.rules.cost_effect import name_of


class MisclickTicket(TicketPath):
    """A ticket with the case in the customer's words, without a promise (MIS1, MIS2)."""

    traits = TicketPath.traits.but(unused=frozenset({"scheduled", "applying", "revoked", "superseded"}))


def malformed(request: Request) -> str | None:
    """Any subject, known or not, with the case in words (MIS1)."""
    return no_target(request) or explained(request)


def check(inquiry: CustomerInquiry) -> Check:
    """Nothing is looked up but the customer, and what a licence is called; what was changed by mistake keeps running
    meanwhile (MIS2). The subject of a revocation that was passed on is `<kind>.<subject>` (X11)."""
    subject, record = inquiry.request.subject, inquiry.record
    licence = record.licence(subject) or record.licence(subject.partition(".")[2])
    called = name_of(licence, inquiry.catalogue, record.language) if licence else None
    return inquiry.conclude(cost_effect="none", called=called, warnings=(Warning(code="no_promise"),))


KIND = Kind(
    kind="misclick",
    workflow="MisclickTicket",
    chart=MisclickTicket,
    own_check=check,
    malformed=malformed,
    dates=("moment",),
    codes=COMMON_CODES | {"no_promise"},
)

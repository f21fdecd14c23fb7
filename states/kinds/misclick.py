"""A wrong booking or a wrong cancellation: no undoing, a ticket that a person decides (MIS)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import customer_of, explained, made, no_target
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.model.request import Request
from states.paths.ticket import TicketPath

NAME = "misclick"


class MisclickTicket(TicketPath):
    """A ticket with the case in the customer's words, without a promise (MIS1, MIS2)."""

    traits = TicketPath.traits.but(unused=frozenset({"scheduled", "applying", "revoked", "superseded"}))


def malformed(request: Request) -> str | None:
    """Any subject, known or not, with the case in words (MIS1)."""
    return no_target(request) or explained(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Nothing is looked up but the customer; what was changed by mistake keeps running meanwhile (MIS2)."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    return made(record, catalogue, cost_effect="none", warnings=(Warning(code="no_promise"),))


KIND = Kind(kind=NAME, workflow="MisclickTicket", chart=MisclickTicket, check=check, malformed=malformed)

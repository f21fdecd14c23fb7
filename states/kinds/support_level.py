"""The support level: part of the edition, never cancelled by itself (SUP)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import customer_of, fixed_subject, no_target, refused
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.request import Request
from states.paths.ticket import TicketPath

NAME = "support_level"


class SupportLevel(TicketPath):
    """Always refused: only another edition changes it (SUP2)."""

    traits = TicketPath.traits.but(
        unused=frozenset({"support_ticket", "scheduled", "applying", "applied", "abandoned", "revoked", "superseded"})
    )


def malformed(request: Request) -> str | None:
    """The subject is the support itself."""
    return fixed_subject(request, "support") or no_target(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Neither cancelled nor booked higher or lower (SUP2); the level is the edition's (SUP1)."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    edition = catalogue.editions.get(record.editions.get("jtl", ""))
    level = edition.support_level if edition and edition.support_level else "-"
    return refused(record, catalogue, "SUP2", "support_level", level=level)


KIND = Kind(kind=NAME, workflow="SupportLevelCancellation", chart=SupportLevel, check=check, malformed=malformed)

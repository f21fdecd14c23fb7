"""The support level: part of the edition, never cancelled by itself (SUP)."""

from states.kinds.documents import fixed_subject, no_target
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check
from states.model.request import Request
from states.paths.ticket import TicketPath
from states.rules.cost_effect import edition_of


class SupportLevel(TicketPath):
    """Always refused: only another edition changes it (SUP2)."""

    traits = TicketPath.traits.but(
        unused=frozenset({"support_ticket", "scheduled", "applying", "applied", "abandoned", "revoked", "superseded"})
    )


def malformed(request: Request) -> str | None:
    """The subject is the support itself."""
    return fixed_subject(request, "support") or no_target(request)


def check(inquiry: CustomerInquiry) -> Check:
    """Neither cancelled nor booked higher or lower (SUP2); the level is the edition's (SUP1)."""
    edition = edition_of(inquiry.catalogue, inquiry.record, "jtl")
    level = edition.support_level if edition and edition.support_level else "-"
    return inquiry.refuse("SUP2", "support_level", level=level)


KIND = Kind(
    kind="support_level",
    workflow="SupportLevelCancellation",
    chart=SupportLevel,
    own_check=check,
    malformed=malformed,
    dates=(),
    codes=COMMON_CODES | {"support_level"},
)

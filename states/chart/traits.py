"""In what paths and kinds differ beside their declarations: constants that guards, actions and views read."""

from dataclasses import dataclass, replace
from typing import Any, Self

from states.model.facts import OutsideStep

ACKNOWLEDGED = frozenset(
    {"features_lost", "user_management_lost", "integrations_end", "backup", "package_zero", "overage"}
)
"""The warnings that must be acknowledged before the licences are checked (ED4, VOU1, API4, HOS3, OP0-4, OP3)."""


@dataclass(frozen=True)
class Traits:
    """What a path says of all its kinds, and a kind of itself (`but`)."""

    unused: frozenset[str] = frozenset()
    """States of the path that a kind never reaches: left out of its diagram; exploration proves it."""
    warned_first: frozenset[str] = ACKNOWLEDGED
    """The warnings that must be acknowledged before the licences are checked."""
    rechecks: bool = False
    """Whether licences are checked again some days before the date (X2)."""
    reassigns: bool = False
    """Whether assigning elsewhere is an alternative (WMU4)."""
    clicked: bool = True
    """Whether a person does it in the customer centre where that is guided (X12); else nothing is clicked there."""
    revocable: frozenset[str] = frozenset({"placing", "scheduled"})
    """The states with an order that a person may take back (X11)."""
    unrecorded: OutsideStep | None = None
    """The step at a third party where the record names none (FFN1)."""
    ends: tuple[str, str] = ("at_once", "X6")
    """Why something without a term ends when it does, as a text of `why` and its rule."""
    open_ended: bool = False
    """Whether it ends when others have done their part, so that an order has no date before (FFN5)."""
    declined_by: str = "MIS2"
    """The rule under which a person may say no."""
    ticket: str = "support_ticket_misclick"
    """The text of the ticket."""
    agrees: bool = False
    """Whether a person's grant agrees on a date (SUP3)."""
    ends_licence: bool = False
    """Whether a person's grant ends a licence of our record (SVC1)."""

    def but(self, **changes: Any) -> Self:
        """The same with these changed."""
        return replace(self, **changes)

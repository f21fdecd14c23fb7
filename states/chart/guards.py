"""The guards of every path: what holds at present. They read memory only, so asking never raises."""

from typing import ClassVar

from states.chart.reminders import Reminders
from states.model.facts import OutsideStep
from states.rules.effective_date import (
    date_rule_of,
    open_questions,
)
from states.rules.surplus_resolution import unresolved_surplus


class Guards(Reminders):
    """Named in the declarations of the paths. Declares no states."""

    warned_first: ClassVar[frozenset[str]] = frozenset(
        {"features_lost", "user_management_lost", "integrations_end", "backup", "package_zero", "overage"}
    )
    """The warnings that must be acknowledged before the licences are checked (ED4, VOU1, API4, HOS3, OP0-4, OP3).
    A kind with another one of its own names it."""

    def refused_by_check(self) -> bool:
        """The record or the catalogue stands against the request."""
        return self.model.check is not None and self.model.check.refusal is not None

    def warns_first(self) -> bool:
        """Something is lost that the customer must acknowledge first."""
        return any(note.code in self.warned_first for note in self.model.check.warnings) if self.model.check else False

    def surplus_found(self) -> bool:
        """Licences stand against the order (ED6, X2, X4)."""
        return bool(unresolved_surplus(self.model))

    def orderable(self) -> bool:
        """Nothing is left to clarify or to resolve (X2, X5, X6)."""
        declined = self.model.refusal is not None and self.model.refusal.code == "declined"
        return not declined and not open_questions(self.model) and not unresolved_surplus(self.model)

    def has_standing(self) -> bool:
        """A booked order stays in force beneath this change (X10)."""
        return self.model.standing is not None

    def another_catalogue(self) -> bool:
        """Another version is in force when the order is placed than when it was requested (X8)."""
        check = self.model.check
        return check is not None and check.in_force is not None and check.in_force != check.catalogue

    def is_revoking(self) -> bool:
        """A revocation was granted while the booking was under way (X11)."""
        return self.model.revoking

    def booking_under_way(self) -> bool:
        """A booking is on its way, and nobody holds it."""
        return self.model.state == "placing" and not self.held_by("perform", "repair")

    def held_by(self, *types: str) -> bool:
        """Whether an open task holds the present step."""
        return any(self.expects(task.step) for task in self.open_of(*types) if task.step is not None)

    def was_held(self) -> bool:
        """The date came, and something stands against the change: nothing was changed (X4)."""
        return self.model.receipt is not None and self.model.receipt.held

    def proofs_missing(self) -> bool:
        """Steps at third parties are still without a confirmed proof (X9)."""
        return bool(self.open_of("third_party"))

    def refused_beneath(self) -> bool:
        """The change is not possible any more, but an order stands beneath it (X10)."""
        return self.refused_by_check() and self.has_standing()

    def revoking_standing(self) -> bool:
        """The change was not booked; the standing order still is (X11)."""
        return self.model.revoking and self.has_standing()

    def standing_unbooked(self) -> bool:
        """The standing order's date comes first, and the change waits to be booked by hand (X10)."""
        return self.has_standing() and self.held_by("perform")

    def nothing_booked(self) -> bool:
        """The booking waits to be clicked, and no order stands beneath it (X11)."""
        return self.held_by("perform") and not self.has_standing()

    def unclear(self) -> bool:
        """The fresh check raises what must be clarified first (X5, X6)."""
        return bool(open_questions(self.model))

    def was_acknowledged(self) -> bool:
        """The warning has been acknowledged for this target (OP0-4)."""
        return self.model.acknowledged

    def outside_steps(self) -> tuple[OutsideStep, ...]:
        """The steps outside our reach that the check names (X9)."""
        return self.model.check.outside if self.model.check else ()

    def ends_outside(self) -> bool:
        """Booked elsewhere, so it ends there, without an order of ours (CO4)."""
        return self.model.order is None and any(step.what == "shopify" for step in self.outside_steps())

    def by_hand(self) -> bool:
        """Guided mode (X12)."""
        return self.model.check is not None and self.model.check.mode == "guided"

    def books(self) -> bool:
        """Whether there is something to book: what costs nothing has no booking (G5, contract `perform`)."""
        return date_rule_of(self.model) in ("notice", "term")

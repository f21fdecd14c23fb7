"""What is told at a booking and at each end: to the customer by mail, to the customer's other runs as news."""

from typing import Any

from states.chart.guards import Guards
from states.model.effects import Notify, Tell
from states.rules.effective_date import other_reading
from states.rules.run_values import isoformat

BOOKED = frozenset({"scheduled", "applying", "withdrawing"})
"""The states in which an order is booked and its change is still to come."""

MADE = frozenset({"third_party", "leftover", "held"})
"""The states after the date, whatever is still missing."""


class News(Guards):
    """Who hears of what; declares no states."""

    one_mail = True
    """Whether what ends with its order is told once, as made; runs that began before were told of the booking first."""
    tells_clarified = True
    """Whether a date that was clarified after the booking is told; in runs that had it clarified before it was not."""
    tells_every_end = True
    """Whether customers hear of a run that was given up or reassigned; runs that began before did not tell."""
    tells_when_made = True
    """Whether other runs hear of a change while its proofs are awaited; runs that began before told at the end
    (`workflows.patches`)."""

    def made_at_once(self) -> bool:
        """What ends with its order, and nobody else has to act: the mail of the change follows within seconds."""
        order = self.model.order
        if order is None or order.effective_at is None or order.effective_at > order.placed_at:
            return False
        return not self.by_hand() and not self.outside_steps()

    def doubts(self) -> dict[str, Any]:
        """What makes the date of a booking less than certain: it came late (X12), or on the boundary day (X1)."""
        memory = self.model
        if memory.order and memory.order.late:
            return {"late": True}
        other = other_reading(memory)
        return {"other_effective_at": isoformat(other)} if other else {}

    def tell_clarified(self) -> None:
        """A person said which date holds after a late booking, and it is booked so (contract, `clarify_term`)."""
        if self.tells_clarified:
            self.tell("scheduled", clarified=True)

    def applied_now(self) -> None:
        """The change is made: tell the customer, and the runs it concerns."""
        self.model.standing = None
        line = self.last_line("revocation_passed_on")
        passed_on = {"passed_on": line.values["run"]} if line and line.values else {}
        self.tell("applied", **passed_on, **self.said_with_it())

    def said_with_it(self) -> dict[str, Any]:
        """What the mail of the change says beside it; paths that a person decides on give the person's note."""
        return {}

    def tell_ended(self) -> None:
        """The licence is gone while proofs are still awaited: other runs need not wait for them (X3, X4, X9)."""
        receipt = self.model.receipt
        if self.tells_when_made and receipt and receipt.tell:
            self.ask(Tell(runs=receipt.tell, state="applied"))

    def tell_reassigned(self) -> None:
        """Instead of ending, the user is assigned elsewhere (WMU4)."""
        if self.tells_every_end:
            self.tell("reassigned", to=self.model.reassigned_to)

    def tell_given_up(self) -> None:
        """A person ended it in repair: the customer hears why, and which booking stays; a note of ours goes (G5).

        Not where it is the mail that fails. An order that was never booked is none (ED10).
        """
        memory = self.model
        booked = memory.order if memory.state in BOOKED and self.books() else None
        booked = memory.standing.order if memory.standing else booked
        if booked is None and memory.state not in MADE:
            memory.order = None
        if self.tells_every_end and not isinstance(self.task.step, Notify):
            date = isoformat(booked.effective_at) if booked else None
            self.tell("given_up", note=self.message.note, effective_at=date)

    def tell_abandoned(self) -> None:
        """An unfinished order is no order (ED10)."""
        self.tell("abandoned")

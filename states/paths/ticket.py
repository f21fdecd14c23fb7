"""The path of what only a person at the vendor can decide."""

from typing import Any

from statemachine import State

from states.chart.lifecycle import Conduct
from states.chart.tasks import last_day
from states.model.base import day_after
from states.model.effects import BookOrder, Tell


class TicketPath(Conduct):
    """A ticket that a person grants or declines (MIS1, SVC1, SUP3); no claim and no promise (MIS2).

    Where a date is agreed, the run waits for it. Where the grant ends something in our record, the record follows.
    """

    received = State(initial=True, enter="ask_for_check")
    support_ticket = State(enter="open_ticket")
    scheduled = State()
    applying = State(enter="ask_for_change")
    applied = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    revoked = State(final=True)
    superseded = State(final=True, enter="tell_superseded")
    given_up = State(final=True)

    begin = received.to(refused, cond="refused_by_check") | received.to(support_ticket)
    granted = (
        support_ticket.to(scheduled, cond="ends_on_a_date", on="agree")
        | support_ticket.to(applying, cond="changes_the_record")
        | support_ticket.to(applied)
    )
    declined = support_ticket.to(refused, on="decline")
    order_placed = scheduled.to.itself(internal=True, on="tell_agreed")
    date_reached = scheduled.to(applying, on="hand_over_revocation")
    change_applied = applying.to(applied)
    revocation_granted = scheduled.to(revoked)
    supersede = scheduled.to(superseded)
    abandon = abandoned.from_(support_ticket)
    give_up = given_up.from_(received, support_ticket, scheduled, applying, before="tell_given_up")

    ticket_text = "support_ticket_misclick"
    ends_something = False

    def ends_on_a_date(self) -> bool:
        """Key accounting ends on an agreed date, or at its recorded term (SUP3)."""
        return self.has_date

    def changes_the_record(self) -> bool:
        """The grant ends a licence of our record (SVC1)."""
        return self.ends_something

    def open_ticket(self) -> None:
        """The case in one task: what it is about, in the customer's words (MIS1)."""
        request = self.model.request
        self.open_decision(
            "support_ticket",
            self.ticket_text,
            "granted",
            "declined",
            subject=request.subject,
            explanation=request.explanation or "-",
            target=request.target,
            meant=str((request.details or {}).get("meant") or "-"),
            run=str((request.details or {}).get("run") or "") or None,
        )
        check = self.model.check
        if self.has_date and (check is None or check.term_ends is None):
            self.change_task(self.model.tasks[-1], at_required=True)

    def agree(self) -> None:
        """The last usable day agreed, else the one recorded; nothing is booked, but the date is a fact for others."""
        memory = self.model
        said = getattr(self.message, "at", None)
        last = last_day(said, memory.settings.zone) if said else memory.check.term_ends if memory.check else None
        memory.agreed_at = day_after(last, memory.settings.zone) if last else memory.now
        if self.notes_date:
            self.ask(BookOrder(placed_at=memory.now, effective_at=memory.agreed_at, booked=False))

    def tell_agreed(self) -> None:
        """The date is known: the runs that look at this licence check again (X3)."""
        receipt = self.model.receipt
        if receipt and receipt.tell:
            self.ask(Tell(runs=receipt.tell, state="scheduled"))

    def said_with_it(self) -> dict[str, Any]:
        """What the person who granted it says, which the customer reads (MIS1, SVC1)."""
        note = getattr(self.message, "note", None)
        return {"note": note} if note else {}

    def ends_when(self) -> tuple[str, str]:
        """When a person has decided."""
        return "decided", self.declined_by

    def by_hand(self) -> bool:
        """The person who granted it has done it already."""
        return False

"""The path of a marketplace account that moves to another customer."""

from datetime import datetime

from statemachine import State

from states.chart.lifecycle import Conduct
from states.model.base import start_of
from states.model.effects import Decouple


class TransferPath(Conduct):
    """Not a cancellation: a ticket, an appointment, and at its time a person decouples the account (MOV1, MOV2)."""

    received = State(initial=True, enter="ask_for_check")
    support_ticket = State(enter="open_ticket")
    appointing = State(enter="open_appointment")
    scheduled = State()
    decoupling = State(enter="ask_for_decoupling")
    applied = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    given_up = State(final=True)

    begin = received.to(refused, cond="refused_by_check") | received.to(support_ticket)
    granted = support_ticket.to(appointing)
    declined = refused.from_(support_ticket, appointing, on="decline")
    appointed = appointing.to(scheduled, on="agree")
    date_reached = scheduled.to(decoupling)
    decoupling_rejected = decoupling.to(appointing)
    decouple_refused = decoupling.to(appointing)
    decoupled = decoupling.to(applied)
    abandon = abandoned.from_(support_ticket, appointing, scheduled, decoupling)
    give_up = given_up.from_(received, support_ticket, appointing, scheduled, decoupling, before="tell_given_up")

    declined_by = "MOV1"

    def revocable(self) -> bool:
        """Nothing is ordered: until the account is decoupled the customer abandons (MOV1)."""
        return False

    def open_ticket(self) -> None:
        """A ticket for eazyAuction with both accounts (MOV1)."""
        request = self.model.request
        self.open_decision(
            "support_ticket",
            "support_ticket_transfer",
            "granted",
            "declined",
            subject=request.subject,
            explanation=request.explanation or "-",
            target=request.target,
        )

    def open_appointment(self) -> None:
        """The moment is agreed with the customer (MOV1)."""
        self.model.agreed_at = None
        values = {"target": self.model.request.target, "subject": self.model.request.subject}
        self.open_task(
            "appointment", "appointment", confirmed="appointed", rejected="declined", at_required=True, values=values
        )

    def agree(self) -> None:
        """The moment agreed; a mere day means its start."""
        said = self.message.at
        zone = self.model.settings.zone
        self.model.agreed_at = said if isinstance(said, datetime) else start_of(said, zone)

    def ask_for_decoupling(self) -> None:
        """A person decouples; a rejection re-opens the appointment."""
        self.open_perform("perform_decouple", Decouple(), self.model.agreed_at)
        self.change_task(self.model.tasks[-1], rejected="decoupling_rejected")

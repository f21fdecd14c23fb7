"""The path of a marketplace account that moves to another customer."""

from datetime import datetime

from statemachine import State

from states.chart import checks, notifications, orders, tasks
from states.chart.base import Chart
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.model.base import start_of
from states.model.effects import Decouple


def open_ticket(turn: Turn) -> None:
    """A ticket for eazyAuction with both accounts (MOV1)."""
    tasks.open_task(turn, "support_ticket", turn.traits.ticket)


def open_appointment(turn: Turn) -> None:
    """The moment is agreed with the customer (MOV1)."""
    request = turn.memory.request
    turn.memory.agreed_at = None
    values = {"target": request.target, "subject": request.subject}
    tasks.open_task(turn, "appointment", "appointment", at_required=True, values=values)


def agree(turn: Turn) -> None:
    """The moment agreed; a mere day means its start, today what is left of it."""
    at, memory = turn.message.at, turn.memory
    moment = at if isinstance(at, datetime) else start_of(at, memory.settings.zone)
    memory.agreed_at = max(moment, memory.now)
    notifications.tell_both(turn, "agreed")


def note_off(turn: Turn) -> None:
    """It was not done at the moment agreed: another one is (MOV1)."""
    notifications.tell_both(turn, "off")


def tell_decoupled(turn: Turn) -> None:
    """Both hear that it can be connected in the other account now (MOV1)."""
    notifications.tell_applied(turn)
    notifications.tell_other(turn, "done")


def tell_other_off(turn: Turn) -> None:
    """Who was to connect it hears that it does not come, where a moment had been agreed (MOV1)."""
    if turn.memory.agreed_at is not None:
        notifications.tell_other(turn, "off")


def tell_abandoned(turn: Turn) -> None:
    """The account stays where it is (ED10, MOV1)."""
    notifications.tell_abandoned(turn)
    tell_other_off(turn)


def open_decoupling(turn: Turn) -> None:
    """A person decouples; a rejection re-opens the appointment."""
    tasks.open_perform(turn, "perform_decouple", Decouple())


class TransferPath(Chart):
    """Not a cancellation: a ticket, an appointment, and at its time a person decouples the account (MOV1, MOV2).

    Nothing is ordered that could be taken back: until the account is decoupled the customer abandons.
    """

    traits = Traits(revocable=frozenset(), declined_by="MOV1", ticket="support_ticket_transfer")

    received = State(initial=True, enter=checks.ask_for_check)
    support_ticket = State(enter=[open_ticket, notifications.tell_reported])
    appointing = State(enter=open_appointment)
    scheduled = State()
    decoupling = State(enter=open_decoupling)
    applied = State(final=True, enter=tell_decoupled)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=tell_abandoned)
    given_up = State(final=True)

    begin = received.to(refused, cond=checks.refused_by_check) | received.to(support_ticket)
    granted = support_ticket.to(appointing)
    declined = refused.from_(support_ticket, appointing, on=orders.decline)
    appointed = appointing.to(scheduled, on=agree)
    date_reached = scheduled.to(decoupling)
    perform_rejected = decoupling.to(appointing, on=note_off)
    decouple_refused = decoupling.to(appointing, on=note_off)
    decoupled = decoupling.to(applied)
    abandon = abandoned.from_(support_ticket, appointing, scheduled) | decoupling.to(abandoned, cond=tasks.unclicked)
    give_up = given_up.from_.any(before=[notifications.tell_given_up, tell_other_off])

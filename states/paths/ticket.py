"""The path of what only a person at the vendor can decide."""

from statemachine import State

from states.chart import checks, notifications, orders, revocation, tasks
from states.chart.base import Chart
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.model.base import day_after, last_usable_day
from states.model.effects import BookOrder
from states.model.memory import Memory
from states.rules.effective_date import still_runs


def agrees_on_date(model: Memory, traits: Traits) -> bool:
    """Key accounting ends on an agreed date, or at its recorded term (SUP3)."""
    return traits.agrees


def ends_licence(model: Memory, traits: Traits) -> bool:
    """The grant ends a licence of our record (SVC1)."""
    return traits.ends_licence


def open_ticket(turn: Turn) -> None:
    """The case in one task: what it is about, in the customer's words (MIS1); where none is recorded, with a term."""
    tasks.open_task(turn, "support_ticket", turn.traits.ticket, at_required=needs_day(turn))


def needs_day(turn: Turn) -> bool:
    """Whether who grants it must name the last usable day: no term is recorded that still runs (SUP3)."""
    check = turn.memory.check
    return turn.traits.agrees and not still_runs(turn.memory, check.term_ends if check else None)


def ask_for_day(turn: Turn) -> None:
    """The recorded term has run out, or the record has changed: whether a day is needed is said anew (SUP3)."""
    for task in tasks.tasks_of(turn.memory, "support_ticket"):
        tasks.change_task(turn.memory, task, at_required=needs_day(turn))


def agree(turn: Turn) -> None:
    """The last usable day agreed, else the one recorded; nothing is booked, but the date is a fact for others."""
    memory = turn.memory
    zone, at = memory.settings.zone, getattr(turn.message, "at", None)
    last = last_usable_day(at, zone) if at else memory.check.term_ends if memory.check else None
    memory.agreed_at = day_after(last, zone) if last else turn.message.time
    turn.ask(BookOrder(placed_at=memory.requested_at, effective_at=memory.agreed_at, booked=False))


def tell_agreed(turn: Turn) -> None:
    """The date is known: the runs that look at this licence check again (X3)."""
    notifications.tell_watchers(turn, "scheduled")


def tell_granted(turn: Turn) -> None:
    """What the person who granted it says, the customer reads (MIS1, SVC1)."""
    note = getattr(turn.message, "note", None)
    notifications.tell_made(turn, **({"note": note} if note else {}))


class TicketPath(Chart):
    """A ticket that a person grants or declines (MIS1, SVC1, SUP3); no claim and no promise (MIS2).

    Where a date is agreed, the run waits for it. Where the grant ends something in our record, the record follows: the
    person who granted it has done it already.
    """

    traits = Traits(clicked=False, ends=("decided", "MIS2"))

    received = State(initial=True, enter=checks.ask_for_check)
    support_ticket = State(enter=[open_ticket, notifications.tell_reported])
    scheduled = State()
    applying = State(enter=orders.ask_for_change)
    applied = State(final=True, enter=tell_granted)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    revoked = State(final=True)
    superseded = State(final=True, enter=notifications.tell_superseded)
    given_up = State(final=True)

    begin = received.to(refused, cond=checks.refused_by_check) | received.to(support_ticket)
    granted = (
        support_ticket.to(scheduled, cond=agrees_on_date, on=agree)
        | support_ticket.to(applying, cond=ends_licence)
        | support_ticket.to(applied)
    )
    licences_checked = support_ticket.to(None, on=ask_for_day) | scheduled.to(None)
    term_ran_out = support_ticket.to(None, on=ask_for_day)
    declined = support_ticket.to(refused, on=orders.decline)
    order_placed = scheduled.to(None, on=tell_agreed)
    date_reached = scheduled.to(applying, on=revocation.hand_over_on_date)
    change_applied = applying.to(applied)
    revocation_granted = scheduled.to(revoked)
    supersede = scheduled.to(superseded)
    abandon = abandoned.from_(support_ticket)
    give_up = given_up.from_.any(before=notifications.tell_given_up)

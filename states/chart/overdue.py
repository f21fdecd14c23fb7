"""A booking that a person has yet to click when its deadline passes (X12)."""

from datetime import datetime

from states.chart.notifications import tell
from states.chart.tasks import change_task, tasks_of, unclicked
from states.chart.turn import Turn
from states.model.memory import Memory
from states.rules.effective_date import follows_notice, notice_rule, order_by
from states.rules.run_values import isoformat


def booking_deadline(memory: Memory) -> datetime | None:
    """The first moment at which a booking that a person has yet to click is too late for its date (X12)."""
    order = memory.order
    if memory.state != "placing" or order is None or not unclicked(memory):
        return None
    return order_by(memory) or order.effective_at


def note_booking_overdue(turn: Turn) -> None:
    """Nobody has clicked in time: the date shown is what a click now would give, and the customer is told (X12).

    Operators are told by the notice that it is due.

    Without a notice rule only a person can say which date holds: none is shown.
    """
    memory = turn.memory
    order = memory.order
    if order is None:
        return
    missed = isoformat(order.effective_at)
    date = notice_rule(memory).effective_at(memory.now) if follows_notice(memory) else None
    changes = {"planned_at": order.planned_at or order.effective_at, "overdue_at": memory.now, "effective_at": date}
    memory.order = order.model_copy(update=changes)
    for task in tasks_of(memory, "perform"):
        change_task(memory, task, values=task.values | {"effective_at": isoformat(date), "missed": missed})
    turn.write("booking_overdue", "booking_overdue", missed=missed, effective_at=isoformat(date))
    tell(turn, "booking_overdue", missed=missed, effective_at=isoformat(date))

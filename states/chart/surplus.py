"""Licences in surplus: the override before the order, and what is left on the date (X2, X4)."""

from datetime import datetime

from states.chart.notifications import tell
from states.chart.tasks import change_task, open_task, tasks_of
from states.chart.turn import Turn
from states.model.base import start_of
from states.model.memory import Memory
from states.rules.effective_date import effective_at
from states.rules.run_values import surplus_rows
from states.rules.surplus_resolution import all_licences, split_by_licence, unresolved_surplus


def nothing_left(model: Memory) -> bool:
    """A clean check: whatever was in surplus has ended or its end is booked (X2, X4)."""
    return not unresolved_surplus(model)


def left_by_change(model: Memory) -> bool:
    """The change left something in surplus whose own end is not booked (X2)."""
    return model.receipt is not None and any(entry.left for entry in model.receipt.surplus)


def was_held(model: Memory) -> bool:
    """The date came, and something stands against the change: nothing was changed (X4)."""
    return model.receipt is not None and model.receipt.held


def accept_override(turn: Turn) -> None:
    """The licences named go on in spite of surplus, recorded (X2)."""
    memory = turn.memory
    memory.overridden = tuple(dict.fromkeys((*memory.overridden, *turn.message.licences)))


def take_surplus(turn: Turn) -> None:
    """What the change left in surplus, as its receipt says; overrides end with the change (X2)."""
    memory = turn.memory
    if memory.receipt is not None and memory.check is not None:
        memory.check = memory.check.model_copy(update={"surplus": memory.receipt.surplus})
        memory.overridden = ()


def open_leftover(turn: Turn) -> None:
    """The edition has changed and something is still in surplus: an operator's task, and the customer is told (X2)."""
    left = surplus_rows(unresolved_surplus(turn.memory))
    open_task(turn, "surplus", "surplus", values={"surplus": left})
    tell(turn, "changed", surplus=left)


def open_held(turn: Turn) -> None:
    """A channel is active again on package 0's date: the order is held, and the customer is told once (X4)."""
    memory = turn.memory
    values = {"surplus": surplus_rows(unresolved_surplus(memory))}
    memory.agreed_at = None
    if memory.held_since is None:
        memory.held_since = effective_at(memory)
        tell(turn, "held", **values)
    for task in tasks_of(memory, "surplus"):
        change_task(memory, task, values=values)
    open_task(turn, "surplus", "surplus_channels", values=values)


def note_first_day(turn: Turn) -> None:
    """Package 0 holds from the day that the operator names, else from now: checked again on that day (X4)."""
    memory, at = turn.memory, turn.message.at
    turn.follow = "recheck_licences"
    if at is not None:
        memory.agreed_at = at if isinstance(at, datetime) else start_of(at, memory.settings.zone)
    if memory.agreed_at is not None and memory.agreed_at > memory.now and memory.order is not None:
        memory.order = memory.order.model_copy(update={"effective_at": memory.agreed_at})
        turn.follow = "put_off"


def remember_surplus(memory: Memory) -> None:
    """Each licence that was ever in surplus, or a candidate of a limit: what may end for this run's sake (X13)."""
    if memory.check is None or not memory.check.surplus:
        return
    known = {entry.licence for entry in memory.once_surplus}
    new = {licence for entry in memory.check.surplus for licence in all_licences(entry)} - known
    if new:
        entries = {single.licence: single for entry in memory.check.surplus for single in split_by_licence(entry)}
        memory.once_surplus = (
            *memory.once_surplus,
            *(entry for licence, entry in entries.items() if licence in new),
        )

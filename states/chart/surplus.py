"""Licences in surplus: the override before the order, and what is left on the date (X2, X4)."""

from states.chart.tasks import open_task
from states.chart.turn import Turn
from states.model.memory import Memory
from states.rules.run_values import surplus_rows
from states.rules.surplus_resolution import split_by_licence, unresolved_surplus


def nothing_left(model: Memory) -> bool:
    """A clean check: whatever was in surplus has ended or its end is booked (X2, X4)."""
    return not unresolved_surplus(model)


def left_by_change(model: Memory) -> bool:
    """The change left something in surplus whose own end is not booked (X2)."""
    return model.receipt is not None and any(entry.ends_at is None for entry in model.receipt.surplus)


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
    """The edition has changed and something is still in surplus: an operator's task (X2)."""
    open_task(turn, "surplus", "surplus", values={"surplus": surplus_rows(unresolved_surplus(turn.memory))})


def open_held(turn: Turn) -> None:
    """A channel is active again on package 0's date: the order is held (X4)."""
    open_task(turn, "surplus", "surplus_channels", values={"surplus": surplus_rows(unresolved_surplus(turn.memory))})


def remember_surplus(memory: Memory) -> None:
    """Each licence that was ever in surplus, or a candidate of a limit: what may end for this run's sake (X13)."""
    if memory.check is None:
        return
    known = {entry.licence for entry in memory.once_surplus}
    entries = {single.licence: single for entry in memory.check.surplus for single in split_by_licence(entry)}
    new = tuple(entry for licence, entry in entries.items() if licence not in known)
    if new:
        memory.once_surplus = (*memory.once_surplus, *new)

"""Another target or other details for an open run; over a booked order that stays in force meanwhile (X10)."""

from states.chart.checks import refused_by_check
from states.chart.notifications import tell
from states.chart.orders import begin_again
from states.chart.tasks import drop_tasks, handled_by, tasks_of, unclicked
from states.chart.turn import Turn
from states.model.effects import CheckLicences
from states.model.memory import Memory, Standing


def has_standing(model: Memory) -> bool:
    """A booked order stays in force beneath this change (X10)."""
    return model.standing is not None


def refused_beneath(model: Memory) -> bool:
    """The change is not possible any more, but an order stands beneath it (X10)."""
    return refused_by_check(model) and has_standing(model)


def standing_unbooked(model: Memory) -> bool:
    """The standing order's date comes first, and nothing books the change: that waits for a person (X10)."""
    return has_standing(model) and (unclicked(model) or handled_by(model, "repair"))


def propose_target(turn: Turn) -> None:
    """Another target is asked about first; nothing changes unless it is possible (X10)."""
    turn.ask(CheckLicences(proposal=turn.message, order_at=turn.message.time))


def replace_details(turn: Turn) -> None:
    """Other details replace the former before the order (docs/contract.md, `requested` for the same target)."""
    request, message = turn.memory.request, turn.message
    turn.memory.request = request.model_copy(
        update={
            "details": message.details or request.details,
            "explanation": message.explanation or request.explanation,
        }
    )


def keep_standing(turn: Turn) -> None:
    """Keep the booked order with all that belongs to it, beneath the change."""
    memory = turn.memory
    if memory.standing is None and turn.kept is not None:
        memory.standing = turn.kept
    begin_again(turn)
    turn.write("requested", "target_changed", target=memory.request.target)


def standing_of(memory: Memory) -> Standing | None:
    """The booked order as it stands, to be put back when the change is dropped; None where none is booked."""
    if memory.state != "scheduled" or memory.order is None or memory.check is None:
        return None
    return Standing(**{name: getattr(memory, name) for name in Standing.model_fields})


def drop_change(turn: Turn) -> None:
    """Back to the standing order, with a notice (X10)."""
    memory = turn.memory
    standing = memory.standing
    if standing is None:
        return
    begin_again(turn)
    for name in Standing.model_fields:
        setattr(memory, name, getattr(standing, name))
    memory.standing = None
    drop_tasks(turn, tasks_of(memory, "perform", "repair"))
    turn.write("change_dropped", "change_dropped", target=memory.request.target)
    tell(turn, "change_dropped")

"""Another target or other details for an open run; over a booked order that stays in force meanwhile (X10)."""

from typing import Any

from states.chart.checks import refused_by_check
from states.chart.notifications import left_to_end, tell
from states.chart.orders import begin_again
from states.chart.tasks import drop_tasks, handled_by, tasks_of, unclicked
from states.chart.turn import Turn
from states.model.effects import CheckLicences
from states.model.memory import Memory, Standing
from states.model.request import Request
from states.rules.run_values import isoformat


def has_standing(model: Memory) -> bool:
    """A booked order stays in force beneath this change (X10)."""
    return model.standing is not None


def refused_beneath(model: Memory) -> bool:
    """The change is not possible any more, but an order stands beneath it (X10)."""
    return refused_by_check(model) and has_standing(model)


def what_stands(memory: Memory) -> dict[str, Any]:
    """What a revocation is about while a change is under way over a booked order: that order, and the change with it
    (X11). Nothing where no order stands beneath."""
    standing = memory.standing
    if standing is None:
        return {}
    date = isoformat(standing.order.effective_at)
    return {"target": standing.request.target, "effective_at": date, "change_to": memory.request.target}


def standing_unbooked(model: Memory) -> bool:
    """The standing order's date comes first, and nothing books the change: that waits for a person (X10)."""
    return has_standing(model) and (unclicked(model) or handled_by(model, "repair"))


def propose_target(turn: Turn) -> None:
    """Another target is asked about first; nothing changes unless it is possible (X10)."""
    turn.ask(CheckLicences(proposal=turn.message, order_at=turn.message.time))


def asks_otherwise(request: Request, later: Request) -> bool:
    """Whether a later request says something else of what is asked for: what an order was placed with stays."""
    return later.details not in (None, request.details) or later.explanation not in (None, request.explanation)


def amended(request: Request, later: Request) -> Request:
    """A request with what a later one for the same target says anew; what it leaves out stays."""
    said = {name: getattr(later, name) for name in ("details", "explanation", "reason")}
    return request.model_copy(update={name: value for name, value in said.items() if value is not None})


def carried_on(request: Request, later: Request) -> Request:
    """A later request for another target. Why the customer leaves, and what he wrote, he need not say again."""
    said = {name: getattr(request, name) for name in ("explanation", "reason") if getattr(later, name) is None}
    return later.model_copy(update=said)


def replace_details(turn: Turn) -> None:
    """What is said anew replaces the former (docs/contract.md, `requested` for the same target)."""
    turn.memory.request = amended(turn.memory.request, turn.message)


def keep_standing(turn: Turn) -> None:
    """Keep the booked order with all that belongs to it, beneath the change."""
    memory = turn.memory
    if memory.standing is None and turn.kept is not None:
        memory.standing = turn.kept
    begin_again(turn)
    said = turn.message.explanation if isinstance(turn.message, Request) else None
    values: dict[str, Any] = {"target": memory.request.target} | ({"explanation": said} if said else {})
    turn.write("requested", "target_changed", **values)


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
    memory.revoking = False
    if isinstance(turn.message, Request):
        memory.request = amended(memory.request, turn.message)
    drop_tasks(turn, tasks_of(memory, "perform", "repair"))
    turn.write("change_dropped", "change_dropped", target=memory.request.target)
    tell(turn, "change_dropped", **left_to_end(memory))

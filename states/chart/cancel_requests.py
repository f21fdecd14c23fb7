"""A cancel request from the web UI or the command line: *Request Cancellation* reads like "cancel the contract", and
would end the request. So a person is asked, in the words of what it would do."""

from typing import Literal

from states.chart.revision import since
from states.chart.tasks import change_task, open_task, tasks_of
from states.chart.turn import Turn
from states.model.memory import Memory

TASK = "abandon"
asks_first = since(2)
"""Whether a cancel request is a question: runs of the first revision end at once, as an operator's `abandon`."""

Does = Literal["drops_change", "drops_appointment", "drops_order", "ends"]


def ask_whether(turn: Turn) -> None:
    """One task, however often it is asked for."""
    open_task(turn, TASK, TASK, values={"does": what_it_does(turn.memory)})
    turn.write("cancel_requested", "cancel_asked", actor="operator")


def what_it_does(memory: Memory) -> Does:
    """What an `abandon` would do now: beside a booked order only the change falls (X10)."""
    if memory.standing is not None:
        return "drops_change"
    if memory.agreed_at is not None:
        return "drops_appointment"
    return "drops_order" if memory.order is not None else "ends"


def keep_said(memory: Memory) -> None:
    """The task says what it would do as the run stands now."""
    values = {"does": what_it_does(memory)}
    for task in tasks_of(memory, TASK):
        if task.values != values:
            change_task(memory, task, values=values, proposed=None)

"""How a run behaves between events: whom it waits for, whose clock runs, which tasks still matter."""

from datetime import timedelta

from states.chart.cancel_requests import keep_said
from states.chart.excerpts import keep_tasks_short
from states.chart.state_names import CUSTOMER_STATES
from states.chart.surplus import remember_surplus
from states.chart.task_types import keep_due, type_of, waits_for
from states.chart.tasks import at_rest, drop_tasks, tasks_of
from states.chart.turn import Turn
from states.model.facts import QUESTION_TYPES
from states.model.memory import Memory, Task
from states.model.request import HandInProof
from states.rules.effective_date import effective_at
from states.rules.moments import AHEAD
from states.rules.run_values import isoformat

WAITING_FOR = ("customer", "operator", "third_party", "date", "system", "repair")
"""Whom or what a run may wait for, in the order of the contract."""


def awaits_customer(memory: Memory) -> bool:
    """The customer is the one who must act."""
    if memory.state not in CUSTOMER_STATES:
        return False
    return memory.state != "order" or not tasks_of(memory, *QUESTION_TYPES)


def waiting_for(memory: Memory) -> tuple[str, ...]:
    """Whom or what an open run waits for (docs/contract.md, `waiting_for`)."""
    waits = {waits_for(task) for task in memory.tasks}
    if awaits_customer(memory):
        waits.add("customer")
    if memory.state == "scheduled" and effective_at(memory) is not None:
        waits.add("date")
    if not at_rest(memory):
        waits.add("system")
    return tuple(value for value in WAITING_FOR if value in waits) or ("operator",)


def after_event(turn: Turn, ended: bool) -> None:
    """Drop the tasks that no longer matter, say when the others are due, keep them short, remember surplus, run or stop
    the customer's clock."""
    memory = turn.memory
    if ended or at_rest(memory):
        drop_tasks(turn, [task for task in memory.tasks if ended or not matters(turn, task)])
    keep_said(memory)
    keep_due(memory)
    keep_tasks_short(memory)
    remember_surplus(memory)
    run_clock(turn, ended)


def matters(turn: Turn, task: Task) -> bool:
    """Whether a decision of the task could still be taken up."""
    type_ = type_of(task)
    possible = type_.possible is None or type_.possible in turn.possible()
    return possible and type_.still_matters(turn.memory, turn.traits, task)


def note_late(turn: Turn) -> None:
    """A message that was received long before it is taken: whoever reads the timeline sees why its moment lies back."""
    received_at, now = getattr(turn.message, "received_at", None), turn.memory.now
    if received_at is not None and received_at < now - AHEAD:
        turn.write("delivered_late", "delivered_late", moment=now, received_at=isoformat(received_at))


def run_clock(turn: Turn, ended: bool) -> None:
    """The clock of a customer who does nothing; it stands still while somebody else is awaited."""
    memory = turn.memory
    if turn.message is not None and (turn.task is None or isinstance(turn.message, HandInProof)):
        memory.idle_spent, memory.reminders = timedelta(0), 0
        memory.idle_since = None
    waits = not ended and clock_runs(turn)
    if waits and memory.idle_since is None:
        memory.idle_since = memory.now
    elif not waits and memory.idle_since is not None:
        memory.idle_spent += max(memory.now - memory.idle_since, timedelta(0))
        memory.idle_since = None


def clock_runs(turn: Turn) -> bool:
    """Whether the customer is the one who does nothing; at a third party that is the customer too (X9)."""
    memory = turn.memory
    outside = memory.state == "third_party" and all(task.proof is None for task in memory.tasks)
    held_up = any(waits_for(task) == "operator" and type_of(task).stops_clock for task in memory.tasks)
    awaited = (awaits_customer(memory) and not held_up) or outside
    return awaited and at_rest(memory) and "abandon" in turn.possible()

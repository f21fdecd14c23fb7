"""Which deadline of the customer depends on a task: so the work list says what presses."""

from datetime import datetime

from states.chart.state_names import AFTER_DATE, BEFORE_ORDER
from states.chart.task_types import waits_for
from states.model.effects import BookOrder
from states.model.memory import Memory, Task
from states.rules.due_dates import last_chance
from states.views.status import Glance

WITHOUT_DEADLINE = frozenset({"surplus", "tell_customer", "abandon"})
"""The types of which no date of the customer depends: what is in surplus is settled after it, a mail that did not
arrive moves none, and whether a request is to go on is asked by operators."""


def deadline_of(task: Task, memory: Memory, shown: Glance) -> datetime | None:
    """The first moment at which a task would be decided too late for the date that the customer is shown.

    While he has still to order, the last moment to do so: what operators have to clear up stands in his way. A booking
    that a person clicks: when a click moves the date. After that the date itself, for what must be done before it.
    None where there is no date, where it has come, and where he himself is awaited.
    """
    if task.type in WITHOUT_DEADLINE or awaits_proof(task) or memory.state in AFTER_DATE:
        return None
    if memory.order is None:
        return (shown.order_by or last_chance(memory)) if memory.state in BEFORE_ORDER else None
    if isinstance(task.step, BookOrder):
        return shown.order_by or shown.effective_at
    return shown.effective_at


def awaits_proof(task: Task) -> bool:
    """Whether the customer must hand in a proof before anybody here can decide."""
    return waits_for(task) == "third_party"

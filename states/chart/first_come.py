"""Somebody was first: who decided a task that is no longer open, when and what, for operators."""

from states.chart.tasks import was_opened
from states.model.facts import Refusal
from states.model.memory import Memory, TimelineLine


def with_who_was_first(memory: Memory, name: str | None, refusal: Refusal) -> Refusal:
    """The refusal of a decision on a task that is not open, with what the timeline says of it.

    Where no task is named and none is open, the last one that was decided is meant. Of one that the run had and that
    nobody has decided, it is said that nobody needs it any more.
    """
    if name is None and memory.tasks:
        return refusal
    line = next((line for line in reversed(memory.timeline) if line.task and name in (None, line.task)), None)
    said = who_was_first(line) if line else {"dropped": True} if name and was_opened(memory, name) else {}
    return refusal.model_copy(update={"values": refusal.values | said})


def who_was_first(line: TimelineLine) -> dict[str, object]:
    """Who decided, when, and what is noted of it."""
    return {**(line.values or {}), "decided_by": line.by, "decided_at": line.at.isoformat()}

"""The one queue of a run: what arrived and waits for its turn, and what was taken and waits for its outcome."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.model.facts import Refusal


@dataclass(eq=False)
class QueuedEvent:
    """Something that arrived. `judged`: its outcome is known, `refusal` where it was not taken.

    `promised`: its sender has been answered that it will be carried out, so that a refusal must be seen all the same.
    `too_late`: nothing was taken any more when its turn came.
    """

    event: str
    message: Any
    refusal: Refusal | None = None
    judged: bool = False
    promised: bool = False
    too_late: bool = False

    def refuse(self, refusal: Refusal) -> None:
        """It is not taken."""
        self.refusal = refusal
        self.judged = True


class EventQueue:
    """One event at a time, in order. What is taken is pending until the chart is at rest again."""

    def __init__(self) -> None:
        self.waiting: deque[QueuedEvent] = deque()
        self.pending: list[QueuedEvent] = []
        self.broken_promises: list[QueuedEvent] = []
        """What was promised and is refused, since somebody last looked."""
        self.closed: Callable[[Any], Refusal] | None = None
        """Why nothing is taken any more, by what was sent."""

    def __bool__(self) -> bool:
        return bool(self.waiting)

    def put(self, event: str, message: Any) -> QueuedEvent:
        """Put an event at the end; once closed, it is refused."""
        queued = QueuedEvent(event, message, promised=getattr(message, "promised", False))
        if self.closed is not None:
            self.turn_away(queued, self.closed)
        else:
            self.waiting.append(queued)
        return queued

    def holds(self, event: str, message: Any) -> bool:
        """Whether the same waits already."""
        return any(queued.event == event and queued.message == message for queued in self.waiting)

    def next(self) -> QueuedEvent:
        """Take the first; it is pending until it is judged."""
        queued = self.waiting.popleft()
        self.pending.append(queued)
        return queued

    def refuse(self, queued: QueuedEvent, refusal: Refusal) -> None:
        """An event that was taken off the queue is refused."""
        self.note(queued, refusal)
        self.pending.remove(queued)

    def note(self, queued: QueuedEvent, refusal: Refusal) -> None:
        """An event is refused; one that was promised is not forgotten over it."""
        queued.refuse(refusal)
        if queued.promised:
            self.broken_promises.append(queued)

    def settle(self, verdict: Refusal | None, *, at_rest: bool) -> None:
        """An answer has come: `verdict` refuses the event that waited for it; at rest, all have been taken."""
        if verdict is not None and self.pending:
            self.pending[0].refusal = verdict
        if at_rest:
            for queued in self.pending:
                queued.judged = True
                if queued.refusal is not None:
                    self.note(queued, queued.refusal)
            self.pending.clear()

    def close(self, refusal_of: Callable[[Any], Refusal]) -> None:
        """Nothing is taken any more; what still waits is refused."""
        self.closed = refusal_of
        while self.waiting:
            self.turn_away(self.waiting.popleft(), refusal_of)

    def turn_away(self, queued: QueuedEvent, refusal_of: Callable[[Any], Refusal]) -> None:
        """An event comes too late to be taken."""
        queued.too_late = True
        self.note(queued, refusal_of(queued.message))

"""What a run holds: the attributes that the driver, its handlers and its face share."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.lifecycle import Conduct
    from states.model.effects import Effect
    from states.model.facts import Refusal
    from states.model.status import Status


@dataclass(eq=False)
class Item:
    """Something that arrived and waits for its turn."""

    event: str
    message: Any
    refusal: Refusal | None = None
    judged: bool = False


class Base:
    """The state of a run beside its chart. Nothing here survives continue-as-new but what `carried` names."""

    kind: ClassVar[str]

    payloads: tuple[Any, ...]
    info: workflow.Info
    chart: Conduct
    started_at: datetime
    runs: list[str]
    """The run IDs by which this run is known."""
    own_request_seen: bool
    """The update that came with the start has been taken."""

    queue: list[Item]
    pending: list[Item]
    """Taken, but the outcome depends on an answer under way."""
    answers: list[tuple[Effect, dict[str, Any]]]
    under_way: dict[int, Effect]
    tasks: dict[int, asyncio.Task[None]]
    """What carries out each effect under way."""
    slow: set[int]
    """Effects whose first stage ended without an answer."""

    alarm: asyncio.Task[None] | None
    alarm_at: datetime | None
    rang: bool
    spread: float

    closed: bool
    """The loop has ended and takes nothing more."""
    known_moments: dict[str, datetime] | None
    known_document: tuple[bool, Status] | None
    """Worked out once for each state of the chart; `forget` when it has changed."""
    touched: bool
    """Something may have changed since it was last published."""
    shown_attributes: dict[str, Any]
    shown_tasks: Any
    tickets: dict[str, str]
    writing: asyncio.Task[None] | None

    def forget(self) -> None:
        """The chart has changed: what was read off it does not hold any more."""
        self.known_moments = None
        self.known_document = None

    def busy(self) -> bool:
        """A system does not answer, and something waits for it."""
        awaited = (n for n, effect in self.under_way.items() if effect.holds or self.chart.expects(effect))
        return any(number in self.slow for number in awaited)

    def holding(self) -> bool:
        """Events of people wait while a check is under way."""
        return any(effect.holds for effect in self.under_way.values())

    def rests(self) -> bool:
        """Nothing is under way that the chart waits for."""
        return not self.answers and not self.holding() and self.chart.at_rest()

    def begun(self) -> bool:
        """Whether the first facts have been read, or a person is asked why they cannot be."""
        return self.chart.model.check is not None or self.chart.ended or self.chart.at_rest()

    def enqueue(self, event: str, message: Any) -> Item:
        """Put an event at the end of the one queue."""
        item = Item(event, message)
        if self.closed:
            item.refusal = Refusal(rule="X11", code="ended", values={"state": self.chart.shown})
            item.judged = True
        else:
            self.queue.append(item)
        return item

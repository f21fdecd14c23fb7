"""One event before a chart: what it brings, and what the chart asks for because of it.

Actions are functions of a turn, guards are functions of the memory (and the traits): both are named by reference in the
declarations of `states.paths`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from states.chart.state_names import public_state
from states.chart.timeline import with_line
from states.chart.traits import Traits
from states.model.effects import Effect, Notify
from states.model.facts import Check, Receipt, Refusal, Undelivered
from states.model.memory import Actor, Memory, Standing, Task, TimelineLine
from states.model.request import Cancel, ConfirmTask, Message, RejectTask, Request, spoken
from states.rules.surplus_resolution import called_in_surplus


@dataclass(frozen=True)
class Answer:
    """What came back for an effect: just one of `check`, `receipt`, `refusal`; `error` where it keeps failing.

    `undelivered`: a mail did not arrive. All are None for what has nothing to say, a mail that was sent.
    """

    effect: Effect
    check: Check | None = None
    receipt: Receipt | None = None
    refusal: Refusal | None = None
    error: str | None = None
    undelivered: Undelivered | None = None


@dataclass(slots=True)
class Turn:
    """What is at hand while one event is judged or taken."""

    memory: Memory
    traits: Traits
    possible: Callable[[], frozenset[str]]
    """The events that could be taken now."""
    message: Any = None
    """What a person sent."""
    task: Task | None = None
    """The task that the message is about."""
    answer: Answer | None = None
    """What came back from the world."""
    kept: Standing | None = None
    """The booked order as it stood when another target was asked about (X10)."""
    effects: list[Effect] = field(default_factory=list)
    """What is asked for, in order."""
    since: datetime | None = None
    """When the run took its previous event."""
    refusal: Refusal | None = None
    """Why an earlier event, which waited for this answer, is not taken after all."""
    follow: str | None = None
    """An event to be taken next, if it is possible then."""

    def ask(self, effect: Effect) -> None:
        """Ask for an effect; its number makes the idempotency key."""
        memory = self.memory
        memory.number += 1
        if isinstance(effect, Notify) and effect.to not in memory.written_to:
            memory.written_to = (*memory.written_to, effect.to)
            effect = effect.model_copy(update={"opens_thread": True})
        self.effects.append(effect.numbered(memory.number))

    def ask_again(self, effect: Effect) -> None:
        """Ask for the same effect once more, under the same key (retry and repair)."""
        self.effects.append(effect)

    def write(
        self,
        event: str,
        key: str | None = None,
        by: str | None = None,
        moment: datetime | None = None,
        actor: Actor | None = None,
        times: int = 1,
        closes: Task | None = None,
        **values: Any,
    ) -> None:
        """Add a line to the timeline; the time is `moment`, else when the person acted, else now.

        `actor` and `by`: whose doing it is, unless said those of the message. `times`: how often it happened.
        `closes`: the task that is done with by this decision.

        `key` names a text under `note.`, made with `values` where it is shown; without one the line says what the
        message says beside the event: in a text of ours a value that a program would not say so (`SAID_AS`), else in
        the person's own words.
        """
        memory, message = self.memory, self.message
        if key is None and getattr(message, "operator", None):
            key = "begun_for"
        elif key is None:
            key = next((name for name in SAID_AS if getattr(message, name, None)), None)
            values = {key: getattr(message, key)} if key else {}
            values |= {"licences": called_in_surplus(memory, message.licences)} if key == "licences" else {}
        line = TimelineLine(
            at=moment or getattr(message, "time", None) or memory.now,
            state=public_state(memory.state),
            event=event,
            actor=actor or actor_of(message),
            by=by or getattr(message, "operator", None) or getattr(message, "by", None),
            note=f"note.{key}" if key else words_of(message),
            values=values if key else None,
            task=closes.task if closes else None,
            times=times,
        )
        memory.timeline = with_line(memory.timeline, line)


SAID_AS = ("booking", "to", "licences")
"""What a message says in a text of its own, `note.<name>`: another booking (X10), where to (WMU4), what stays (X2)."""


def actor_of(message: Any) -> Actor:
    """Whose doing a message is: by what was sent, never by what it says of its sender."""
    if isinstance(message, ConfirmTask | RejectTask | Cancel) or getattr(message, "operator", None):
        return "operator"
    return "customer" if isinstance(message, Message | Request) else "system"


def words_of(message: Any) -> str | None:
    """A person's own words: a note, a case, or why he leaves it."""
    said = getattr(message, "note", None) or getattr(message, "explanation", None)
    return said or spoken(getattr(message, "reason", None))


def last_line(memory: Memory, event: str) -> TimelineLine | None:
    """The last line of an event, as far as the timeline remembers."""
    return next((line for line in reversed(memory.timeline) if line.event == event), None)

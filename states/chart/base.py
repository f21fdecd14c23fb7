"""The base of every chart: how an event is taken, what is asked for, what is written down.

A chart decides and never acts: it is told an event with its facts and answers with effects. It holds no clock and
no I/O; all that it remembers is its `Memory`. Paths are declared once (`states.paths`) and never extended: kinds
subclass a path and override methods only.
"""

from datetime import datetime
from typing import Any, ClassVar

from statemachine import State, StateChart
from statemachine.event import Event
from statemachine.transition_list import TransitionList

from states.chart.callbacks import registry_of
from states.model.effects import (
    ApplyChange,
    AssignLicence,
    BookOrder,
    CheckLicences,
    Decouple,
    Effect,
    Withdraw,
)
from states.model.facts import Refusal
from states.model.memory import Memory, TimelineLine

AWAITED_EFFECT: dict[str, type[Effect]] = {
    "received": CheckLicences,
    "license_check": CheckLicences,
    "ordering": CheckLicences,
    "placing": BookOrder,
    "applying": ApplyChange,
    "withdrawing": Withdraw,
    "reassigning": AssignLicence,
    "decoupling": Decouple,
}
"""The states in which the world is being changed or read, each with the effect whose answer leads on."""

PUBLIC_STATE: dict[str, str] = {
    "ordering": "order",
    "placing": "order",
    "applying": "scheduled",
    "withdrawing": "scheduled",
    "reassigning": "order",
    "decoupling": "scheduled",
    "leftover": "surplus_resolution",
    "held": "surplus_resolution",
    "appointing": "support_ticket",
}
"""What outsiders call a state where its own name is not the contract's."""


def in_words(said: Any) -> str | None:
    """What a person's payload says beside the event: a note or a case, another booking (X10), where to (WMU4)."""
    words = (getattr(said, name, None) for name in ("note", "explanation", "booking", "to"))
    return next((word for word in words if word), None)


class UnknownState(ValueError):
    """A stored state that this version of the chart does not have: the run was written by another one."""


class Chart(StateChart[Memory]):
    """Strict settings, facts before judgement, effects collected, memory put back when an event fails."""

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True

    customer_states: ClassVar[frozenset[str]] = frozenset({"feature_warning", "surplus_resolution", "order"})
    before_order: ClassVar[frozenset[str]] = frozenset(
        {"feature_warning", "license_check", "surplus_resolution", "order"}
    )
    unused: ClassVar[frozenset[str]] = frozenset()
    """States of the path that a kind never reaches: left out of its diagram; exploration proves it."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse states and transitions in a kind: they would edit the path and all its siblings."""
        inherited = any(isinstance(value, State) for base in cls.__mro__[1:] for value in vars(base).values())
        declared = [n for n, v in vars(cls).items() if isinstance(v, State | TransitionList | Event)]
        if inherited and declared:
            raise TypeError(
                f"{cls.__name__} declares {', '.join(declared)}: a kind overrides methods only, "
                "a path is declared whole"
            )
        super().__init_subclass__(**options)

    def __init__(self, memory: Memory) -> None:
        if memory.state not in type(self).states_map:
            raise UnknownState(f"{type(self).__name__} has no state {memory.state!r}")
        self.asked: list[Effect] = []
        self.verdict: Refusal | None = None
        self.message: Any = None
        self.task: Any = None
        super().__init__(model=memory)

    def _register_callbacks(self, listeners: list[object]) -> None:
        """Called by the library on construction: names are looked up once for each class."""
        self._callbacks = registry_of(self)

    # Taking an event.

    def decide(
        self,
        event: str,
        at: datetime,
        *,
        message: Any = None,
        task: Any = None,
        said: str | None = None,
        note: str | None = None,
        quiet: bool = False,
        **facts: Any,
    ) -> tuple[Effect, ...]:
        """Put the facts into memory, take the event, answer the effects asked for.

        `message` is a person's payload, `task` the task it is about; `said` and `note` are what the timeline calls
        it, `quiet` leaves it out. Raises what the chart raises, with the memory as it was before.
        """
        before = dict(self.model.__dict__)
        shown = self.shown
        self.asked, self.verdict, self.message, self.task = [], None, message, task
        try:
            for name, value in ({"now": at} | facts).items():
                setattr(self.model, name, value)
            self.happen(event)
            self.settle()
            if not quiet and (self.shown != shown or message is not None or note):
                self.write(said or event, note=note)
        except Exception:
            self.model.__dict__.clear()
            self.model.__dict__.update(before)
            self.asked = []
            raise
        finally:
            self.message = self.task = None
        return tuple(self.asked)

    def happen(self, event: str) -> None:
        """A reaction changes memory and never the state; anything else is a transition."""
        reaction = getattr(self, f"react_{event}", None)
        if reaction is not None:
            reaction()
        else:
            self.send(event)

    def settle(self) -> None:
        """What holds after every event; overridden by `states.chart.lifecycle`."""

    def write(
        self, event: str, key: str | None = None, note: str | None = None, by: str | None = None, **values: Any
    ) -> None:
        """Add a line to the timeline; the time is when the person acted, else now.

        `key` names a text under `note.`, made with `values` where it is shown; `note` is a person's own words.
        """
        said = self.message
        line = TimelineLine(
            at=getattr(said, "time", None) or self.model.now,
            state=self.shown,
            event=event,
            by=by or getattr(said, "by", None),
            note=f"note.{key}" if key else note or in_words(said),
            values=values if key else None,
        )
        self.model.timeline = (*self.model.timeline, line)[-400:]

    def last_line(self, event: str) -> TimelineLine | None:
        """The last line of an event, as far as the timeline remembers."""
        return next((line for line in reversed(self.model.timeline) if line.event == event), None)

    def ask(self, effect: Effect) -> None:
        """Ask for an effect; its number makes the idempotency key."""
        self.model.number += 1
        self.asked.append(effect.numbered(self.model.number))

    def again(self, effect: Effect) -> None:
        """Ask for the same effect once more, under the same key (retry and repair)."""
        self.asked.append(effect)

    # Reading the chart.

    @property
    def shown(self) -> str:
        """The state as the contract names it."""
        return PUBLIC_STATE.get(self.model.state, self.model.state)

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return bool(self.states_map[self.model.state].final)

    def possible(self) -> frozenset[str]:
        """The events that a transition or reaction would take now; guards read memory only, so this never raises."""
        return frozenset(event.id for event in self.enabled_events())

    def answer_to(self, effect: Effect) -> str:
        """The event that answers an effect here."""
        if isinstance(effect, CheckLicences):
            if effect.proposal is not None:
                return "target_checked"
            return "begin" if self.model.state == "received" else "licences_checked"
        return effect.answer

    def expects(self, effect: Effect) -> bool:
        """Whether this state is waiting for that effect's answer."""
        wanted = AWAITED_EFFECT.get(self.model.state)
        return wanted is not None and isinstance(effect, wanted)

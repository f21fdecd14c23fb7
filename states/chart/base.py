"""The base of every chart, with the one door through which all events come.

A chart decides and never acts: it is told an event with its message and answers with effects. It holds no clock and no
I/O; all that it remembers is its `Memory`. A path is declared once, in `states.paths`: states, transitions, and by
reference the guards and actions of this package. Kinds subclass a path and say in what they differ (`Traits`).
"""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from statemachine import State, StateChart
from statemachine.configuration import Configuration
from statemachine.engines.sync import SyncEngine
from statemachine.event import Event
from statemachine.factory import StateMachineMetaclass
from statemachine.transition_list import TransitionList

from states.chart.admission import (
    enabled,
    proof_task,
    refusal_of_message,
    refusal_of_request,
    wrong_as_sent,
    wrong_document,
)
from states.chart.amendments import amended, carried_on, standing_of
from states.chart.callbacks import guards_of, shared_callbacks
from states.chart.cancel_requests import asks_first
from states.chart.checks import CHECKS_ON_NEWS
from states.chart.decisions import Note, amendment_note, by_operator, decision_note, undelivered_note
from states.chart.lifecycle import after_event, note_late, waiting_for
from states.chart.questions import outdated_answers
from states.chart.reactions import REACTIONS
from states.chart.reminders import pass_over_reminders
from states.chart.second_opinion import after_the_end, decided
from states.chart.state_names import answer_event, awaits, public_state
from states.chart.tasks import at_rest, close_task
from states.chart.timers import timers_of
from states.chart.traits import Traits
from states.chart.turn import Answer, Turn
from states.model.effects import CheckLicences, Effect
from states.model.facts import Check, Refusal
from states.model.memory import Actor, Memory, Task
from states.model.request import ConfirmTask, HandInProof, LicenceChanged, Message, RejectTask, Request, Sent
from states.rules.moments import acted_at
from states.rules.surplus_resolution import with_licence_news

SentMessage = TypeVar("SentMessage", bound=Sent)

KEEPS_TASK = frozenset(
    {"stays_open", "perform_rejected", "hand_in_proof", "proof_rejected", "proposed", "proposal_withdrawn"}
)
"""What is done to a task without closing it."""


class UnknownState(ValueError):
    """A stored state that this version of the chart does not have: the run was written by another one."""


class ChartType(StateMachineMetaclass):
    """What makes the classes of charts."""

    def _setup(cls) -> None:
        """Called by the library for each class, to look for callbacks by their names: ours are named by reference."""


class Engine(SyncEngine):
    """The library's engine for charts in which nothing happens without an event."""

    def select_eventless_transitions(self, _: Any) -> tuple[()]:
        """None: the library would look at every transition of the state for one, twice for each event."""
        return ()


class Chart(StateChart[Memory], metaclass=ChartType):
    """Strict settings, facts before judgement, effects collected, memory put back when an event fails."""

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True

    traits: ClassVar[Traits] = Traits()

    def __init_subclass__(cls, **options: Any) -> None:
        """Add to a path what all paths do alike; refuse states and transitions in a kind.

        Those would edit the path and all its siblings: the library shares the states of a base class.
        """
        own = {name: value for name, value in vars(cls).items() if isinstance(value, State | TransitionList | Event)}
        states = [value for value in own.values() if isinstance(value, State)]
        if own and any(isinstance(value, State) for base in cls.__mro__[1:] for value in vars(base).values()):
            raise TypeError(
                f"{cls.__name__} declares {', '.join(own)}: a kind has traits only, a path is declared whole"
            )
        for state in states:
            if not state.final:
                for event, on, cond in REACTIONS:
                    state.to(None, event=event, on=on, cond=cond)
        super().__init_subclass__(**options)

    def __init__(self, memory: Memory) -> None:
        if memory.state not in type(self).states_map:
            raise UnknownState(f"{type(self).__name__} has no state {memory.state!r}")
        self.verdict: Refusal | None = None
        """Why an earlier event, which waited for the last answer, is not taken after all."""
        self.engine: Engine | None = None
        super().__init__(model=memory)
        self.engine = None

    def _get_engine(self) -> Engine:
        """Called by the library on construction."""
        return Engine(self)

    @property
    def _engine(self) -> Engine:
        """Read by the library. There is one while an event is taken (`_send`): with its queues, and what the last event
        brought, it would be as much as all else that a chart holds."""
        if self.engine is None:
            self.engine = self._get_engine()
        return self.engine

    @_engine.setter
    def _engine(self, engine: Engine) -> None:
        self.engine = engine

    def _build_configuration(self) -> Configuration:
        """Called by the library on construction: states are those of the class, and none is made for each chart.

        The library's own know, besides, whether they are active, which nobody asks: `Memory.state` says it.
        """
        return Configuration(self.states_map, self.model, self.state_field, self.states_map)

    def _register_callbacks(self, listeners: list[object]) -> None:
        """Called by the library on construction: callbacks are looked up once for each class."""
        self._callbacks = shared_callbacks(self, lambda: super(Chart, self)._register_callbacks(listeners))

    # The door.

    def would_refuse(self, event: str, message: Any, at: datetime) -> Refusal | None:
        """Why an event could not be taken at that moment; None where it could. Changes nothing.

        `event`: a customer's or an operator's (`states.model.request`), `requested`, a timer's, `answered`,
        `licence_changed`, `cancel_requested`. `message`: what comes with it, in its model; None for timers.
        """
        if self.ended:
            return after_the_end(self.model, message)
        if not isinstance(message, Sent):
            return None
        said, message = message, self.dated(message, at)
        moments = {name: getattr(self.model, name) for name in ("now", "acting_at")}
        self.model.__dict__.update(now=at, acting_at=message.time)
        try:
            return wrong_as_sent(self.model, said) or self._judged(event, message)
        finally:
            self.model.__dict__.update(moments)

    def _judged(self, event: str, message: Sent) -> Refusal | None:
        """Why a person's event could not be taken at the moment at which it is judged."""
        turn = self.turn(message)
        if isinstance(message, Request):
            return refusal_of_request(turn, message)
        if isinstance(message, ConfirmTask | RejectTask):
            decision = decided(turn, message)
            return decision if isinstance(decision, Refusal) else None
        return refusal_of_message(turn, event, message) if isinstance(message, Message) else None

    def receive(self, event: str, message: Any, at: datetime) -> tuple[Effect, ...]:
        """Take an event that `would_refuse` lets through; answers the effects asked for.

        Raises what the library raises for one that is not possible, with the memory as it was before.
        """
        self.verdict = None
        if isinstance(message, Sent):
            message = self.dated(message, at)
        if isinstance(message, Answer):
            return self._answered(message, at)
        if isinstance(message, ConfirmTask | RejectTask):
            return self._decided(event, message, at)
        if isinstance(message, Request):
            return self._requested(message, at)
        if isinstance(message, Message):
            return self._sent(event, message, at)
        if isinstance(message, LicenceChanged):
            return self._take(event, at, licence_news=with_licence_news(self.model, message, at))
        if event == "cancel_requested":
            return self._cancelled(at)
        if event == "start":
            return self._asked(CheckLicences())
        return self._take(event, at)

    def dated(self, message: SentMessage, at: datetime) -> SentMessage:
        """A person's message with the moment of acting, whether the person said it or not."""
        return message.model_copy(update={"time": acted_at(self.model, message, at)})

    # Who sends what.

    def _sent(self, event: str, message: Message, at: datetime) -> tuple[Effect, ...]:
        """A customer's decision."""
        task = proof_task(self.model, message) if isinstance(message, HandInProof) else None
        note = decision_note(message, task) if task and isinstance(message, HandInProof) else None
        return self._take(event, at, message=message, task=task, note=note, last_customer_at=message.time)

    def _requested(self, request: Request, at: datetime) -> tuple[Effect, ...]:
        """`requested` on an open run: the same target, the standing one, or another (X10)."""
        memory = self.model
        if request.target == memory.request.target:
            if amended(memory.request, request) == memory.request:
                return ()
            facts: dict[str, Any] = {"line": "requested", "note": amendment_note(memory.request, request)}
            return self._take("details_replaced", at, message=request, last_customer_at=request.time, **facts)
        if memory.standing is not None and request.target == memory.standing.request.target:
            return self._take("abandon", at, message=request, line="requested", last_customer_at=request.time)
        return self._take("target_proposed", at, message=request, line=None)

    def _decided(self, event: str, message: ConfirmTask | RejectTask, at: datetime) -> tuple[Effect, ...]:
        """An operator's decision on a task, judged at its own moment."""
        self.model.now = at
        decision = decided(self.turn(message), message)
        if isinstance(decision, Refusal):
            raise ValueError(f"{event} is refused: {decision.code}")
        message, task, caused, note = decision
        return self._take(caused, at, message=message, task=task, line=event, note=note)

    def _cancelled(self, at: datetime) -> tuple[Effect, ...]:
        """A cancel request asks a person where `abandon` is possible; elsewhere it is a line (docs/contract.md)."""
        if "abandon" in self.possible():
            if asks_first(self.model):
                return self._take("cancel_requested", at, line=None)
            return self._take("abandon", at, message=by_operator())
        self.write("cancel_requested", "cancel_requested_not_possible", at=at, actor="operator")
        return ()

    def _answered(self, answer: Answer, at: datetime) -> tuple[Effect, ...]:
        """What came back from the world. An answer that nobody waits for any more is dropped."""
        effect, refusal = answer.effect, answer.refusal
        if answer.undelivered is not None:
            return self._not_delivered(effect, answer, at)
        if answer.error is not None:
            return self._failed(answer, at)
        if answer.check is not None and isinstance(effect, CheckLicences):
            return self._checked(effect, answer.check, at)
        if refusal is not None and getattr(effect, "proof", None):
            # Done by hand, with proof, in the customer centre: our record must be mended, not the customer told (X12).
            return self._failed(Answer(effect, error=str(refusal.values.get("reason", ""))), at)
        event = effect.refused if refusal is not None and effect.refused else answer_event(self.model.state, effect)
        if event not in self.possible():
            return ()
        facts: dict[str, Any] = {"receipt": answer.receipt, "refusal": refusal}
        return self._take(event, at, answer=answer, **{name: fact for name, fact in facts.items() if fact is not None})

    def _failed(self, answer: Answer, at: datetime) -> tuple[Effect, ...]:
        """What keeps failing: a person is asked."""
        note = Note("step_failed", {"action": answer.effect.name, "error": answer.error})
        return self._take("step_failed", at, answer=answer, note=note)

    def _not_delivered(self, mail: Effect, answer: Answer, at: datetime) -> tuple[Effect, ...]:
        """A mail did not arrive: a line says which and why, and a person is asked to tell the customer."""
        return self._take("not_delivered", at, answer=answer, note=undelivered_note(mail, answer.undelivered))

    def _checked(self, effect: CheckLicences, check: Check, at: datetime) -> tuple[Effect, ...]:
        """The record's answer; a run's first check brings its settings."""
        if effect.proposal is not None:
            return self._proposal_checked(effect.proposal, check, at)
        event = answer_event(self.model.state, effect)
        if event not in self.possible():
            return ()
        facts: dict[str, Any] = {"check": check}
        if check.settings is not None:
            refusal = wrong_document(self.model.request, check.settings, self.model.now) or check.refusal
            first = check.model_copy(update={"settings": None, "run_id": None, "refusal": refusal})
            facts = {"settings": check.settings, "check": first, "run_id": check.run_id or self.model.run_id}
        former = self.model.check
        against = former is not None and check.refusal is not None and self.model.state in CHECKS_ON_NEWS
        facts["found_against"] = against
        if former is not None and effect.after:
            facts["check"] = former.model_copy(update={"surplus": check.surplus})
        elif against:
            # Found in passing: it is judged again when the customer acts, or on the date. Until then nobody is pressed.
            facts["check"] = former
        elif former is not None:
            facts |= outdated_answers(self.model, former, check)
        return self._take(event, at, **facts)

    def _proposal_checked(self, request: Request, check: Check, at: datetime) -> tuple[Effect, ...]:
        """Another target: refused with its code, and nothing changes; or the run begins again with it (X10)."""
        if check.refusal is not None:
            self.verdict = check.refusal
        elif "target_checked" not in self.possible():
            self.verdict = Refusal(rule="X10", code="not_enabled", values={"event": "requested"})
        else:
            facts: dict[str, Any] = {
                "check": check.model_copy(update={"settings": None}),
                "found_against": False,
                "request": carried_on(self.model.request, request),
            }
            facts["last_customer_at"] = request.time
            return self._take("target_checked", at, message=request, line=None, **facts)
        return ()

    # Taking an event.

    def turn(self, message: Any = None, **more: Any) -> Turn:
        """What is at hand for one event."""
        return Turn(self.model, self.traits, self.possible, message, **more)

    def _asked(self, effect: Effect) -> tuple[Effect, ...]:
        """An effect asked for before any event."""
        turn = self.turn()
        turn.ask(effect)
        return tuple(turn.effects)

    def _take(
        self,
        event: str,
        at: datetime,
        *,
        message: Any = None,
        task: Task | None = None,
        answer: Answer | None = None,
        line: str | None = "",
        note: Note | None = None,
        **facts: Any,
    ) -> tuple[Effect, ...]:
        """Put the facts into memory, take the event, answer the effects asked for.

        `line`: what the timeline calls it, the event unless said; None: it writes no line.
        """
        memory = self.model
        before, state_before = dict(memory.__dict__), self.public_state
        kept = standing_of(memory) if event == "target_checked" else None
        turn = self.turn(message, task=task, answer=answer, kept=kept, since=memory.now)
        try:
            acting_at = message.time if isinstance(message, Sent) else None
            for name, value in ({"now": at, "acting_at": acting_at} | facts).items():
                setattr(memory, name, value)
            closes = task if event not in KEEPS_TASK else None
            if closes is not None:
                close_task(memory, closes)
            self._send(event, turn)
            if turn.follow is not None and turn.follow in self.possible():
                self._send(turn.follow, turn)
            memory.acting_at = None
            after_event(turn, self.ended)
            if line is not None and (self.public_state != state_before or message is not None or note):
                turn.write(line or event, note.key if note else None, closes=closes, **(note.values if note else {}))
            note_late(turn)
        except Exception:
            memory.__dict__.clear()
            memory.__dict__.update(before)
            raise
        self.verdict = turn.refusal
        return tuple(turn.effects)

    def _send(self, event: str, turn: Turn) -> None:
        """Hand an event to the library."""
        try:
            self.send(event, turn=turn, traits=self.traits)
        finally:
            self.engine = None

    def write(
        self, event: str, key: str, *, at: datetime, actor: Actor = "system", by: str | None = None, **values: Any
    ) -> None:
        """Add a line about something that changes nothing else."""
        self.model.now = at
        self.turn().write(event, key, by=by, actor=actor, **values)

    def pass_over_reminders(self, at: datetime) -> None:
        """What came to mind before a reset is not told again after it."""
        self.model.now = at
        pass_over_reminders(self.model)

    # Reading the chart.

    @property
    def public_state(self) -> str:
        """The state as the contract names it."""
        return public_state(self.model.state)

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return bool(self.states_map[self.model.state].final)

    def possible(self) -> frozenset[str]:
        """The events that a transition would take now; guards read memory only, so this never raises."""
        return guards_of(type(self)).possible(self.model, self.traits)

    def enabled(self) -> tuple[str, ...]:
        """Just the events that a customer could send now, in the order of the contract."""
        return enabled(self.possible())

    def at_rest(self) -> bool:
        """Nothing is under way that this state waits for, or a person has it in hand."""
        return at_rest(self.model)

    def awaits(self, effect: Effect) -> bool:
        """Whether this state is waiting for that effect's answer."""
        return awaits(self.model.state, effect)

    def waiting_for(self) -> tuple[str, ...]:
        """Whom or what the run waits for; empty when it has ended."""
        return () if self.ended else waiting_for(self.model)

    def timers(self) -> dict[str, datetime]:
        """The moments at which the run wakes, by the event that it then takes."""
        return {} if self.ended else timers_of(self.model, self.traits, self.possible())

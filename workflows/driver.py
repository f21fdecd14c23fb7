"""One loop for all kinds: hands what arrives to a chart, has performed what it asks for, and shows where it stands."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.texts import say
    from states.chart.admission import malformed, parse
    from states.chart.base import Chart
    from states.chart.decisions import undelivered_note
    from states.chart.lifecycle import note_late
    from states.chart.second_opinion import after_the_end
    from states.chart.turn import Turn
    from states.chart.untold import keep_untold
    from states.kinds.registry import KINDS
    from states.model.effects import AnyEffect, Effect, Tell
    from states.model.facts import Receipt, Refusal
    from states.model.memory import Actor, Memory
    from states.model.payload_errors import readable
    from states.model.request import Request
    from states.model.status import End, GoingOn, Status, WentOn, page_of
    from states.rules.spread import of_dates, spread_out
    from states.views.receipts import with_facts
    from states.views.refusals import problem
    from states.views.status import glance, status
from workflows import options
from workflows.activity_calls import call_until_done
from workflows.background import Background
from workflows.converter import EventRefused
from workflows.current_details import CurrentDetails
from workflows.effect_runner import EffectRunner, tell
from workflows.event_queue import EventQueue, QueuedEvent
from workflows.ignored import note_ignored
from workflows.last_mails import Remains, hand_over_unsent
from workflows.listing import Listing
from workflows.publisher import Publisher
from workflows.timer import Timer
from workflows.unbroken import unbroken

NEWS = "licence_changed"

UNSENT: TypeAdapter[Effect] = TypeAdapter(AnyEffect)
"""How what was not sent or issued is read in the next part of a run."""


class HadEnded(Exception):
    """A run that was reset had ended before."""


class Driver:
    """A run: a chart, and what it takes to keep it going. The workflow classes add handlers and nothing else."""

    kind: ClassVar[str]

    @workflow.init
    def __init__(self, *payloads: Any) -> None:
        self.payloads = payloads
        self.info = workflow.info()
        self.started_at = workflow.now()
        self.own_request_seen = False
        """The update that came with the start has been taken."""
        self.goes_on = False
        """After a reset, which is not told outside yet."""
        self.finished = False
        """It has ended, and nothing is left to do."""
        self.chart = self.new_chart()
        self.background = Background()
        self.queue = EventQueue()
        self.effects = EffectRunner(lambda: self.chart.model, self.background, note_freeze=self.note_freeze)
        self.timer = Timer(self.background)
        self.publisher = Publisher(self.background, self.effects.freezing)
        self.frozen_anew = False
        """A freeze holds something up, which is not shown outside yet."""
        self.listing = Listing(self.info, self.started_at)
        self.was_reset = asyncio.Event()
        """An administrator has reset the run; wakes what waits, which the news by itself does not."""
        self.had_ended: Status | None = None
        """As what the run had ended before it was reset."""
        workflow.register_random_seed_callback(lambda _: self.note_reset())
        self.forget()

    def forget(self) -> None:
        """The chart has changed: what was read off it does not hold any more."""
        self.known_moments: dict[str, datetime] | None = None
        self.known_document: tuple[tuple[bool, bool], Status] | None = None

    # Beginning.

    def new_chart(self) -> Chart:
        """The chart of a new run, of a continued one, or of one whose document is wrong (`refused`, malformed)."""
        kind, info = KINDS[self.kind], self.info
        run_ids = (info.run_id, info.first_execution_run_id)
        if carried := self.carried_over():
            self.started_at = datetime.fromisoformat(carried["started_at"])
            self.own_request_seen = True
            memory = Memory.model_validate(carried["memory"])
            memory.run_ids = tuple(dict.fromkeys((*run_ids, *memory.run_ids)))
            return kind.chart(memory)
        request, refusal = self.request_of_start()
        now = workflow.now()
        request = request.arrived(now)
        memory = Memory(
            request=request,
            run_id=info.first_execution_run_id,
            run_ids=run_ids,
            now=now,
            requested_at=request.time or request.received_at,
            last_customer_at=request.time or request.received_at,
            state="refused" if refusal else "received",
            refusal=refusal,
        )
        chart = kind.chart(memory)
        asked = None if refusal else request
        actor: Actor = "operator" if asked and asked.operator else "customer"
        turn = Turn(memory, chart.traits, chart.possible, asked)
        turn.write("requested", actor=actor, moment=memory.requested_at)
        note_late(turn)
        return chart

    def request_of_start(self) -> tuple[Request, Refusal | None]:
        """The document; of one that is wrong what the workflow ID says, and what is wrong."""
        request = parse(Request, self.payloads)
        if isinstance(request, Request) and request.kind != self.kind:
            request = malformed("fault.other_kind", asked=readable(request.kind), meant=self.kind)
        if isinstance(request, Request):
            request = self.belonging(request)
        if isinstance(request, Request):
            return request, None
        parts = self.info.workflow_id.split("/")
        try:
            return Request(kind=self.kind, customer=parts[1], subject=parts[2]), request
        except (IndexError, ValueError):
            return Request(kind=self.kind, customer="unknown", subject="unknown"), request

    def belonging(self, request: Request) -> Request | Refusal:
        """The document, unless it makes another workflow ID than the run's, or is not what its kind asks for."""
        workflow_id = self.info.workflow_id
        if request.workflow_id != workflow_id:
            return malformed("fault.other_id", makes=readable(request.workflow_id), given=workflow_id)
        refusal = KINDS[self.kind].refusal_of_document(request)
        return refusal.model_copy(update={"rule": "contract"}) if refusal else request

    # The loop.

    async def drive(self) -> Status:
        """Run to the end; a cancel request becomes an event and never hits an activity half way."""
        self.background.start(self.wake_when_reset())
        if not await unbroken(self.loop(), self.queue_cancel_request):
            workflow.continue_as_new(args=[self.payloads[0], self.carried()])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.document()

    async def queue_cancel_request(self) -> None:
        """It is taken in its turn, as whatever else happens."""
        self.queue.put("cancel_requested", None)

    async def loop(self) -> bool:
        """True when the run has ended, False to continue as new."""
        try:
            return await self.take_what_comes()
        except HadEnded:
            refusal = Refusal(rule="X11", code="ended", values={"state": self.document().state})
            self.queue.close(lambda _: refusal)
            self.queue.settle(None, at_rest=True)
            self.finished = True
            return True

    async def take_what_comes(self) -> bool:
        """Take what is there, one after the other."""
        if self.chart.model.state == "received" and self.chart.model.check is None:
            self.listing.begin(self.chart.model.request)
            self.perform("start", None)
        self.effects.start(self.carried_effects())
        while True:
            if self.goes_on:
                await self.take_back()
            self.timer.fired = self.publisher.written = False
            while self.step():
                pass
            if self.goes_on:
                continue
            if self.chart.ended:
                break
            if self.rests():
                self.publish()
                if self.ready():
                    continue
                if self.may_continue_as_new():
                    return False
                settings = self.chart.model.settings
                self.timer.set(self.moments(), settings.zone, long_wait=self.chart.model.state == "scheduled")
            elif self.frozen_anew:
                self.publish()
            self.frozen_anew = False
            # Handlers finish only after the loop has taken their event: ask again when they have.
            await self.until(lambda: self.ready() or self.goes_on or self.frozen_anew or self.may_continue_as_new())
        await self.finish()
        self.finished = True
        return True

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition; raises what a task beside the loop has raised."""
        await workflow.wait_condition(lambda: self.background.fault is not None or condition())
        self.background.check()

    def step(self) -> bool:
        """One thing that is ready: an answer, a moment that has come, an event whose turn it is."""
        if self.chart.ended:
            return False
        if self.effects.answers:
            answer = self.effects.next()
            if answer.check is not None and answer.check.had_ended:
                self.note_reset()
                return False
            self.perform("answered", answer)
        elif (event := self.due()) is not None:
            self.perform(event, None)
        elif self.queue and not self.effects.holds_events():
            if self.queue.waiting[0].event != NEWS and (event := self.due(spread=False)) is not None:
                self.perform(event, None)
            else:
                self.take(self.queue.next())
        else:
            return False
        self.forget()
        self.queue.settle(self.chart.verdict, at_rest=self.chart.ended or self.rests())
        self.chart.verdict = None
        self.own_up()
        return True

    def take(self, queued: QueuedEvent) -> None:
        """Judge an event when its turn comes, and take it or keep the reason why not."""
        event, message = queued.event, queued.message
        now = workflow.now()
        refusal = self.chart.would_refuse(event, message, now)
        if refusal is None:
            self.perform(event, message)
        else:
            self.chart.model.now = now
            self.queue.refuse(queued, refusal)

    def perform(self, event: str, message: Any) -> None:
        """Hand an event to the chart, and begin what it asks for."""
        asked_for = self.chart.receive(event, message, workflow.now())
        effects = with_facts(asked_for, self.chart, self.info.first_execution_run_id)
        self.publisher.changed = True
        self.effects.start(effects, getattr(message, "check", None))

    def ready(self) -> bool:
        """Whether there is something to do."""
        woken = self.timer.fired or self.publisher.written
        waiting = bool(self.effects.answers) or (bool(self.queue) and not self.effects.holds_events())
        return woken or waiting or self.due() is not None

    def rests(self) -> bool:
        """Nothing is under way that the chart waits for."""
        return not self.effects.answers and not self.effects.holds_events() and self.chart.at_rest()

    def is_quiet(self) -> bool:
        """The first facts have been read, or a person is asked why they cannot be, and nothing is under way."""
        return self.chart.ended or ((self.chart.model.check is not None or self.chart.at_rest()) and self.rests())

    def is_busy(self) -> bool:
        """A system does not answer, and something waits for it."""
        return self.effects.is_slow(self.chart.awaits)

    def is_frozen(self) -> bool:
        """A freeze holds up what something waits for."""
        return self.effects.is_frozen(self.chart.awaits)

    def note_freeze(self, freeze: int) -> None:
        """A freeze holds something up: said once, however much waits and however often it is tried."""
        lines = [line for line in self.chart.model.timeline if line.event == "frozen"]
        if not any((line.values or {}).get("freeze") == freeze for line in lines):
            self.chart.write("frozen", "frozen", at=workflow.now(), freeze=freeze)
            self.forget()
            self.publisher.changed = True
        self.frozen_anew = True

    # When it wakes.

    def moments(self) -> dict[str, datetime]:
        """The moments at which the run wakes, by event; worked out once for each state of the chart."""
        if self.known_moments is None:
            self.known_moments = spread_out(self.chart.timers(), self.chart.model)
        return self.known_moments

    def due(self, *, spread: bool = True) -> str | None:
        """The event of a moment that has come.

        Not `spread`: of an order's date that has come, though the run's place in `APPLY_WINDOW` has not. Whoever sends
        something then meets a run whose date has come: nothing that is in force is changed or taken back. News of other
        runs wake nobody: a month's start would bring them to all at once.
        """
        now = workflow.now()
        moments = self.moments() if spread else of_dates(self.chart.timers())
        return next((event for event, moment in moments.items() if moment <= now), None)

    # What it shows.

    def document(self) -> Status:
        """The status document as of the last event."""
        if self.had_ended is not None:
            return self.had_ended
        stands = (self.is_busy(), self.is_frozen())
        if self.known_document is None or self.known_document[0] != stands:
            busy, frozen = stands
            info, settings = self.info, self.chart.model.settings
            url = page_of(settings.ui_url, settings.namespace, info.workflow_id, info.run_id)
            names = {"workflow_id": info.workflow_id, "run_id": info.run_id, "ui_url": url}
            self.known_document = (stands, status(self.chart, say, **names, busy=busy, frozen=frozen))
        return self.known_document[1]

    def details(self) -> str:
        """What the web UI shows of the run, made when it asks (docs/adr/0004)."""
        memory = self.chart.model
        if self.had_ended is not None:
            memory = memory.model_copy(update={"tasks": ()})
        return CurrentDetails(self.document(), memory).markdown()

    def publish(self) -> None:
        """Show how the run stands where that has changed."""
        if self.publisher.changed:
            shown = glance(self.chart, busy=self.is_busy())
            self.listing.rest(self.chart.model.request, shown)
            self.publisher.publish(shown, self.chart.model, self.info)

    async def answered(self, queued: QueuedEvent | None) -> Status | None:
        """Wait until the event is judged and the run waits for someone, has ended, or a system does not answer.

        The answer of a run that has ended comes when it is closed, so that whoever reads it can ask anew at once; a
        request that meets it on its way out is refused then, so that the next try starts a run. But a system that is
        slow or down, the mail server say, does not hold it up.
        """

        def settled() -> bool:
            if (
                self.had_ended is not None
                or self.is_busy()
                or (queued is not None and queued.judged and queued.refusal is not None)
            ):
                return True
            return self.is_quiet() and self.publisher.is_shown() and (queued is None or queued.judged)

        await workflow.wait_condition(settled)
        refusal = queued.refusal if queued is not None else None
        if queued is not None and not queued.judged:
            queued.promised = True
        on_its_way_out = queued is not None and queued.too_late
        if self.chart.ended and (refusal is None or on_its_way_out):
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self.finished,
                    timeout=options.FIRST_STAGE if on_its_way_out else options.CLOSING,
                    timeout_summary="What is left to do at the end",
                )
        if refusal is not None:
            raise self.failure(refusal)
        # What a replay answers is read by nobody: the answer stands in the history.
        return None if workflow.unsafe.is_replaying() else self.document()

    def failure(self, refusal: Refusal) -> EventRefused:
        """A refused update, readably."""
        return EventRefused(problem(self.chart, say, refusal, self.document()))

    def ignore(self, event: str, refusal: Refusal, by: str | None = None) -> None:
        """A signal that cannot be taken leaves a line and changes nothing else."""
        note_ignored(self.chart, event, refusal, workflow.now(), by)
        self.forget()
        self.publisher.changed = True

    def own_up(self) -> None:
        """What was promised and is refused after all leaves a line, as a signal would."""
        while self.queue.broken_promises:
            broken = self.queue.broken_promises.pop(0)
            assert broken.refusal is not None
            self.ignore(broken.event, broken.refusal, getattr(broken.message, "by", None))

    # The end.

    async def finish(self) -> None:
        """Keep the run in the ledger, tell those it concerns, answer what is still queued.

        What is under way and changes something comes first: a booking that arrived after the end would outlive it.
        Mails that the server does not take now, and receipts that cannot be issued now, go on by themselves: they keep
        no run open.
        """
        self.listing.end()
        self.queue.close(lambda message: after_the_end(self.chart.model, message))
        self.own_up()
        await self.through_reset(self.effects.changes_made)
        self.publish()
        if self.publisher.writing:
            await self.through_reset(lambda: not self.publisher.writing)
        end = End(
            status=self.document(),
            started_at=self.started_at,
            ended_at=workflow.now(),
            first_run_id=self.info.first_execution_run_id,
        )
        receipt = await call_until_done(activity_names.RECORD_END, end, Receipt, "Keep the ended run in the ledger")
        if self.goes_on:
            await self.look_up_end()
        if receipt.tell:
            await tell(Tell(runs=receipt.tell, state=self.chart.public_state), self.chart.model)
        await self.through_reset(self.effects.nothing_left)
        await self.leave_mails()

    async def leave_mails(self) -> None:
        """Mails and receipts that are still tried go on by themselves, and what the customer was not told."""
        memory = self.chart.model
        lines = len(memory.timeline)
        while self.effects.answers:
            answer = self.effects.next()
            if answer.undelivered is not None:
                note = undelivered_note(answer.effect, answer.undelivered)
                self.chart.write("not_delivered", note.key, at=workflow.now(), **note.values)
                keep_untold(memory, answer.effect, answer.undelivered)
        if self.effects.unsent or memory.untold:
            remains = Remains(
                workflow_id=self.info.workflow_id,
                run_id=self.info.run_id,
                memory=memory.model_dump(mode="json"),
                lines=lines,
                unsent=self.effects.unsent_in_order(),
            )
            await hand_over_unsent(remains, self.info)

    async def through_reset(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition at the end; where the run is reset meanwhile, it is looked up first whether it ended."""
        while True:
            await self.until(lambda: self.goes_on or condition())
            if not self.goes_on:
                return
            await self.look_up_end()

    def note_reset(self) -> None:
        """An administrator has reset the run: what it did after this point counts no more, unless it had ended.

        What is asked for from then on gets other keys: those of the same number are answered already. Nothing of it is
        begun before the ledger has been looked at.
        """
        self.chart.model.name_anew(self.info.run_id)
        self.goes_on = self.effects.on_hold = True
        self.was_reset.set()

    async def wake_when_reset(self) -> None:
        """Conditions are looked at after something has run: this does."""
        while True:
            await self.was_reset.wait()
            self.was_reset.clear()

    async def take_back(self) -> None:
        """The run goes on after a reset: it is open, its tasks are those of now, and what the comparison has written of
        its end counts no more. Raises `HadEnded`."""
        self.chart.pass_over_reminders(workflow.now())
        self.forget()
        await self.look_up_end()
        self.publisher.forget()

    async def look_up_end(self) -> None:
        """Whether the run had ended before it was reset: then it ends the same, and tells nobody anything.

        Raises `HadEnded`.
        """
        self.goes_on = False
        self.listing.end()
        self.listing.shown = None
        if self.publisher.writing:
            await self.until(lambda: not self.publisher.writing)
        request = self.chart.model.request
        going_on = GoingOn(
            workflow_id=self.info.workflow_id,
            first_run_id=self.info.first_execution_run_id,
            run_ids=self.chart.model.names(),
            kind=request.kind,
            customer=request.customer,
        )
        went_on = await call_until_done(activity_names.GO_ON, going_on, WentOn, "Look up whether it had ended")
        if went_on.ended is not None:
            self.had_ended = went_on.ended
            raise HadEnded
        self.effects.on_hold = False
        if went_on.tell:
            await tell(Tell(runs=went_on.tell, state=self.chart.public_state), self.chart.model)

    def may_continue_as_new(self) -> bool:
        """The history is long, and nothing is under way; what is tried patiently goes on in the next part."""
        if not self.info.is_continue_as_new_suggested():
            return False
        under_way = self.effects.answers or not self.effects.nothing_left()
        quiet = not under_way and not self.queue and not self.publisher.writing and self.rests()
        return quiet and workflow.all_handlers_finished()

    def carried(self) -> dict[str, Any]:
        """What goes on when the run continues as new: the memory with its open tasks, and when the run began."""
        return {
            "memory": self.chart.model.model_dump(mode="json"),
            "started_at": self.started_at.isoformat(),
            "unsent": [effect.model_dump(mode="json") for effect in self.effects.unsent_in_order()],
        }

    def carried_over(self) -> dict[str, Any]:
        """What the part before this one left; nothing where there was none."""
        return self.payloads[1] if len(self.payloads) == 2 and self.info.continued_run_id else {}

    def carried_effects(self) -> tuple[Effect, ...]:
        """The mails and receipts that the part before this one could not send or issue yet."""
        return tuple(UNSENT.validate_python(effect) for effect in self.carried_over().get("unsent", ()))

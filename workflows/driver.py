"""One loop for all kinds: feeds events to a chart, performs what it asks for, and shows where it stands."""

import asyncio
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.chart.admission import judge, judge_confirmation, judge_rejection, judge_request, malformed, parse
    from states.chart.lifecycle import Conduct
    from states.kinds.registry import KINDS
    from states.model.effects import Effect, Tell
    from states.model.facts import Receipt, Refusal
    from states.model.memory import Memory
    from states.model.payload_errors import readable
    from states.model.request import HandInProof, Message, Request
    from states.model.status import End, Status
    from states.rules.surplus_resolution import with_licence_news
from workflows import handlers, patches
from workflows.effect_calls import Slow, call, call_patiently, tell
from workflows.effect_runner import Performing
from workflows.run_state import Item


class Driver(handlers.Handlers, Performing):
    """The base of every workflow. A kind adds its `run` and nothing else."""

    @workflow.init
    def __init__(self, *payloads: Any) -> None:
        self.payloads = payloads
        self.info = workflow.info()
        self.queue: list[Item] = []
        self.pending: list[Item] = []
        self.answers: list[tuple[Effect, dict[str, Any]]] = []
        self.under_way: dict[int, Effect] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.slow: set[int] = set()
        self.own_request_seen = False
        self.closed = False
        self.started_at = workflow.now()
        self.runs = [self.info.run_id, self.info.first_execution_run_id]
        self.chart: Conduct = self.new_chart(payloads)
        self.prepare_alarm()
        self.prepare_face()

    # Beginning.

    def new_chart(self, payloads: tuple[Any, ...]) -> Conduct:
        """The chart of a new run, of a continued one, or of one whose document is wrong (`refused`, malformed)."""
        kind = KINDS[self.kind]
        if len(payloads) == 2 and self.info.continued_run_id:
            carried = payloads[1]
            self.started_at = datetime.fromisoformat(carried["started_at"])
            self.runs += carried["runs"]
            self.own_request_seen = True
            return kind.chart(Memory.model_validate(carried["memory"]))
        request = self.read_request(payloads)
        now = workflow.now()
        refusal = request if isinstance(request, Refusal) else None
        if isinstance(request, Refusal):
            request = self.request_of_id()
        memory = Memory(
            request=request,
            run_id=self.info.first_execution_run_id,
            now=now,
            requested_at=request.time or now,
            last_customer_at=request.time or now,
            state="refused" if refusal else "received",
            refusal=refusal,
        )
        chart = kind.chart(memory)
        chart.message = None if refusal else request
        chart.write("requested")
        chart.message = None
        return chart

    def read_request(self, payloads: tuple[Any, ...]) -> Request | Refusal:
        """The document, or what is wrong with it."""
        request = parse(Request, payloads)
        if isinstance(request, Refusal):
            return request
        if request.kind != self.kind:
            return malformed("fault.other_kind", asked=readable(request.kind), meant=self.kind)
        return handlers.belonging(self, request)

    def request_of_id(self) -> Request:
        """What can be said of a run whose document is wrong: the parts of its ID."""
        parts = self.info.workflow_id.split("/")
        try:
            return Request(kind=self.kind, customer=parts[1], subject=parts[2])
        except (IndexError, ValueError):
            return Request(kind=self.kind, customer="unknown", subject="unknown")

    # The loop.

    async def drive(self, payloads: tuple[Any, ...]) -> Status:
        """Run to the end; a cancel request becomes an event and never hits an activity half way."""
        self.spread = workflow.random().random()
        loop = asyncio.create_task(self.loop())
        while not loop.done():
            try:
                await asyncio.shield(loop)
            except asyncio.CancelledError:
                if loop.cancelled():
                    raise
                self.queue.append(Item("cancel_requested", None))
        if not loop.result():
            workflow.continue_as_new(args=[self.payloads[0], self.carried()])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.document()

    async def loop(self) -> bool:
        """Take what is there, one after the other; True when the run has ended, False to continue as new."""
        if self.chart.model.state == "received" and self.chart.model.check is None:
            self.perform(self.chart.start())
        while True:
            self.rang = False
            while self.step():
                pass
            if self.chart.ended:
                break
            if self.rests():
                self.publish()
                if self.ready():
                    continue
                if self.may_continue_as_new():
                    return False
                self.set_alarm()
            # Handlers finish only after the loop has taken their event: ask again when they have.
            await workflow.wait_condition(lambda: self.ready() or self.may_continue_as_new())
        await self.finish()
        return True

    def step(self) -> bool:
        """One thing that is ready: an answer, a moment that has come, an event whose turn it is."""
        if self.chart.ended:
            return False
        if self.answers:
            self.take_answer(*self.answers.pop(0))
        elif (due := self.due()) is not None:
            self.perform(self.chart.decide(patches.asked_by_time(self.chart, due), workflow.now()))
        elif self.queue and not self.holding():
            self.take(self.queue.pop(0))
        else:
            return False
        self.forget()
        self.resolve()
        return True

    def ready(self) -> bool:
        """Whether there is something to do."""
        waiting = bool(self.answers) or self.rang or (bool(self.queue) and not self.holding())
        return waiting or self.due() is not None

    def resolve(self) -> None:
        """Events whose outcome came with a later answer are judged when the chart is at rest again."""
        if self.chart.verdict is not None and self.pending:
            self.pending[0].refusal = self.chart.verdict
        self.chart.verdict = None
        if self.chart.ended or self.rests():
            for item in self.pending:
                item.judged = True
            self.pending.clear()

    # Taking events.

    def take(self, item: Item) -> None:
        """Judge an event when its turn comes, and take it or keep the reason why not."""
        now = workflow.now()
        self.pending.append(item)
        self.chart.model.now = now
        if item.event == "cancel_requested":
            self.take_cancel(now)
        elif item.event == "licence_changed":
            heard = with_licence_news(self.chart.model, item.message, now)
            self.perform(self.chart.decide("licence_changed", now, heard=heard))
        elif item.event == "requested":
            item.refusal = self.take_request(item.message, now)
        elif item.event in ("confirm_task", "reject_task"):
            item.refusal = self.take_decision(item, now)
        else:
            item.refusal = self.take_message(item.event, item.message, now)
        if item.refusal is not None:
            item.judged = True
            self.pending.remove(item)

    def take_message(self, event: str, message: Message, now: datetime) -> Refusal | None:
        """A customer's decision."""
        refusal = judge(self.chart, event, message, self.runs)
        if refusal is not None:
            return refusal
        task = note = None
        if isinstance(message, HandInProof):
            task = next(one for one in self.chart.model.tasks if one.task == message.task)
            note = handlers.said_of(message, task)
        acted = message.time or now
        self.perform(self.chart.decide(event, now, message=message, task=task, note=note, last_customer_at=acted))
        return None

    def take_request(self, request: Request, now: datetime) -> Refusal | None:
        """`requested` on an open run: the same target, the standing one, or another (X10)."""
        refusal = judge_request(self.chart, request)
        if refusal is not None:
            return refusal
        memory = self.chart.model
        if request.target == memory.request.target:
            if request.details not in (None, memory.request.details):
                self.perform(self.chart.decide("details_replaced", now, message=request, said="requested"))
            return None
        if memory.standing is not None and request.target == memory.standing.request.target:
            acted = request.time or now
            self.perform(self.chart.decide("abandon", now, message=request, said="requested", last_customer_at=acted))
        else:
            self.perform(self.chart.decide("target_proposed", now, message=request, quiet=True))
        return None

    def take_decision(self, item: Item, now: datetime) -> Refusal | None:
        """An operator's decision on a task."""
        if item.event == "confirm_task":
            patches.asked(self.chart, item.message)
            judged = judge_confirmation(self.chart, item.message)
        else:
            judged = judge_rejection(self.chart, item.message)
        if isinstance(judged, Refusal):
            return judged
        task, event = judged
        note = handlers.said_of(item.message, task)
        event = patches.caused(self.chart, event)
        self.perform(self.chart.decide(event, now, message=item.message, task=task, said=item.event, note=note))
        return None

    def take_cancel(self, now: datetime) -> None:
        """A cancel request is `abandon` by an operator where that is enabled; elsewhere a line (contract)."""
        if "abandon" in self.chart.possible():
            self.perform(self.chart.decide("abandon", now, message=handlers.by_operator()))
        else:
            self.chart.write("cancel_requested", "cancel_requested_not_possible")

    def ignore(self, event: str, refusal: Refusal, by: str | None = None) -> None:
        """A signal that cannot be taken leaves a line and changes nothing else."""
        fault = self.text_of(refusal)
        self.chart.model.now = workflow.now()
        self.chart.write(event, "ignored_signal", by=by, fault=fault)
        self.forget()
        self.touched = True

    # The end.

    async def finish(self) -> None:
        """Keep the run in the ledger, tell those it concerns, answer what is still queued."""
        self.stop_alarm()
        self.closed = True
        for item in self.queue:
            item.judged = True
            item.refusal = Refusal(rule="X11", code="ended", values={"state": self.chart.shown})
        self.queue.clear()
        self.publish()
        if self.writing is not None:
            await workflow.wait_condition(lambda: self.writing is None)
        end = End(status=self.document(), started_at=self.started_at, ended_at=workflow.now())
        summary = "Keep the ended run in the ledger"
        try:
            receipt = await call(activity_names.RECORD_END, end, Receipt, summary, local=True)
        except (Slow, FailureError):
            receipt = await call_patiently(activity_names.RECORD_END, end, Receipt, summary, None)
        if receipt.tell:
            await tell(Tell(runs=receipt.tell, state=self.chart.shown), self.chart.model)
        await workflow.wait_condition(lambda: not self.under_way or self.only_answered())

    def only_answered(self) -> bool:
        """What was begun at the end, a mail say, has been carried out."""
        return len(self.answers) >= len(self.under_way)

    def may_continue_as_new(self) -> bool:
        """The history is long, and nothing is under way."""
        if not self.info.is_continue_as_new_suggested():
            return False
        quiet = not self.under_way and not self.queue and self.writing is None and self.rests()
        return quiet and workflow.all_handlers_finished()

    def carried(self) -> dict[str, Any]:
        """The memory with its open tasks, and by which IDs this run was known."""
        return {
            "memory": self.chart.model.model_dump(mode="json"),
            "started_at": self.started_at.isoformat(),
            "runs": list(dict.fromkeys(self.runs)),
        }

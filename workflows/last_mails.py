"""The mails and receipts of a run that ended before they were out: they go on by themselves and keep no run open.

What cannot be delivered in the end is the same task as in a run (`tell_customer`), of the work list, the web UI and the
ledger's document, decided in the same way.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.quoting import in_markdown
    from catalogue.texts import say
    from states.chart.admission import parse, wrong_as_sent
    from states.chart.base import KEEPS_TASK, Chart
    from states.chart.decisions import undelivered_note
    from states.chart.proposals import keep_proposal, withdraw_proposal
    from states.chart.reminders import escalation_at, keep_open, remind_of_tasks
    from states.chart.second_opinion import Decided, decided, seconded
    from states.chart.task_types import keep_due
    from states.chart.tasks import close_task
    from states.chart.turn import Answer, Turn
    from states.chart.untold import ask_to_tell, mail_again, note_not_delivered, note_told
    from states.kinds.registry import KINDS
    from states.model.base import Value
    from states.model.consequence import Consequence
    from states.model.effects import IssueReceipt, Notify
    from states.model.facts import Receipt, Refusal
    from states.model.memory import Memory, TimelineLine
    from states.model.names import last_mails_of
    from states.model.request import OPERATOR_MESSAGES, ConfirmTask, RejectTask
    from states.model.status import Status, TicketNumbers, page_of
    from states.views.consequence import Course, consequence
    from states.views.refusals import problem
    from states.views.status import Glance, glance, status, task_entries
from workflows import options
from workflows.activity_calls import call_until_done
from workflows.background import Background
from workflows.converter import EventRefused
from workflows.current_details import CurrentDetails
from workflows.effect_runner import EffectRunner, step_of
from workflows.freezing import RELEASED
from workflows.ignored import BETTER_AS_UPDATE, note_ignored, said_by
from workflows.publisher import Publisher, task_list
from workflows.query_language import in_language_asked
from workflows.unbroken import unbroken
from workflows.weighing import CONSEQUENCE, Weighed, asked_about, copy_of

NAME = "LastMails"
ACTS: dict[str, Callable[[Turn], None]] = {
    "customer_told": note_told,
    "mail_again": mail_again,
    "stays_open": keep_open,
    "proposed": keep_proposal,
    "proposal_withdrawn": withdraw_proposal,
}
"""What a decision causes, the same as in a run."""


class Remains(Value):
    """What an ended run leaves: who it was, all that it remembers, and the mails and receipts that are still tried."""

    workflow_id: str
    run_id: str
    memory: dict[str, Any]
    lines: int
    """How many lines of its timeline the ledger has."""
    unsent: tuple[Annotated[Notify | IssueReceipt, Field(discriminator="effect")], ...] = ()


def remains_in(payloads: tuple[Any, ...]) -> tuple[Remains, Chart] | None:
    """What was handed over, with the run's chart at its end; None where it is none of ours."""
    try:
        remains = Remains.model_validate(payloads[0])
        memory = Memory.model_validate(remains.memory)
        return remains, KINDS[memory.request.kind].chart(memory)
    except (ValidationError, LookupError, ValueError):
        return None


def decision_handlers(event: str) -> tuple[Any, Any]:
    """The update and the signal of an operator's decision; what is wrong changes nothing, by signal it is a line."""

    async def updated(self: Any, *payloads: Any) -> Status:
        self.take(event, self.decided(event, payloads))
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.settled, timeout=options.CLOSING, timeout_summary="Show it")
        document: Status = self.document()
        return document

    def validated(self: Any, *payloads: Any) -> None:
        self.decided(event, payloads)

    def signalled(self: Any, *payloads: Any) -> None:
        judged = self.judged(event, payloads)
        if isinstance(judged, Refusal):
            note_ignored(self.chart, event, judged, workflow.now(), said_by(payloads))
            self.settled = False
        else:
            self.take(event, judged)

    updated.__name__, signalled.__name__ = f"update_{event}", f"signal_{event}"
    update = workflow.update(name=event, description=DESCRIPTIONS[event])(updated)
    update.validator(validated)
    return update, workflow.signal(name=event, description=BETTER_AS_UPDATE)(signalled)


DESCRIPTIONS = {
    "confirm_task": (
        "The customer was told (`told`), or the mails go out again (`retry`). "
        'Payload: {"task": "…", "by": "…", "decision": "…", "note": "…"}'
    ),
    "reject_task": 'The task stays open. Payload: {"task": "…", "by": "…", "note": "…"}',
}


@workflow.defn(name=NAME)
class LastMails:
    """Try each patiently, and ask a person about what was never delivered. It is no kind of cancellation."""

    @workflow.init
    def __init__(self, *payloads: Any) -> None:
        self.info = workflow.info()
        self.background = Background()
        self.effects = EffectRunner(lambda: self.memory, self.background, patience=options.MAIL_PATIENCE)
        self.publisher = Publisher(self.background, self.effects.freezing)
        self.shown: tuple[Any, ...] = ()
        self.timeline_kept: tuple[TimelineLine, ...] = ()
        """As the ledger has it."""
        self.settled = False
        """What has changed is shown everywhere."""
        self.left = remains_in(payloads)

    @workflow.run
    async def run(self, *payloads: Any) -> None:
        """Until it is done; a cancel request is a line, and leaves nobody untold."""
        await unbroken(self.loop(), self.note_cancel_request)

    async def note_cancel_request(self) -> None:
        """Say in the timeline that it was asked for. Raises `CancelledError` in one that is none of ours."""
        if self.left is None:
            raise asyncio.CancelledError
        self.chart.write("cancel_requested", "cancel_requested_not_possible", at=workflow.now(), actor="operator")
        self.settled = False

    async def loop(self) -> None:
        """Until every mail is delivered, or a person has told the customer."""
        if self.left is None:
            raise ApplicationError("this is started by runs that end", type="malformed", non_retryable=True)
        remains, _ = self.left
        self.timeline_kept = self.memory.timeline[: remains.lines]
        self.effects.start(remains.unsent)
        self.act(ask_to_tell)
        while self.goes_on():
            await (self.wait() if self.settled else self.show())
        await workflow.wait_condition(workflow.all_handlers_finished)

    confirm_task_update, confirm_task_signal = decision_handlers("confirm_task")
    reject_task_update, reject_task_signal = decision_handlers("reject_task")

    @workflow.signal(name="effects_released", description=RELEASED)
    def effects_released(self, *payloads: Any) -> None:
        """What a freeze has held up is tried again."""
        self.effects.freezing.release(payloads)

    @workflow.query(name="status", description="How the run ended, with what is still to be told.")
    def status(self, *payloads: Any) -> Status:
        """The status document of the ended run, with the task that is open, told in the language that is asked for."""
        return in_language_asked(payloads, self.document(), self.memory)

    @workflow.query(name="consequence", description=CONSEQUENCE)
    def consequence(self, *payloads: Any) -> Consequence:
        """What a decision would do, said before it is sent."""
        asked, trial = asked_about(payloads, workflow.now()), copy_of(self.chart)
        if not isinstance(asked, Weighed):
            return self.weighed(trial, Course(asked[0]), asked[1])
        judged = judge(trial, asked.message, asked.at)
        if isinstance(judged, Refusal):
            return self.weighed(trial, Course(judged), asked.language)
        turn = decide(trial, asked.event, judged, asked.at)
        second = seconded(self.memory.tasks, trial.model.tasks)
        agreed = judge(trial, second, asked.at) if second is not None else None
        if isinstance(agreed, Decided):
            turn = decide(trial, "confirm_task", agreed, asked.at)
        course = Course(None, tuple(turn.effects), needs_second=second is not None)
        return self.weighed(trial, course, asked.language)

    def weighed(self, trial: Chart, course: Course, language: str | None) -> Consequence:
        """What has come of a decision that was tried: the run has ended, and stays so."""
        shown = glance(trial)._replace(waiting_for=waiting_for(trial.model))
        return consequence(self.memory, trial, course, say, step_of=step_of, language=language, shown=shown)

    @property
    def chart(self) -> Chart:
        """The chart of the ended run. Raises `ApplicationError` where nothing was handed over."""
        if self.left is None:
            raise ApplicationError("this is started by runs that end", type="malformed", non_retryable=True)
        return self.left[1]

    @property
    def memory(self) -> Memory:
        """All that the ended run remembers."""
        return self.chart.model

    # What happens.

    def goes_on(self) -> bool:
        """Hear what has come of mails; whether there is still something to do."""
        while self.effects.answers:
            self.hear(self.effects.next())
        return bool(self.effects.under_way or self.memory.tasks) or not self.settled

    def hear(self, answer: Answer) -> None:
        """What came of a mail, or of a receipt: about one that fails for days nobody is asked, and the log says so."""
        if answer.error is not None:
            key = step_of(self.memory, answer.effect).key
            workflow.logger.error("receipt_given_up", extra={"workflow_id": self.info.workflow_id, "key": key})
        if answer.undelivered is None:
            return
        note = undelivered_note(answer.effect, answer.undelivered)
        turn = self.act(note_not_delivered, answer=answer)
        turn.write("not_delivered", note.key, **note.values)

    def judged(self, event: str, payloads: tuple[Any, ...]) -> Decided | Refusal:
        """The decision with its task and what it causes, or why it cannot be taken."""
        shape: Any = OPERATOR_MESSAGES[event]
        said = parse(shape, payloads)
        now = workflow.now()
        return said if isinstance(said, Refusal) else judge(self.chart, said.arrived(now), now)

    def decided(self, event: str, payloads: tuple[Any, ...]) -> Decided:
        """The same. Raises what refuses it, readably."""
        judged = self.judged(event, payloads)
        if isinstance(judged, Refusal):
            raise EventRefused(problem(self.chart, say, judged, self.document()))
        return judged

    def take(self, event: str, decision: Decided) -> None:
        """What a person has decided."""
        self.begin(decide(self.chart, event, decision, workflow.now()))

    def act(self, action: Callable[[Turn], None], **facts: Any) -> Turn:
        """Take an action of the charts, and begin what it asks for."""
        self.memory.now = workflow.now()
        turn = turn_of(self.chart, **facts)
        action(turn)
        keep_due(self.memory)
        self.begin(turn)
        return turn

    def begin(self, turn: Turn) -> None:
        """Have performed what was asked for, and what has changed shown."""
        self.effects.start(tuple(turn.effects))
        self.settled = False

    async def wait(self) -> None:
        """Until something happens, or operators are to be reminded."""
        moments = [escalation_at(self.memory, task) for task in self.memory.tasks]

        def happened() -> bool:
            return not self.settled or bool(self.effects.answers) or self.background.fault is not None

        try:
            await workflow.wait_condition(happened, timeout=until(moments), timeout_summary="Remind the operators")
        except TimeoutError:
            self.act(remind_of_tasks)
        self.background.check()

    # What it shows.

    def document(self) -> Status:
        """How the run ended, with the task that is open."""
        chart, memory = self.chart, self.memory
        assert self.left is not None
        workflow_id, run_id = self.left[0].workflow_id, self.left[0].run_id
        url = page_of(memory.settings.ui_url, self.info.namespace, workflow_id, run_id)
        document = status(chart, say, workflow_id=workflow_id, run_id=run_id, ui_url=url)
        return document.model_copy(update={"waiting_for": waiting_for(self.memory)})

    def details(self) -> str:
        """What the web UI shows."""
        return CurrentDetails(self.document(), self.memory).markdown()

    async def show(self) -> None:
        """The task in the work list and in the search, the lines in the ledger."""
        self.settled = True
        entries, memory = task_entries(self.memory, say), self.memory
        self.publisher.publish_attributes(Glance(self.chart.public_state, waiting_for(memory), None, None), memory)
        shown = (entries, [task.escalated for task in memory.tasks])
        if shown != self.shown:
            no_deadlines = (None,) * len(entries)
            self.shown, tasks = shown, task_list(entries, no_deadlines, memory, self.info)
            await call_until_done(activity_names.WRITE_TASKS, tasks, TicketNumbers, "Write the task to the work list")
        if memory.timeline != self.timeline_kept:
            self.timeline_kept = memory.timeline
            ended = self.document().model_copy(update={"tasks": (), "waiting_for": ()})
            await call_until_done(activity_names.AMEND_END, ended, Receipt, "Add to the timeline in the ledger")


def waiting_for(memory: Memory) -> tuple[Any, ...]:
    """A person, while a task is open."""
    return ("operator",) if memory.tasks else ()


def turn_of(chart: Chart, message: Any = None, **facts: Any) -> Turn:
    """What is at hand for a decision; the run itself takes no event any more."""
    return Turn(chart.model, chart.traits, lambda: frozenset(ACTS), message, **facts)


def judge(chart: Chart, said: ConfirmTask | RejectTask, now: datetime) -> Decided | Refusal:
    """A decision with its task and what it causes, or why it cannot be taken."""
    refusal = wrong_as_sent(chart.model, said)
    if refusal is not None:
        return refusal
    message = chart.dated(said, now)
    return decided(turn_of(chart, message), message)


def decide(chart: Chart, event: str, decision: Decided, now: datetime) -> Turn:
    """What a person has decided is noted, and what it causes is asked for."""
    message, task, caused, note = decision
    chart.model.now = now
    closes = task if caused not in KEEPS_TASK else None
    if closes is not None:
        close_task(chart.model, closes)
    turn = turn_of(chart, message, task=task)
    ACTS[caused](turn)
    keep_due(chart.model)
    turn.write(event, note.key, closes=closes, **note.values)
    return turn


def until(moments: list[datetime]) -> Any:
    """How long it is until the first of these moments; None where there is none."""
    return max(min(moments) - workflow.now(), options.LEAST_LEFT) if moments else None


async def hand_over_unsent(remains: Remains, info: workflow.Info) -> None:
    """Let them go on under an ID of their own."""
    await workflow.start_child_workflow(
        NAME,
        remains,
        id=last_mails_of(info.workflow_id, info.run_id),
        parent_close_policy=ParentClosePolicy.ABANDON,
        static_summary=f"Mails and receipts of {in_markdown(info.workflow_id)}",
    )

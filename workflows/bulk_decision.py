"""One decision on many tasks, carried out one after the other: it can be watched, paused, gone on with and stopped.

It is no kind of cancellation: no chart, no search attributes, no status document. What was chosen, and what came of
each, stands in our database; the history has an activity for every hundred tasks.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.texts import say
    from states.model.bulk import ROOM, WORKFLOW, BulkAct, BulkChange, BulkProgress, SaidBy
    from states.model.payload_errors import readable
from workflows import options
from workflows.activity_calls import read_answer
from workflows.unbroken import unbroken

ABOUT: dict[BulkAct, str] = {
    "pause": "Send no more until it goes on.",
    "resume": "Begin, or go on after a pause.",
    "stop": "Send no more; what was not sent is left as it is.",
    "again": "Send again what failed; what is decided is not sent twice.",
}

CANCEL_REQUEST = "Temporal (Request Cancellation)"
"""By whom it is paused where Temporal was asked to cancel it, which does not say who asked."""


def act_handlers(act: BulkAct) -> tuple[Any, Any]:
    """The update and the signal by which a person acts; what is wrong changes nothing."""

    async def updated(self: Any, *payloads: Any) -> BulkProgress:
        progress: BulkProgress = await self.change(act, said_in(payloads))
        return progress

    def validated(self: Any, *payloads: Any) -> None:
        said_in(payloads)

    async def signalled(self: Any, *payloads: Any) -> None:
        try:
            await self.change(act, said_in(payloads))
        except ApplicationError as error:
            workflow.logger.warning("bulk_act_refused", extra={"act": act, "reason": error.message})

    updated.__name__, signalled.__name__ = f"update_{act}", f"signal_{act}"
    about = f'{ABOUT[act]} Payload: {{"by": "your name"}}'
    update = workflow.update(name=act, description=about)(updated)
    update.validator(validated)
    return update, workflow.signal(name=act, description=about)(signalled)


def said_in(payloads: tuple[Any, ...]) -> SaidBy:
    """Who acts. Raises a readable error."""
    try:
        (payload,) = payloads
        return SaidBy.model_validate(payload)
    except (ValidationError, ValueError):
        raise ApplicationError('send one document, {"by": "your name"}', type="malformed", non_retryable=True) from None


@workflow.defn(name=WORKFLOW)
class BulkDecision:
    """One decision on many tasks. Begun by the portal, which has kept what was chosen."""

    @workflow.init
    def __init__(self, *payloads: Any) -> None:
        self.progress: BulkProgress | None = None
        self.changed = False
        """Somebody has acted since it was last looked at."""

    @workflow.run
    async def run(self, *payloads: Any) -> BulkProgress:
        """Until all is sent, or somebody has stopped it. A cancel request is a pause: nothing is given up by it."""
        progress = await unbroken(self.loop(), self.pause)
        if progress is None:
            workflow.continue_as_new()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return progress

    async def pause(self) -> None:
        """Pause it, where it can be paused."""
        with suppress(ApplicationError):
            await self.change("pause", SaidBy(by=CANCEL_REQUEST))

    async def loop(self) -> BulkProgress | None:
        """How it ended; None: it goes on as a new run, since the history is long."""
        while True:
            self.changed = False
            self.progress = await self.carry_out()
            await workflow.wait_condition(workflow.all_handlers_finished)
            if not self.changed and not await self.goes_on(self.progress):
                return self.progress
            if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
                return None

    async def goes_on(self, progress: BulkProgress) -> bool:
        """Wait for what comes next; whether there is something."""
        if progress.state == "paused":
            await workflow.wait_condition(lambda: self.changed)
        elif progress.state == "running" and progress.due_in:
            until = timedelta(seconds=progress.due_in)
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: self.changed, timeout=until, timeout_summary="Try again")
        return progress.state in ("running", "paused")

    pause_update, pause_signal = act_handlers("pause")
    resume_update, resume_signal = act_handlers("resume")
    stop_update, stop_signal = act_handlers("stop")
    again_update, again_signal = act_handlers("again")

    @workflow.signal(name="look", description="Somebody has acted on the desk: look at how it stands.")
    def look(self, *payloads: Any) -> None:
        """What any payload says is nothing to it."""
        self.changed = True

    @workflow.query(name="progress", description="How many tasks are decided, failed, and still wait.")
    def shown_progress(self, *payloads: Any) -> BulkProgress | None:
        """As it was after the last activity; None before the first."""
        return self.progress

    async def change(self, act: BulkAct, said: SaidBy) -> BulkProgress:
        """Do what a person wants. Raises a readable error where that is not possible."""
        change = BulkChange(bulk=self.bulk, act=act, by=said.by)
        try:
            self.progress = await call(activity_names.CHANGE_BULK, change, f"{act}, by a person")
        finally:
            self.changed = True
        return self.progress

    async def carry_out(self) -> BulkProgress:
        """Send some of what is left."""
        return await call(activity_names.CARRY_OUT_BULK, self.bulk, "Send decisions to their runs")

    @property
    def bulk(self) -> str:
        """Its ID, the second part of the workflow ID. Raises a readable error where it was started otherwise."""
        room, _, bulk = workflow.info().workflow_id.partition("/")
        if f"{room}/" != ROOM:
            raise ApplicationError("bulk decisions are begun on the desk", type="malformed", non_retryable=True)
        return bulk

    def details(self) -> str:
        """What the web UI shows."""
        return say("en", "bulk.details", self.progress.model_dump() if self.progress else {})


async def call(name: str, argument: Any, summary: str) -> BulkProgress:
    """One activity, tried until it succeeds or is refused. Raises `ApplicationError` with the reason."""
    try:
        answer = await workflow.execute_activity(
            name,
            argument,
            start_to_close_timeout=options.A_BATCH,
            heartbeat_timeout=options.A_BATCH_BEATS,
            retry_policy=options.QUICK,
            priority=options.NOBODY_WAITS,
            summary=summary,
        )
    except ActivityError as error:
        cause = error.cause
        reason = cause.message if isinstance(cause, ApplicationError) else readable(str(cause or error))
        raise ApplicationError(reason, type="not_enabled", non_retryable=True) from None
    progress: BulkProgress = read_answer(name, answer, BulkProgress)
    return progress

"""Commands to runs at Temporal: updates that answer in time, also to an event that is sent again."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, NamedTuple

from temporalio.client import (
    Client,
    RPCError,
    RPCStatusCode,
    WithStartWorkflowOperation,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from activities.sql.inbox import Stage
from catalogue.quoting import in_markdown
from catalogue.texts import say
from portal.incoming import RunCommand
from portal.problems import PortalProblem, refused_by_run
from portal.run_reader import Document, RunReader, is_gone, quoted, reaching, unavailable
from states.kinds.registry import KINDS
from states.model.request import Request
from workflows import search_attributes as attributes

UPDATE_WITHIN = 3.6
"""Seconds that an update may take; with a look at the run afterwards the answer comes within five."""
OTHERS = 0.75
"""The part of that time which is spent on what was promised of the run before: another look comes after it."""
TIMED_OUT = (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError)
GONE_WITH_RUN = "AcceptedUpdateCompletedWorkflow"
"""The server's error type for an update whose run ended before it answered."""


class Delivered(NamedTuple):
    """How a run stands, and how sure it is that the command reached it. `stage`: None where its outcome is known.

    `answered`: the run itself has taken it, though it may still be at work.
    """

    document: Document
    stage: Stage | None
    answered: bool = True


@dataclass
class Progress:
    """How far a command has come. What Temporal has only admitted is not durable; what it has accepted is."""

    accepted: bool = False


async def outcome(sending: Awaitable[WorkflowUpdateHandle[Any]], progress: Progress) -> Document:
    """What an update answers, once it has been accepted."""
    update = await sending
    progress.accepted = True
    document: Document = await update.result()
    return document


@dataclass(frozen=True)
class RunClient:
    """Sends commands to the runs of one namespace. Raises `PortalProblem` with a code of the contract."""

    client: Client
    task_queue: str
    reader: RunReader

    def until(self, part: float = 1) -> float:
        """By the loop's clock, until when an update that is sent now may take, or so much of its time."""
        return asyncio.get_running_loop().time() + part * UPDATE_WITHIN

    async def send(self, command: RunCommand, again: bool = False, until: float | None = None) -> Delivered:
        """Send a command and answer the status document: it waits for `system` where the run is still at work.

        The same command sent again answers what came of it. `again`: it was sent before and what came of it is not
        known, so that is looked for first. `until`: where its time began before, when it is over.
        """
        progress = Progress()
        try:
            async with asyncio.timeout_at(self.until() if until is None else until):
                with reaching():
                    document = await self.outcome_of(command, again, progress)
        except TIMED_OUT:
            at_work = await self.reader.read_at_work(command.workflow_id)
            return Delivered(at_work, "accepted" if progress.accepted else "promised", answered=False)
        except RPCError as error:
            if not is_gone(error):
                raise unavailable(error) from error
            raise await self.reader.why_not_running(command.workflow_id) from error
        if again and is_at_work(document):
            document = await self.newest(document)
        return Delivered(document, "accepted" if is_at_work(document) else None)

    async def outcome_of(self, command: RunCommand, again: bool, progress: Progress) -> Document:
        """What the run answers. Raises `PortalProblem` for a refusal, and what Temporal raises."""
        try:
            run = await self.run_with(command) if again else None
            if run is not None:
                return await self.outcome_in(run, command, progress)
            if command.request is not None:
                return await self.begin(command, command.request, progress)
            return await self.update(command, progress)
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == GONE_WITH_RUN:
                return await self.reader.read(command.workflow_id)
            raise refused_by_run(error) from error

    async def update(self, command: RunCommand, progress: Progress, run_id: str | None = None) -> Document:
        """Send the update to the open run, or to the one named."""
        run = self.client.get_workflow_handle(command.workflow_id, run_id=run_id)
        return await outcome(
            run.start_update(
                command.event, command.payload, wait_for_stage=WorkflowUpdateStage.ACCEPTED, id=command.update_id
            ),
            progress,
        )

    async def begin(self, command: RunCommand, request: Request, progress: Progress) -> Document:
        """Start the run, or meet the open one; one on its way out says that it has ended when it is closed."""
        try:
            return await self.start(command, request, progress)
        except WorkflowUpdateFailedError as error:
            if not has_ended(error):
                raise
            return await self.start(command, request, progress, f"{command.update_id}/next")

    async def start(
        self, command: RunCommand, request: Request, progress: Progress, update_id: str | None = None
    ) -> Document:
        """Update-with-start: one open run a workflow ID, which a second request meets.

        `update_id`: where the command's own has been answered by the run before.
        """
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            KINDS[request.kind].workflow,
            command.payload,
            id=command.workflow_id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=summary_of(request),
            memo={"event": command.update_id},
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(attributes.KIND, request.kind),
                    SearchAttributePair(attributes.CUSTOMER, request.customer),
                    SearchAttributePair(attributes.STATE, "received"),
                    SearchAttributePair(attributes.WAITING_FOR, ["system"]),
                ]
            ),
        )
        return await outcome(
            self.client.start_update_with_start_workflow(
                command.event,
                command.payload,
                start_workflow_operation=operation,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                id=update_id or command.update_id,
            ),
            progress,
        )

    # A command that comes again.

    async def run_with(self, command: RunCommand) -> WorkflowExecutionDescription | None:
        """The run that this command started or reached, of the runs that Temporal still knows."""
        try:
            newest = await self.client.get_workflow_handle(command.workflow_id).describe()
        except RPCError as error:
            if is_gone(error):
                return None
            raise
        if await self.belongs(newest, command):
            return newest
        for run_id in await self.former_runs(command.workflow_id, newest.run_id):
            former = await self.client.get_workflow_handle(command.workflow_id, run_id=run_id).describe()
            if await self.belongs(former, command):
                return former
        return None

    async def belongs(self, run: WorkflowExecutionDescription, command: RunCommand) -> bool:
        """Whether the command started this run, or a closed run answered it."""
        if await run.memo_value("event", default=None) == command.update_id:
            return True
        return run.status != WorkflowExecutionStatus.RUNNING and await self.answer_of(run, command) is not None

    async def former_runs(self, workflow_id: str, newest: str) -> list[str]:
        """The run IDs of earlier runs; none where the server cannot list (the time-skipping test server)."""
        runs = self.client.list_workflows(f"WorkflowId = {quoted(workflow_id)}", limit=20)
        try:
            return [run.run_id async for run in runs if run.run_id != newest]
        except RPCError as error:
            if error.status != RPCStatusCode.UNIMPLEMENTED:
                raise
            return []

    async def outcome_in(self, run: WorkflowExecutionDescription, command: RunCommand, progress: Progress) -> Document:
        """What came of the command in the run that it belongs to; there Temporal knows its update ID."""
        if run.status == WorkflowExecutionStatus.RUNNING:
            return await self.update(command, progress, run.run_id)
        answer = await self.answer_of(run, command)
        return answer or await self.reader.read(command.workflow_id, run.run_id)

    async def answer_of(self, run: WorkflowExecutionDescription, command: RunCommand) -> Document | None:
        """The answer that a closed run gave to this update; None where it never took it."""
        handle = self.client.get_workflow_handle(command.workflow_id, run_id=run.run_id)
        try:
            document: Document = await handle.get_update_handle(command.update_id).result()
            return document
        except WorkflowUpdateFailedError as error:
            if command.request is not None and has_ended(error):
                return None  # a run on its way out took no request
            raise
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNIMPLEMENTED):
                return None
            raise

    async def newest(self, document: Document) -> Document:
        """What the run says by now, where its answer was that a system does not answer."""
        try:
            return await self.reader.read(document["workflow_id"], document.get("run_id"))
        except PortalProblem:
            return document


def has_ended(error: WorkflowUpdateFailedError) -> bool:
    """Whether a run refused an event since it has ended."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == "ended"


def is_at_work(document: Document) -> bool:
    """Whether the run has not yet answered with what came of a command."""
    return "system" in document.get("waiting_for", ())


def summary_of(request: Request) -> str:
    """The run's name in the web UI, which reads Markdown: "JTL edition, K-1001"."""
    subject, customer = in_markdown(request.subject), in_markdown(request.customer)
    if request.kind == "edition":
        return f"{subject.upper()} edition, {customer}"
    return f"{say('en', f'kind.{request.kind}')} {subject}, {customer}"

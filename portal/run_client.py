"""Runs at Temporal, as the portal speaks to them: updates that answer in time, and where a run stands."""

import asyncio
from typing import Any

from temporalio.client import (
    RPCError,
    RPCStatusCode,
    WithStartWorkflowOperation,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import ApplicationError

from catalogue.texts import say
from portal.incoming import RunCommand
from portal.problems import PortalProblem, refused_by_run
from portal.run_reader import (
    CUSTOMER,
    KIND,
    STATE,
    WAITING_FOR,
    Document,
    RunReader,
    gone,
    reaching,
    unavailable,
)
from states.kinds.registry import KINDS
from states.model.request import Request

UPDATE_WITHIN = 3.6
"""Seconds that an update may take; with a look at the run afterwards the answer comes within five."""
TIMED_OUT = (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError)
GONE_WITH_RUN = "AcceptedUpdateCompletedWorkflow"
"""The server's error type for an update whose run ended before it answered."""


class Pending(Exception):
    """The run is still at work: `document` says so, and the same event sent again answers what came of it."""

    def __init__(self, document: Document) -> None:
        super().__init__("pending")
        self.document = document


class RunClient(RunReader):
    """The runs of one namespace. Every method raises `PortalProblem` with a code of the contract."""

    # Sending.

    async def send(self, decision: RunCommand, again: bool) -> Document:
        """Send a decision and answer the status document. Raises `Pending` where the run is still at work.

        `again`: it was sent before and what came of it is not known, so it is first looked for.
        """
        try:
            async with asyncio.timeout(UPDATE_WITHIN):
                with reaching():
                    document = await self.outcome(decision, again)
        except TIMED_OUT:
            raise Pending(await self.at_work(decision)) from None
        except RPCError as error:
            if not gone(error):
                raise unavailable(error) from error
            raise await self.not_running(decision.workflow_id) from error
        if "system" in document.get("waiting_for", ()):
            raise Pending(await self.newer(document) if again else document)
        return document

    async def outcome(self, decision: RunCommand, again: bool) -> Document:
        """What the run answers. Raises `PortalProblem` for a refusal, and what Temporal raises."""
        known = await self.run_with(decision) if again else None
        try:
            if known is not None:
                return await self.outcome_in(known, decision)
            if decision.request is not None:
                return await self.start(decision, decision.request)
            handle = self.client.get_workflow_handle(decision.workflow_id)
            document: Document = await handle.execute_update(decision.event, decision.payload, id=decision.update_id)
            return document
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == GONE_WITH_RUN:
                return await self.read(decision.workflow_id)
            raise refused_by_run(error) from error

    async def start(self, decision: RunCommand, request: Request) -> Document:
        """Update-with-start: one open run a workflow ID, which a second request meets."""
        kind = KINDS[request.kind]
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            kind.workflow,
            decision.payload,
            id=decision.workflow_id,
            task_queue=self.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=summary_of(request),
            memo={"event": decision.update_id},
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(KIND, request.kind),
                    SearchAttributePair(CUSTOMER, request.customer),
                    SearchAttributePair(STATE, "received"),
                    SearchAttributePair(WAITING_FOR, ["system"]),
                ]
            ),
        )
        document: Document = await self.client.execute_update_with_start_workflow(
            "requested", decision.payload, start_workflow_operation=operation, id=decision.update_id
        )
        return document

    # An event that comes again.

    async def run_with(self, decision: RunCommand) -> WorkflowExecutionDescription | None:
        """The run that this event started or reached, of the runs that Temporal still knows."""
        try:
            newest = await self.client.get_workflow_handle(decision.workflow_id).describe()
        except RPCError as error:
            if gone(error):
                return None
            raise
        if await self.belongs(newest, decision):
            return newest
        for run_id in await self.former_runs(decision.workflow_id, newest.run_id):
            former = await self.client.get_workflow_handle(decision.workflow_id, run_id=run_id).describe()
            if await self.belongs(former, decision):
                return former
        return None

    async def belongs(self, run: WorkflowExecutionDescription, decision: RunCommand) -> bool:
        """Whether the event started this run, or a closed run answered it."""
        if await run.memo_value("event", default=None) == decision.update_id:
            return True
        if run.status == WorkflowExecutionStatus.RUNNING:
            return False
        return await self.answer_of(run, decision) is not None

    async def former_runs(self, workflow_id: str, newest: str) -> list[str]:
        """The run IDs of earlier runs; none where the server cannot list (the time-skipping test server)."""
        found = []
        try:
            async for run in self.client.list_workflows(f"WorkflowId = {quoted(workflow_id)}", limit=20):
                found += [run.run_id] if run.run_id != newest else []
        except RPCError as error:
            if error.status != RPCStatusCode.UNIMPLEMENTED:
                raise
        return found

    async def outcome_in(self, run: WorkflowExecutionDescription, decision: RunCommand) -> Document:
        """What came of the event in the run that it belongs to; there Temporal knows its update ID."""
        handle = self.client.get_workflow_handle(decision.workflow_id, run_id=run.run_id)
        if run.status == WorkflowExecutionStatus.RUNNING:
            document: Document = await handle.execute_update(decision.event, decision.payload, id=decision.update_id)
            return document
        answer = await self.answer_of(run, decision)
        return answer or await self.read(decision.workflow_id, run.run_id)

    async def answer_of(self, run: WorkflowExecutionDescription, decision: RunCommand) -> Document | None:
        """The answer that a closed run gave to this update; None where it never took it."""
        handle = self.client.get_workflow_handle(decision.workflow_id, run_id=run.run_id)
        try:
            document: Document = await handle.get_update_handle(decision.update_id).result()
            return document
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNIMPLEMENTED):
                return None
            raise

    async def newer(self, document: Document) -> Document:
        """What the run says by now, where its answer was that a system does not answer."""
        try:
            return await self.read(document["workflow_id"], document.get("run_id"))
        except PortalProblem:
            return document


def quoted(value: str) -> str:
    """A value in a visibility query, never more than a value."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def summary_of(request: Request) -> str:
    """The run's name in the web UI: "JTL edition, K-1001"."""
    if request.kind == "edition":
        return f"{request.subject.upper()} edition, {request.customer}"
    try:
        name = say("en", f"kind.{request.kind}")
    except KeyError:
        name = request.kind.replace("_", " ")
    return f"{name} {request.subject}, {request.customer}"

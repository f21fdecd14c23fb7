"""What Temporal knows of a run: the adapter of the port `activities.ports.Executions`."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    RPCError,
    RPCStatusCode,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHistoryEventFilterType,
    WorkflowQueryFailedError,
)

from states.kinds.registry import KINDS
from states.model.ends import ENDS
from states.model.reconciliation import Execution, How
from states.model.request import LicenceChanged
from states.model.status import ShownRun, WaitingFor
from workflows import search_attributes as attributes

STATUS: dict[WorkflowExecutionStatus, How] = {
    WorkflowExecutionStatus.RUNNING: "open",
    WorkflowExecutionStatus.COMPLETED: "completed",
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed_out",
    WorkflowExecutionStatus.CANCELED: "canceled",
}
CALL = timedelta(seconds=10)
"""How long one call may take; a query lets a worker replay the run."""
AT_A_TIME = 200
"""Runs of one answer of visibility; reading more would hold up what else this worker does."""
OPEN_RUNS = "ExecutionStatus = 'Running' AND WorkflowType IN ({})".format(
    ", ".join(f"'{kind.workflow}'" for kind in KINDS.values())
)
LONGEST = 200
"""Characters of a reason that are passed on."""


@dataclass(frozen=True)
class TemporalExecutions:
    """The port `Executions` on a client. What goes wrong, `RPCError`, is tried again by whoever asks."""

    client: Client

    async def seen(self, workflow_id: str, run_id: str) -> Execution:
        """The run that `run_id` is a part of, as it stands now.

        A run that continued as new, or was reset, goes on under another run ID and the same first one; its first part
        may be past retention while it is open. A newer run of the same ID is another one. Where Temporal no longer
        knows `run_id` and something runs under the workflow ID, that counts as this run: the newer one closes it.
        """
        newest = await self.described(workflow_id)
        if newest is None:
            return Execution(workflow_id=workflow_id, run_id=run_id, how="unknown")
        if run_id in (newest.run_id, first_of(newest)):
            return await self.execution_of(newest)
        part = await self.described(workflow_id, run_id)
        if part is None:
            running = newest.status == WorkflowExecutionStatus.RUNNING
            return Execution(workflow_id=workflow_id, run_id=run_id, how="open" if running else "unknown")
        if first_of(part) == first_of(newest):
            return await self.execution_of(newest)
        return (await self.execution_of(await self.last_part(part))).model_copy(update={"succeeded": True})

    async def open_runs(self) -> AsyncIterator[Sequence[ShownRun]]:
        """All open runs of ours, some at a time, as visibility shows them."""
        pages = self.client.list_workflows(OPEN_RUNS, page_size=AT_A_TIME, rpc_timeout=CALL)
        while True:
            await pages.fetch_next_page()
            yield [shown_in(run, run.run_id) for run in pages.current_page or ()]
            if not pages.next_page_token:
                return

    async def shown(self, workflow_id: str) -> ShownRun | None:
        """What the open run of that workflow ID shows now; None where none is open, or it is about to end."""
        run = await self.described(workflow_id)
        if run is None or run.status != WorkflowExecutionStatus.RUNNING:
            return None
        shown = shown_in(run, first_of(run))
        return None if shown.state in ENDS else shown

    async def status(self, workflow_id: str, run_id: str) -> dict[str, Any] | None:
        """The status document as the run last had it, also of a closed one; None where nobody can say.

        That is a run that is gone, that never began, or that no longer replays.
        """
        handle = self.client.get_workflow_handle(workflow_id, run_id=run_id)
        try:
            document: dict[str, Any] = await handle.query("status", rpc_timeout=CALL)
        except WorkflowQueryFailedError:
            return None
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                return None
            raise
        return document

    async def tell(self, workflow_id: str, news: LicenceChanged) -> None:
        """Signal news to the open run; fine where there is none. Raises `RPCError`."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            await handle.signal("licence_changed", news.model_dump(mode="json"), rpc_timeout=CALL)
        except RPCError as error:
            if not is_unknown(error):
                raise

    async def tell_released(self, workflow_id: str, freeze: int) -> None:
        """Signal an open run that all freezes up to this one are over; fine where there is none. Raises `RPCError`."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            await handle.signal("effects_released", {"freeze": freeze}, rpc_timeout=CALL)
        except RPCError as error:
            if not is_unknown(error):
                raise

    async def described(self, workflow_id: str, run_id: str | None = None) -> WorkflowExecutionDescription | None:
        """A part of a run, the newest unless named; None where Temporal has none."""
        try:
            return await self.client.get_workflow_handle(workflow_id, run_id=run_id).describe(rpc_timeout=CALL)
        except RPCError as error:
            if is_unknown(error):
                return None
            raise

    async def last_part(self, part: WorkflowExecutionDescription) -> WorkflowExecutionDescription:
        """Where a run that continued as new went, as far as Temporal still knows."""
        while part.status == WorkflowExecutionStatus.CONTINUED_AS_NEW:
            closed = await self.closed(part)
            after = closed and closed.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            following = await self.described(part.id, after) if after else None
            if following is None:
                break
            part = following
        return part

    async def execution_of(self, run: WorkflowExecutionDescription) -> Execution:
        """A description as a value; of a terminated run, by whom and why."""
        how = STATUS.get(run.status, "unknown") if run.status is not None else "unknown"
        closed = await self.closed(run) if how == "terminated" else None
        termination = closed.workflow_execution_terminated_event_attributes if closed else None
        return Execution(
            workflow_id=run.id,
            run_id=run.run_id,
            how=how,
            first_run_id=first_of(run),
            started_at=run.start_time,
            at=run.close_time,
            by=(termination.identity or None) if termination else None,
            reason=(termination.reason[:LONGEST] or None) if termination else None,
        )

    async def closed(self, run: WorkflowExecutionDescription) -> HistoryEvent | None:
        """The last event of a closed run."""
        handle = self.client.get_workflow_handle(run.id, run_id=run.run_id)
        kind = WorkflowHistoryEventFilterType.CLOSE_EVENT
        async for event in handle.fetch_history_events(event_filter_type=kind, rpc_timeout=CALL):
            return event
        return None


def shown_in(run: WorkflowExecution, first_run_id: str) -> ShownRun:
    """What the search attributes say of an open run; a date of which they say nothing any more is not unset there."""
    kind, customer, subject = (*run.id.split("/", 2), "", "")[:3]
    values = run.typed_search_attributes
    return ShownRun(
        workflow_id=run.id,
        run_id=run.run_id,
        first_run_id=first_run_id,
        kind=kind,
        customer=customer,
        subject=subject,
        state=values.get(attributes.STATE) or "received",
        waiting_for=tuple(cast(WaitingFor, value) for value in values.get(attributes.WAITING_FOR, ["system"])),
        effective_at=values.get(attributes.EFFECTIVE_DATE),
        order_by=values.get(attributes.ORDER_BY),
        being_booked=False,  # of which they say nothing
        started_at=run.start_time,
        as_of=run.start_time,
    )


def is_unknown(error: RPCError) -> bool:
    """Whether there is no such run, or none that is open; a namespace that is missing is something else."""
    return error.status == RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()


def first_of(run: WorkflowExecutionDescription) -> str:
    """The run ID by which a run began, the same for all its parts."""
    return run.raw_description.workflow_execution_info.first_run_id or run.run_id

"""Reading what runs have written again, by the workflows as they are now."""

from collections.abc import AsyncIterator

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, WorkflowRunner

from workflows.plugin import CancellationsPlugin, runner

FIRST_TASK = 3
"""The events of a history from its start to its first workflow task: before them there is nothing to replay."""


async def fault_of(recorded: WorkflowHistory, how: WorkflowRunner | None = None) -> Exception | None:
    """What stands against replaying it, as the plugin sets up a replayer."""
    plugin = CancellationsPlugin()
    plugin.workflow_runner = how or runner()
    return (
        await Replayer(workflows=[], plugins=[plugin]).replay_workflow(recorded, raise_on_replay_failure=False)
    ).replay_failure


async def histories(client: Client) -> AsyncIterator[WorkflowHistory]:
    """What all runs of a namespace have written, but for those deleted meanwhile."""
    async for execution in client.list_workflows():
        try:
            history = await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            continue
        if len(history.events) >= FIRST_TASK:
            # A replayer takes a run that was reset for the one that it was made from, and names its tasks otherwise.
            started = history.events[0].workflow_execution_started_event_attributes
            started.original_execution_run_id = execution.run_id
            yield history


async def assert_replayable(client: Client) -> None:
    """Each run of a namespace would go on after a new start of its worker: what it has written can be read again."""
    async for history in histories(client):
        fault = await fault_of(history)
        assert fault is None, f"{history.workflow_id}, run {history.run_id}: {fault}"

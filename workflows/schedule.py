"""The schedule of the nightly comparison: made and kept as configured by whichever worker starts."""

from datetime import time, timedelta

from temporalio.client import (
    Client,
    RPCError,
    RPCStatusCode,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import WorkflowIDConflictPolicy

from states.model.reconciliation import LIST_WORKFLOW, WORKFLOW
from workflows.nightly import ID, LIST_ID

LATE = timedelta(hours=12)
"""How late a night is made up for, where the server was down at its time."""

SOON = timedelta(seconds=30)
"""By then visibility shows what ran last, and workers that start together have one comparison made between them."""


def wanted(at: time, zone: str, task_queue: str) -> Schedule:
    """Every day at that time in the time zone; one at a time."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WORKFLOW, {"settle": True}, id=ID, task_queue=task_queue, static_summary="Nightly comparison"
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(at.hour)], minute=[ScheduleRange(at.minute)])],
            time_zone_name=zone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=LATE),
        state=ScheduleState(note=note_of(at, zone, task_queue)),
    )


def note_of(at: time, zone: str, task_queue: str) -> str:
    """What the web UI says of it; and by which it is known whether it is as configured."""
    return f"compares the customer centre with Temporal: {at:%H:%M} {zone}, task queue {task_queue}"


async def keep_schedule(client: Client, at: time | None, zone: str, task_queue: str) -> bool:
    """Make the schedule, or change it to what is configured; without a time there is none.

    Answers whether it had to be made, changed or removed. One that was paused stays so. Raises `RPCError`, with
    UNIMPLEMENTED on a server without schedules.
    """
    handle = client.get_schedule_handle(ID)
    try:
        description = await handle.describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return at is not None and await create(client, wanted(at, zone, task_queue))
    if at is None:
        await handle.delete()
        return True
    if is_as_wanted(description, at, zone, task_queue):
        return False

    def change(now: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = wanted(at, zone, task_queue)
        schedule.state.paused = now.description.schedule.state.paused
        return ScheduleUpdate(schedule)

    await handle.update(change)
    return True


async def create(client: Client, schedule: Schedule) -> bool:
    """Make it; another worker may have been faster."""
    try:
        await client.create_schedule(ID, schedule)
    except ScheduleAlreadyRunningError:
        return False
    return True


def is_as_wanted(description: ScheduleDescription, at: time, zone: str, task_queue: str) -> bool:
    """Whether the schedule that is there says the same."""
    return description.schedule.state.note == note_of(at, zone, task_queue)


async def compare_list_soon(client: Client, task_queue: str) -> None:
    """Have a worker compare the list of open runs; one that is under way begins anew. Raises `RPCError`."""
    await client.start_workflow(
        LIST_WORKFLOW,
        id=LIST_ID,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
        start_delay=SOON,
        static_summary="Comparison of the list of open runs",
    )

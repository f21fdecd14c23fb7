"""An end is an end: what is written outside of it is true, whatever arrives meanwhile and whoever takes it back."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowHistory

from activities import activity_names
from activities.sql.tables import issued_receipts, ledger, open_list, orders, runs, tasks
from tests.runs.customers import customer_record
from tests.runs.documents import mails, task_types
from tests.runs.harness import Run, World, failed_workflow_tasks
from tests.runs.steps import in_state, prepare_downgrade, status_when
from tests.runs.test_nightly import night
from tests.system.processes import until
from workflows import driver

pytestmark = pytest.mark.server
TASK_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


def thrown_away_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """The workflow task that reads this activity's answer is thrown away once, as when its worker dies."""
    calling = module.call_until_done
    lost: list[str] = []

    async def call_and_lose(called: str, *arguments: Any) -> Any:
        answer = await calling(called, *arguments)
        if called == name and not lost:
            lost.append(name)
            raise RuntimeError("the worker dies")
        return answer

    monkeypatch.setattr(module, "call_until_done", call_and_lose)


async def outside(world: World, workflow_id: str) -> tuple[str | None, list[str], list[str]]:
    """What stands outside of a run: its end in the ledger, its open tasks, the states of its bookings."""
    ended = world.adapters.ledger.ended_run(workflow_id)
    listed = world.adapters.work_list.tasks(workflow_id=workflow_id)
    return ended["state"] if ended else None, [item.type for item in listed.items], await bookings(world, workflow_id)


async def bookings(world: World, workflow_id: str) -> list[str]:
    """The states of a run's bookings."""
    with world.adapters.database.read() as connection:
        mine = select(orders.c.state).where(orders.c.workflow_id == workflow_id).order_by(orders.c.reference)
        return list(connection.scalars(mine))


async def test_an_end_stays_the_end_whatever_becomes_of_the_workflow_task(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision that arrives while the end is written comes first when the task is made anew."""
    thrown_away_once(monkeypatch, driver, activity_names.RECORD_END)
    await served.load(customer_record())
    run = await served.request("misclick", "K-1001", "anything", explanation="booked twice")
    task = await run.task("support_ticket")

    async def decide_otherwise() -> None:
        await run.signal("reject_task", {"by": "another", "task": task, "note": "no"})

    served.centre.before["record_end"] = decide_otherwise
    answer = await run("confirm_task", task=task, decision="granted")
    ended = await run.handle.result()
    assert [answer["state"], ended["state"], (await outside(served, run.handle.id))[0]] == ["applied"] * 3


# A reset: a run that had ended ends the same; one that was open goes on under another run ID.


async def written(world: World, run: Run) -> tuple[Any, ...]:
    """All that stands outside of a run, and all that anybody was told."""
    with world.adapters.database.read() as connection:
        rows = [connection.execute(select(table)).all() for table in (ledger, runs, tasks, orders, issued_receipts)]
        listed = connection.execute(select(open_list.c.workflow_id)).all()
    return rows, listed, mails(world), await world.record("K-1001")


async def reset_to(
    world: World, run: Run, finished: int, reapply: ResetReapplyType.ValueType
) -> WorkflowHandle[Any, Any]:
    """Reset the run as it was first to a workflow task; answers what goes on."""
    client, first = world.env.client, run.first["run_id"]
    request = ResetWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=run.handle.id, run_id=first),
        reason="tried",
        workflow_task_finish_event_id=finished,
        request_id=f"{finished}-{reapply}",
        reset_reapply_type=reapply,
    )
    newer = (await client.workflow_service.reset_workflow_execution(request)).run_id
    return client.get_workflow_handle(run.handle.id, run_id=newer)


async def reset_before(world: World, run: Run, event: str | None) -> str:
    """Reset a run to before it took an event, or to its beginning; answers the run ID of what goes on.

    What came after is not repeated.
    """
    client, first = world.env.client, run.first["run_id"]  # it may have continued as new meanwhile
    history = await client.get_workflow_handle(run.handle.id, run_id=first).fetch_history()
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    names = {
        entry.event_id: entry.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        for entry in history.events
        if entry.event_type == accepted
    }
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    finished = [entry.event_id for entry in history.events if entry.event_type == done]
    taken = max((number for number, name in names.items() if name == event), default=0)
    before = [number for number in finished if number < taken] or finished[:1]
    request = ResetWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=run.handle.id, run_id=first),
        reason="the end was a mistake",
        workflow_task_finish_event_id=before[-1],
        request_id=str(len(history.events)),
        reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
    )
    return (await client.workflow_service.reset_workflow_execution(request)).run_id


async def superseded(world: World) -> Run:
    """A run that was booked, and ended since something else was."""
    run = await prepare_downgrade(world)
    await run("place_order")
    await run("supersede", booking="B-9")
    return run


async def granted(world: World) -> Run:
    """A ticket that an operator granted by a signal, as from the web UI: a reset sends that again."""
    run = await world.request("misclick", "K-1001", "anything", explanation="booked twice")
    await run.signal("confirm_task", {"by": "op", "decision": "granted", "note": "done"})
    return run


async def abandoned(world: World) -> Run:
    """A run that its customer has left."""
    run = await prepare_downgrade(world)
    await run("abandon")
    return run


def points_of(history: WorkflowHistory) -> Iterator[int]:
    """The workflow tasks to reset a run to, but for those with a signal under way, which Temporal sends anew."""
    signalling = 0
    for event in history.events:
        signalling += event.event_type == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED
        signalling -= event.event_type == EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED
        if event.event_type == TASK_DONE and not signalling:
            yield event.event_id


async def signals(run: Run) -> list[int]:
    """What other runs have told this one."""
    events = (await run.handle.fetch_history()).events
    return [event.event_id for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]


REAPPLIED = [
    ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
    ResetReapplyType.RESET_REAPPLY_TYPE_SIGNAL,
    ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
]


@pytest.mark.parametrize("reapply", REAPPLIED)
@pytest.mark.parametrize("ended_run", [superseded, granted, abandoned])
async def test_a_run_that_had_ended_ends_the_same_wherever_it_is_reset_to_and_tells_nobody_anything(
    served: World, ended_run: Any, reapply: ResetReapplyType.ValueType
) -> None:
    await served.load(customer_record({"licence": "V-1", "product": "vouchers"}))
    neighbour = await served.request("voucher", "K-1001", "V-1")
    run = await ended_run(served)
    first = served.env.client.get_workflow_handle(run.handle.id, run_id=run.first["run_id"])
    result = await first.result()
    history = await first.fetch_history()
    points = list(points_of(history))
    assert len(points) >= 4
    await until(lambda: is_listed(served, neighbour.handle.id))  # which is a moment after its answer
    before, heard = await written(served, run), await signals(neighbour)
    for point in points:
        again = await reset_to(served, run, point, reapply)
        assert await again.result() == result, f"reset to {point}"
        closed = (await again.describe()).status
        assert closed == WorkflowExecutionStatus.COMPLETED
        failures = {failure.message for failure in await failed_workflow_tasks(again)}
        assert failures <= {"tried", "UnhandledCommand"}, "the reset itself stands there as one"
    assert await written(served, run) == before
    assert await signals(neighbour) == heard, "no other run is told"


async def test_a_run_that_the_comparison_closed_goes_on_when_it_is_reset(served: World) -> None:
    """It had not ended: somebody terminated it, and a reset takes that back."""
    await served.load(customer_record())
    run = await prepare_downgrade(served)
    await run("place_order")
    await run.handle.terminate()
    await night(served)
    assert await outside(served, run.handle.id) == ("given_up", [], ["booked"])
    newer = await reset_before(served, run, "place_order")
    await status_when(run, lambda status: status["run_id"] == newer)
    await until(lambda: is_open(served, run.handle.id))
    answer = await run("supersede", booking="B-10") if (await run.status())["state"] == "scheduled" else None
    answer = answer or await run("abandon")
    ended = served.adapters.ledger.ended_runs()
    assert [(item.run_id, item.state) for item in ended.items] == [(answer["run_id"], answer["state"])]


@pytest.mark.settings(customer_centre="guided")
@pytest.mark.parametrize(
    ("event", "tasks", "booked"),
    [("confirm_task", ["perform"], ["booked"]), ("place_order", [], ["superseded", "booked"])],
)
async def test_the_tasks_of_a_run_that_was_reset_are_those_of_now(
    served: World, event: str, tasks: list[str], booked: list[str]
) -> None:
    """A step that was under way keeps its key, so that it is done once; an order placed anew is booked anew (X12)."""
    await served.load(customer_record())
    run = await prepare_downgrade(served)
    await run("place_order")
    await run.confirm("perform", proof={"reference": "T-1"})
    assert await outside(served, run.handle.id) == (None, [], ["booked"])
    newer = await reset_before(served, run, event)
    await until(lambda: goes_on(served, run, newer))
    assert await outside(served, run.handle.id) == (None, tasks, ["booked"])
    if not tasks:
        await run("place_order")
    assert (await run.confirm("perform", proof={"reference": "T-2"}))["state"] == "scheduled"
    assert await outside(served, run.handle.id) == (None, [], booked)


async def test_an_open_run_that_is_reset_to_its_beginning_begins_anew(served: World) -> None:
    await served.load(customer_record())
    run = await prepare_downgrade(served)
    newer = await reset_before(served, run, None)
    await status_when(run, lambda status: status["state"] == "feature_warning")
    await until(lambda: is_open(served, run.handle.id))
    assert await outside(served, run.handle.id) == (None, [], [])
    assert (await run("abandon"))["run_id"] == newer


async def is_open(world: World, workflow_id: str) -> bool:
    """Whether the run counts as open, and no end of it."""
    open_runs = world.adapters.runs.open_runs("K-1001")
    return workflow_id in open_runs and world.adapters.ledger.ended_run(workflow_id) is None


async def is_listed(world: World, workflow_id: str) -> bool:
    """Whether the run stands in the list of open runs."""
    with world.adapters.database.read() as connection:
        return workflow_id in connection.scalars(select(open_list.c.workflow_id)).all()


async def goes_on(world: World, run: Run, newer: str) -> bool:
    """Whether a run that was reset has written that it goes on, and then its tasks."""
    events = (await world.env.client.get_workflow_handle(run.handle.id, run_id=newer).fetch_history()).events
    names = {event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name for event in events}
    done = [
        names[event.activity_task_completed_event_attributes.scheduled_event_id]
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    ]
    return activity_names.GO_ON in done and activity_names.WRITE_TASKS in done[done.index(activity_names.GO_ON) :]


# Bookings: none outlives its run, whatever is under way when it ends.


@pytest.mark.settings(customer_centre="guided")
@pytest.mark.parametrize("end", ["superseded", "revoked"])
async def test_a_booking_that_is_still_on_its_way_does_not_outlive_the_end(world: World, end: str) -> None:
    """The date of a late booking is clarified, and it is booked anew; meanwhile the run ends."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-16T12:00+01:00")
    run = await prepare_downgrade(world)
    await run("place_order")
    await world.sleep_until("2027-01-20T12:00+01:00")
    assert task_types(await run.confirm("perform", proof={"reference": "T-1"})) == ["clarify_term"]
    clarify = await run.task("clarify_term")

    async def book_after_the_end() -> None:
        await until(lambda: was_taken(run, "supersede" if end == "superseded" else "revocation"))

    world.centre.before["place_order"] = book_after_the_end
    await run.signal("confirm_task", {"by": "o", "task": clarify, "at": "2027-12-31"})
    if end == "superseded":
        await run("supersede", booking="B-9")
    else:
        await run("request_revocation", explanation="oh")
        await run.signal("confirm_task", {"by": "o", "task": await run.task("revocation"), "decision": "granted"})
        await run.confirm("perform", proof={"reference": "T-2"})
    await in_state(run, end)
    await until(lambda: is_kept(world, run.handle.id))
    assert "booked" not in await bookings(world, run.handle.id)


async def is_kept(world: World, workflow_id: str) -> bool:
    """Whether an end is in the ledger."""
    return world.adapters.ledger.ended_run(workflow_id) is not None


async def was_taken(run: Run, what: str) -> bool:
    """Whether the run has taken an event, or decided a task of a type."""
    return any(what in (line["event"], line["note"] or "") for line in (await run.status())["timeline"])

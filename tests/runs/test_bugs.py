"""A bug in what the driver begins is loud: the workflow task fails with its traceback, and goes on once it is repaired.

A run whose bug stayed silent would wait on `system` for ever.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.runs.customers import customer_record
from tests.runs.documents import task_types, timeline_events
from tests.runs.harness import Run, World, failed_workflow_tasks, settings_of, time_skipping_server, working
from tests.runs.steps import answer_meanwhile, in_state

PLACES = {
    "an effect": "workflows.effect_runner.step_of",
    "publishing": "workflows.publisher.task_list",
    "the timer": "workflows.timer.local",
}
EACH = pytest.mark.parametrize("where", PLACES.values(), ids=PLACES)
PROOF = {"reference": "T-1"}


@contextmanager
def bug(where: str) -> Iterator[None]:
    """A function of the driver raises, until it is repaired."""

    def fail(*_arguments: Any, **_more: Any) -> Any:
        raise ValueError(f"a bug in {where}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, fail)
        yield


async def ordered(world: World, customer: str) -> tuple[Run, dict[str, Any]]:
    """An order that a person books, and the confirmation: it has an effect performed, a task closed, a timer set."""
    world.task_timeout = timedelta(seconds=2)
    run = await world.request("edition", customer, "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    placed = await run("place_order")
    assert task_types(placed) == ["perform"]
    return run, {"by": "otto", "task": placed["tasks"][0]["task"], "proof": PROOF}


async def assert_loud(run: Run, where: str) -> None:
    """Wait for the failed workflow task, which names the bug with its traceback; the run is open all the same."""
    for _ in range(500):
        if failures := await failed_workflow_tasks(run.handle):
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("no workflow task has failed")
    assert failures[0].message == f"a bug in {where}"
    assert failures[0].application_failure_info.type == "ValueError"
    assert "in fail\n" in failures[0].stack_trace
    assert "workflows/driver.py" in failures[0].stack_trace
    description = await run.handle.describe()
    assert description.status is not None and description.status.name == "RUNNING"


@EACH
@pytest.mark.settings(customer_centre="guided")
async def test_a_bug_fails_the_workflow_task_and_once_repaired_the_run_goes_on(world: World, where: str) -> None:
    """As if nothing had been: the same happens as in a run that knew no bug."""
    await world.load(customer_record(), customer_record(customer="K-1002"))
    run, confirmation = await ordered(world, "K-1001")
    other, its_confirmation = await ordered(world, "K-1002")
    with bug(where):
        sent = asyncio.create_task(run("confirm_task", **confirmation))
        await assert_loud(run, where)
        assert not sent.done()
    booked = await answer_meanwhile(world, sent)
    assert booked["state"] == (await other("confirm_task", **its_confirmation))["state"] == "scheduled"
    await world.sleep_until(booked["effective_at"])
    applied, expected = await in_state(run, "applied"), await in_state(other, "applied")
    assert timeline_events(applied) == timeline_events(expected)
    assert (await world.record("K-1001"))["editions"] == (await world.record("K-1002"))["editions"]
    assert len(await failed_workflow_tasks(run.handle)) == 1


@EACH
async def test_a_new_worker_with_the_repair_takes_the_run_over(tmp_path: Path, where: str) -> None:
    """Confirmed by a signal, which any worker finds: the test server forgets an update whose worker has gone."""
    settings = settings_of(tmp_path, customer_centre="guided")
    async with time_skipping_server() as env:
        with ExitStack() as repair:
            async with working(env, settings) as world:
                await world.load(customer_record())
                run, confirmation = await ordered(world, "K-1001")
                repair.enter_context(bug(where))
                await run.signal("confirm_task", confirmation)
                await assert_loud(run, where)
        async with working(env, settings) as world:
            booked = await in_state(replace(run, world=world), "scheduled")
            await world.sleep_until(booked["effective_at"])
            assert (await run.status())["state"] == "applied"

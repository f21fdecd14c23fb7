"""An open run in the list of cancellations: as it stands, soon after it does, and mended where nobody told."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from activities.sql.open_list import SqlOpenList
from states.model.status import CancellationItem
from tests.runs.customers import VOUCHERS, customer_record
from tests.runs.harness import World, database_file, settings_of, working
from tests.runs.steps import answer_meanwhile, prepare_downgrade
from tests.system.processes import until
from workflows.nightly import LIST_ID

EDITION = "edition/K-1001/jtl"


async def listed(world: World, state: str | None) -> list[CancellationItem]:
    """The list, as soon as its only run stands like this; None: as soon as there is none."""

    async def found() -> Any:
        page = SqlOpenList(world.adapters.database).open_runs()
        return page if [item.state for item in page.items] == [state] * bool(state) else None

    return [*(await until(found, seconds=15)).items]


async def test_a_run_is_listed_as_it_stands_until_it_ends(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world, "jtl_advanced")
    (item,) = await listed(world, "order")
    assert (item.workflow_id, item.run_id, item.subject) == (EDITION, run.first["run_id"], "jtl")
    document = await run("place_order")
    (item,) = await listed(world, "scheduled")
    shown = item.model_dump(mode="json", include={"waiting_for", "effective_at", "order_by"})
    assert shown == {name: document[name] for name in shown}
    await world.sleep_until(document["effective_at"])
    await run.handle.result()
    assert await listed(world, None) == []


async def test_a_refused_run_was_never_open_and_is_not_listed(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("support_level", "K-1001", "support")
    await run.handle.result()
    await world.env.sleep(timedelta(seconds=1))
    assert await listed(world, None) == []


async def test_a_run_whose_first_facts_cannot_be_read_is_listed_as_received(world: World) -> None:
    await world.load(customer_record(VOUCHERS))
    world.centre.down.add("standing")
    run: Any = await answer_meanwhile(world, world.request("voucher", "K-1001", "V-1"))
    (item,) = await listed(world, "received")
    assert (run.first["waiting_for"], item.waiting_for) == (["system"], ("system",))


@pytest.mark.server
async def test_what_is_replayed_is_not_told_again_and_what_comes_then_is(
    server: WorkflowEnvironment, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path)
    async with working(server, settings) as world:
        await world.load(customer_record())
        await prepare_downgrade(world, "jtl_advanced")
        await listed(world, "order")
    with sqlite3.connect(database_file(settings)) as database:
        database.execute("DELETE FROM open_list")
    async with working(server, settings) as world:
        run = world.run(EDITION)
        assert (await run.status())["state"] == "order"
        assert await listed(world, None) == []
        await run("place_order")
        await listed(world, "scheduled")


@pytest.mark.server
async def test_a_list_that_was_not_told_is_mended_soon_after_a_worker_starts(served: World) -> None:
    """A worker that is killed may have shown nothing of what it did last."""
    await served.load(customer_record())
    await prepare_downgrade(served, "jtl_advanced")
    await listed(served, "order")
    with sqlite3.connect(database_file(served.settings)) as database:
        database.execute("UPDATE open_list SET state = 'feature_warning'")
    waiting = await served.env.client.get_workflow_handle(LIST_ID).describe()
    assert waiting.status == WorkflowExecutionStatus.RUNNING  # it begins when those that start together are there
    await served.env.client.execute_workflow(
        "ListComparison", id="by-hand", task_queue=served.settings.task_queue, execution_timeout=timedelta(seconds=30)
    )
    await listed(served, "order")
    with sqlite3.connect(database_file(served.settings)) as database:
        database.execute("DELETE FROM open_list")
    await served.env.client.execute_workflow("NightlyComparison", id="night", task_queue=served.settings.task_queue)
    await listed(served, "order")


@pytest.mark.server
async def test_a_terminated_run_is_listed_as_it_stood_until_the_night(served: World) -> None:
    await served.load(customer_record())
    run = await prepare_downgrade(served, "jtl_advanced")
    await listed(served, "order")
    await run.handle.terminate()
    await served.env.client.execute_workflow("NightlyComparison", id="night", task_queue=served.settings.task_queue)
    assert await listed(served, None) == []

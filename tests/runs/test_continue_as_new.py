"""A long history is continued as new, and nobody notices: order, tasks, keys, and the run as people knew it."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities.adapters import opened_adapters
from settings import Settings
from tests.runs.harness import Refused, Run, World, program
from worker import DATA_CONVERTER, create_worker

SUGGESTED_AT = 60
"""Events in a history from which the server suggests to continue as new."""
CUSTOMER = {
    "customer": "K-1001",
    "name": "Muster GmbH",
    "email": "kontakt@muster.example",
    "language": "en",
    "editions": {"jtl": "jtl_pro"},
}


@pytest_asyncio.fixture
async def guided(tmp_path: Path) -> AsyncIterator[World]:
    """A system on a development server that suggests early; bookings are made by hand."""
    settings = Settings(state_dir=tmp_path, apply_window=timedelta(0), customer_centre="guided")
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=program("temporal"),
            ip="127.0.0.1",
            data_converter=DATA_CONVERTER,
            dev_server_extra_args=[
                *("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}"),
            ],
        ) as env,
        create_worker(env.client, settings),
    ):
        yield World(env, settings)


async def ordered(guided: World) -> Run:
    """An edition ordered, its booking a task; then signals that change nothing until the run is continued as new."""
    await guided.load(CUSTOMER)
    run = await guided.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order", optional_services=[])
    return run


async def continued(run: Run) -> str:
    """Send cheap signals until the run has another run ID; answers that one."""
    for number in range(SUGGESTED_AT):
        await run.signal("confirm_task", {"by": f"nobody {number}", "task": "t-unknown"})
        document = await run.status()
        if document["run_id"] != run.first["run_id"]:
            return str(document["run_id"])
    raise AssertionError("never continued as new")


def keys(settings: Settings) -> list[str]:
    """The idempotency keys in the customer centre."""
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as database:
        return [key for (key,) in database.execute("SELECT key FROM receipts ORDER BY number")]


async def open_runs(settings: Settings) -> frozenset[str]:
    """The customer's open runs, as the customer centre knows them."""
    async with opened_adapters(settings) as adapters:
        return await adapters.runs.open_runs("K-1001")


@pytest.mark.server
async def test_a_run_continued_as_new_is_the_same_run(guided: World) -> None:
    run = await ordered(guided)
    before = await run.status()
    summary = await (await run.handle.describe()).static_summary()
    await continued(run)
    after = await run.status()
    assert after["tasks"] == before["tasks"] != []
    same = ("state", "waiting_for", "enabled", "effective_at", "order_by", "why", "warnings", "target", "catalogue")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["timeline"][: len(before["timeline"])] == before["timeline"]
    assert await (await run.handle.describe()).static_summary() == summary

    done = await run.confirm("perform", proof={"reference": "T-1"})
    assert done["state"] == "scheduled"
    first = run.first["run_id"]
    assert [key.rpartition("/")[0] for key in keys(guided.settings)] == [f"edition/K-1001/jtl/{first}/place_order"]


@pytest.mark.server
async def test_a_run_continued_as_new_is_no_longer_open_when_it_has_ended(guided: World) -> None:
    run = await ordered(guided)
    await continued(run)
    await run.confirm("perform", proof={"reference": "T-1"})
    assert await open_runs(guided.settings) == {"edition/K-1001/jtl"}
    await run("supersede", booking="B-1")
    await run.handle.result()
    assert await open_runs(guided.settings) == frozenset()


@pytest.mark.server
async def test_the_run_as_formerly_seen_is_still_accepted(guided: World) -> None:
    run = await ordered(guided)
    newer = await continued(run)
    for seen in (run.first["run_id"], newer):
        document: dict[str, Any] = await run("request_revocation", run_id=seen, explanation="a mistake")
        assert [task["type"] for task in document["tasks"]] == ["perform", "revocation"]
        await run.reject("revocation")
    with pytest.raises(Refused) as refused:
        await run("request_revocation", run_id="another", explanation="a mistake")
    assert refused.value.code == "changed"


@pytest.mark.server
async def test_a_request_for_the_same_target_meets_the_continued_run(guided: World) -> None:
    run = await ordered(guided)
    newer = await continued(run)
    again = await guided.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert (again.first["run_id"], again.first["state"]) == (newer, "order")

"""A long history is continued as new, and nobody notices: order, tasks, keys, and the run as people knew it."""

import sqlite3
from typing import Any

import pytest

from activities.adapters import opened_adapters
from settings import Settings
from tests.runs.harness import Refused, Run, World, database_file
from tests.runs.steps import continue_as_new

CUSTOMER = {
    "customer": "K-1001",
    "name": "Muster GmbH",
    "email": "kontakt@muster.example",
    "language": "en",
    "editions": {"jtl": "jtl_pro"},
}


pytestmark = [pytest.mark.server, pytest.mark.settings(customer_centre="guided")]


async def ordered(served: World) -> Run:
    """An edition ordered, its booking a task; then signals that change nothing until the run is continued as new."""
    await served.load(CUSTOMER)
    run = await served.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order", optional_services=[])
    return run


def keys(settings: Settings) -> list[str]:
    """The idempotency keys in the customer centre."""
    with sqlite3.connect(database_file(settings)) as database:
        return [key for (key,) in database.execute("SELECT key FROM receipts ORDER BY number")]


async def open_runs(settings: Settings) -> frozenset[str]:
    """The customer's open runs, as the customer centre knows them."""
    async with opened_adapters(settings) as adapters:
        return adapters.runs.open_runs("K-1001")


async def test_a_run_continued_as_new_is_the_same_run(served: World) -> None:
    run = await ordered(served)
    before = await run.status()
    summary = await (await run.handle.describe()).static_summary()
    await continue_as_new(run)
    after = await run.status()
    assert after["tasks"] == before["tasks"] != []
    same = ("state", "waiting_for", "enabled", "effective_at", "order_by", "why", "warnings", "target", "catalogue")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["timeline"][: len(before["timeline"])] == before["timeline"]
    assert await (await run.handle.describe()).static_summary() == summary

    done = await run.confirm("perform", proof={"reference": "T-1"})
    assert done["state"] == "scheduled"
    first = run.first["run_id"]
    assert [key.rpartition("/")[0] for key in keys(served.settings)] == [f"edition/K-1001/jtl/{first}/place_order"]


async def test_a_run_continued_as_new_is_no_longer_open_when_it_has_ended(served: World) -> None:
    run = await ordered(served)
    await continue_as_new(run)
    await run.confirm("perform", proof={"reference": "T-1"})
    assert await open_runs(served.settings) == {"edition/K-1001/jtl"}
    await run("supersede", booking="B-1")
    await run.handle.result()
    assert await open_runs(served.settings) == frozenset()


async def test_the_run_as_formerly_seen_is_still_accepted(served: World) -> None:
    run = await ordered(served)
    newer = await continue_as_new(run)
    for seen in (run.first["run_id"], newer):
        document: dict[str, Any] = await run("request_revocation", run_id=seen, explanation="a mistake")
        assert [task["type"] for task in document["tasks"]] == ["perform", "revocation"]
        await run.reject("revocation")
    with pytest.raises(Refused) as refused:
        await run("request_revocation", run_id="another", explanation="a mistake")
    assert refused.value.code == "changed"


async def test_a_request_for_the_same_target_meets_the_continued_run(served: World) -> None:
    run = await ordered(served)
    newer = await continue_as_new(run)
    again = await served.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert (again.first["run_id"], again.first["state"]) == (newer, "order")

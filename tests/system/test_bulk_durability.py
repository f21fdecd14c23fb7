"""Killing the worker in the midst of a bulk decision decides nothing twice, and leaves nothing out."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from activities.customer_centre import load_customers
from tests.adapters.customers import file_of
from tests.system.processes import EVENTS, Programs, programs, until

TASKS = 40
HELD = {"customer": "K-1001", "name": "Muster GmbH", "language": "en", "editions": {"jtl": "jtl_pro"}}


async def reported(system: Programs, number: int) -> dict[str, Any] | None:
    """A mis-click, whose ticket a person decides; None where it must be sent again."""
    data = {"kind": "misclick", "customer": "K-1001", "subject": f"case-{number}", "explanation": "booked twice"}
    event = {"specversion": "1.0", "type": "jtl.cancellation.requested.v1", "source": "tests", "id": str(number)}
    async with system.http() as http:
        answer = await http.post("/events", json=event | {"data": data}, headers={"content-type": EVENTS})
    return answer.json() if answer.status_code == 202 else None


async def call(system: Programs, method: str, path: str, **data: Any) -> dict[str, Any]:
    """A call that is taken."""
    async with system.http() as http:
        answer = await http.request(method, path, **data)
    assert answer.status_code < 300, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.server
@pytest.mark.slow
async def test_a_worker_killed_in_the_midst_decides_each_task_once(tmp_path: Path) -> None:
    async with programs(tmp_path / "system", 60) as system:
        await load_customers(system.settings, file_of(tmp_path, HELD))
        for begin in range(0, TASKS, 10):
            await asyncio.gather(*(until(partial(reported, system, n)) for n in range(begin, begin + 10)))

        async def all_listed() -> bool:
            return bool((await call(system, "GET", "/tasks?type=support_ticket"))["total"] == TASKS)

        await until(all_listed)
        decision = {"by": "anna", "decision": "granted", "note": "put right"}
        wanted = {"filter": {"type": "support_ticket"}, "confirm": decision}
        bulk = (await call(system, "POST", "/bulk-decisions", json=wanted))["id"]

        async def stands(holds: Any) -> dict[str, Any] | None:
            document = await call(system, "GET", f"/bulk-decisions/{bulk}?limit=200")
            return document if holds(document) else None

        await until(lambda: stands(lambda document: document["decided"] >= 5))
        await system.kill("worker")
        half = await call(system, "GET", f"/bulk-decisions/{bulk}")
        assert 5 <= half["decided"] < TASKS, "the kill came too late to say anything"
        await system.start("worker")
        whole = await until(lambda: stands(lambda document: document["state"] == "done"), 90)
        assert (whole["decided"], whole["failed"]) == (TASKS, 0)
        for line in whole["lines"]["items"]:
            run = await call(system, "GET", f"/cancellations/{line['workflow_id']}")
            decided = [entry["by"] for entry in run["timeline"] if entry["event"] == "confirm_task"]
            assert decided == ["anna"], line

"""Operators' dates are weighed by whatever way they come: by HTTP, as an event, by update and as a signal."""

from typing import Any

import httpx

from portal.app import build
from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import Run, World, failed_workflow_tasks
from tests.runs.test_handlers import refusal_of_payloads

WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("malformed", {"at": "2062-01-31"}),
    ("confirm_anyway", {"at": "2031-01-31"}),
    ("malformed", {"at": "2031-01-31", "confirm_anyway": True}),
    ("malformed", {"at": "2031-01-31", "confirm_anyway": "yes", "note": "asked"}),
)
MEANT: dict[str, Any] = {"at": "2031-01-31", "confirm_anyway": True, "note": "asked"}


def event(workflow_id: str, id: str, **data: Any) -> dict[str, Any]:
    """An operator's confirmation as a CloudEvent."""
    type_ = "jtl.cancellation.confirm-task.v1"
    head = {"specversion": "1.0", "source": "urn:test", "id": id, "type": type_, "subject": workflow_id}
    return head | {"data": data}


async def asked(world: World) -> Run:
    """A run that asks when a term ends."""
    await world.load(customer_record({"licence": "L-1", "product": "wms_user"}))
    return await world.request("wms_user", "K-1001", "L-1")


async def test_confirm_anyway_an_update_and_a_signal_are_asked_back_alike(world: World) -> None:
    run = await asked(world)
    for code, wrong in WRONG:
        assert (await refusal_of_payloads(run, "confirm_task", {"by": "op"} | wrong)).code == code
        await run.signal("confirm_task", {"by": "op"} | wrong)
        after = await run.status()
        assert (task_types(after), after["timeline"][-1]["audience"]) == (["clarify_term"], "operators"), wrong
    await run.signal("confirm_task", {"by": "op"} | MEANT)
    after = await run.status()
    assert (after["tasks"], after["effective_day"]) == ([], "2031-02-01")
    assert "Rückfrage" in after["timeline"][-1]["note"]
    assert await failed_workflow_tasks(run.handle) == []


async def test_confirm_anyway_a_call_and_an_event_are_asked_back_alike(world: World) -> None:
    run = await asked(world)
    task = await run.task("clarify_term")
    app = build(world.env.client, world.settings, trusted=True)
    portal = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
    async with app.router.lifespan_context(app), portal:
        for number, (code, wrong) in enumerate(WRONG):
            said: dict[str, Any] = {"by": "anna", "task": task} | wrong
            status = 409 if code == "confirm_anyway" else 422
            for answer in (
                await portal.post(f"/tasks/{task}/confirm", json=said),
                await portal.post("/events", json=event(run.handle.id, f"e{number}", **said)),
            ):
                assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert task_types(await run.status()) == ["clarify_term"]
        answer = await portal.post("/events", json=event(run.handle.id, "m", by="anna", **MEANT))
        assert (answer.status_code, answer.json()["tasks"]) == (202, []), answer.text

"""The answer to an event that ends a run: the run is closed when it comes, unless something is down."""

import asyncio

import httpx
import pytest
from pydantic import SecretStr
from temporalio.api.enums.v1 import EventType

from portal.app import build
from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import mails
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import mails_when
from tests.system.processes import until

DOWN = SecretStr("smtp://127.0.0.1:1")
ENDS = [
    ("edition", "jtl", {"target": "jtl_advanced"}, "abandon", {}, "abandoned"),
    ("edition", "jtl", {"target": "jtl_enterprise"}, None, {}, "refused"),
    ("shipping_module", "T-1", {}, "place_order", {}, "applied"),
    ("wms_user", "U-1", {}, "reassign", {"to": "wms_mobile"}, "reassigned"),
    ("misclick", "T-1", {"explanation": "by mistake"}, "confirm_task", {"decision": "granted"}, "applied"),
    ("misclick", "T-1", {"explanation": "by mistake"}, "reject_task", {"note": "no"}, "refused"),
]


@pytest.mark.parametrize(("kind", "subject", "more", "event", "payload", "end"), ENDS)
async def test_whoever_reads_that_a_run_has_ended_can_ask_anew_at_once(
    world: World, kind: str, subject: str, more: dict[str, str], event: str | None, payload: dict[str, str], end: str
) -> None:
    user = licence("U-1", term_ends="2027-01-31", assigned_to="wms")
    await world.load(customer_record(licence("T-1", "shipping_labels"), user))
    run = await world.request(kind, "K-1001", subject, **more)
    answer = await run(event, **payload) if event else run.first
    assert answer["state"] == end
    again = await world.request(kind, "K-1001", subject, **more)
    assert again.first["run_id"] != run.first["run_id"]


@pytest.mark.settings(smtp_url=DOWN, mail_from="support@shop.example")
async def test_a_mail_server_that_is_down_keeps_no_run_open(world: World) -> None:
    """What could not be sent goes on by itself, and the customer can ask anew."""
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert run.first["state"] == "feature_warning"
    assert (await run("abandon"))["state"] == "abandoned"
    again = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert again.first["run_id"] != run.first["run_id"]
    last_mails = world.env.client.get_workflow_handle(f"mails/{run.handle.id}/{run.first['run_id']}")
    waiting = (await last_mails.describe()).raw_description.pending_activities
    assert [activity.activity_type.name for activity in waiting] == ["notify"]


async def test_a_mail_that_could_not_be_sent_at_the_end_is_sent_later(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    world.centre.down.add("send")
    assert (await run("abandon"))["state"] == "abandoned"
    await world.env.sleep(20)
    assert mails(world) == []
    world.centre.down.clear()
    sent = await mails_when(run, bool)
    assert [mail.to for mail in sent] == ["kontakt@muster.example"]


async def test_a_request_that_meets_a_run_on_its_way_out_is_refused_when_that_is_closed(world: World) -> None:
    """So that the next try starts a run, and does not meet the same one again."""
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    late: list[asyncio.Task[Run]] = []

    async def ask_meanwhile() -> None:
        late.append(asyncio.create_task(world.request("edition", "K-1001", "jtl", target="jtl_start")))
        await until(lambda: has_accepted(run, 3))

    world.centre.before["record_end"] = ask_meanwhile
    assert (await run("abandon"))["state"] == "abandoned"
    with pytest.raises(Refused) as refused:
        await late[0]
    assert refused.value.code == "ended"
    again = await world.request("edition", "K-1001", "jtl", target="jtl_start")
    assert again.first["state"] == "feature_warning"


@pytest.mark.server
async def test_a_portals_request_that_meets_a_run_on_its_way_out_starts_the_next(served: World) -> None:
    await served.load(customer_record())
    run = await served.request("edition", "K-1001", "jtl", target="jtl_advanced")
    document = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_start"}
    event = {"specversion": "1.0", "id": "1", "source": "test", "type": "jtl.cancellation.requested.v1"}
    late: list[asyncio.Task[httpx.Response]] = []
    app = build(served.env.client, served.settings, trusted=True)
    portal = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
    async with app.router.lifespan_context(app), portal:

        async def ask_meanwhile() -> None:
            late.append(asyncio.create_task(portal.post("/events", json=event | {"data": document})))
            await until(lambda: has_accepted(run, 3))

        served.centre.before["record_end"] = ask_meanwhile
        assert (await run("abandon"))["state"] == "abandoned"
        answer = await late[0]
    assert (answer.status_code, answer.json().get("state")) == (202, "feature_warning"), answer.text
    assert answer.json()["run_id"] != run.first["run_id"]


async def has_accepted(run: Run, count: int) -> bool:
    """Whether the run has taken so many updates."""
    history = await run.handle.fetch_history()
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    return [event.event_type for event in history.events].count(accepted) == count

"""The answer to an event that ends a run: the run is closed when it comes, unless something is down."""

import pytest
from pydantic import SecretStr

from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.harness import World

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
async def test_a_mail_server_that_is_down_does_not_hold_it_up(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert run.first["state"] == "feature_warning"
    assert (await run("abandon"))["state"] == "abandoned"
    description = await run.handle.describe()
    waiting = description.raw_description.pending_activities
    assert [activity.activity_type.name for activity in waiting] == ["notify"]

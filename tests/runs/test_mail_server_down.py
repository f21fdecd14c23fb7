"""A mail server that is down holds up nobody's answer, not even the last one."""

import pytest
from pydantic import SecretStr

from tests.runs.customers import customer_record
from tests.runs.harness import World

DOWN = SecretStr("smtp://127.0.0.1:1")


@pytest.mark.settings(smtp_url=DOWN, mail_from="support@shop.example")
async def test_the_event_that_ends_a_run_is_answered_though_its_mail_waits(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert run.first["state"] == "feature_warning"
    assert (await run("abandon"))["state"] == "abandoned"
    description = await run.handle.describe()
    waiting = description.raw_description.pending_activities
    assert [activity.activity_type.name for activity in waiting] == ["notify"]

"""A change over a standing order whose date comes while the change is being booked (X10); revocations, late (X13)."""

from datetime import timedelta

import pytest

from activities.ports import Refused as SaidNo
from activities.ports import Unavailable
from catalogue.formats import day
from tests.runs.customers import TRACKING, customer_record
from tests.runs.documents import moment, task_types, timeline_events
from tests.runs.harness import World
from tests.runs.steps import (
    answer_meanwhile,
    continue_as_new,
    in_repair,
    in_state,
    licences_left,
    mails_when,
    order_downgrade,
    request_downgrade,
    server_day,
    status_when,
)

FEBRUARY, MARCH = "2027-02-01T00:00+01:00", "2027-03-01T00:00+01:00"


@pytest.mark.parametrize("outcome", ["booked", "refused"])
@pytest.mark.settings(repair_after="P2D")
async def test_X10_a_booking_under_way_is_awaited_when_the_standing_date_comes(world: World, outcome: str) -> None:
    """Booked, the new order has replaced the standing one; refused, the standing one is applied, hours late."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-10T12:00+01:00")
    run = await order_downgrade(world, "2027-01-12T12:00+01:00")
    await world.sleep_until("2027-01-31T23:00+01:00")
    await request_downgrade(world, "jtl_start")
    await run("acknowledge_warning")
    world.centre.down.add("place_order")
    answer = await answer_meanwhile(world, run("place_order"))
    assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
    await world.sleep_until("2027-02-01T06:00+01:00")
    waiting = await run.status()
    assert (waiting["state"], waiting["standing"]["target"]) == ("order", "jtl_advanced")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    if outcome == "refused":
        world.centre.error = SaidNo("an invoice is open")
        applied = await in_state(run, "applied")
        assert (applied["target"], "change_dropped" in timeline_events(applied)) == ("jtl_advanced", True)
        assert moment(applied["effective_at"]) == moment(FEBRUARY)
        assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
        return
    world.centre.down.clear()
    booked = await in_state(run, "scheduled")
    assert (booked["target"], moment(booked["effective_at"]), booked["standing"]) == ("jtl_start", moment(MARCH), None)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    await world.sleep_until(MARCH)
    assert (await in_state(run, "applied"))["target"] == "jtl_start"


async def test_X10_a_booking_in_repair_when_the_standing_date_comes_is_not_under_way(world: World) -> None:
    """The standing order is applied on its date, and the change is dropped with a notice."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-10T12:00+01:00")
    run = await order_downgrade(world, "2027-01-12T12:00+01:00")
    await world.sleep_until("2027-01-31T20:00+01:00")
    await request_downgrade(world, "jtl_start")
    await run("acknowledge_warning")
    world.centre.down.add("place_order")
    world.centre.error = Unavailable("down")
    await answer_meanwhile(world, run("place_order"))
    waiting = await in_repair(run)
    assert (waiting["state"], waiting["waiting_for"], task_types(waiting)) == ("order", ["repair"], ["repair"])
    await world.sleep_until(FEBRUARY)
    applied = await in_state(run, "applied")
    assert (applied["target"], applied["tasks"], timeline_events(applied).count("change_dropped")) == (
        "jtl_advanced",
        [],
        1,
    )
    assert moment(applied["effective_at"]) == moment(FEBRUARY)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.server
@pytest.mark.parametrize("when", ["before the order", "while scheduled"])
async def test_X13_what_was_cancelled_for_it_is_known_after_continue_as_new_too(served: World, when: str) -> None:
    await served.load(customer_record(TRACKING, {"licence": "T-2", "product": "track_and_trace"}))
    run = await request_downgrade(served)
    await run("acknowledge_warning")
    await (await served.request("shipping_module", "K-1001", "T-1"))("place_order")
    later = await served.request("shipping_module", "K-1001", "T-2")
    chosen = await server_day(served) + timedelta(days=300)
    await later("place_order", effective_on=str(chosen))
    await status_when(run, lambda status: status["state"] == "order")
    if when == "before the order":
        await continue_as_new(run)
    await run("place_order")
    if when == "while scheduled":
        await continue_as_new(run)
    answer = await run("request_revocation", explanation="oh")
    instructions = answer["tasks"][0]["instructions"]
    assert "- JTL-Track&Trace (T-1): Wirksam, letzter Tag " in instructions
    assert f"- JTL-Track&Trace (T-2): Vorgemerkt, letzter Tag {day('de', chosen - timedelta(days=1))} " in instructions
    assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"
    await mails_when(run, lambda mails: any("T-1" in mail.body and "T-2" in mail.body for mail in mails))
    assert await licences_left(served) == {"T-2"}  # nothing comes back
    assert (await later.status())["state"] == "scheduled"

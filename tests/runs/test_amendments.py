"""Another target for an open run: before the order it begins again, while scheduled the order stands (X10)."""

from typing import Any

import pytest

from tests.runs.customers import customer_record
from tests.runs.documents import mails, moment, task_types, timeline_events, warning_codes
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import in_state, mails_when, order_downgrade, prepare_downgrade, request_downgrade, status_when

FEBRUARY, MARCH = "2027-02-01T00:00+01:00", "2027-03-01T00:00+01:00"


async def changing(world: World, placed_at: str = "2027-01-10T12:00+01:00") -> Run:
    """An order for JTL Advanced stands, and JTL Start is asked for."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await order_downgrade(world, placed_at)
    changed = await request_downgrade(world, "jtl_start")
    assert (changed.first["state"], changed.first["target"]) == ("feature_warning", "jtl_start")
    return run


def stands(status: dict[str, Any]) -> tuple[str, str] | None:
    standing = status["standing"]
    return (standing["target"], moment(standing["effective_at"]).isoformat()) if standing else None


STANDING = ("jtl_advanced", "2027-01-31T23:00:00+00:00")


async def test_X10_before_the_order_another_target_begins_again(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    changed = await request_downgrade(world, "jtl_start")
    assert (changed.first["state"], changed.first["target"], changed.first["standing"]) == (
        "feature_warning",
        "jtl_start",
        None,
    )
    assert changed.first["run_id"] == run.first["run_id"]  # one run, no twin
    await run("acknowledge_warning")
    await run("place_order", time="2027-01-10T12:00+01:00")
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_start"


async def test_a_request_for_the_same_target_meets_the_run(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    same = await request_downgrade(world)
    assert (same.first["state"], same.first["run_id"]) == ("order", run.first["run_id"])
    assert same.first["timeline"] == (await run.status())["timeline"]
    other = await request_downgrade(world, details={"contact": "accounting"})
    assert other.first["state"] == "order"
    await run("place_order", time="2027-01-10T12:00+01:00")
    assert (await request_downgrade(world)).first["state"] == "scheduled"
    assert (await request_downgrade(world, details={"contact": "accounting"})).first["state"] == "scheduled"
    with pytest.raises(Refused) as refused:
        await request_downgrade(world, details={"contact": "somebody else"})
    assert refused.value.code == "not_enabled"
    assert (await run.status())["state"] == "scheduled"


REFUSED = [
    ("ED1", "jtl_enterprise", "not_lower"),
    ("ED1", "jtl_pro", "not_lower"),
    ("contract", "wms_start", "malformed"),
]


@pytest.mark.parametrize("ordered_before", [False, True])
async def test_ED1_a_request_that_would_be_refused_fails_and_changes_nothing(
    world: World, ordered_before: bool
) -> None:
    await world.load(customer_record())
    run = await (order_downgrade(world, "2027-01-10T12:00+01:00") if ordered_before else prepare_downgrade(world))
    before = await run.status()
    for rule, target, code in REFUSED:
        with pytest.raises(Refused) as refused:
            await request_downgrade(world, target)
        assert (refused.value.code, refused.value.rule) == (code, rule), target
        after = await run.status()
        assert after | {"why": before["why"]} == before, target  # `why` quotes the present moment before the order


async def test_X10_the_standing_order_stays_until_the_new_one_is_booked(world: World) -> None:
    run = await changing(world)
    status = await run.status()
    assert stands(status) == STANDING
    assert {"acknowledge_warning", "abandon", "supersede", "request_revocation"} == set(status["enabled"])
    await run("acknowledge_warning", time="2027-01-11T12:00+01:00")
    booked = await run("place_order", time="2027-01-12T12:00+01:00")
    assert (booked["state"], booked["target"], booked["standing"]) == ("scheduled", "jtl_start", None)
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_start"


async def test_X10_a_change_that_comes_later_than_what_stands_says_so(world: World) -> None:
    run = await changing(world)
    assert "later_than_standing" not in warning_codes(await run.status())
    await world.sleep_until("2027-01-18T00:00+01:00")
    late = await status_when(run, lambda status: "later_than_standing" in warning_codes(status))
    assert (moment(late["effective_at"]), stands(late)) == (moment(MARCH), STANDING)
    await run("acknowledge_warning")
    booked = await run("place_order")  # it replaces the standing one, and what stood for February is gone
    assert (booked["state"], moment(booked["effective_at"])) == ("scheduled", moment(MARCH))
    await world.sleep_until(FEBRUARY)
    assert (await run.status())["state"] == "scheduled"
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    await world.sleep_until(MARCH)
    await in_state(run, "applied")


IMPATIENT = pytest.mark.settings(abandon_after="P3D", remind_every="P1D")


@pytest.mark.parametrize("how", ["abandon", "request", pytest.param("idle", marks=IMPATIENT)])
async def test_X10_a_change_that_is_dropped_leaves_the_order_as_it_was(world: World, how: str) -> None:
    run = await changing(world)
    if how == "abandon":
        back = await run("abandon", time="2027-01-11T12:00+01:00")
    elif how == "request":
        back = (await request_downgrade(world, "jtl_advanced")).first
    else:
        await world.sleep_until("2027-01-14T12:00+01:00")
        back = await in_state(run, "scheduled")
    assert (back["state"], back["target"], back["standing"]) == ("scheduled", "jtl_advanced", None)
    assert moment(back["effective_at"]) == moment(FEBRUARY)
    assert "change_dropped" in timeline_events(back)
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.parametrize("state", ["feature_warning", "order"])
async def test_X10_the_standing_date_comes_first(world: World, state: str) -> None:
    run = await changing(world)
    if state == "order":
        await run("acknowledge_warning", time="2027-01-11T12:00+01:00")
    before = len(mails(world))
    await world.sleep_until(FEBRUARY)
    applied = await in_state(run, "applied")
    assert (applied["target"], applied["standing"]) == ("jtl_advanced", None)
    assert "change_dropped" in timeline_events(applied)
    await mails_when(run, lambda mails: len(mails) >= before + 2)  # the change is dropped, and the order applied
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(customer_centre="guided")
async def test_X10_an_open_booking_of_the_change_is_closed_when_the_standing_date_comes(world: World) -> None:
    await world.load(customer_record())
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await prepare_downgrade(world)
    await run("place_order")
    assert (await run.confirm("perform", proof={"reference": "T-1"}))["state"] == "scheduled"
    await request_downgrade(world, "jtl_start")
    await run("acknowledge_warning")
    placed = await run("place_order")
    assert (placed["state"], task_types(placed), stands(placed)) == ("order", ["perform"], STANDING)
    assert "abandon" in placed["enabled"]  # nobody has clicked yet
    await world.sleep_until(FEBRUARY)
    applied = await in_state(run, "applied")
    assert (applied["target"], applied["tasks"]) == ("jtl_advanced", [])
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_X10_an_upgrade_booked_elsewhere_ends_change_and_standing_order(world: World) -> None:
    run = await changing(world)
    assert (await run("supersede", booking="B-1", time="2027-01-11T12:00+01:00"))["state"] == "superseded"
    await world.sleep_until(FEBRUARY)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


async def test_X11_a_granted_revocation_ends_a_change_and_its_standing_order_alike(world: World) -> None:
    run = await changing(world)
    await run("request_revocation", explanation="oh", time="2027-01-11T12:00+01:00")
    assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"
    await world.sleep_until(FEBRUARY)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(customer_centre="guided")
async def test_another_target_is_not_enabled_in_other_states(world: World) -> None:
    await world.load(customer_record({"licence": "T-1", "product": "track_and_trace"}))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    await run("override_surplus", licences=["T-1"])
    await run("place_order")
    with pytest.raises(Refused) as waiting:
        await request_downgrade(world, "jtl_start")  # the booking is under way
    assert waiting.value.code == "not_enabled"
    booked = await run.confirm("perform", proof={"reference": "T-1"})
    await world.sleep_until(moment(booked["effective_at"]))
    await in_state(run, "surplus_resolution")
    with pytest.raises(Refused) as applied:
        await request_downgrade(world, "jtl_start")
    assert applied.value.code == "not_enabled"

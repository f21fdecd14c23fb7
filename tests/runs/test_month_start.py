"""A month's start that many runs share: each wakes at its place in `APPLY_WINDOW`; people go before them (D1, X2)."""

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from tests.runs.customers import customer_record
from tests.runs.documents import moment, timeline_events
from tests.runs.harness import Run, World
from tests.runs.steps import in_state, order_downgrade, refusal_of
from workflows.options import NOBODY_WAITS

WINDOW = timedelta(hours=1)
DATE = "2027-02-01T00:00+01:00"
CHECK = moment(DATE) - timedelta(days=5)


@pytest.mark.settings(apply_window=WINDOW)
async def test_D1_X2_a_run_is_checked_before_its_moment_and_changed_after_its_date(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await world.sleep_until(moment(DATE) - timedelta(seconds=2))
    assert (await run.status())["state"] == "scheduled"
    await world.sleep_until(moment(DATE) + WINDOW)
    applied = await in_state(run, "applied")
    assert moment(applied["effective_at"]) == moment(DATE)
    history = await run.handle.fetch_history()
    fired = [
        event.event_time.ToDatetime(tzinfo=CHECK.tzinfo)
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
    ]
    checked, changed = fired[-2:]
    assert CHECK - WINDOW <= checked < CHECK
    assert moment(DATE) <= changed < moment(DATE) + WINDOW


LATE_IN_WINDOW = moment(DATE) + timedelta(seconds=30)


async def ordered_and_not_changed_yet(world: World) -> Run:
    """A run whose date has come, and its place in the window has not."""
    await world.load(customer_record())
    return await order_downgrade(world, "2027-01-10T12:00+01:00")


@pytest.mark.settings(apply_window=timedelta(days=1))
async def test_X10_another_target_within_the_window_meets_a_change_that_is_made(world: World) -> None:
    """The standing order's date has come first: it is applied, and no other target takes its place."""
    run = await ordered_and_not_changed_yet(world)
    await world.sleep_until(LATE_IN_WINDOW)
    assert (await run.status())["state"] == "scheduled"
    refusal = await refusal_of(run, "requested", kind="edition", customer="K-1001", subject="jtl", target="jtl_start")
    assert refusal.code in ("not_enabled", "ended")
    applied = await in_state(run, "applied")
    assert moment(applied["effective_at"]) == moment(DATE)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(apply_window=timedelta(days=1))
async def test_X10_a_change_ordered_within_the_window_is_dropped_for_the_standing_order(world: World) -> None:
    run = await ordered_and_not_changed_yet(world)
    document = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_start"}
    await world.sleep_until("2027-01-30T12:00+01:00")
    await run("requested", **document)
    await run("acknowledge_warning")
    await world.sleep_until(LATE_IN_WINDOW)
    refusal = await refusal_of(run, "place_order")
    assert refusal.code in ("not_enabled", "ended")
    applied = await in_state(run, "applied")
    assert (applied["target"], moment(applied["effective_at"])) == ("jtl_advanced", moment(DATE))
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(apply_window=timedelta(days=1))
async def test_X11_a_revocation_granted_within_the_window_is_a_mis_clicks(world: World) -> None:
    """On the date an open one passes to a mis-click's run, whenever the run would have woken."""
    run = await ordered_and_not_changed_yet(world)
    await world.sleep_until("2027-01-31T12:00+01:00")
    await run("request_revocation", explanation="oh")
    task = await run.task("revocation")
    await world.sleep_until(LATE_IN_WINDOW)
    refusal = await refusal_of(run, "confirm_task", task=task, decision="granted")
    assert refusal.code in ("unknown_task", "ended")
    applied = await in_state(run, "applied")
    assert "revocation_passed_on" in timeline_events(applied)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(apply_window=timedelta(days=1))
async def test_X10_an_upgrade_told_within_the_window_takes_nothing_back(world: World) -> None:
    run = await ordered_and_not_changed_yet(world)
    await world.sleep_until(moment(DATE) - timedelta(seconds=2))
    assert (await run.status())["state"] == "scheduled"
    await world.sleep_until(LATE_IN_WINDOW)
    refusal = await refusal_of(run, "supersede", booking="B-1")
    assert refusal.code in ("not_enabled", "ended")
    await in_state(run, "applied")


async def test_what_a_person_waits_for_goes_before_what_a_date_brings_and_mails(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await world.sleep_until(DATE)
    await in_state(run, "applied")
    history = await run.handle.fetch_history()
    scheduled = [
        event.activity_task_scheduled_event_attributes
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    later = {activity.activity_type.name for activity in scheduled if activity.priority.priority_key}
    usual = {activity.activity_type.name for activity in scheduled if not activity.priority.priority_key}
    assert usual == {"place_order", "issue_receipt"}  # of the order, within the time of its update
    assert later == {"notify", "apply_change", "record_end", "issue_receipt"}  # of the change
    assert {activity.priority.priority_key for activity in scheduled} == {0, NOBODY_WAITS.priority_key}

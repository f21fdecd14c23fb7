"""A month's start that many runs share: each wakes at its place in `APPLY_WINDOW`; people go before them (D1, X2)."""

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from tests.runs.customers import customer_record
from tests.runs.documents import moment
from tests.runs.harness import World
from tests.runs.steps import in_state, order_downgrade
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

"""What every run does alike: what the person saw, time going backwards, idle customers, cancel requests."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.runs.customers import customer_record
from tests.runs.documents import Mail, mails, moment, task_types, timeline_events
from tests.runs.harness import Refused, World, failed_workflow_tasks
from tests.runs.steps import (
    in_state,
    mails_when,
    order_downgrade,
    prepare_downgrade,
    refusal_of,
    request_downgrade,
    status_when,
)

SEEN_WRONGLY = [
    {"run_id": "another"},
    {"target": "jtl_start"},
    {"effective_at": "2027-03-01T00:00:00+01:00"},
    {"effective_at": "2027-02-01T00:00:00+00:00"},
]


async def test_what_the_person_saw_must_still_hold(world: World) -> None:
    """`effective_at` is the date that follows from the event's `time`; where it does not hold, nothing happens."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    before = await run.status()
    for seen in SEEN_WRONGLY:
        refused = await refusal_of(run, "place_order", time="2027-01-16T12:00+01:00", **seen)
        assert (refused.code, refused.problem["current"]["state"]) == ("changed", "order"), seen
        assert (await run.status())["timeline"] == before["timeline"], seen
    right = {"run_id": before["run_id"], "target": "jtl_advanced", "effective_at": "2027-01-31T23:00:00+00:00"}
    booked = await run("place_order", time="2027-01-16T12:00+01:00", **right)
    assert booked["state"] == "scheduled"


@pytest.mark.settings(max_event_age="P14D")
async def test_a_time_is_never_before_the_customers_own_previous_event(world: World) -> None:
    await world.load(customer_record())
    await world.sleep_until("2027-01-10T14:00+01:00")
    run = await request_downgrade(world, time="2027-01-10T12:00+01:00")
    with pytest.raises(Refused) as early:
        await run("acknowledge_warning", time="2027-01-10T11:59+01:00")
    assert early.value.code == "malformed"
    await run("acknowledge_warning", time="2027-01-10T12:00+01:00")  # the same moment is not before
    await world.sleep_until("2027-01-18T00:00+01:00")
    await status_when(run, lambda status: "order_by_passed" in timeline_events(status))  # timers do not count
    with pytest.raises(Refused) as request:
        await request_downgrade(world, "jtl_start", time="2027-01-10T11:00+01:00")
    assert request.value.code == "malformed"
    booked = await run("place_order", time="2027-01-10T13:00+01:00")
    assert moment(booked["effective_at"]) == moment("2027-02-01T00:00+01:00")
    with pytest.raises(Refused) as backwards:
        await run("request_revocation", explanation="oh", time="2027-01-10T12:30+01:00")
    assert backwards.value.code == "malformed"


def so_many(count: int) -> Callable[[list[Mail]], bool]:
    """Whether there are so many mails."""
    return lambda mails: len(mails) == count


@pytest.mark.begins("2027-01-02T11:00+01:00")
async def test_a_customer_who_does_nothing_is_reminded_and_the_run_ends(world: World) -> None:
    """ABANDON_AFTER 30 days, REMIND_EVERY 7 days: four reminders; nothing ordered is nothing changed (ED10)."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-02T12:00+01:00")
    run = await request_downgrade(world)
    before = len(mails(world))
    for count, day in enumerate(("09", "16", "23", "30")):
        await world.sleep_until(f"2027-01-{day}T11:00+01:00")
        assert len(mails(world)) == before + count, day
        await world.sleep_until(f"2027-01-{day}T12:01+01:00")
        await mails_when(run, so_many(before + count + 1))
    await world.sleep_until("2027-02-01T11:00+01:00")
    assert (await run.status())["state"] == "feature_warning"
    await world.sleep_until("2027-02-01T12:01+01:00")
    ended = await in_state(run, "abandoned")
    assert timeline_events(ended).count("remind") == 4
    reminders = [
        (subject.split(":")[0], body)
        for _, subject, body in mails(world)
        if "noch offen" in subject or "wartet" in subject
    ]
    urgency = ["Erinnerung", "Dringend", "Sehr dringend, 3. Erinnerung", "Letzte Erinnerung"]
    assert sorted(subject for subject, _ in reminders) == sorted(urgency)
    assert all(
        "brechen wir den Antrag am 1. Februar 2027" in body or "Am 1. Februar 2027" in body for _, body in reminders
    )
    assert {"17. Januar 2027", "14. Februar 2027"} == {
        day
        for day in ("17. Januar 2027", "14. Februar 2027")
        for _, body in reminders
        if f"spätestens am {day}" in body
    }
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(abandon_after="P10D", remind_every="P7D")
async def test_an_event_of_the_customer_starts_the_clock_again(world: World) -> None:
    await world.load(customer_record())
    await world.sleep_until("2027-01-02T12:00+01:00")
    run = await request_downgrade(world)
    await world.sleep_until("2027-01-11T12:00+01:00")
    await run("acknowledge_warning")
    await world.sleep_until("2027-01-20T12:00+01:00")
    assert (await run.status())["state"] == "order"
    await world.sleep_until("2027-01-21T12:01+01:00")
    await in_state(run, "abandoned")


@pytest.mark.settings(abandon_after="P10D", remind_every="P30D")
async def test_the_clock_stands_still_while_an_operator_is_awaited(world: World) -> None:
    await world.load(customer_record(edition_terms={"jtl": {"term": "annual", "ends": "2027-12-31"}}))
    await world.sleep_until("2027-01-02T12:00+01:00")
    run = await prepare_downgrade(world)
    await world.sleep_until("2027-03-02T12:00+01:00")
    waiting = await run.status()
    assert (waiting["state"], task_types(waiting)) == ("order", ["clarify_term"])
    assert (await run.confirm("clarify_term", at="2027-12-31"))["waiting_for"] == ["customer"]
    await world.sleep_until("2027-03-12T11:00+01:00")
    assert (await run.status())["state"] == "order"
    await world.sleep_until("2027-03-12T12:01+01:00")
    await in_state(run, "abandoned")


@pytest.mark.settings(customer_centre="guided")
async def test_operators_are_reminded_of_what_waits_for_them(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await run("place_order")
    await world.env.sleep(8 * 86400)
    status = await run.status()
    assert "task_due" in timeline_events(status)
    assert (status["state"], task_types(status)) == ("order", ["perform"])


async def test_a_cancel_request_asks_whether_the_case_is_to_end(world: World) -> None:
    """What Temporal hands over but once goes on when a person says so, and ends when he says that."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await run.handle.cancel()
    await run.handle.cancel()
    asked = await status_when(run, lambda status: task_types(status) == ["abandon"])
    assert (asked["state"], asked["enabled"]) == ("order", ["recheck_licences", "place_order", "abandon"])
    assert (await run.confirm("abandon", decision="go_on"))["tasks"] == []
    other = await world.request("misclick", "K-1001", "M-1", explanation="booked twice")
    await other.handle.cancel()
    await status_when(other, lambda status: "abandon" in task_types(status))
    ended = await other.confirm("abandon", by="Ms Ops", decision="abandon", note="asked for twice")
    assert (ended["state"], ended["timeline"][-1]["by"]) == ("abandoned", "Ms Ops")
    assert (await run("place_order"))["state"] == "scheduled"
    assert await failed_workflow_tasks(run.handle) == await failed_workflow_tasks(other.handle) == []


async def test_elsewhere_a_cancel_request_leaves_a_line_and_the_run_goes_on(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await run.handle.cancel()
    status = await status_when(run, lambda status: "cancel_requested" in timeline_events(status))
    assert (status["state"], status["timeline"][-1]["note"] is not None) == ("scheduled", True)
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


WRONG_PAYLOADS: list[tuple[str, dict[str, Any]]] = [
    ("acknowledge_warning", {"by": ""}),
    ("acknowledge_warning", {"by": "x", "colour": "red"}),
    ("acknowledge_warning", {"by": "x", "time": "2027-01-10T12:00"}),
    ("abandon", {"by": 7}),
    ("confirm_task", {"by": "x", "task": "t-none"}),
    ("reject_task", {"by": "x"}),
]


async def test_a_wrong_payload_is_refused_readably_and_changes_nothing(world: World) -> None:
    await world.load(customer_record())
    run = await request_downgrade(world)
    before = await run.status()
    for event, payload in WRONG_PAYLOADS:
        refused = await refusal_of(run, event, **payload)
        assert refused.code == ("unknown_task" if payload.get("task") else "malformed"), (event, payload)
    assert (await run.status())["timeline"] == before["timeline"]

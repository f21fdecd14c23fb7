"""What every run does alike: what the person saw, time going backwards, idle customers, cancel requests."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.runs.harness import Refused, World, world
from tests.runs.scenes import at, downgrade, events, in_state, mails, muster, orderable, ordered, types, until


def mailed(w: World, number: int, _: Any) -> bool:
    """So many mails have been written."""
    return len(mails(w)) == number


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ("run_id", {"run_id": "another"}),
        ("target", {"target": "jtl_start"}),
        ("effective_at", {"effective_at": "2027-03-01T00:00:00+01:00"}),
        ("effective_at", {"effective_at": "2027-02-01T00:00:00+00:00"}),
    ],
)
async def test_what_the_person_saw_must_still_hold(tmp_path: Path, what: str, seen: dict[str, Any]) -> None:
    """`effective_at` is the date that follows from the event's `time`; where it does not hold, nothing happens."""
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await orderable(w)
        before = await run.status()
        with pytest.raises(Refused) as no:
            await run("place_order", time="2027-01-16T12:00+01:00", **seen)
        assert (no.value.code, no.value.problem["current"]["state"]) == ("changed", "order")
        assert (await run.status())["timeline"] == before["timeline"]
        right = {"run_id": before["run_id"], "target": "jtl_advanced", "effective_at": "2027-01-31T23:00:00+00:00"}
        booked = await run("place_order", time="2027-01-16T12:00+01:00", **right)
        assert booked["state"] == "scheduled"


async def test_a_time_is_never_before_the_customers_own_previous_event(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        await w.sleep_until("2027-01-10T14:00+01:00")
        run = await downgrade(w, time="2027-01-10T12:00+01:00")
        with pytest.raises(Refused) as early:
            await run("acknowledge_warning", time="2027-01-10T11:59+01:00")
        assert early.value.code == "malformed"
        await run("acknowledge_warning", time="2027-01-10T12:00+01:00")  # the same moment is not before
        await w.sleep_until("2027-01-18T00:00+01:00")
        await until(run, lambda status: "order_by_passed" in events(status))  # timers do not count
        with pytest.raises(Refused) as request:
            await downgrade(w, "jtl_start", time="2027-01-10T11:00+01:00")
        assert request.value.code == "malformed"
        booked = await run("place_order", time="2027-01-10T13:00+01:00")
        assert at(booked["effective_at"]) == at("2027-02-01T00:00+01:00")
        with pytest.raises(Refused) as backwards:
            await run("request_revocation", explanation="oh", time="2027-01-10T12:30+01:00")
        assert backwards.value.code == "malformed"


async def test_a_customer_who_does_nothing_is_reminded_and_the_run_ends(tmp_path: Path) -> None:
    """ABANDON_AFTER 30 days, REMIND_EVERY 7 days: four reminders; nothing ordered is nothing changed (ED10)."""
    async with world(tmp_path) as w:
        await w.load(muster())
        await w.sleep_until("2027-01-02T12:00+01:00")
        run = await downgrade(w)
        for day in ("09", "16", "23", "30"):
            before = len(mails(w))
            await w.sleep_until(f"2027-01-{day}T11:00+01:00")
            assert len(mails(w)) == before, day
            await w.sleep_until(f"2027-01-{day}T12:01+01:00")
            await until(run, partial(mailed, w, before + 1))
        await w.sleep_until("2027-02-01T11:00+01:00")
        assert (await run.status())["state"] == "feature_warning"
        await w.sleep_until("2027-02-01T12:01+01:00")
        ended = await in_state(run, "abandoned")
        assert events(ended).count("remind") == 4
        reminders = [
            (subject.strip().split(":")[0], body)
            for _, subject, body in mails(w)
            if "noch offen" in subject or "wartet" in subject
        ]
        said = ["Erinnerung", "Dringend", "Sehr dringend, 3. Erinnerung", "Letzte Erinnerung"]
        assert sorted(subject for subject, _ in reminders) == sorted(said)
        assert all(
            "brechen wir den Antrag am 1. Februar 2027" in body or "Am 1. Februar 2027" in body for _, body in reminders
        )
        assert {"17. Januar 2027", "14. Februar 2027"} == {
            day
            for day in ("17. Januar 2027", "14. Februar 2027")
            for _, body in reminders
            if f"spätestens am {day}" in body
        }
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


async def test_an_event_of_the_customer_starts_the_clock_again(tmp_path: Path) -> None:
    async with world(tmp_path, abandon_after="P10D", remind_every="P7D") as w:
        await w.load(muster())
        await w.sleep_until("2027-01-02T12:00+01:00")
        run = await downgrade(w)
        await w.sleep_until("2027-01-11T12:00+01:00")
        await run("acknowledge_warning")
        await w.sleep_until("2027-01-20T12:00+01:00")
        assert (await run.status())["state"] == "order"
        await w.sleep_until("2027-01-21T12:01+01:00")
        await in_state(run, "abandoned")


async def test_the_clock_stands_still_while_an_operator_is_awaited(tmp_path: Path) -> None:
    async with world(tmp_path, abandon_after="P10D", remind_every="P30D") as w:
        await w.load(muster(edition_terms={"jtl": {"term": "annual", "ends": "2027-12-31"}}))
        await w.sleep_until("2027-01-02T12:00+01:00")
        run = await orderable(w)
        await w.sleep_until("2027-03-02T12:00+01:00")
        waiting = await run.status()
        assert (waiting["state"], types(waiting)) == ("order", ["clarify_term"])
        assert (await run.confirm("clarify_term", at="2027-12-31"))["waiting_for"] == ["customer"]
        await w.sleep_until("2027-03-12T11:00+01:00")
        assert (await run.status())["state"] == "order"
        await w.sleep_until("2027-03-12T12:01+01:00")
        await in_state(run, "abandoned")


async def test_operators_are_reminded_of_what_waits_for_them(tmp_path: Path) -> None:
    async with world(tmp_path, customer_centre="guided") as w:
        await w.load(muster())
        run = await orderable(w)
        await run("place_order")
        await w.env.sleep(8 * 86400)
        await until(run, lambda _: any(to == w.settings.operator_mail for to, _, _ in mails(w)))
        status = await run.status()
        assert (status["state"], types(status)) == ("order", ["perform"])


async def test_a_cancel_request_is_an_operators_abandon(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await orderable(w)
        await run.handle.cancel()
        ended = await in_state(run, "abandoned")
        assert ended["timeline"][-1]["by"] == "operator"


async def test_elsewhere_a_cancel_request_leaves_a_line_and_the_run_goes_on(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await ordered(w, "2027-01-10T12:00+01:00")
        await run.handle.cancel()
        status = await until(run, lambda status: "cancel_requested" in events(status))
        assert (status["state"], status["timeline"][-1]["note"] is not None) == ("scheduled", True)
        await w.sleep_until("2027-02-01T00:00+01:00")
        await in_state(run, "applied")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("acknowledge_warning", {"by": ""}),
        ("acknowledge_warning", {"by": "x", "colour": "red"}),
        ("acknowledge_warning", {"by": "x", "time": "2027-01-10T12:00"}),
        ("abandon", {"by": 7}),
        ("confirm_task", {"by": "x", "task": "t-none"}),
        ("reject_task", {"by": "x"}),
    ],
)
async def test_a_wrong_payload_is_refused_readably_and_changes_nothing(
    tmp_path: Path, event: str, payload: dict[str, Any]
) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await downgrade(w)
        before = await run.status()
        with pytest.raises(Refused) as no:
            await run(event, **payload)
        assert no.value.code == ("unknown_task" if payload.get("task") else "malformed")
        assert (await run.status())["timeline"] == before["timeline"]

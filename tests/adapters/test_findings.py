"""What a comparison means, case by case; nothing is asked of Temporal or of a database."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from activities.reconciliation.findings import Still, findings_of, remembered, text_of
from activities.reconciliation.lost_runs import end_of
from activities.sql.bookings import key_of
from settings import Settings, explain
from states.model.reconciliation import Booking, Execution, RecordedRun
from tests.system.test_cli import status

NOW = datetime(2027, 2, 3, 2, tzinfo=UTC)
DATE = datetime(2027, 1, 31, 23, tzinfo=UTC)
LATER = datetime(2027, 2, 28, 23, tzinfo=UTC)
GRACE = timedelta(days=1, minutes=10)
RUN = "edition/K-1001/jtl"


def held(effective_at: datetime | None = None, booked: bool = True, **more: Any) -> RecordedRun:
    """A run that is open here; with a date, one that has booked."""
    booking = Booking(
        order=f"{RUN}/r-1/place_order/4",
        reference="B-000001",
        target="jtl_advanced",
        placed_at=DATE - timedelta(days=20),
        effective_at=effective_at or DATE,
        booked=booked,
    )
    given: dict[str, Any] = {
        "workflow_id": RUN,
        "run_id": "r-1",
        "kind": "edition",
        "customer": "K-1001",
        "subject": "jtl",
    }
    given |= {"open": "ended" not in more}
    return RecordedRun(**(given | {"booking": booking if effective_at else None} | more))


def seen(how: Any, **more: Any) -> Execution:
    """The run as Temporal knows it."""
    return Execution(workflow_id=RUN, run_id="r-1", how=how, **more)


ALIVE = (held(workflow_id="voucher/K-1/V-1"), seen("open"))
"""A run as it should be: Temporal is the right one."""

CASES: list[tuple[str, RecordedRun, Execution, str | None]] = [
    ("open", held(), seen("open"), None),
    ("open_before_its_date", held(LATER), seen("open"), None),
    ("open_within_the_window_and_a_day", held(NOW - GRACE), seen("open"), None),
    ("open_a_second_longer", held(NOW - GRACE - timedelta(seconds=1)), seen("open"), "overdue"),
    ("open_and_people_are_asked", held(DATE, tasks=("surplus",)), seen("open"), None),
    ("terminated", held(), seen("terminated"), "run_lost"),
    ("terminated_with_tasks", held(tasks=("revocation",)), seen("terminated"), "tasks_dropped"),
    ("terminated_booked", held(LATER), seen("terminated"), "booking_unwatched"),
    ("terminated_booked_with_tasks", held(LATER, tasks=("revocation",)), seen("terminated"), "booking_unwatched"),
    ("terminated_with_a_note_only", held(LATER, booked=False), seen("terminated"), "run_lost"),
    ("failed", held(LATER), seen("failed"), "booking_unwatched"),
    ("timed_out", held(), seen("timed_out"), "run_lost"),
    ("canceled", held(), seen("canceled"), "run_lost"),
    ("completed_and_not_kept", held(), seen("completed"), "run_lost"),
    ("unknown", held(LATER), seen("unknown"), "booking_unwatched"),
    ("given_up_by_an_operator", held(LATER, ended="given_up"), seen("completed"), None),
    ("given_up_past_its_date", held(DATE, ended="given_up"), seen("completed"), "overdue_unwatched"),
    ("given_up_past_retention", held(LATER, ended="given_up"), seen("unknown"), None),
    ("abandoned_and_booked", held(LATER, ended="abandoned"), seen("completed"), "booking_left"),
    ("abandoned_and_noted", held(LATER, booked=False, ended="abandoned"), seen("completed"), None),
]


@pytest.mark.parametrize(("run", "found", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_run_is(run: RecordedRun, found: Execution, code: str | None) -> None:
    assert [one.code for one in findings_of([(run, found), ALIVE], NOW, GRACE)] == ([code] if code else [])


HOUR = timedelta(hours=1)
FREEZES: list[tuple[str, tuple[timedelta, timedelta], timedelta, str | None]] = [
    # Since and until when all stood still, and when it is compared, after the date of the booking.
    ("it_stands", (-HOUR, 72 * HOUR), 72 * HOUR, None),
    ("just_released", (-HOUR, 72 * HOUR), 72 * HOUR + GRACE, None),
    ("long_released", (-HOUR, 72 * HOUR), 72 * HOUR + GRACE + HOUR, "overdue"),
    ("before_the_date", (-72 * HOUR, -HOUR), GRACE + HOUR, "overdue"),
    ("some_hours_of_it", (2 * HOUR, 5 * HOUR), 3 * HOUR + GRACE, None),
    ("some_hours_of_it_and_more", (2 * HOUR, 5 * HOUR), 4 * HOUR + GRACE, "overdue"),
    ("overdue_before", (GRACE + HOUR, 99 * HOUR), 99 * HOUR, "overdue"),
]


@pytest.mark.parametrize(("span", "after", "code"), [case[1:] for case in FREEZES], ids=[case[0] for case in FREEZES])
def test_what_a_freeze_has_held_up_has_all_its_time_after_the_release(
    span: tuple[timedelta, timedelta], after: timedelta, code: str | None
) -> None:
    still, now = [Still(DATE + span[0], DATE + span[1])], DATE + after
    found = findings_of([(held(DATE), seen("open")), ALIVE], now, GRACE, (), still)
    assert [one.code for one in found] == ([code] if code else [])
    # A run that is over waits for no release.
    over = (held(DATE, ended="given_up"), seen("completed"))
    assert [one.code for one in findings_of([over, ALIVE], DATE + GRACE + HOUR, GRACE, (), still)] == [
        "overdue_unwatched"
    ]


def test_a_run_that_a_freeze_holds_is_not_overdue_and_one_that_is_lost_is_found() -> None:
    overdue, lost = (held(DATE), seen("open")), (held(DATE), seen("terminated"))
    assert [one.code for one in findings_of([overdue, ALIVE], NOW, GRACE)] == ["overdue"]
    assert findings_of([overdue, ALIVE], NOW, GRACE, {RUN}) == ()
    assert [one.code for one in findings_of([lost, ALIVE], NOW, GRACE, {RUN})] == ["booking_unwatched"]


def test_the_worst_comes_first() -> None:
    lost = (held(workflow_id="pos/K-1/P-1"), seen("terminated"))
    late = (held(DATE, workflow_id="pos/K-1/P-2"), seen("open"))
    worst = (held(LATER, workflow_id="pos/K-1/P-3"), seen("terminated"))
    found = findings_of([lost, late, worst, ALIVE], NOW, GRACE)
    assert [one.code for one in found] == ["booking_unwatched", "run_lost", "overdue"]


def test_a_temporal_that_knows_no_open_run_is_the_wrong_one_and_no_run_is_lost() -> None:
    gone = [(held(LATER, run_id=f"r-{number}"), seen("unknown")) for number in range(3)]
    (found,) = findings_of(gone, NOW, GRACE)
    assert (found.code, found.count) == ("all_unknown", 3)
    (again,) = findings_of(gone, NOW, GRACE)
    assert again.key == found.key
    others = findings_of([*gone, (held(run_id="r-9"), seen("unknown"))], NOW, GRACE)
    assert [one.code for one in others] == ["all_unknown"] and others[0].key != found.key


def test_what_has_ended_long_ago_makes_no_temporal_the_wrong_one() -> None:
    ended = (held(DATE, ended="given_up"), seen("unknown"))
    assert [one.code for one in findings_of([ended], NOW, GRACE)] == ["overdue_unwatched"]
    found = findings_of([ended, (held(run_id="r-2"), seen("unknown"))], NOW, GRACE)
    assert [one.code for one in found] == ["overdue_unwatched", "all_unknown"]
    assert findings_of([], NOW, GRACE) == ()


def test_who_was_told_of_a_booking_past_its_date_is_not_told_so_the_next_night() -> None:
    (found,) = findings_of([(held(DATE), seen("terminated")), ALIVE], NOW, GRACE)
    (next_night,) = findings_of([(held(DATE, ended="given_up"), seen("terminated"))], NOW, GRACE)
    assert (found.code, next_night.code) == ("booking_unwatched", "overdue_unwatched")
    assert next_night.key in remembered(found) and found.key in remembered(found)


def test_a_booking_belongs_to_the_run_that_its_key_names() -> None:
    assert key_of(f"{RUN}/0b1c-2d3e/place_order/4", RUN) == ("0b1c-2d3e", 4)


@pytest.mark.parametrize(("language", "said"), [
    ("en", ["was terminated", "by admin@host", "reason given: tidied up", "B-000001", "1 March 2027", "same request"]),
    ("de", ["von außen beendet", "von admin@host", "B-000001", "1. März 2027", "denselben Antrag neu"]),
])  # fmt: skip
def test_a_finding_says_who_ended_it_what_stands_and_what_to_do(language: str, said: list[str]) -> None:
    execution = seen("terminated", at=NOW, by="admin@host", reason="tidied up")
    (found,) = findings_of([(held(LATER), execution), ALIVE], NOW, GRACE)
    text = text_of(found, language, "Europe/Berlin")
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize(("given", "at"), [
    ("03:00", time(3)), ("23:59", time(23, 59)), ("", time(3)), ("never", None),
])  # fmt: skip
def test_the_time_of_the_comparison_is_set(given: str, at: time | None, monkeypatch: Any) -> None:
    monkeypatch.setenv("CANCELLATIONS_COMPARE_AT", given)
    assert Settings().compare_at == at


@pytest.mark.parametrize("given", ["24:00", "03:60", "3", "03:00:00", "at night"])
def test_a_time_that_is_none_is_refused_by_name(given: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("CANCELLATIONS_COMPARE_AT", given)
    with pytest.raises(ValidationError) as refused:
        Settings()
    (line,) = explain(refused.value)
    assert line.startswith(f"CANCELLATIONS_COMPARE_AT: {given!r}") and "03:00" in line and "never" in line


# The end that is kept.


def kept(run: RecordedRun, execution: Execution, document: dict[str, Any] | None) -> Any:
    """The end as the ledger gets it."""
    return end_of(
        run, execution, document, settings=Settings(), namespace="default", language="en", now=NOW
    )  # fmt: skip


TERMINATED = seen("terminated", started_at=DATE - timedelta(days=30), at=NOW - timedelta(hours=5), by="admin@host")


def test_a_terminated_run_is_given_up_and_its_booking_stands() -> None:
    end = kept(held(DATE), TERMINATED, status(state="scheduled", waiting_for=["date"]))
    document = end.status
    assert (document.state, document.waiting_for, document.enabled, document.tasks) == ("given_up", (), (), ())
    assert document.effective_at == DATE and document.why != ()
    assert (end.started_at, end.ended_at) == (TERMINATED.started_at, TERMINATED.at)
    last = document.timeline[-1]
    assert (last.at, last.state, last.event, last.by) == (TERMINATED.at, "given_up", "terminated", "admin@host")
    assert last.note and "B-000001 stays as it is, effective on 1 February 2027" in last.note


def test_a_terminated_change_shows_the_date_of_the_order_that_stands() -> None:
    document = kept(held(LATER), TERMINATED, status(state="order")).status
    assert (document.effective_at, document.why) == (LATER, ())


def test_what_was_not_booked_has_no_date() -> None:
    document = kept(held(), TERMINATED, status()).status
    assert (document.state, document.effective_at, document.order_by, document.why) == ("given_up", None, None, ())
    assert "B-" not in str(document.timeline[-1].note)


def test_an_end_that_was_reached_is_kept_as_it_is() -> None:
    document = kept(held(), TERMINATED, status(state="applied", effective_at="2027-01-31T23:00:00Z")).status
    assert (document.state, document.effective_at) == ("applied", DATE)
    assert document.timeline[-1].state == "applied"


@pytest.mark.parametrize("document", [None, {"state": "scheduled"}], ids=["nobody_can_say", "another_form"])
def test_without_a_document_the_end_says_what_the_database_knows(document: dict[str, Any] | None) -> None:
    found = kept(held(DATE), seen("unknown"), document)
    ended = found.status
    assert (ended.workflow_id, ended.run_id, ended.kind, ended.target) == (RUN, "r-1", "edition", "jtl_advanced")
    assert (ended.state, ended.effective_at, found.ended_at) == ("given_up", DATE, NOW)
    assert ended.ui_url.endswith("/namespaces/default/workflows/edition%2FK-1001%2Fjtl/r-1/history")

"""The work list: what is urgent comes first, who has a task, and what operators note beside it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from activities.sql import paging, task_pages
from activities.sql.claims import AlreadyClaimed, SqlClaims
from activities.sql.database import Database
from activities.sql.ledger import SqlLedger
from activities.sql.paging import WrongCursor
from activities.sql.tables import tasks
from activities.sql.task_notes import MOST_SHOWN, SqlTaskNotes
from activities.sql.urgency import NEAR
from activities.sql.work_list import SqlWorkList
from states.model.status import GoingOn, TaskRow
from tests.adapters.databases import database, postgres, settings
from tests.adapters.stored_runs import RUN, ended, entry, listed

__all__ = ["database", "postgres", "settings"]

NOW = datetime(2099, 1, 10, 12, tzinfo=UTC)
"""Later than the clock, so that what is opened in a test has been so for long."""
INSTANT = timedelta(microseconds=1)


def task(name: str, *, due: Any = None, deadline: Any = None, **more: Any) -> TaskRow:
    """A task that is due, or has a customer's deadline, so long from `NOW`."""
    due_at = None if due is None else NOW + due
    about: dict[str, Any] = {"text": "perform_order", "subject": None, "ticket": False}
    about["deadline"] = None if deadline is None else NOW + deadline
    return TaskRow(entry=entry(name, more.pop("type_", "perform"), due_at), **about | more)


def shown(database: Database, **asked: Any) -> list[str]:
    """The tasks in their order."""
    wanted: dict[str, Any] = {"now": NOW, "order": "urgency"} | asked
    return [item.id for item in SqlWorkList(database).tasks(**wanted).items]


def urgencies(database: Database) -> dict[str, str]:
    """By task."""
    return {item.id: item.urgency for item in SqlWorkList(database).tasks(order="urgency", now=NOW).items}


async def test_what_is_overdue_comes_first_then_near_deadlines_then_what_waits_longest(database: Database) -> None:
    days = timedelta(days=1)
    SqlWorkList(database).write(
        listed(
            task("third-party", due=-9 * days, awaits_proof=True),
            task("far", deadline=30 * days),
            task("later", due=2 * days),
            task("undated"),
            task("near", deadline=3 * days, due=5 * days),
            task("nearer", deadline=4 * days, due=2 * days),
            task("overdue", due=-1 * days),
            task("overdue-longer", deadline=-2 * days),
        ),
        {},
    )
    order = ["overdue-longer", "overdue", "nearer", "near", "undated", "later", "far", "third-party"]
    assert shown(database) == order
    assert shown(database, limit=3) + shown(database, limit=200, cursor=cursor_after(database, 3)) == order
    assert shown(database, overdue=True) == shown(database, overdue=True, order="due") == order[:2]
    assert shown(database, waiting_for="third_party") == order[-1:]
    assert shown(database, waiting_for="operator") == order[:-1]
    assert shown(database, overdue=True, waiting_for="third_party") == []


def cursor_after(database: Database, limit: int) -> str | None:
    """Where the first page ends."""
    return SqlWorkList(database).tasks(order="urgency", now=NOW, limit=limit).next


async def test_a_deadline_that_lies_far_behind_the_day_on_which_the_task_is_due_makes_it_no_more_urgent(
    database: Database,
) -> None:
    days = timedelta(days=1)
    rows = (
        task("half-a-year", due=2 * days, deadline=180 * days),
        task("sooner", due=1 * days),
        task("near", deadline=NEAR),
    )
    SqlWorkList(database).write(listed(*rows), {})
    assert shown(database) == ["near", "sooner", "half-a-year"]
    assert urgencies(database)["half-a-year"] == "waiting"


async def test_what_is_due_this_instant_is_overdue_and_a_deadline_is_near_seven_days_before(database: Database) -> None:
    rows = (
        task("now", due=timedelta(0)),
        task("next", due=INSTANT),
        task("near", deadline=NEAR),
        task("not-near", deadline=NEAR + INSTANT),
        task("undated"),
    )
    SqlWorkList(database).write(listed(*rows), {})
    expected = {"now": "overdue", "next": "waiting", "near": "deadline", "not-near": "waiting", "undated": "waiting"}
    assert urgencies(database) == expected
    assert shown(database) == ["now", "near", "undated", "next", "not-near"]


async def test_time_that_passes_changes_the_order_and_no_row(database: Database) -> None:
    SqlWorkList(database).write(listed(task("soon", due=timedelta(hours=1)), task("undated")), {})
    before = rows_of(database)
    assert shown(database) == ["undated", "soon"]
    assert shown(database, now=NOW + timedelta(hours=1)) == ["soon", "undated"]
    assert rows_of(database) == before


def rows_of(database: Database) -> list[Any]:
    """Everything that is kept."""
    with database.read() as connection:
        return list(connection.execute(select(tasks).order_by(tasks.c.task)))


async def test_pages_that_follow_show_the_order_of_the_first(database: Database) -> None:
    SqlWorkList(database).write(listed(*(task(f"t-{hour}", due=timedelta(hours=hour)) for hour in (1, 2, 3))), {})
    first = SqlWorkList(database).tasks(order="urgency", now=NOW, limit=1)
    second = SqlWorkList(database).tasks(
        order="urgency", now=NOW + timedelta(hours=3), limit=2, cursor=first.next
    )  # as of now all are overdue, and would stand in the part that this page has passed
    assert [item.id for item in (*first.items, *second.items)] == ["t-1", "t-2", "t-3"]
    assert (second.as_of, {item.urgency for item in second.items}) == (NOW, {"waiting"})


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ1cmdlbmN5IiwgIjEiLCAib3ZlcmR1ZSIsICIxIiwgInQiXQ"])
async def test_a_cursor_that_no_page_gave_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(WrongCursor):
        SqlWorkList(database).tasks(order="urgency", cursor=cursor)


async def test_a_cursor_of_another_order_or_of_a_part_that_is_not_asked_for_is_refused(database: Database) -> None:
    SqlWorkList(database).write(listed(task("t-1"), task("t-2")), {})
    cursor = cursor_after(database, 1)
    with pytest.raises(WrongCursor):
        SqlWorkList(database).tasks(order="due", cursor=cursor)
    with pytest.raises(WrongCursor):
        SqlWorkList(database).tasks(order="urgency", overdue=True, cursor=cursor)


async def test_nobody_counts_further_than_it_is_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlWorkList(database).write(listed(*(task(f"t-{number}", due=timedelta(number)) for number in range(6))), {})
    for most, total in ((5, 6), (4, 5)):
        for module in (paging, task_pages):
            monkeypatch.setattr(module, "MOST_COUNTED", most)
        assert SqlWorkList(database).tasks(order="urgency", now=NOW).total == total


# Counts.


async def test_tasks_are_counted_by_age_and_by_when_they_are_due(database: Database) -> None:
    SqlWorkList(database).write(
        listed(
            task("overdue", due=timedelta(0)),
            task("today", due=timedelta(hours=12)),
            task("week", due=timedelta(hours=12) + INSTANT, type_="repair"),
            task("later", deadline=timedelta(days=6, hours=12) + INSTANT),
            task("undated"),
            task("waiting", awaits_proof=True, type_="third_party"),
        ),
        {},
    )
    SqlClaims(database).claim("today", "anna", NOW)
    midnight = NOW.replace(hour=0)
    with database.write() as connection:
        for name, age in (("overdue", 0), ("today", 1), ("undated", 2), ("later", 3)):
            at = midnight - timedelta(days=age - 1) - INSTANT
            connection.execute(tasks.update().where(tasks.c.task == name).values(opened_at=at))
    counts = SqlWorkList(database).counts(NOW, days_of(midnight), "anna")
    assert counts.due == {"overdue": 1, "today": 1, "week": 1, "later": 1, "undated": 1}
    assert counts.ages["perform"] == {"today": 1, "three_days": 2, "week": 1, "older": 0}
    assert counts.ages["repair"] == {"today": 0, "three_days": 0, "week": 0, "older": 1}
    assert (counts.waiting, counts.unclaimed, counts.mine) == (1, 4, 1)
    assert counts.types == {"perform": 4, "repair": 1, "third_party": 1}
    few = SqlWorkList(database).counts(NOW, days_of(midnight), None, most=2)
    assert (few.types, few.unclaimed, few.mine) == ({"perform": 3, "repair": 1, "third_party": 1}, 3, 0)


def days_of(midnight: datetime) -> dict[str, datetime]:
    """The bounds of the counts."""
    days = {"today": 0, "three_days": -2, "week": -6, "tomorrow": 1, "next_week": 7}
    return {name: midnight + timedelta(days=number) for name, number in days.items()}


# Who has it.


def claim_of(database: Database, name: str = "t-1") -> tuple[Any, Any]:
    """Who has a task, and since when."""
    item = SqlWorkList(database).task(name)
    assert item is not None
    return item.claimed_by, item.claimed_at


async def test_the_first_who_claims_a_task_has_it_and_the_second_is_told_who_that_is(database: Database) -> None:
    SqlWorkList(database).write(listed(task("t-1")), {})
    claims = SqlClaims(database)
    assert claims.claim("t-1", "anna", NOW)
    with pytest.raises(AlreadyClaimed) as refused:
        claims.claim("t-1", "ben", NOW + timedelta(hours=1))
    assert (refused.value.by, refused.value.at) == ("anna", NOW)
    assert claims.claim("t-1", "anna", NOW + timedelta(hours=2))
    assert claim_of(database) == ("anna", NOW)
    assert shown(database, claimed_by="anna") == ["t-1"]
    assert shown(database, claimed_by="ben") == shown(database, unclaimed=True) == []


async def test_of_two_who_claim_at_once_one_has_it(database: Database) -> None:
    SqlWorkList(database).write(listed(task("t-1")), {})
    claims = SqlClaims(database)
    names = [f"operator-{number}" for number in range(4)]
    answers = await asyncio.gather(
        *(database.in_thread(claims.claim, "t-1", name, NOW) for name in names), return_exceptions=True
    )
    winner, _ = claim_of(database)
    assert [answer for answer in answers if answer is True] == [True]
    assert names[answers.index(True)] == winner
    assert {answer.by for answer in answers if isinstance(answer, AlreadyClaimed)} == {winner}


async def test_only_who_has_a_task_gives_it_away_unless_he_may_give_away_anyones(database: Database) -> None:
    SqlWorkList(database).write(listed(task("t-1")), {})
    claims, later = SqlClaims(database), NOW + timedelta(hours=1)
    assert claims.hand_over("t-1", "anna", "ben", NOW, anyone=False)  # nobody's: anybody may
    for give in (
        lambda: claims.release("t-1", "anna", anyone=False),
        lambda: claims.hand_over("t-1", "anna", "carla", NOW, anyone=False),
    ):
        with pytest.raises(AlreadyClaimed):
            give()
    assert claim_of(database) == ("ben", NOW)
    assert claims.hand_over("t-1", "ben", "anna", later, anyone=False)
    assert claim_of(database) == ("anna", later)
    assert claims.hand_over("t-1", "dora", "carla", later, anyone=True)
    assert claims.release("t-1", "dora", anyone=True)
    assert claims.release("t-1", "anna", anyone=False)  # nobody has it already
    assert claim_of(database) == (None, None)


async def test_a_claim_goes_with_the_task_and_stays_while_that_is_written_anew(database: Database) -> None:
    work_list, claims = SqlWorkList(database), SqlClaims(database)
    work_list.write(listed(task("t-1"), task("t-2")), {})
    for name in ("t-1", "t-2"):
        claims.claim(name, "anna", NOW)
    work_list.write(listed(task("t-1", due=timedelta(1))), {})
    assert (claim_of(database), claim_of(database, "t-2")) == (("anna", NOW), (None, None))
    assert not claims.claim("t-2", "ben", NOW)
    assert not claims.claim("t-3", "ben", NOW)
    work_list.write(listed(task("t-1"), run_id="r2"), {})  # continued as new, or reset: the task is the same
    assert claim_of(database) == ("anna", NOW)
    SqlLedger(database).record_end(ended())
    assert claim_of(database) == (None, None)


async def test_comments_and_ticks_stay_with_the_case(database: Database) -> None:
    work_list, notes = SqlWorkList(database), SqlTaskNotes(database)
    work_list.write(listed(task("t-1")), {})
    notes.add_comment("c-1", RUN, "t-1", "anna", "Asked accounting.", NOW)
    notes.add_comment("c-1", RUN, "t-1", "anna", "Asked accounting.", NOW + timedelta(hours=1))
    notes.add_comment("c-2", RUN, "t-1", "ben", "They answered.", NOW + timedelta(hours=2))
    notes.tick("t-1", 2, "anna", NOW)
    notes.tick("t-1", 2, "ben", NOW)
    notes.tick("t-1", 1, "ben", NOW)
    SqlLedger(database).record_end(ended())
    going_on = GoingOn(workflow_id=RUN, first_run_id="r1", run_ids=("r1",), kind="edition", customer="K-1001")
    SqlLedger(database).take_back(going_on, watches=True)
    work_list.write(listed(task("t-1")), {})
    assert [(entry.by, entry.text) for entry in notes.comments(RUN)] == [
        ("anna", "Asked accounting."),
        ("ben", "They answered."),
    ]
    assert [(entry.step, entry.by) for entry in notes.steps_done("t-1")] == [(1, "ben"), (2, "anna")]
    notes.untick("t-1", 2)
    assert [entry.step for entry in notes.steps_done("t-1")] == [1]
    assert notes.comments("edition/K-1/jtl") == notes.steps_done("t-2") == []


async def test_of_very_many_comments_the_latest_are_shown(database: Database) -> None:
    notes = SqlTaskNotes(database)
    for number in range(MOST_SHOWN + 1):
        notes.add_comment(f"c-{number:04}", RUN, "t-1", "anna", str(number), NOW + timedelta(minutes=number))
    texts = [comment.text for comment in notes.comments(RUN)]
    assert (len(texts), texts[0], texts[-1]) == (MOST_SHOWN, "1", str(MOST_SHOWN))

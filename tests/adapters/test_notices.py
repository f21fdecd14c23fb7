"""What operators are told of tasks, on both databases: each occasion once, whatever happens, and none is lost."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.notice_routes import Route, Router
from activities.sql.database import Database
from activities.sql.notices import FIRST_PAUSE, ClaimedLetter, SqlNotices
from activities.sql.tables import notices
from activities.sql.work_list import SqlWorkList
from states.model.status import TaskRow
from tests.adapters.databases import database, postgres, settings
from tests.adapters.stored_runs import listed, row

__all__ = ["database", "postgres", "settings"]

HOUR = timedelta(hours=1)


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def at_once(type_: str, at: datetime) -> Route:
    """Everything goes to one address, at once."""
    return Route(at, False, ("o@shop.example",))


def write(database: Database, *rows: TaskRow) -> None:
    """Write a run's tasks."""
    SqlWorkList(database).write(listed(*rows), {})


def occasions(database: Database) -> list[tuple[str, Any]]:
    """What has been noted, in order of names."""
    with database.read() as connection:
        return [(each.id, each.at) for each in connection.execute(select(notices).order_by(notices.c.id))]


def names(letters: Iterable[ClaimedLetter]) -> list[list[str]]:
    """The notices in each mail."""
    return [[told.id for told in letter.notices] for letter in letters]


def claim(database: Database, router: Router = at_once, later: timedelta = timedelta()) -> list[list[str]]:
    """What is to be mailed then."""
    return names(SqlNotices(database).claim_letters(router, now() + later))


async def test_a_task_is_told_when_it_is_there_when_it_is_due_and_when_it_is_escalated(database: Database) -> None:
    due = now() + HOUR
    write(database, row("t-1", due_at=due))
    write(database, row("t-1", due_at=due).model_copy(update={"escalated": 1}))
    write(database, row("t-1", due_at=due).model_copy(update={"escalated": 1}))
    assert [name.split("/")[1:2] for name, _ in occasions(database)] == [["due"], ["escalated"], ["new"]]
    assert claim(database) == [["t-1/new", "t-1/escalated/1"]]


async def test_what_comes_about_together_is_one_mail_and_a_due_date_is_told_when_it_comes(database: Database) -> None:
    due = now() + HOUR
    write(database, row("t-1", due_at=due), row("t-2"))
    assert claim(database) == [["t-1/new", "t-2/new"]]
    SqlNotices(database).sent(letter_of(database, "t-1/new"))
    assert claim(database, later=HOUR - timedelta(seconds=1)) == []
    assert claim(database, later=HOUR) == [[f"t-1/due/{due:%Y%m%dT%H%M%S}-{due:%f}".rstrip("0")]]


def letter_of(database: Database, notice: str) -> str:
    """The mail in which a notice goes."""
    with database.read() as connection:
        return str(connection.scalar(select(notices.c.letter).where(notices.c.id == notice)))


async def test_a_task_that_is_due_when_it_is_opened_is_told_once(database: Database) -> None:
    write(database, row("t-1", due_at=now()))
    write(database, row("t-1", due_at=now() - HOUR).model_copy(update={"facts": {"note": "n"}}))
    assert claim(database) == [["t-1/new"]]
    assert [name for name, _ in occasions(database)] == ["t-1/new"]


async def test_a_due_date_that_moves_is_told_where_it_has_moved_to(database: Database) -> None:
    first, second = now() + HOUR, now() + 2 * HOUR
    write(database, row("t-1", due_at=first))
    write(database, row("t-1", due_at=second))
    assert [at for name, at in occasions(database) if "/due/" in name] == [second]
    write(database, row("t-1", due_at=now() - HOUR))
    (at,) = [at for name, at in occasions(database) if "/due/" in name]
    assert abs(at - now()) < timedelta(minutes=1)


async def test_one_that_has_come_about_is_told_though_the_date_moves_then(database: Database) -> None:
    past = now() + HOUR
    write(database, row("t-1", due_at=past))
    with database.write() as connection:
        connection.execute(update(notices).where(notices.c.occasion == "due").values(at=now() - HOUR))
    write(database, row("t-1", due_at=past + HOUR))
    assert len([name for name, _ in occasions(database) if "/due/" in name]) == 2


async def test_a_step_at_a_third_party_is_news_when_a_proof_has_come_in_and_each_time_one_does(
    database: Database,
) -> None:
    step = row("t-1", due_at=now() + HOUR).model_copy(update={"awaits_proof": True})
    write(database, step)
    assert claim(database) == []
    for handed_in in (now(), now() + timedelta(seconds=1)):
        write(database, step.model_copy(update={"awaits_proof": False, "proof_at": handed_in}))
        write(database, step)
    assert sum("/new/" in name for name, _ in occasions(database)) == 2


async def test_a_run_that_is_reset_tells_nothing_again(database: Database) -> None:
    task = row("t-1", due_at=now() + HOUR).model_copy(update={"escalated": 1})
    write(database, task)
    told = claim(database)
    write(database)
    write(database, row("t-1", due_at=now() + HOUR))
    write(database, task)
    assert told == [["t-1/escalated/1", "t-1/new"]]
    assert claim(database, later=timedelta(seconds=30)) == []


async def test_of_a_task_that_is_closed_nothing_is_said(database: Database) -> None:
    write(database, row("t-1", due_at=now() + HOUR), row("t-2"))
    write(database, row("t-2"))
    assert claim(database) == [["t-2/new"]]
    assert claim(database, later=HOUR) == [["t-2/new"]]  # not sent yet


async def test_what_is_claimed_is_due_again_unless_it_was_sent_and_under_the_same_name(database: Database) -> None:
    write(database, row("t-1"))
    kept = SqlNotices(database)
    (first,) = kept.claim_letters(at_once, now())
    assert kept.claim_letters(at_once, now()) == ()
    write(database, row("t-1"), row("t-2"))
    again = kept.claim_letters(at_once, now() + FIRST_PAUSE)
    assert {letter.key: len(letter.notices) for letter in again}[first.key] == 1 and len(again) == 2
    assert max(letter.notices[0].tries for letter in again) == 1
    kept.sent(first.key)
    assert first.key not in {letter.key for letter in kept.claim_letters(at_once, now() + 24 * HOUR)}


async def test_of_several_workers_one_sends_each(database: Database) -> None:
    write(database, *(row(f"t-{number}") for number in range(40)))
    kept = SqlNotices(database)
    one_each = lambda type_, at: Route(at, False, ("o@shop.example",))  # noqa: E731
    claims = [database.in_thread(kept.claim_letters, one_each, now()) for _ in range(6)]
    letters = [letter for claimed in await asyncio.gather(*claims) for letter in claimed]
    sent = [told.id for letter in letters for told in letter.notices]
    assert (len(sent), len(set(sent))) == (40, 40)
    calls = [database.in_thread(kept.claim_calls, now(), wanted=True) for _ in range(6)]
    called = [told.id for claimed in await asyncio.gather(*calls) for told in claimed]
    assert len(called) == len(set(called)) == 40


async def test_a_digest_waits_for_its_time_and_holds_what_has_come_about_until_then(database: Database) -> None:
    noon = now() + HOUR

    def digest(type_: str, at: datetime) -> Route | None:
        return None if type_ == "none" else Route(noon, True, ("d@shop.example",))

    write(database, row("t-1"))
    assert claim(database, digest) == []
    write(database, row("t-1"), row("t-2", due_at=now() + HOUR / 2))
    assert claim(database, digest, HOUR / 2) == []
    (letter,) = SqlNotices(database).claim_letters(digest, noon)
    assert letter.key.startswith("digest/") and len(letter.notices) == 3


async def test_each_recipients_get_a_mail_of_their_own_and_where_none_is_wanted_none(database: Database) -> None:
    def routed(type_: str, at: datetime) -> Route | None:
        return None if type_ == "clarify" else Route(at, False, (f"{type_}@shop.example",))

    rows = [row(f"t-{type_}") for type_ in ("perform", "repair", "clarify")]
    entries = [each.entry.model_copy(update={"type": each.entry.task[2:]}) for each in rows]
    write(database, *(each.model_copy(update={"entry": entry}) for each, entry in zip(rows, entries, strict=True)))
    assert sorted(claim(database, routed)) == [["t-perform/new"], ["t-repair/new"]]
    assert sorted(claim(database, routed, 24 * HOUR)) == [["t-perform/new"], ["t-repair/new"]]


async def test_what_fails_is_counted_until_it_succeeds(database: Database) -> None:
    write(database, row("t-1"), row("t-2"))
    kept = SqlNotices(database)
    assert kept.failing() == {"mail": 0, "call": 0}
    (letter,) = kept.claim_letters(at_once, now())
    kept.not_sent(letter.key, "550")
    called = kept.claim_calls(now(), wanted=True)
    kept.not_called(called[0].id, "answered 500")
    assert kept.failing() == {"mail": 2, "call": 1}
    kept.sent(letter.key)
    kept.called(called[0].id)
    assert kept.failing() == {"mail": 0, "call": 0}


async def test_where_nobody_is_to_be_called_nothing_piles_up(database: Database) -> None:
    write(database, row("t-1"))
    kept = SqlNotices(database)
    assert kept.claim_calls(now(), wanted=False) == ()
    assert kept.claim_calls(now() + 24 * HOUR, wanted=True) == ()


@pytest.mark.parametrize("column", ["mail_at", "call_at"])
async def test_a_look_at_nothing_reads_an_index(database: Database, column: str) -> None:
    postgres = database.engine.dialect.name == "postgresql"
    explain, moment = ("EXPLAIN", "now()") if postgres else ("EXPLAIN QUERY PLAN", "'2027'")
    with database.read() as connection:
        if postgres:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of an empty table it would read all
        plan = connection.exec_driver_sql(f"{explain} SELECT id FROM notices WHERE {column} <= {moment} LIMIT 1")
        assert f"ix_notices_{column}" in str(plan.all())

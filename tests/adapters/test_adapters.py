"""Runs, ledger, work list, tickets and inbox in SQL; the same on SQLite and PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.sql.database import Database, create_database
from activities.sql.inbox import InboxEntry, SqlInbox
from activities.sql.ledger import SqlLedger
from activities.sql.paging import WrongCursor
from activities.sql.runs import SqlRuns
from activities.sql.signed_messages import SqlSignedMessages
from activities.sql.tables import inbox as inbox_table
from activities.sql.tables import runs as runs_table
from activities.sql.tables import tickets as tickets_table
from activities.sql.tickets import SqlTickets
from activities.sql.work_list import SqlWorkList
from settings import Settings
from states.model.status import Status
from tests.adapters.databases import database, postgres, settings
from tests.adapters.stored_runs import RUN, ended, listed, row

__all__ = ["database", "postgres", "settings"]

# Runs.


async def test_a_run_is_open_from_its_registration_to_its_end(database: Database) -> None:
    runs = SqlRuns(database)
    for _ in range(2):
        runs.register(RUN, "r1", "edition", "K-1001", True)
    assert runs.open_runs("K-1001") == {RUN}
    assert runs.watchers("K-1001", "other", "voucher") == (RUN,)
    assert runs.watchers("K-1001", RUN, "voucher") == runs.watchers("K-2", "other", "voucher") == ()
    SqlLedger(database).record_end(ended())
    runs.register(RUN, "r1", "edition", "K-1001", True)
    assert runs.open_runs("K-1001") == frozenset()


async def test_a_new_run_ends_the_terminated_one_of_its_id_with_its_tasks(database: Database) -> None:
    runs, work_list = SqlRuns(database), SqlWorkList(database)
    runs.register(RUN, "r1", "edition", "K-1001", True)
    work_list.write(listed(row("t-1")), {})
    runs.register(RUN, "r2", "edition", "K-1001", True)
    with database.read() as connection:
        found = connection.execute(select(runs_table.c.run_id).where(runs_table.c.open))
        assert found.scalars().all() == ["r2"]
    assert work_list.tasks().total == 0


# The ledger.


async def test_the_ledger_keeps_the_first_end_and_answers_the_newest_run(database: Database) -> None:
    ledger = SqlLedger(database)
    ledger.record_end(ended(day=3))
    ledger.record_end(ended(day=3, state="revoked"))
    ledger.record_end(ended(day=5, run_id="r2", state="abandoned"))
    first = ledger.ended_run(RUN, "r1")
    newest = ledger.ended_run(RUN)
    assert first is not None
    assert Status.model_validate(first) == ended(day=3).status
    assert newest is not None
    assert newest["run_id"] == "r2"
    assert ledger.ended_run(RUN, "r3") is ledger.ended_run("edition/K-2/jtl") is None


@pytest.mark.parametrize("name", ["x" * 990, "edition/K-1001/j\x00tl"])
async def test_a_run_started_by_hand_under_any_name_ends_in_the_ledger(database: Database, name: str) -> None:
    ledger = SqlLedger(database)
    strange = (
        ended(workflow_id=name, customer="c" * 200, kind="k" * 200, ui_url="a\x00b") if name.count("/") == 2 else None
    )
    end = strange or ended().model_copy(
        update={"status": ended(subject="s" * 900).status.model_copy(update={"workflow_id": name})}
    )
    ledger.record_end(end)
    found = ledger.ended_run(name)
    assert found is not None
    assert found["ui_url"] == end.status.ui_url
    assert ledger.ended_runs().total == 1


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"customer": "K-2"}, [4, 2]),
    ({"kind": "voucher"}, [4, 2]),
    ({"state": "revoked"}, [3]),
    ({"effective_from": datetime(2027, 1, 4, tzinfo=UTC)}, [5, 4]),
    ({"effective_to": datetime(2027, 1, 2, tzinfo=UTC)}, [2, 1]),
]


@pytest.mark.parametrize(("filters", "days"), FILTERS)
async def test_ended_runs_are_listed_newest_first_counted_and_in_pages(
    database: Database, filters: dict[str, Any], days: list[int]
) -> None:
    ledger = SqlLedger(database)
    for day in range(1, 6):
        name = f"voucher/K-2/L-{day}" if day % 2 == 0 else f"edition/K-1001/jtl-{day}"
        ledger.record_end(ended(name, state="revoked" if day == 3 else "applied", day=day))
    found: list[int] = []
    cursor = None
    while True:
        page = ledger.ended_runs(limit=2, cursor=cursor, **filters)
        assert page.total == len(days)
        found += [item.ended_at.day for item in page.items if item.ended_at is not None]
        cursor = page.next
        if cursor is None:
            break
    assert found == days


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "WyJhIl0", "bnVsbA", "WyIyMDI3LTAxLTAxIiwgImEiLCAiYiJd"])
async def test_a_wrong_cursor_is_refused(tmp_path: Path, cursor: str) -> None:
    database = create_database(Settings(state_dir=tmp_path))
    try:
        if cursor:
            with pytest.raises(WrongCursor):
                SqlLedger(database).ended_runs(cursor=cursor)
            with pytest.raises(WrongCursor):
                SqlWorkList(database).tasks(cursor=cursor)
        else:
            assert (SqlLedger(database).ended_runs(cursor=cursor)).items == ()
    finally:
        database.close()


# The work list, tickets, the inbox.


async def test_the_work_list_holds_just_what_the_run_wrote_last(database: Database) -> None:
    work_list = SqlWorkList(database)
    work_list.write(listed(row("t-1"), row("t-2", ticket=True)), {"t-2": "T-1"})
    work_list.write(listed(row("t-9"), workflow_id="edition/K-2/jtl"), {})
    work_list.write(listed(row("t-2", ticket=True), row("t-3")), {"t-2": "T-1"})
    assert {item.id for item in work_list.tasks(workflow_id=RUN).items} == {"t-2", "t-3"}
    assert work_list.ticketed(RUN) == ("t-2",)
    closed = work_list.task("t-1")
    assert closed is not None
    assert (closed.open, closed.workflow_id, closed.instructions) == (False, RUN, "Do t-1")
    assert work_list.task("t-8") is None


async def test_tasks_are_listed_due_first_in_pages(database: Database) -> None:
    work_list = SqlWorkList(database)
    now = datetime.now(UTC)
    rows = [
        ("later", now + timedelta(days=9)),
        ("now", None),
        ("past", now - timedelta(days=9)),
        ("soon", now + timedelta(days=1)),
    ]
    work_list.write(listed(*(row(task, due_at=due) for task, due in rows)), {})
    first = work_list.tasks(limit=3)
    second = work_list.tasks(limit=3, cursor=first.next)
    assert [item.task for item in first.items + second.items] == ["past", "now", "soon", "later"]
    assert (first.total, second.total, second.next) == (4, 4, None)
    assert work_list.tasks(type="surplus").total == 0


async def test_what_arrives_after_the_end_opens_nothing(database: Database) -> None:
    work_list = SqlWorkList(database)
    work_list.write(listed(row("t-1")), {})
    SqlLedger(database).record_end(ended())
    work_list.write(listed(row("t-1"), row("t-2")), {})
    assert work_list.tasks().total == 0


async def test_a_ticket_is_opened_once_for_a_key(database: Database) -> None:
    tickets = SqlTickets(database)
    ticket = ("t-1", "K-1001", "support", "a\x00b")
    numbers = await asyncio.gather(*(asyncio.to_thread(tickets.open, *ticket) for _ in range(4)))
    assert len(set(numbers)) == 1
    assert numbers[0].startswith("T-0")
    tickets.close("t-1")
    tickets.close("t-2")
    with database.read() as connection:
        kept = connection.execute(select(tickets_table)).one()
    assert (kept.state, kept.text) == ("closed", "a\ufffdb")


CONTENT = {"type": "requested", "subject": RUN, "time": None, "data": {"by": "c"}}
SENDER = {"language": "de", "operator": None, "is_operator": False}


async def remembered(inbox: SqlInbox, id: str, hash: str = "h", run: str = RUN) -> InboxEntry:
    """An event of that name, as the inbox has it."""
    return inbox.remember("portal", id, hash, "requested", run, CONTENT, SENDER)


async def let_it_be_due(database: Database) -> None:
    """The pause before an event may be carried out has passed."""
    with database.write() as connection:
        was = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(inbox_table).where(inbox_table.c.stage.is_not(None)).values(due_at=was))


async def test_the_inbox_keeps_an_event_once_with_its_answer(database: Database) -> None:
    inbox = SqlInbox(database)
    first = await remembered(inbox, "1")
    assert first.new and (first.content, first.sender) == (CONTENT, SENDER)
    assert (await remembered(inbox, "2")).new
    again = await remembered(inbox, "1", "other")
    assert (again.new, again.hash, again.status, again.body) == (False, "h", None, None)
    assert again.received_at == first.received_at
    inbox.answer(first, 202, {"state": "order"})
    answered = await remembered(inbox, "1")
    assert answered.taken and answered.body == {"state": "order"}
    assert answered.received_at.utcoffset() == timedelta(0)


async def test_what_was_refused_may_be_tried_anew_and_what_was_taken_stays(database: Database) -> None:
    inbox = SqlInbox(database)
    first = await remembered(inbox, "1")
    inbox.answer(first, 409, {"code": "not_enabled"})
    second = await remembered(inbox, "1")
    assert (second.attempt, second.status, second.taken) == (1, 409, False)
    inbox.answer(first, 409, {"code": "late for its attempt"})
    inbox.promise(first, "promised")
    assert await remembered(inbox, "1") == second
    inbox.answer(second, 202, {"state": "order"})
    inbox.answer(second, 409, {"code": "ended"})
    inbox.promise(second, "promised")
    assert (await remembered(inbox, "1")).body == {"state": "order"}


async def test_what_is_promised_is_claimed_once_and_of_each_run_in_order_of_arrival(database: Database) -> None:
    inbox = SqlInbox(database)
    first, second = await remembered(inbox, "1"), await remembered(inbox, "2")
    other = await remembered(inbox, "3", run="edition/K-1002/jtl")
    assert await remembered(inbox, "4") and inbox.claim(9) == (), "what is not promised is not carried out"
    for entry in (second, first, other):
        inbox.promise(entry, "promised")
    assert [entry.id for entry in inbox.promised_before(second)] == ["1"]
    assert inbox.claim(9) == (), "whoever received it may still be at it"
    await let_it_be_due(database)
    claims = await asyncio.gather(*(asyncio.to_thread(inbox.claim, 9) for _ in range(2)))
    assert sorted(entry.id for claimed in claims for entry in claimed) == ["1", "3"]
    assert inbox.claim(9) == ()
    inbox.promise(first, "accepted")
    await let_it_be_due(database)
    assert [entry.id for entry in inbox.claim(9)] == ["1", "2", "3"], "what the run has holds nobody up"
    inbox.answer(first, 202, {"state": "order"})
    await let_it_be_due(database)
    assert [entry.id for entry in inbox.claim(9)] == ["2", "3"]


@pytest.mark.parametrize(("source", "id_"), [("a\x00", "1"), ("a", "x" * 1001)])
async def test_the_inbox_refuses_what_it_cannot_keep(tmp_path: Path, source: str, id_: str) -> None:
    database = create_database(Settings(state_dir=tmp_path))
    with pytest.raises(ValueError, match="at most"):
        SqlInbox(database).remember(source, id_, "h", "requested", RUN, CONTENT, SENDER)
    database.close()


async def test_a_message_carries_one_event_as_long_as_its_signature_may_be_valid(database: Database) -> None:
    kept, now = SqlSignedMessages(database), datetime.now(UTC)
    assert kept.carries("msg_1", ("portal", "1", None), now)
    assert kept.carries("msg_1", ("portal", "1", None), now + timedelta(minutes=11))
    assert not kept.carries("msg_1", ("portal", "1", "None"), now)
    assert not kept.carries("msg_1", ("portal1", "", None), now + timedelta(minutes=11))
    assert kept.carries("m" * 60_000, ("portal", "2"), now), "whatever its length"
    assert kept.carries("msg_1", ("portal", "2"), now + timedelta(hours=2)), "kept no longer than it must"

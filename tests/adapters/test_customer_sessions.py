"""Customers' sessions as the database keeps them, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from activities.sql.customer_sessions import FORGOTTEN_AFTER, IDLE, LONGEST, customer_sessions_in
from activities.sql.database import Database
from activities.sql.kept_sessions import RENEWED_AFTER, KeptSessions
from tests.adapters.databases import database, postgres, settings, unmigrated

__all__ = ["database", "postgres", "settings", "unmigrated"]
BEGAN = datetime(2027, 1, 10, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def sessions(database: Database) -> KeptSessions:
    """Those of an empty database, with one that began."""
    sessions = customer_sessions_in(database)
    assert sessions.begin("s-1", BEGAN)
    return sessions


@pytest.mark.parametrize(("after", "is_open"), [(timedelta(0), True), (IDLE - SECOND, True), (IDLE, False)])
async def test_a_session_is_open_for_an_hour_without_a_call(
    sessions: KeptSessions, after: timedelta, is_open: bool
) -> None:
    assert sessions.call("s-1", BEGAN + after) is is_open
    assert not sessions.call("s-2", BEGAN)


async def test_each_call_makes_it_an_hour_from_then_on_up_to_twenty_hours(sessions: KeptSessions) -> None:
    last = BEGAN + LONGEST - SECOND
    moment = BEGAN
    while moment < last:
        moment = min(moment + IDLE - SECOND, last)
        assert sessions.call("s-1", moment)
    assert not sessions.call("s-1", BEGAN + LONGEST)


async def test_calls_close_together_are_one(sessions: KeptSessions) -> None:
    assert sessions.call("s-1", BEGAN + RENEWED_AFTER - SECOND)
    assert not sessions.call("s-1", BEGAN + IDLE), "as that call was not kept"
    assert sessions.call("s-1", BEGAN + RENEWED_AFTER)
    assert sessions.call("s-1", BEGAN + IDLE)


async def test_a_session_begins_once_also_after_it_has_ended(sessions: KeptSessions) -> None:
    assert not sessions.begin("s-1", BEGAN)
    sessions.end("s-1", BEGAN + SECOND)
    assert not sessions.call("s-1", BEGAN + 2 * SECOND)
    assert not sessions.begin("s-1", BEGAN + IDLE)
    assert not sessions.call("s-1", BEGAN + IDLE)


async def test_of_those_who_begin_it_at_once_one_does(sessions: KeptSessions) -> None:
    def begin() -> bool:
        return sessions.begin("s-2", BEGAN)

    calls: list[Callable[[], bool]] = [begin] * 6
    assert sum(await asyncio.gather(*(asyncio.to_thread(call) for call in calls))) == 1


async def test_what_is_long_over_is_forgotten_and_nothing_else(sessions: KeptSessions) -> None:
    assert sessions.begin("s-2", BEGAN + FORGOTTEN_AFTER)
    assert not sessions.begin("s-1", BEGAN + FORGOTTEN_AFTER), "still known"
    assert sessions.begin("s-3", BEGAN + FORGOTTEN_AFTER + SECOND)
    assert sessions.begin("s-1", BEGAN + FORGOTTEN_AFTER + SECOND)
    assert not sessions.begin("s-2", BEGAN + FORGOTTEN_AFTER + SECOND)


async def test_a_link_is_remembered_longer_than_it_holds() -> None:
    from portal.sessions import LINK_LASTS

    assert FORGOTTEN_AFTER > LINK_LASTS and FORGOTTEN_AFTER > LONGEST


async def test_to_ask_whether_a_session_is_open_is_no_call_in_it(sessions: KeptSessions) -> None:
    assert sessions.is_open("s-1", BEGAN + RENEWED_AFTER)
    assert not sessions.is_open("s-1", BEGAN + IDLE) and not sessions.call("s-1", BEGAN + IDLE)

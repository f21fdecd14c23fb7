"""Operators' sessions as the database keeps them, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.sql.database import Database
from activities.sql.operator_sessions import (
    FORGOTTEN_AFTER,
    IDLE,
    LONGEST,
    OperatorSession,
    SqlOperatorSessions,
    operator_sessions_in,
)
from tests.adapters.databases import database, postgres, settings, unmigrated

__all__ = ["database", "postgres", "settings", "unmigrated"]
BEGAN = datetime(2027, 1, 11, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANNA = OperatorSession("s-1", "anna", "token", "ab" * 32, (), "de")
BEN = OperatorSession("s-2", "ben", "provider", "https://id.example", ("ops", "café"), "en")


@pytest.fixture
def sessions(database: Database) -> SqlOperatorSessions:
    """Those of an empty database, with Anna's."""
    sessions = operator_sessions_in(database)
    sessions.begin(ANNA, BEGAN)
    return sessions


async def test_a_session_says_who_began_it_by_what(sessions: SqlOperatorSessions) -> None:
    sessions.begin(BEN, BEGAN)
    assert (sessions.call("s-1", BEGAN), sessions.call("s-2", BEGAN)) == (ANNA, BEN)
    assert sessions.call("s-3", BEGAN) is None


@pytest.mark.parametrize(("after", "is_open"), [(IDLE - SECOND, True), (IDLE, False)])
async def test_it_ends_four_hours_after_the_last_call(
    sessions: SqlOperatorSessions, after: timedelta, is_open: bool
) -> None:
    assert (sessions.call("s-1", BEGAN + after) == ANNA) is is_open


async def test_it_ends_after_twelve_hours_whatever_is_called(sessions: SqlOperatorSessions) -> None:
    moment, last = BEGAN, BEGAN + LONGEST - SECOND
    while moment < last:
        moment = min(moment + IDLE - SECOND, last)
        assert sessions.call("s-1", moment)
    assert sessions.call("s-1", BEGAN + LONGEST) is None
    assert timedelta(hours=12) == LONGEST and timedelta(hours=4) == IDLE


async def test_what_has_ended_is_over_and_still_known(sessions: SqlOperatorSessions) -> None:
    sessions.end("s-1", BEGAN + SECOND)
    assert sessions.call("s-1", BEGAN + 2 * SECOND) is None and sessions.look_up("s-1") == ANNA


async def test_the_language_is_kept_with_the_session_and_with_no_other(sessions: SqlOperatorSessions) -> None:
    sessions.begin(replace(ANNA, session="s-3"), BEGAN)
    assert sorted(sessions.of_name("anna")) == ["s-1", "s-3"] and sessions.of_name("ben") == []
    sessions.speak("s-1", "en")
    assert sessions.call("s-1", BEGAN) == replace(ANNA, language="en")
    assert sessions.call("s-3", BEGAN) == replace(ANNA, session="s-3")


async def test_what_is_long_over_is_forgotten(sessions: SqlOperatorSessions) -> None:
    sessions.begin(BEN, BEGAN + FORGOTTEN_AFTER)
    assert sessions.look_up("s-1") == ANNA
    sessions.begin(replace(BEN, session="s-3"), BEGAN + FORGOTTEN_AFTER + SECOND)
    assert sessions.look_up("s-1") is None

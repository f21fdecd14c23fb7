"""The overview's numbers: over all open runs, the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.sql.database import Database
from activities.sql.open_list import SqlOpenList
from activities.sql.overview import SqlOverview, Waiting
from states.model.status import ShownRun
from tests.adapters.databases import database, postgres, settings

__all__ = ["database", "postgres", "settings"]

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FEBRUARY = datetime(2027, 1, 31, 23, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)


def run(number: int, *waiting_for: str, **values: Any) -> ShownRun:
    """An open run, as it shows itself."""
    usual: dict[str, Any] = {
        "workflow_id": f"edition/K-{number}/jtl", "run_id": f"r-{number}", "first_run_id": f"r-{number}",
        "kind": "edition", "customer": f"K-{number}", "subject": "jtl", "state": "order", "being_booked": False,
        "waiting_for": waiting_for, "effective_at": None, "order_by": None, "started_at": NOW - 30 * DAY, "as_of": NOW,
    }  # fmt: skip
    return ShownRun(**usual | values)


@pytest.fixture
def overview(database: Database) -> SqlOverview:
    """Of an empty database."""
    return SqlOverview(database)


async def test_nothing_is_open(overview: SqlOverview) -> None:
    assert overview.waiting(NOW - DAY, NOW - 7 * DAY) == ()
    assert overview.stuck("repair", NOW, 5) == (0, ())
    assert overview.effects(NOW, NOW + 30 * DAY) == {}
    assert overview.booked() == 0


async def test_runs_are_counted_by_whom_they_wait_for_and_since_when(overview: SqlOverview) -> None:
    SqlOpenList(overview.database).show([
        run(1, "customer", as_of=NOW), run(2, "customer", as_of=NOW - DAY),
        run(3, "customer", as_of=NOW - DAY - A_MICROSECOND),
        run(4, "customer", "operator", as_of=NOW - 7 * DAY), run(5, "operator", as_of=NOW - 7 * DAY - A_MICROSECOND),
    ])  # fmt: skip
    assert overview.waiting(NOW - DAY, NOW - 7 * DAY) == (
        Waiting(waiting_for="customer", total=4, today=2, week=2, older=0),
        Waiting(waiting_for="operator", total=2, today=0, week=1, older=1),
    )


async def test_what_is_stuck_is_named_the_longest_waiting_first(overview: SqlOverview) -> None:
    SqlOpenList(overview.database).show([
        run(1, "system", as_of=NOW), run(2, "system", as_of=NOW - 2 * DAY), run(3, "system", as_of=NOW - 3 * DAY),
        run(4, "repair", as_of=NOW - 9 * DAY),
    ])  # fmt: skip
    total, named = overview.stuck("system", NOW, 1)
    assert (total, [(found.customer, found.since) for found in named]) == (2, [("K-3", NOW - 3 * DAY)])
    assert overview.stuck("system", NOW - 3 * DAY, 5) == (0, ())


@pytest.mark.parametrize(("state", "counted"), [("scheduled", True), ("order", False), ("held", False)])
async def test_what_takes_effect_is_what_is_booked(overview: SqlOverview, state: str, counted: bool) -> None:
    """Before the order, the day is only what it would be."""
    SqlOpenList(overview.database).show([run(1, "date", "operator", state=state, effective_at=FEBRUARY)])
    assert overview.effects(FEBRUARY, FEBRUARY + DAY) == ({FEBRUARY: {"edition": 1}} if counted else {})
    assert overview.booked() == int(counted)


async def test_effects_are_counted_by_moment_and_kind_within_their_bounds(overview: SqlOverview) -> None:
    SqlOpenList(overview.database).show([
        run(1, "date", state="scheduled", effective_at=FEBRUARY),
        run(2, "date", state="scheduled", effective_at=FEBRUARY),
        run(3, "date", state="scheduled", effective_at=FEBRUARY, kind="pos"),
        run(4, "date", state="scheduled", effective_at=FEBRUARY - A_MICROSECOND),
        run(5, "date", state="scheduled", effective_at=FEBRUARY + DAY),
    ])  # fmt: skip
    assert overview.effects(FEBRUARY, FEBRUARY + DAY) == {FEBRUARY: {"edition": 2, "pos": 1}}
    assert overview.booked() == 5

"""What our database holds for open, on SQLite and PostgreSQL, and that closing a run there leaves its booking alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.adapters import opened_adapters
from activities.customer_centre import load_customers
from activities.reconciliation.comparison import ComparisonActivities
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.database import Database
from activities.sql.ledger import SqlLedger
from activities.sql.recorded_runs import SqlRecordedRuns
from activities.sql.runs import SqlRuns
from activities.sql.tables import orders, runs, tasks
from activities.sql.work_list import SqlWorkList
from settings import Settings
from states.model.reconciliation import Execution, How, RecordedRun
from states.model.status import ShownRun
from tests.adapters.customers import EFFECTIVE, PLACED, file_of, line, order, step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.stored_runs import RUN, ended, listed, row
from tests.system.test_cli import status

__all__ = ["database", "postgres", "settings"]

RECORDED = RecordedRun(workflow_id=RUN, run_id="r1", kind="edition", customer="K-1001", subject="jtl", open=True)


@pytest.fixture
async def recorded_runs(settings: Settings, database: Database, tmp_path: Path) -> SqlRecordedRuns:
    """K-1001 with an edition's run that is open, has booked, and has two tasks, one with a ticket."""
    await load_customers(settings, file_of(tmp_path, line(edition_terms={})))
    SqlRuns(database).register(RUN, "r1", "edition", "K-1001", True)
    placed = step("edition", "jtl", order(), target="jtl_advanced", key=f"{RUN}/r1/place_order/4")
    SqlCustomerCentre(database).place_order(placed)
    SqlWorkList(database).write(listed(row("t-1"), row("t-2", ticket=True)), {"t-2": "T-000001"})
    return SqlRecordedRuns(database)


def seen(how: How, run_id: str = "r1", succeeded: bool = False) -> Execution:
    """The run as Temporal knows it."""
    return Execution(workflow_id=RUN, run_id=run_id, how=how, succeeded=succeeded)


async def open_now(database: Database) -> tuple[list[str], list[str], list[str]]:
    """Run IDs of open rows, open tasks, and the states of the orders."""
    with database.read() as connection:
        rows = connection.execute(select(runs.c.run_id).where(runs.c.open).order_by(runs.c.run_id)).scalars()
        todo = connection.execute(select(tasks.c.task).where(tasks.c.open).order_by(tasks.c.task)).scalars()
        placed = connection.execute(select(orders.c.state)).scalars()
        return list(rows), list(todo), list(placed)


async def test_row_tasks_and_booking_are_one_run(recorded_runs: SqlRecordedRuns) -> None:
    (held,) = recorded_runs.recorded()
    assert (held.workflow_id, held.run_id, held.customer, held.subject) == (RUN, "r1", "K-1001", "jtl")
    assert (held.open, held.tasks) == (True, ("perform", "perform"))
    booking = held.booking
    assert booking is not None and (booking.target, booking.placed_at, booking.effective_at) == (
        "jtl_advanced", PLACED, EFFECTIVE,
    )  # fmt: skip


async def test_a_task_alone_is_a_run_that_could_not_register(
    recorded_runs: SqlRecordedRuns, database: Database
) -> None:
    SqlWorkList(database).write(listed(row("t-9"), workflow_id="pos/K-1001/P-1"), {})
    (_, alone) = recorded_runs.recorded()
    assert (alone.workflow_id, alone.run_id, alone.tasks, alone.booking) == ("pos/K-1001/P-1", "r1", ("perform",), None)


async def test_a_booking_stays_with_its_own_run_when_a_newer_one_is_open(
    recorded_runs: SqlRecordedRuns, database: Database
) -> None:
    SqlRuns(database).register(RUN, "r2", "edition", "K-1001", True)
    first, second = recorded_runs.recorded()
    assert (first.run_id, first.open, first.booking is not None) == ("r1", False, True)
    assert (second.run_id, second.open, second.booking) == ("r2", True, None)


@pytest.mark.parametrize(("how", "run_id", "state"), [
    ("terminated", "r1", None), ("unknown", "r1", "abandoned"), ("completed", "r0", "abandoned"),
])  # fmt: skip
async def test_the_end_of_a_booking_is_that_of_its_own_run(
    recorded_runs: SqlRecordedRuns, database: Database, how: How, run_id: str, state: str | None
) -> None:
    """Another run's end counts only where Temporal no longer says which run it was."""
    SqlLedger(database).record_end(ended(RUN, "r0", "abandoned", day=20))
    (held,) = recorded_runs.recorded()
    assert not held.open
    assert recorded_runs.with_end(held, seen(how, run_id)).ended == state


async def test_a_lost_run_is_closed_once_and_its_booking_stands(
    recorded_runs: SqlRecordedRuns, database: Database
) -> None:
    end = ended(RUN, "r1", "given_up", day=20)
    assert recorded_runs.ticketed(RECORDED, seen("terminated")) == ("t-2",)
    for _ in range(2):
        recorded_runs.close(RECORDED, seen("terminated"), end)
    assert await open_now(database) == ([], [], ["booked"])
    found = SqlLedger(database).ended_run(RUN)
    assert found is not None and found["state"] == "given_up"


async def test_what_a_newer_run_holds_is_left_alone(recorded_runs: SqlRecordedRuns, database: Database) -> None:
    SqlRuns(database).register(RUN, "r2", "edition", "K-1001", True)
    SqlWorkList(database).write(listed(row("t-3"), run_id="r2"), {})
    recorded_runs.close(RECORDED, seen("terminated", succeeded=True), ended(RUN, "r1", "given_up", day=20))
    assert await open_now(database) == (["r2"], ["t-3"], ["booked"])
    assert recorded_runs.ticketed(RECORDED, seen("terminated", succeeded=True)) == ("t-2",)


async def test_findings_are_remembered(recorded_runs: SqlRecordedRuns) -> None:
    assert recorded_runs.reported(["a", "b"]) == frozenset()
    for _ in range(2):
        recorded_runs.remember(["a"])
    assert recorded_runs.reported(["a", "b"]) == {"a"}


@dataclass
class GivenExecutions:
    """The port `Executions`, with answers given: how each run is, and its status document."""

    how: How
    document: dict[str, Any] | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def seen(self, workflow_id: str, run_id: str) -> Execution:
        """As given, after what happens meanwhile."""
        if self.meanwhile is not None:
            await self.meanwhile()
        return seen(self.how, run_id)

    async def status(self, workflow_id: str, run_id: str) -> dict[str, Any] | None:
        """As given."""
        return self.document

    async def open_runs(self) -> AsyncIterator[Sequence[ShownRun]]:
        """None."""
        yield ()

    async def shown(self, workflow_id: str) -> ShownRun | None:
        """None."""
        return None


async def codes(settings: Settings, executions: GivenExecutions) -> list[str]:
    """What a comparison finds."""
    async with opened_adapters(settings) as adapters:
        comparison = await ComparisonActivities(adapters, executions, settings).compare()
    return [finding.code for finding in comparison.findings]


async def test_a_run_that_ends_while_it_is_compared_is_no_finding(
    recorded_runs: SqlRecordedRuns, database: Database, settings: Settings
) -> None:
    async def ends() -> None:
        SqlLedger(database).record_end(ended(RUN, "r1", "applied", day=20))

    assert await codes(settings, GivenExecutions("completed")) == ["booking_unwatched"]
    assert await codes(settings, GivenExecutions("completed", meanwhile=ends)) == []


@pytest.mark.parametrize(("date", "code"), [
    ("2020-01-31T23:00:00Z", ["overdue"]), ("2099-01-31T23:00:00Z", []), (None, ["overdue"]),
])  # fmt: skip
async def test_of_an_open_run_its_own_date_counts(
    recorded_runs: SqlRecordedRuns, database: Database, settings: Settings, date: str | None, code: list[str]
) -> None:
    """A late booking's date may have been moved; a run that cannot be asked has the booking's."""
    with database.write() as connection:
        connection.execute(update(orders).values(effective_at=datetime(2020, 1, 31, 23, tzinfo=UTC)))
    document = status(effective_at=date) if date else None
    assert await codes(settings, GivenExecutions("open", document)) == []
    with database.write() as connection:
        connection.execute(update(tasks).values(open=False))
    assert await codes(settings, GivenExecutions("open", document)) == code

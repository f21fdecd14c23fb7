"""What our database holds for open, and closing there what is over: the nightly comparison's side of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from activities.reconciliation.findings import ACTION
from activities.sql.bookings import close_with_run
from activities.sql.database import Database, insert_once
from activities.sql.ledger import row_of
from activities.sql.tables import ledger, orders, receipts, runs, tasks
from states.model.reconciliation import Booking, Execution, RecordedRun
from states.model.status import End

Part = tuple[str, str]
"""Workflow ID and run ID, of whichever part of the run."""


@dataclass(frozen=True)
class HeldOpen:
    """Runs, tasks and bookings that are open in our own database."""

    database: Database

    async def held(self) -> tuple[RecordedRun, ...]:
        """Each run that is open here, by its row or by a task; and each whose booking stands."""
        async with self.database.read() as connection:
            open_rows = (await connection.execute(select(runs).where(runs.c.open))).all()
            open_tasks = (await connection.execute(select(tasks).where(tasks.c.open).order_by(tasks.c.task))).all()
            booked = (await connection.execute(select(orders).where(orders.c.state == "booked"))).all()
        return tuple(assembled(open_rows, open_tasks, booked))

    async def with_end(self, held: RecordedRun, execution: Execution) -> RecordedRun:
        """What the ledger says of a run of which only the booking is left.

        Of one that Temporal no longer knows, which may have continued as new under another run ID: the first end of
        its workflow ID after the booking.
        """
        if held.open or held.booking is None:
            return held
        mine = ledger.c.workflow_id == held.workflow_id
        parts = ledger.c.run_id.in_((held.run_id, execution.run_id))
        later = ledger.c.ended_at >= held.booking.placed_at
        which = or_(parts, later) if execution.how == "unknown" else parts
        ends = select(ledger.c.state).where(mine, which).order_by(ledger.c.ended_at).limit(1)
        async with self.database.read() as connection:
            state = (await connection.execute(ends)).scalar_one_or_none()
        return held.model_copy(update={"ended": state})

    async def told(self, keys: Collection[str]) -> frozenset[str]:
        """The keys of those findings that operators have been told."""
        async with self.database.read() as connection:
            known = select(receipts.c.key).where(receipts.c.action == ACTION)
            return frozenset((await connection.execute(known)).scalars()) & frozenset(keys)

    async def remember(self, keys: Iterable[str]) -> None:
        """Operators have been told these findings."""
        async with self.database.write() as connection:
            for key in keys:
                values = {"key": key, "action": ACTION, "made_at": datetime.now(UTC), "proof": None, "receipt": None}
                await insert_once(connection, receipts, values)

    async def ticketed(self, part: Part, execution: Execution) -> tuple[str, ...]:
        """The tasks of a run that have a ticket, decided ones too."""
        mine = (*tasks_of(part, execution), tasks.c.ticket.is_not(None))
        async with self.database.read() as connection:
            return tuple((await connection.execute(select(tasks.c.task).where(*mine))).scalars())

    async def close(self, part: Part, execution: Execution, end: End) -> None:
        """Keep a run's end and close its row and tasks; what is booked stays as it is. The same again changes nothing.

        A mere note of ours, which nobody acts on any more, goes. Where a newer run of the same ID is open, what that
        one holds is left alone.
        """
        async with self.database.write() as connection:
            await insert_once(connection, ledger, row_of(end))
            mine = (runs.c.workflow_id == part[0], runs.c.run_id.in_((part[1], execution.run_id)), runs.c.open)
            await connection.execute(update(runs).where(*mine).values(open=False))
            await connection.execute(update(tasks).where(*tasks_of(part, execution), tasks.c.open).values(open=False))
            if not execution.succeeded:
                await close_with_run(connection, part[0], end.status.state)


def tasks_of(part: Part, execution: Execution) -> list[ColumnElement[bool]]:
    """The tasks of a run: all of its workflow ID, unless a newer run may have some."""
    mine = [tasks.c.workflow_id == part[0]]
    return [*mine, tasks.c.run_id.in_((part[1], execution.run_id))] if execution.succeeded else mine


def assembled(
    open_rows: Iterable[Row[Any]], open_tasks: Iterable[Row[Any]], booked: Iterable[Row[Any]]
) -> list[RecordedRun]:
    """Rows, tasks and bookings put together by run.

    A task belongs to the open run of its workflow ID. A booking belongs to the run that its key names, which need not
    be the one that is open: an earlier one was terminated, say.
    """
    found: dict[Part, RecordedRun] = {}
    by_workflow: dict[str, Part] = {}
    for row in open_rows:
        by_workflow[row.workflow_id] = (row.workflow_id, row.run_id)
        found[row.workflow_id, row.run_id] = held_of(row, row.run_id, True)
    for row in open_tasks:
        part = by_workflow.setdefault(row.workflow_id, (row.workflow_id, row.run_id))
        held = found.setdefault(part, held_of(row, row.run_id, True))
        found[part] = held.model_copy(update={"tasks": (*held.tasks, row.type)})
    for row in booked:
        part = (row.workflow_id, run_of(row.key, row.workflow_id))
        held = found.setdefault(part, held_of(row, part[1], False))
        found[part] = held.model_copy(update={"booking": booking_of(row)})
    return [found[part] for part in sorted(found)]


def held_of(row: Row[Any], run_id: str, is_open: bool) -> RecordedRun:
    """A run by one of its rows."""
    return RecordedRun(
        workflow_id=row.workflow_id,
        run_id=run_id,
        kind=row.kind,
        customer=row.customer,
        subject=row.workflow_id.split("/", 2)[-1],
        open=is_open,
    )


def run_of(key: str, workflow_id: str) -> str:
    """The first run ID in an idempotency key: `<workflow ID>/<first run ID>/<step>/<number>`."""
    return key.removeprefix(f"{workflow_id}/").split("/")[0]


def booking_of(row: Row[Any]) -> Booking:
    """An order that stands."""
    return Booking(
        order=row.key,
        reference=row.reference,
        target=row.target,
        placed_at=row.placed_at,
        effective_at=row.effective_at,
        booked=row.booked,
    )

"""What our database holds for open, and closing there what is over: the nightly comparison's side of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, or_, select

from activities.ports import FINDING
from activities.sql.bookings import close_with_run, key_of
from activities.sql.database import Database, insert_once
from activities.sql.ledger import row_of
from activities.sql.open_list import unlist
from activities.sql.paging import equal
from activities.sql.runs import close_rows
from activities.sql.tables import ledger, orders, receipts, runs, tasks
from states.model.reconciliation import Booking, Execution, RecordedRun
from states.model.status import End

Part = tuple[str, str]
"""Workflow ID and run ID, of whichever part of the run."""
BOOKED = Booking.model_fields.keys() - {"order"}
AT_ONCE = 500
"""Keys in one statement."""
REPORTED = select(receipts.c.key).where(
    receipts.c.key.in_(bindparam("keys", expanding=True)), receipts.c.action == FINDING
)


@dataclass(frozen=True)
class SqlRecordedRuns:
    """One side of the nightly comparison."""

    database: Database

    def recorded(self, workflow_id: str | None = None) -> tuple[RecordedRun, ...]:
        """Each run that is open here, by its row or by a task; and each whose booking stands. Of one ID, or of all."""
        mine = [equal(table, workflow_id=workflow_id) for table in (runs, tasks, orders)]
        with self.database.read() as connection:
            open_rows = connection.execute(select(runs).where(runs.c.open, *mine[0])).all()
            which = (tasks.c.open, *mine[1])
            open_tasks = connection.execute(select(tasks).where(*which).order_by(tasks.c.task)).all()
            booked = connection.execute(select(orders).where(orders.c.state == "booked", *mine[2])).all()
        return tuple(assembled(open_rows, open_tasks, booked))

    def gone(self, workflow_id: str) -> RecordedRun | None:
        """What is held of the open run of that workflow ID; None where none is open here."""
        return next((run for run in self.recorded(workflow_id) if run.open), None)

    def with_end(self, run: RecordedRun, execution: Execution) -> RecordedRun:
        """What the ledger says of a run of which only the booking is left.

        Of one that Temporal no longer knows, which may have continued as new under another run ID: the first end of
        its workflow ID after the booking.
        """
        if run.open or run.booking is None:
            return run
        which: ColumnElement[bool] = ledger.c.run_id.in_((run.run_id, execution.run_id))
        if execution.how == "unknown":
            which = or_(which, ledger.c.ended_at >= run.booking.placed_at)
        ends = select(ledger.c.state).where(ledger.c.workflow_id == run.workflow_id, which).order_by(ledger.c.ended_at)
        with self.database.read() as connection:
            state = connection.scalar(ends.limit(1))
        return run.model_copy(update={"ended": state})

    def ticketed(self, run: RecordedRun, execution: Execution) -> tuple[str, ...]:
        """The tasks of a run that have a ticket, decided ones too."""
        with self.database.read() as connection:
            ticketed = select(tasks.c.task).where(*tasks_of(run, execution), tasks.c.ticket.is_not(None))
            return tuple(connection.scalars(ticketed))

    def close(self, run: RecordedRun, execution: Execution, end: End) -> None:
        """Keep a run's end and close its row and tasks; what is booked stays as it is. The same again changes nothing.

        A mere note of ours, which nobody acts on any more, goes. Where a newer run of the same ID is open, what that
        one holds is left alone.
        """
        row = (runs.c.workflow_id == run.workflow_id, runs.c.run_id.in_((run.run_id, execution.run_id)))
        with self.database.write() as connection:
            insert_once(connection, ledger, row_of(end))
            close_rows(connection, runs, *row)
            unlist(connection, [run.workflow_id], (run.run_id, execution.run_id))
            close_rows(connection, tasks, *tasks_of(run, execution))
            if not execution.succeeded:
                close_with_run(connection, run.workflow_id, end.status.state)

    def reported(self, keys: Collection[str]) -> frozenset[str]:
        """The keys of those findings that operators have been told."""
        asked = sorted(keys)
        with self.database.read() as connection:
            return frozenset(
                key
                for begin in range(0, len(asked), AT_ONCE)
                for key in connection.scalars(REPORTED, {"keys": asked[begin : begin + AT_ONCE]})
            )

    def remember(self, keys: Iterable[str]) -> None:
        """Operators have been told these findings."""
        with self.database.write() as connection:
            for key in keys:
                insert_once(connection, receipts, {"key": key, "action": FINDING, "made_at": datetime.now(UTC)})


def tasks_of(run: RecordedRun, execution: Execution) -> list[ColumnElement[bool]]:
    """The tasks of a run: all of its workflow ID, unless a newer run may have some."""
    of_workflow = [tasks.c.workflow_id == run.workflow_id]
    return [*of_workflow, tasks.c.run_id.in_((run.run_id, execution.run_id))] if execution.succeeded else of_workflow


def assembled(
    open_rows: Iterable[Row[Any]], open_tasks: Iterable[Row[Any]], booked: Iterable[Row[Any]]
) -> list[RecordedRun]:
    """Rows, tasks and bookings put together by run.

    A task belongs to the open run of its workflow ID. A booking belongs to the run that its key names, which need not
    be the one that is open: an earlier one was terminated, say.
    """
    recorded: dict[Part, RecordedRun] = {}
    open_parts: dict[str, Part] = {}
    for row in open_rows:
        part = open_parts[row.workflow_id] = (row.workflow_id, row.run_id)
        recorded[part] = run_of(row, row.run_id, is_open=True)
    for row in open_tasks:
        part = open_parts.setdefault(row.workflow_id, (row.workflow_id, row.run_id))
        run = recorded.setdefault(part, run_of(row, row.run_id, is_open=True))
        recorded[part] = run.model_copy(update={"tasks": (*run.tasks, row.type)})
    for row in booked:
        part = (row.workflow_id, key_of(row.key, row.workflow_id).run_id)
        run = recorded.setdefault(part, run_of(row, part[1], is_open=False))
        booking = Booking.model_validate({"order": row.key, **{name: getattr(row, name) for name in BOOKED}})
        recorded[part] = run.model_copy(update={"booking": booking})
    return [recorded[part] for part in sorted(recorded)]


def run_of(row: Row[Any], run_id: str, *, is_open: bool) -> RecordedRun:
    """A run by one of its rows."""
    return RecordedRun(
        workflow_id=row.workflow_id,
        run_id=run_id,
        kind=row.kind,
        customer=row.customer,
        subject=row.workflow_id.split("/", 2)[-1],
        open=is_open,
    )

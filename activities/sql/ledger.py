"""The ended runs, kept beyond Temporal's retention."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, false, select, update

from activities.sql.bookings import close_with_run
from activities.sql.database import Database, insert_once
from activities.sql.paging import Page, read_page
from activities.sql.runs import close_run
from activities.sql.tables import ledger, tasks
from states.model.base import Moment, Value
from states.model.status import End


class EndedRun(Value):
    """An ended run in a list: an item of `GET /cancellations`."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str
    state: str
    waiting_for: tuple[str, ...] = ()
    effective_at: Moment | None
    order_by: Moment | None
    started_at: Moment
    ended_at: Moment


@dataclass(frozen=True)
class SqlLedger:
    """The port `Ledger` in our own database, and what the portal asks of it."""

    database: Database

    async def record_end(self, end: End) -> None:
        """Keep the status document, close the run, its booking and its tasks. The same again changes nothing."""
        status = end.status
        async with self.database.write() as connection:
            if await insert_once(connection, ledger, row_of(end)) is None:
                return
            await close_run(connection, status.workflow_id)
            await close_with_run(connection, status.workflow_id, status.state)
            mine = (tasks.c.workflow_id == status.workflow_id, tasks.c.open)
            await connection.execute(update(tasks).where(*mine).values(open=False))

    async def ended_run(self, workflow_id: str, run_id: str | None = None) -> dict[str, Any] | None:
        """The status document of an ended run, the newest of that workflow ID unless `run_id` says which; or None."""
        which = [ledger.c.workflow_id == workflow_id]
        if run_id is not None:
            which.append(ledger.c.run_id == run_id)
        newest = select(ledger.c.document).where(*which).order_by(ledger.c.ended_at.desc(), ledger.c.run_id.desc())
        async with self.database.read() as connection:
            document: dict[str, Any] | None = (await connection.execute(newest.limit(1))).scalar_one_or_none()
            return document

    async def ended_runs(
        self,
        *,
        customer: str | None = None,
        kind: str | None = None,
        state: str | None = None,
        waiting_for: str | None = None,
        effective_from: datetime | None = None,
        effective_to: datetime | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[EndedRun]:
        """The ended runs, newest first; both bounds of `effective_at` are included. Raises `WrongCursor`.

        An ended run waits for nobody: with `waiting_for` there are none.
        """
        wanted: list[ColumnElement[bool]] = [false()] if waiting_for else []
        equal = {"customer": customer, "kind": kind, "state": state}
        wanted += [ledger.c[name] == value for name, value in equal.items() if value is not None]
        if effective_from is not None:
            wanted.append(ledger.c.effective_at >= effective_from)
        if effective_to is not None:
            wanted.append(ledger.c.effective_at <= effective_to)
        keys = (ledger.c.ended_at, ledger.c.workflow_id, ledger.c.run_id)
        return await read_page(self.database, keys, wanted, item, limit=limit, cursor=cursor, newest_first=True)


def row_of(end: End) -> dict[str, Any]:
    """An end as a row."""
    status = end.status
    values = status.model_dump(include={"workflow_id", "run_id", "kind", "customer", "subject", "state"})
    values |= {"effective_at": status.effective_at, "order_by": status.order_by}
    values |= {"started_at": end.started_at, "ended_at": end.ended_at}
    return values | {"document": status.model_dump(mode="json")}


def item(row: Row[Any]) -> EndedRun:
    """A row as an item of the list."""
    fields = {name: getattr(row, name) for name in EndedRun.model_fields if name != "waiting_for"}
    return EndedRun(waiting_for=(), **fields)

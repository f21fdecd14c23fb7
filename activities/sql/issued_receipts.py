"""The receipts that customers have been given, each case's in order. Nothing is changed: what was said was said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, or_, select, union_all

from activities.ports import Unavailable
from activities.sql.database import Database, insert_once
from activities.sql.tables import issued_receipts, ledger, open_list


class Case(NamedTuple):
    """Whose receipts they are. `run_id`: of the part of the run that asks."""

    workflow_id: str
    first_run_id: str
    run_id: str
    customer: str


class Last(NamedTuple):
    """The receipt of a case before the one that is to be issued; number 0 where there is none."""

    number: int
    sha256: str | None


class Made(NamedTuple):
    """A receipt as it was made."""

    event: str
    content: str
    """The document, exactly as it is hashed and signed."""
    sha256: str
    jws: str
    issued_at: datetime


class IssuedReceipt(NamedTuple):
    """A receipt as it is kept."""

    number: int
    event: str
    customer: str
    content: str
    sha256: str
    jws: str
    issued_at: datetime


class ReceiptOfCase(NamedTuple):
    """A receipt in the list of a customer's."""

    workflow_id: str
    run_id: str
    number: int
    event: str
    issued_at: datetime


COLUMNS = tuple(issued_receipts.c[name] for name in IssuedReceipt._fields)


@dataclass(frozen=True)
class SqlIssuedReceipts:
    """Keeps the receipts, and answers what portal and mails ask of them."""

    database: Database

    def issue(self, key: str, case: Case, make: Callable[[Last, datetime], Made]) -> IssuedReceipt:
        """Issue a receipt once for a key: `make` is told what came before it and when it is issued.

        Raises `Unavailable` where another one of the case is just being issued.
        """
        with self.database.write() as connection:
            if (kept := one(connection, issued_receipts.c.key == key)) is not None:
                return kept
            last = last_of(connection, case)
            made = make(last, datetime.now(UTC))
            row = {"key": key, "number": last.number + 1, "previous": last.sha256} | case._asdict() | made._asdict()
            if insert_once(connection, issued_receipts, row) is None:
                raise Unavailable("another receipt of this case is being issued")
            return IssuedReceipt(last.number + 1, made.event, case.customer, *made[1:])

    def of_key(self, key: str) -> IssuedReceipt | None:
        """The receipt that was issued for a key; None where none was."""
        with self.database.read() as connection:
            return one(connection, issued_receipts.c.key == key)

    def of_run(self, workflow_id: str, run_id: str) -> tuple[IssuedReceipt, ...]:
        """The receipts of the case that a run ID belongs to, in order: its first run ID, or that of any part."""
        statement = select(*COLUMNS).where(*of_case(workflow_id, run_id)).order_by(issued_receipts.c.number)
        with self.database.read() as connection:
            return tuple(map(read, connection.execute(statement)))

    def of_customer(self, customer: str, limit: int) -> tuple[ReceiptOfCase, ...]:
        """The last receipts of all cases of a customer, the newest first."""
        issued = issued_receipts.c
        columns = [issued[name] for name in ReceiptOfCase._fields]
        newest = (issued.issued_at.desc(), issued.key.desc())
        statement = select(*columns).where(issued.customer == customer).order_by(*newest).limit(limit)
        with self.database.read() as connection:
            return tuple(ReceiptOfCase(**row._mapping) for row in connection.execute(statement))

    def of_newest(self, workflow_id: str) -> tuple[IssuedReceipt, ...]:
        """The receipts of the newest run of a workflow ID, in order."""
        with self.database.read() as connection:
            newest = newest_run(connection, workflow_id)
            return self.of_run(workflow_id, newest) if newest else ()


def of_case(workflow_id: str, run_id: str) -> tuple[ColumnElement[bool], ...]:
    """The condition: a run that continued as new is known by the ID that it began with, and by that of each part."""
    first = issued_receipts.c.first_run_id
    known = [
        first.in_(select(table.c.first_run_id).where(table.c.workflow_id == workflow_id, table.c.run_id == run_id))
        for table in (issued_receipts, ledger, open_list)
    ]
    return issued_receipts.c.workflow_id == workflow_id, or_(first == run_id, *known)


def newest_run(connection: Connection, workflow_id: str) -> str | None:
    """The first run ID of the newest run: one that is open, else what was begun or has got a receipt last."""
    shown = select(open_list.c.first_run_id).where(open_list.c.workflow_id == workflow_id).limit(1)
    if (run_id := connection.scalar(shown)) is not None:
        return str(run_id)
    issued = issued_receipts.c
    runs = union_all(
        select(ledger.c.first_run_id, ledger.c.started_at.label("at")).where(ledger.c.workflow_id == workflow_id),
        select(issued.first_run_id, issued.issued_at.label("at")).where(issued.workflow_id == workflow_id),
    ).subquery()
    run_id = connection.scalar(select(runs.c.first_run_id).order_by(runs.c.at.desc()).limit(1))
    return str(run_id) if run_id is not None else None


def last_of(connection: Connection, case: Case) -> Last:
    """The newest receipt of a case."""
    columns = issued_receipts.c
    statement = (
        select(columns.number, columns.sha256)
        .where(columns.workflow_id == case.workflow_id, columns.first_run_id == case.first_run_id)
        .order_by(columns.number.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return Last(*row) if row else Last(0, None)


def one(connection: Connection, *conditions: ColumnElement[bool]) -> IssuedReceipt | None:
    """The one receipt for which these hold."""
    row = connection.execute(select(*COLUMNS).where(*conditions)).one_or_none()
    return read(row) if row else None


def read(row: Row[Any]) -> IssuedReceipt:
    """A row as a receipt."""
    return IssuedReceipt(**row._mapping)

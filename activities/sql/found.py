"""What operators look for: a customer by a part of name or number, a case or a task by what it is called.

Nothing here reads more than one stretch of an index. That of customers' names is read through, for a part may stand
anywhere in a name: it holds nothing but names and numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, select

from activities.sql.database import Database
from activities.sql.folded import folded
from activities.sql.open_list import WHOEVER
from activities.sql.tables import customers, ledger, open_list, tasks
from activities.sql.task_pages import prefer_indexes
from states.model.status import CancellationItem

MOST_WORDS = 8
"""So many words of a name are looked for."""


class Looked(NamedTuple):
    """What was found, by key; items of cases as a list of cancellations has them, open ones first, newest first."""

    customers: Sequence[str]
    cases: Sequence[CancellationItem]
    tasks: Sequence[str]


@dataclass(frozen=True)
class SqlSearch:
    """Looks in our own database."""

    database: Database

    def look(self, wanted: str, limit: int) -> Looked:
        """What is called so, of each no more than `limit`."""
        with self.database.read() as connection:
            prefer_indexes(connection)
            return Looked(
                named_so(connection, wanted, limit),
                cases_called(connection, wanted, limit),
                tasks_called(connection, wanted, limit),
            )

    def cases_of(self, workflow_id: str, limit: int) -> Sequence[CancellationItem]:
        """The runs of one workflow ID: the open one first, then those that have ended, the newest first."""
        with self.database.read() as connection:
            prefer_indexes(connection)
            return runs_where("workflow_id", [workflow_id], connection, limit)


def named_so(connection: Connection, wanted: str, limit: int) -> list[str]:
    """The customer of that number, then those in whose number or name all words stand, in the order of numbers."""
    words = folded(wanted).split()[:MOST_WORDS]
    if not words:
        return []
    exact = select(customers.c.customer).where(customers.c.customer.in_(spellings(wanted)))
    parts = [customers.c.looked_for.contains(word, autoescape=True) for word in words]
    rows = select(customers.c.customer).where(*parts).order_by(customers.c.looked_for, customers.c.customer)
    found = [*connection.scalars(exact), *connection.scalars(rows.limit(limit))]
    return list(dict.fromkeys(found))[:limit]


def cases_called(connection: Connection, wanted: str, limit: int) -> list[CancellationItem]:
    """The cases of that number, that workflow ID, or about that subject."""
    found: dict[tuple[str, str], CancellationItem] = {}
    for name in ("case_number", "workflow_id", "subject"):
        if len(found) < limit:
            for item in runs_where(name, spellings(wanted), connection, limit):
                found.setdefault((item.workflow_id, item.run_id), item)
    return list(found.values())[:limit]


def runs_where(name: str, values: Collection[str], connection: Connection, limit: int) -> list[CancellationItem]:
    """The runs of which a column has one of these values."""
    runs: list[CancellationItem] = []
    for value in values:
        open_runs = (open_list.c.awaited == WHOEVER, open_list.c[name] == value)
        newest = [open_list.c.started_at.desc(), open_list.c.workflow_id.desc()]
        runs += items(connection, open_list, open_runs, newest, limit, {"ended_at": None})
        ended = [ledger.c.ended_at.desc(), ledger.c.workflow_id.desc(), ledger.c.run_id.desc()]
        kept = {"waiting_for": (), "being_booked": False}
        runs += items(connection, ledger, (ledger.c[name] == value,), ended, limit, kept)
    return sorted(runs, key=lambda run: run.ended_at is not None)[:limit]


def items(
    connection: Connection,
    table: Table,
    which: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    limit: int,
    same: dict[str, Any],
) -> list[CancellationItem]:
    """Rows as items of a list. `same`: what all of them have in common and no column says."""
    columns: list[Column[Any]] = [table.c[name] for name in CancellationItem.model_fields if name not in same]
    rows: Select[Any] = select(*columns).where(*which).order_by(*order).limit(limit)
    return [CancellationItem(**row._mapping, **same) for row in connection.execute(rows)]


def tasks_called(connection: Connection, wanted: str, limit: int) -> list[str]:
    """The tasks of that number, and those of that ticket, open or not."""
    names = spellings(wanted)
    by_ticket = select(tasks.c.task).where(tasks.c.ticket.in_(names)).order_by(tasks.c.ticket, tasks.c.task)
    by_number = select(tasks.c.task).where(tasks.c.task.in_([*names, wanted.lower()]))
    found = [*connection.scalars(by_number), *connection.scalars(by_ticket.limit(limit))]
    return list(dict.fromkeys(found))[:limit]


def spellings(wanted: str) -> list[str]:
    """How what was typed may be written: as it is, and in capitals, as our numbers are."""
    return list(dict.fromkeys((wanted, wanted.upper())))

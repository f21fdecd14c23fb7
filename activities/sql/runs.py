"""Which runs are open, and which want to hear of changes (X3)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Update, bindparam, exists, or_, select, update

from activities.sql.database import Database, insert_once
from activities.sql.tables import runs, tasks

THIS_WORKFLOW = bindparam("this_workflow", type_=runs.c.workflow_id.type)
THIS_RUN = bindparam("this_run", type_=runs.c.run_id.type)
OPEN_RUNS = (
    select(runs.c.workflow_id)
    .where(runs.c.customer == bindparam("customer", type_=runs.c.customer.type), runs.c.open)
    .order_by(runs.c.workflow_id)
)
OPEN_RUNS_OF_ALL = (
    select(runs.c.customer, runs.c.workflow_id)
    .where(runs.c.customer.in_(bindparam("customers", expanding=True)), runs.c.open)
    .order_by(runs.c.workflow_id)
)
WATCHERS = OPEN_RUNS.where(
    runs.c.workflow_id != bindparam("but", type_=runs.c.workflow_id.type),
    or_(runs.c.watches, runs.c.kind.in_(bindparam("also", expanding=True))),
)


def left_open(table: Table) -> ColumnElement[bool]:
    """Whether an earlier run of the workflow ID has left something open there."""
    other = table.alias()
    return exists().where(other.c.workflow_id == THIS_WORKFLOW, other.c.run_id != THIS_RUN, other.c.open)


LEFT_OPEN = or_(left_open(runs), left_open(tasks)).label("left_open")


@dataclass(frozen=True)
class SqlRuns:
    """Which runs a customer has open, and who wants to hear of changes (X3)."""

    database: Database

    def register(self, workflow_id: str, run_id: str, kind: str, customer: str, watches: bool) -> None:
        """Remember an open run; the same again changes nothing, also after its end.

        An earlier run of this ID that was terminated could not say so: with the new one it counts as ended.
        """
        run = {"workflow_id": workflow_id, "run_id": run_id, "kind": kind, "customer": customer, "watches": watches}
        with self.database.write() as connection:
            values = run | {"open": True, "this_workflow": workflow_id, "this_run": run_id}
            new = insert_once(connection, runs, values, answering=(LEFT_OPEN,))
            for table in (runs, tasks) if new is not None and new.left_open else ():
                close_rows(connection, table, table.c.workflow_id == workflow_id, table.c.run_id != run_id)

    def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""
        with self.database.read() as connection:
            return frozenset(open_runs_of(connection, customer))

    def watchers(self, customer: str, but: str, kind: str) -> tuple[str, ...]:
        """Workflow IDs of the customer's open runs that want to hear of a change of that kind, without `but`."""
        with self.database.read() as connection:
            return watchers_of(connection, customer, but, kind)


def open_runs_of(connection: Connection, customer: str) -> tuple[str, ...]:
    """Workflow IDs of the customer's open runs, in order."""
    return tuple(connection.scalars(OPEN_RUNS, {"customer": customer}))


def open_runs_of_all(connection: Connection, customers: Collection[str]) -> dict[str, list[str]]:
    """The same of several customers, by customer."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(OPEN_RUNS_OF_ALL, {"customers": customers}):
        found[row.customer].append(row.workflow_id)
    return found


def watchers_of(connection: Connection, customer: str, but: str, kind: str) -> tuple[str, ...]:
    """Those of them that want to hear of a change of that kind, without `but`."""
    return tuple(connection.scalars(WATCHERS, {"customer": customer, "but": but, "also": resting_on(kind)}))


@cache
def resting_on(kind: str) -> list[str]:
    """The kinds whose checks depend on what a kind changes, beside those that watch everything."""
    from states.kinds.registry import KINDS  # loads every chart, and a load of customers asks for none

    return sorted(name for name, entry in KINDS.items() if kind in entry.rests_on)


def open_row(connection: Connection, workflow_id: str, run_id: str, kind: str, customer: str, watches: bool) -> None:
    """Make a run the one of its workflow ID that is open, whether or not it ever was."""
    row = {"workflow_id": workflow_id, "run_id": run_id, "kind": kind, "customer": customer, "watches": watches}
    insert_once(connection, runs, row | {"open": True})
    mine = (runs.c.workflow_id == workflow_id, runs.c.run_id == run_id)
    close_rows(connection, runs, mine[0], runs.c.run_id != run_id)
    connection.execute(update(runs).where(*mine).values(open=True))


def close_all(connection: Connection, table: Table, workflow_id: str) -> None:
    """Close the open rows of `runs` or `tasks` of a workflow ID."""
    connection.execute(closing(table), {"this_workflow": workflow_id})


@cache
def closing(table: Table) -> Update:
    """The statement for that, made once."""
    return update(table).where(table.c.workflow_id == THIS_WORKFLOW, table.c.open).values(**closed(table))


def close_rows(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> None:
    """Close the open rows of `runs` or `tasks` for which the conditions hold."""
    connection.execute(update(table).where(*conditions, table.c.open).values(**closed(table)))


def closed(table: Table) -> dict[str, Any]:
    """What a closed row says: a task that is decided is nobody's any more."""
    return {"open": False} | ({"claimed_by": "", "claimed_at": None} if table is tasks else {})

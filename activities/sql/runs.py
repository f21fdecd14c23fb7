"""Which runs are open, and which want to hear of changes (X3)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, or_, select, update

from activities.sql.database import Database, insert_once
from activities.sql.tables import runs, tasks


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
            if insert_once(connection, runs, run | {"open": True}) is None:
                return
            for table in (runs, tasks):
                close_rows(connection, table, table.c.workflow_id == workflow_id, table.c.run_id != run_id)

    def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""
        with self.database.read() as connection:
            return frozenset(open_runs_of(connection, customer))

    def watchers(self, customer: str, but: str, also: Collection[str] = ()) -> tuple[str, ...]:
        """Workflow IDs of the customer's open runs that want to hear of changes, in order, without `but`.

        `also`: the kinds whose runs want to hear of this one.
        """
        wants = or_(runs.c.watches, runs.c.kind.in_(also))
        with self.database.read() as connection:
            return open_runs_of(connection, customer, wants, runs.c.workflow_id != but)


def open_runs_of(connection: Connection, customer: str, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
    """Workflow IDs of the customer's open runs for which the conditions hold, in order."""
    which = (runs.c.customer == customer, runs.c.open, *conditions)
    return tuple(connection.scalars(select(runs.c.workflow_id).where(*which).order_by(runs.c.workflow_id)))


def open_row(connection: Connection, workflow_id: str, run_id: str, kind: str, customer: str, watches: bool) -> None:
    """Make a run the one of its workflow ID that is open, whether or not it ever was."""
    row = {"workflow_id": workflow_id, "run_id": run_id, "kind": kind, "customer": customer, "watches": watches}
    insert_once(connection, runs, row | {"open": True})
    mine = (runs.c.workflow_id == workflow_id, runs.c.run_id == run_id)
    close_rows(connection, runs, mine[0], runs.c.run_id != run_id)
    connection.execute(update(runs).where(*mine).values(open=True))


def close_rows(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> None:
    """Close the open rows of `runs` or `tasks` for which the conditions hold."""
    connection.execute(update(table).where(*conditions, table.c.open).values(open=False))

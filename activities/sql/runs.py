"""Which runs are open, and which want to hear of changes (X3)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.sql.database import Database, insert_once
from activities.sql.tables import runs, tasks


@dataclass(frozen=True)
class SqlRuns:
    """The port `Runs` in our own database."""

    database: Database

    async def register(self, workflow_id: str, run_id: str, kind: str, customer: str, watches: bool) -> None:
        """Remember an open run; the same again changes nothing, also after its end.

        An earlier run of this ID that was terminated could not say so: with the new one it counts as ended.
        """
        run = {"workflow_id": workflow_id, "run_id": run_id, "kind": kind, "customer": customer, "watches": watches}
        async with self.database.write() as connection:
            if await insert_once(connection, runs, run | {"open": True}) is None:
                return
            others = (runs.c.workflow_id == workflow_id, runs.c.run_id != run_id, runs.c.open)
            await connection.execute(update(runs).where(*others).values(open=False))
            stale = (tasks.c.workflow_id == workflow_id, tasks.c.run_id != run_id, tasks.c.open)
            await connection.execute(update(tasks).where(*stale).values(open=False))

    async def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""
        async with self.database.read() as connection:
            return frozenset(await open_runs_of(connection, customer))

    async def watchers(self, customer: str, but: str) -> tuple[str, ...]:
        """Workflow IDs of the customer's open runs that want to hear of changes, in order, without `but`."""
        async with self.database.read() as connection:
            return await open_runs_of(connection, customer, runs.c.watches, runs.c.workflow_id != but)


async def open_runs_of(connection: AsyncConnection, customer: str, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
    """Workflow IDs of the customer's open runs for which the conditions hold, in order."""
    which = (runs.c.customer == customer, runs.c.open, *conditions)
    return tuple(await connection.scalars(select(runs.c.workflow_id).where(*which).order_by(runs.c.workflow_id)))


async def close_run(connection: AsyncConnection, workflow_id: str) -> None:
    """The run of this ID has ended: by its workflow ID, since continued as new it ends under another run ID."""
    await connection.execute(update(runs).where(runs.c.workflow_id == workflow_id, runs.c.open).values(open=False))

"""The list of open runs, as they showed themselves last (docs/adr/0025)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import Connection, Row, delete, exists, insert, select

from activities.sql.cancellation_list import Asked, read_cancellations
from activities.sql.database import Database
from activities.sql.paging import Page
from activities.sql.tables import ledger, open_list, runs
from states.model.names import case_number
from states.model.status import CancellationItem, ShownRun

WHOEVER = ""
"""`awaited` of the row that a run has whatever it waits for."""


@dataclass(frozen=True)
class SqlOpenList:
    """Keeps what open runs show, and answers what the portal asks of it."""

    database: Database

    def open_runs(self, *, waiting_for: str | None = None, **asked: Unpack[Asked]) -> Page[CancellationItem]:
        """The open runs, newest first. Raises `WrongCursor`."""
        newest = (open_list.c.started_at, open_list.c.workflow_id)
        fixed = {"awaited": waiting_for or WHOEVER}
        return read_cancellations(self.database, newest, fixed, {"ended_at": None}, **asked)

    def show(self, shown: Sequence[ShownRun]) -> None:
        """Show these runs as they stand, each once. What is older than what is shown, or over, changes nothing."""
        ids = sorted(run.workflow_id for run in shown)
        with self.database.write() as connection:
            hold(connection, ids)
            over = ended_of(connection, ids)
            newest = {run.workflow_id: run for run in shown_of(connection, ids)}
            put(connection, [run for run in shown if begun(run) not in over and is_news(run, newest)])

    def held(self, workflow_ids: Collection[str]) -> dict[str, ShownRun]:
        """What is shown of those runs."""
        with self.database.read() as connection:
            return {run.workflow_id: run for run in shown_of(connection, workflow_ids)}

    def mend(self, run: ShownRun, held: ShownRun | None) -> bool:
        """Show a run as Temporal knows it, unless it has shown itself since it was `held`, or is over."""
        with self.database.write() as connection:
            hold(connection, [run.workflow_id])
            now = next(iter(shown_of(connection, [run.workflow_id])), None)
            if now != held or begun(run) in ended_of(connection, [run.workflow_id]):
                return False
            put(connection, [run])
            return True

    def drop_ended(self) -> None:
        """Take off the list what has ended; what it showed may have come late."""
        ended = (ledger.c.workflow_id == open_list.c.workflow_id, ledger.c.first_run_id == open_list.c.first_run_id)
        with self.database.read() as connection:
            over = connection.execute(
                select(open_list.c.workflow_id, open_list.c.first_run_id).where(exists().where(*ended))
            )
            runs_over = [(row.workflow_id, row.first_run_id) for row in over]
        with self.database.write() as connection:
            for workflow_id, first_run_id in runs_over:
                unlist(connection, [workflow_id], [first_run_id])


def hold(connection: Connection, workflow_ids: Sequence[str]) -> None:
    """Keep runs from ending meanwhile: an end closes its row of `runs` first, so it came before, or waits."""
    mine = select(runs.c.workflow_id).where(runs.c.workflow_id.in_(workflow_ids))
    connection.execute(mine.order_by(runs.c.workflow_id, runs.c.run_id).with_for_update())


def put(connection: Connection, shown: Sequence[ShownRun]) -> None:
    """Replace the rows of these runs."""
    if not shown:
        return
    unlist(connection, [run.workflow_id for run in shown])
    rows = [
        run._asdict()
        | {"waiting_for": list(run.waiting_for), "case_number": case_number(run.workflow_id, run.first_run_id)}
        for run in shown
    ]
    connection.execute(
        insert(open_list),
        [row | {"awaited": awaited} for row in rows for awaited in (WHOEVER, *dict.fromkeys(row["waiting_for"]))],
    )


def unlist(connection: Connection, workflow_ids: Collection[str], first_run_ids: Collection[str] = ()) -> None:
    """Take runs off the list: those of these workflow IDs, or of them only those that began under these run IDs."""
    begun_as = [open_list.c.first_run_id.in_(first_run_ids)] if first_run_ids else []
    connection.execute(delete(open_list).where(open_list.c.workflow_id.in_(workflow_ids), *begun_as))


def shown_of(connection: Connection, workflow_ids: Collection[str]) -> Iterable[ShownRun]:
    """What is shown of runs."""
    which = (open_list.c.workflow_id.in_(workflow_ids), open_list.c.awaited == WHOEVER)
    return map(shown_in, connection.execute(select(open_list).where(*which)))


def ended_of(connection: Connection, workflow_ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """The runs of these workflow IDs that have ended, each with the run ID under which it began."""
    ends = select(ledger.c.workflow_id, ledger.c.first_run_id).where(ledger.c.workflow_id.in_(workflow_ids))
    return frozenset((row.workflow_id, row.first_run_id) for row in connection.execute(ends))


def begun(run: ShownRun) -> tuple[str, str]:
    """By what a run is known, whichever part of it shows itself."""
    return run.workflow_id, run.first_run_id


def is_news(run: ShownRun, newest: dict[str, ShownRun]) -> bool:
    """Whether nothing newer is shown; two workers may have had the same run in one second."""
    return run.workflow_id not in newest or newest[run.workflow_id].as_of <= run.as_of


def shown_in(row: Row[Any]) -> ShownRun:
    """What a row shows."""
    values = {name: getattr(row, name) for name in ShownRun._fields}
    return ShownRun(**values | {"waiting_for": tuple(row.waiting_for)})

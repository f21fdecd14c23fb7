"""The ended runs, kept beyond Temporal's retention."""

from dataclasses import dataclass
from typing import Any, Unpack, get_args

from sqlalchemy import bindparam, delete, func, select, update

from activities.sql.bookings import close_with_run, open_again
from activities.sql.cancellation_list import Asked, read_cancellations
from activities.sql.database import Database, insert_once
from activities.sql.open_list import unlist
from activities.sql.paging import Page
from activities.sql.runs import close_all, close_rows, open_row
from activities.sql.tables import ledger, runs, tasks
from states.model.names import case_number
from states.model.reconciliation import How
from states.model.status import CancellationItem, End, GoingOn, Status

OF_WORKFLOW = ledger.c.workflow_id == bindparam("workflow_id", type_=ledger.c.workflow_id.type)
OF_RUN = ledger.c.run_id == bindparam("run_id", type_=ledger.c.run_id.type)
NEWEST = (
    select(ledger.c.document).where(OF_WORKFLOW).order_by(ledger.c.ended_at.desc(), ledger.c.run_id.desc()).limit(1)
)
THAT_ONE = select(ledger.c.document).where(OF_WORKFLOW, OF_RUN)
FOUND = frozenset(get_args(How))
"""The last line of a run that did not end by itself: how Temporal had it when the comparison looked."""


@dataclass(frozen=True)
class SqlLedger:
    """Keeps what ended, and answers what the portal asks of it."""

    database: Database

    def record_end(self, end: End) -> None:
        """Keep the status document, close the run, its booking and its tasks. The same again changes nothing.

        A run has one end: one that had ended keeps that, whatever a part that was reset makes of it before it knows;
        what the comparison found makes room.
        """
        workflow_id = end.status.workflow_id
        with self.database.write() as connection:
            if end.first_run_id != end.status.run_id and self.own_end(workflow_id, end.first_run_id) is not None:
                return
            if insert_once(connection, ledger, row_of(end)) is None:
                return
            if end.first_run_id != end.status.run_id:
                former = (ledger.c.first_run_id == end.first_run_id, ledger.c.run_id != end.status.run_id)
                connection.execute(delete(ledger).where(ledger.c.workflow_id == workflow_id, *former))
            # By workflow ID: a run that continued as new ends under another run ID.
            for table in (runs, tasks):
                close_all(connection, table, workflow_id)
            unlist(connection, [workflow_id])
            close_with_run(connection, workflow_id, end.status.state)

    def amend(self, document: Status) -> None:
        """The document of a run that has ended is this one now; nothing where it has not, or goes on."""
        mine = (ledger.c.workflow_id == document.workflow_id, ledger.c.run_id == document.run_id)
        with self.database.write() as connection:
            connection.execute(update(ledger).where(*mine).values(document=document.model_dump(mode="json")))

    def own_end(self, workflow_id: str, first_run_id: str) -> Status | None:
        """How a run ended by itself, in whatever part; None where it did not, or the comparison alone found it gone."""
        mine = (ledger.c.workflow_id == workflow_id, ledger.c.first_run_id == first_run_id)
        with self.database.read() as connection:
            document = connection.scalar(select(ledger.c.document).where(*mine).limit(1))
        status = Status.model_validate(document) if document is not None else None
        if status is None or (status.state == "given_up" and status.timeline and status.timeline[-1].event in FOUND):
            return None
        return status

    def keep_ended(self, run: GoingOn) -> None:
        """A run that had ended has been reset: whatever it has written since, before it knew, counts for nothing."""
        mine = (tasks.c.workflow_id == run.workflow_id, tasks.c.run_id == run.run_ids[-1])
        begun = (runs.c.workflow_id == run.workflow_id, runs.c.run_id == run.first_run_id)
        with self.database.write() as connection:
            close_rows(connection, tasks, *mine)
            close_rows(connection, runs, *begun)
            unlist(connection, [run.workflow_id], [run.first_run_id])

    def take_back(self, run: GoingOn, watches: bool) -> None:
        """A run goes on: no end of it counts, it is open, and a booking that its end alone has closed stands again."""
        mine = (ledger.c.workflow_id == run.workflow_id, ledger.c.first_run_id == run.first_run_id)
        with self.database.write() as connection:
            connection.execute(delete(ledger).where(*mine))
            open_row(connection, run.workflow_id, run.first_run_id, run.kind, run.customer, watches)
            open_again(connection, run.workflow_id, run.run_ids)

    def ended_run(self, workflow_id: str, run_id: str | None = None) -> dict[str, Any] | None:
        """The status document of an ended run, the newest of that workflow ID unless `run_id` says which; or None."""
        asked = {"workflow_id": workflow_id, "run_id": run_id}
        with self.database.read() as connection:
            document: dict[str, Any] | None = connection.scalar(NEWEST if run_id is None else THAT_ONE, asked)
            return document

    def ended_runs(self, **asked: Unpack[Asked]) -> Page[CancellationItem]:
        """The ended runs, newest first; they wait for nobody. Raises `WrongCursor`."""
        newest = (ledger.c.ended_at, ledger.c.workflow_id, ledger.c.run_id)
        return read_cancellations(self.database, newest, {}, {"waiting_for": (), "being_booked": False}, **asked)

    def counts(self) -> tuple[tuple[str, str, str | None, int], ...]:
        """How many runs have ended, by kind, state and the reason given."""
        by = (ledger.c.kind, ledger.c.state, ledger.c.reason)
        with self.database.read() as connection:
            rows = connection.execute(select(*by, func.count().label("number")).group_by(*by).order_by(*by))
            return tuple((row.kind, row.state, row.reason, row.number) for row in rows)


def row_of(end: End) -> dict[str, Any]:
    """An end as a row."""
    values = end.status.model_dump(include=set(ledger.columns.keys()))
    values["reason"] = end.status.reason.code if end.status.reason else None
    values["case_number"] = case_number(end.status.workflow_id, end.first_run_id)
    document = end.status.model_dump(mode="json")
    return values | end.model_dump(exclude={"status"}) | {"document": document}

"""The operators' open tasks, one table for all runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from activities.sql.database import Database, insert_once
from activities.sql.paging import Page, equal, read_page
from activities.sql.runs import closing
from activities.sql.tables import ledger, tasks
from states.model.status import TaskEntry, TaskList, TaskRow


class WorkItem(TaskEntry):
    """A task in the work list: as in `status`, and where it belongs. `open` False: it has been decided or dropped."""

    id: str
    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str | None
    ticket: str | None
    open: bool


WORKFLOW_ID = tasks.c.workflow_id.type
ENDED = select(ledger.c.run_id).where(
    ledger.c.workflow_id == bindparam("workflow_id", type_=WORKFLOW_ID),
    ledger.c.run_id == bindparam("run_id", type_=ledger.c.run_id.type),
)
TICKETED = (
    select(tasks.c.task)
    .where(
        tasks.c.workflow_id == bindparam("workflow_id", type_=WORKFLOW_ID),
        tasks.c.open,
        tasks.c.ticket.is_not(None),
    )
    .order_by(tasks.c.task)
)
CLOSE_OTHERS = closing(tasks).where(tasks.c.task.not_in(bindparam("staying", expanding=True)))


@dataclass(frozen=True)
class SqlWorkList:
    """Keeps the open tasks, and answers the lists that the portal asks for."""

    database: Database

    def write(self, listed: TaskList, tickets: Mapping[str, str]) -> None:
        """Make the run's tasks in the work list those of `listed`; the others of its workflow ID are closed.

        What arrives after the run's end opens nothing any more.
        """
        with self.database.write() as connection:
            run = {"workflow_id": listed.workflow_id, "run_id": listed.run_id}
            if connection.scalar(ENDED, run) is not None:
                return
            names = [row.entry.task for row in listed.tasks]
            connection.execute(CLOSE_OTHERS, {"this_workflow": listed.workflow_id, "staying": names})
            now = datetime.now(UTC)
            for row in listed.tasks:
                write_task(connection, listed, row, tickets.get(row.entry.task), now)

    def ticketed(self, workflow_id: str) -> tuple[str, ...]:
        """The open tasks of a run that have a ticket."""
        with self.database.read() as connection:
            return tuple(connection.scalars(TICKETED, {"workflow_id": workflow_id}))

    def task(self, task: str) -> WorkItem | None:
        """A task, open or not; None where it was never in the list."""
        with self.database.read() as connection:
            row = connection.execute(select(tasks).where(tasks.c.task == task)).one_or_none()
            return item(row) if row else None

    def tasks(
        self,
        *,
        customer: str | None = None,
        kind: str | None = None,
        type: str | None = None,
        workflow_id: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[WorkItem]:
        """The open tasks, due first; one without a date is due since it was opened. Raises `WrongCursor`."""
        wanted = [tasks.c.open, *equal(tasks, customer=customer, kind=kind, type=type, workflow_id=workflow_id)]
        return read_page(self.database, (tasks.c.due, tasks.c.task), wanted, item, limit=limit, cursor=cursor)


def write_task(connection: Connection, listed: TaskList, row: TaskRow, ticket: str | None, now: datetime) -> None:
    """One task as it is now; when it was first written stays."""
    entry = row.entry
    values = listed.model_dump(exclude={"tasks"}) | {"type": entry.type, "subject": row.subject}
    values |= {"entry": entry.model_dump(mode="json"), "ticket": ticket, "open": True}
    new = {"task": entry.task, "opened_at": now, "due": entry.due_at or now}
    if insert_once(connection, tasks, values | new) is None:
        due = entry.due_at or tasks.c.opened_at
        connection.execute(update(tasks).where(tasks.c.task == entry.task).values(**values, due=due))


def item(row: Row[Any]) -> WorkItem:
    """A row as an item of the list."""
    own = WorkItem.model_fields.keys() - TaskEntry.model_fields.keys() - {"id"}
    return WorkItem(**row.entry, id=row.task, **{name: getattr(row, name) for name in own})

"""The operators' open tasks, one table for all runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, select, update

from activities.sql.database import Database, insert_once
from activities.sql.notices import note_occasions
from activities.sql.paging import MOST_COUNTED
from activities.sql.runs import closing
from activities.sql.tables import ledger, tasks
from activities.sql.task_counts import TaskCounts, read_counts
from activities.sql.task_pages import NOBODY, TaskPage, Wanted, read_rows
from activities.sql.urgency import Order, Urgency, due_of, rank_of, urgency_of, waits_for
from states.model.base import Moment
from states.model.status import TaskEntry, TaskList, TaskRow


class WorkItem(TaskEntry):
    """A task in the work list: as in `status`, where it belongs, how urgent it is and who has it.

    `open` False: it has been decided or dropped. `about`: what is said of the run beside its identifiers.
    """

    id: str
    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str | None
    ticket: str | None
    open: bool
    opened_at: Moment
    urgency: Urgency
    deadline: Moment | None
    waiting_for: Literal["operator", "third_party"]
    claimed_by: str | None
    claimed_at: Moment | None
    about: dict[str, Any]


DERIVED = frozenset({"id", "urgency", "waiting_for", "claimed_by", "about"})
"""What an item says and no column by itself."""
OWN = tuple(WorkItem.model_fields.keys() - TaskEntry.model_fields.keys() - DERIVED)
"""What a column says that is called the same."""

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
            rows = [
                (row, write_task(connection, listed, row, tickets.get(row.entry.task), now)) for row in listed.tasks
            ]
            note_occasions(connection, rows, now)

    def ticketed(self, workflow_id: str) -> tuple[str, ...]:
        """The open tasks of a run that have a ticket."""
        with self.database.read() as connection:
            return tuple(connection.scalars(TICKETED, {"workflow_id": workflow_id}))

    def ticket_numbers(self, workflow_id: str) -> dict[str, str]:
        """The tickets of a run's open tasks, by task."""
        with self.database.read() as connection:
            rows = connection.execute(TICKETED.add_columns(tasks.c.ticket), {"workflow_id": workflow_id})
            return {row.task: row.ticket for row in rows}

    def task(self, task: str, now: datetime | None = None) -> WorkItem | None:
        """A task, open or not; None where it was never in the list."""
        with self.database.read() as connection:
            row = connection.execute(select(tasks).where(tasks.c.task == task)).one_or_none()
            return item(row, now or datetime.now(UTC)) if row else None

    def tasks(
        self,
        *,
        order: Order = "due",
        now: datetime | None = None,
        unclaimed: bool = False,
        limit: int = 50,
        cursor: str | None = None,
        **wanted: Any,
    ) -> TaskPage[WorkItem]:
        """The open tasks that are wanted (`activities.sql.task_pages.Wanted`), in an order.

        `due`: due first; one without a date is due since it was opened. `urgency`: what is overdue first, then what a
        customer's deadline depends on that is near, then by how long they wait. Raises `WrongCursor`.
        """
        asked = Wanted(**wanted) if not unclaimed else Wanted(**wanted | {"claimed_by": NOBODY})
        found = read_rows(self.database, asked, order, now or datetime.now(UTC), limit=limit, cursor=cursor)
        items = tuple(item(row, found.as_of) for row in found.rows)
        return TaskPage(items, found.total, found.next, found.as_of)

    def counts(
        self, now: datetime, days: Mapping[str, datetime], name: str | None = None, most: int = MOST_COUNTED
    ) -> TaskCounts:
        """How many are open, by type and age (`activities.sql.task_counts`). Nobody's are not `mine`."""
        counts = read_counts(self.database, now, days, name or NOBODY, most)
        return counts if name else counts._replace(mine=0)


def write_task(connection: Connection, listed: TaskList, row: TaskRow, ticket: str | None, now: datetime) -> bool:
    """One task as it is now; when it was first written stays, and so does who has it. Answers whether it is new."""
    entry, due = row.entry, due_of(row)
    values = listed.model_dump(exclude={"tasks", "called", "current"}) | {"type": entry.type, "subject": row.subject}
    values |= {"entry": entry.model_dump(mode="json"), "ticket": ticket, "open": True}
    values |= {"rank": rank_of(row), "deadline": row.deadline, "about": about(listed)}
    if insert_once(connection, tasks, values | new_row(entry, due or now, now)) is not None:
        return True
    connection.execute(update(tasks).where(tasks.c.task == entry.task).values(**values, due=due or tasks.c.opened_at))
    return False


def new_row(entry: TaskEntry, due: datetime, now: datetime) -> dict[str, Any]:
    """What a row has from its beginning."""
    return {"task": entry.task, "opened_at": now, "due": due, "claimed_by": NOBODY}


def about(listed: TaskList) -> dict[str, Any]:
    """What is said of the run beside its identifiers."""
    return {"called": listed.called, "current": listed.current}


def item(row: Row[Any], now: datetime) -> WorkItem:
    """A row as an item of the list, as of a moment."""
    derived = {"id": row.task, "urgency": urgency_of(row.rank, row.due, now), "waiting_for": waits_for(row.rank)}
    derived |= {"claimed_by": row.claimed_by or None, "about": row.about or {}}
    return WorkItem(**row.entry, **derived, **{name: getattr(row, name) for name in OWN})

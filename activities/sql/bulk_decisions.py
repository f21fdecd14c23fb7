"""Bulk decisions: what was chosen, what is to be decided, and what came of it, line by line.

Only what was chosen is decided, never what a filter would find later. A line is taken and its outcome written in a
transaction that looks at the state of the whole: whoever pauses or stops is obeyed from the next line on.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from activities.ports import LineOutcome, Refused, SentDecision
from activities.sql.database import Database, insert_once
from activities.sql.paging import Page, WrongCursor, read_page
from activities.sql.tables import bulk_decisions, bulk_lines, tasks
from activities.sql.task_pages import KEYS, Wanted, prefer_indexes, within
from activities.sql.urgency import parts_of
from states.model.bulk import LEADS_TO, POSSIBLE, BulkAct, BulkChange, BulkProgress

TAKEN_FOR = timedelta(seconds=10)
"""So long nobody else takes a line that is being sent: longer than it takes, no longer than a worker is missed."""
MOST_TRIES = 8
"""So often a decision is sent of which nobody says what came of it."""
PUT_OFF = timedelta(seconds=5)
"""After which it is tried again, and longer with each try."""
MOST_ACTS = 100
AT_A_TIME = 500
"""Parameters of one statement."""
OPEN = ("waiting", "left")
"""States in which a line can still get its outcome: one that was being sent when all was stopped gets it too."""


class ChosenTask(NamedTuple):
    """A task of the work list, as it is looked at when it is chosen."""

    task: str
    workflow_id: str
    customer: str
    type: str
    open: bool
    entry: dict[str, Any]


@dataclass(frozen=True)
class Bulk:
    """A bulk decision."""

    id: str
    by: str
    type: str
    event: str
    message: dict[str, Any]
    customers: list[dict[str, Any]]
    """Whose tasks they are, the first of them with how many each has."""
    acts: list[dict[str, Any]]
    hash: str
    created_at: datetime
    progress: BulkProgress


@dataclass(frozen=True)
class BulkLine:
    """One task of it."""

    number: int
    task: str
    workflow_id: str
    customer: str
    state: str
    at: datetime | None
    code: str | None
    rule: str | None
    text: str | None
    first: dict[str, Any] | None
    said: dict[str, str] | None
    """By language why the run refused it."""


@dataclass(frozen=True)
class TakenLine:
    """A line that is to be sent now. `decision.again`: it was sent before, and nobody knows what came of it."""

    bulk: str
    number: int
    decision: SentDecision


@dataclass(frozen=True)
class SqlBulkDecisions:
    """Keeps them. Every moment is told by the caller."""

    database: Database

    # Choosing.

    def named(self, names: Sequence[str]) -> dict[str, ChosenTask]:
        """The tasks of these ids, as far as they were ever in the work list."""
        with self.database.read() as connection:
            found: dict[str, ChosenTask] = {}
            for begin in range(0, len(names), AT_A_TIME):
                wanted = tasks.c.task.in_(names[begin : begin + AT_A_TIME])
                found |= {row.task: ChosenTask(*row) for row in connection.execute(select(*CHOSEN).where(wanted))}
            return found

    def matching(self, wanted: Wanted, now: datetime, limit: int) -> list[ChosenTask]:
        """The open tasks that are like that, those of one sort of urgency together, due first."""
        parts = parts_of("due", now, waiting_for=wanted.waiting_for, overdue=wanted.overdue)
        chosen: list[ChosenTask] = []
        with self.database.read() as connection:
            prefer_indexes(connection)
            for stretch in (stretch for part in parts.values() for stretch in part):
                rows = select(*CHOSEN).where(*within(wanted, stretch)).order_by(*KEYS).limit(limit - len(chosen))
                chosen += [ChosenTask(*row) for row in connection.execute(rows)]
        return chosen

    def create(self, bulk: Bulk, chosen: Sequence[ChosenTask]) -> Bulk:
        """Keep what was chosen, once for its ID; answers what is kept under it."""
        with self.database.write() as connection:
            if insert_once(connection, bulk_decisions, row_of(bulk)) is not None:
                line = {"bulk": bulk.id, "state": "waiting", "attempt": 0, "tries": 0, "due_at": bulk.created_at}
                rows = [
                    {"number": number, "task": task.task, "workflow_id": task.workflow_id, "customer": task.customer}
                    | line
                    for number, task in enumerate(chosen, 1)
                ]
                for begin in range(0, len(rows), AT_A_TIME):
                    connection.execute(insert(bulk_lines), rows[begin : begin + AT_A_TIME])
            return the_bulk(connection, bulk.id)

    # Looking.

    def find(self, bulk: str) -> Bulk | None:
        """The bulk decision of that ID; None where there is none."""
        with self.database.read() as connection:
            return a_bulk(connection, bulk)

    def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Bulk]:
        """All of them, the newest first. Raises `WrongCursor`."""
        columns = bulk_decisions.c
        keys = (columns.created_at, columns.id)
        return read_page(self.database, keys, bulk_in, limit=limit, cursor=cursor, newest_first=True)

    def lines(
        self, bulk: str, *, state: str | None = None, limit: int | None = 50, cursor: str | None = None
    ) -> tuple[tuple[BulkLine, ...], str | None]:
        """Lines in their order, and the cursor of the next page. `limit` None: all. Raises `WrongCursor`."""
        columns = bulk_lines.c
        wanted = [columns.bulk == bulk, columns.number > number_in(cursor)]
        if state is not None:
            wanted.append(columns.state == state)
        statement = select(*LINE).where(*wanted).order_by(columns.number)
        with self.database.read() as connection:
            rows = connection.execute(statement.limit(limit + 1) if limit is not None else statement).all()
        more = limit is not None and len(rows) > limit
        items = tuple(BulkLine(**row._mapping) for row in (rows[:limit] if more else rows))
        return items, str(items[-1].number) if more else None

    def some(self, bulk: str, numbers: Sequence[int]) -> tuple[BulkLine, ...]:
        """The lines of these numbers that wait to be sent."""
        columns = bulk_lines.c
        wanted = (columns.bulk == bulk, columns.number.in_(numbers), columns.state == "waiting")
        with self.database.read() as connection:
            rows = connection.execute(select(*LINE).where(*wanted).order_by(columns.number))
            return tuple(BulkLine(**row._mapping) for row in rows)

    def closed(self, bulk: str) -> int:
        """How many of its tasks are not open any more, and wait to be sent nevertheless."""
        columns = bulk_lines.c
        statement = select(func.count()).select_from(
            bulk_lines.join(tasks, and_(tasks.c.task == columns.task, tasks.c.open.is_(False)))
        )
        with self.database.read() as connection:
            return int(connection.scalar(statement.where(columns.bulk == bulk, columns.state == "waiting")) or 0)

    def progress(self, bulk: str, now: datetime) -> BulkProgress:
        """How far it has come; it is done where it runs and nothing is left to send. Raises `Refused`."""
        with self.database.write() as connection:
            found = the_bulk(connection, bulk)
            if found.progress.state != "running":
                return found.progress
            if not found.progress.waiting:
                act = {"at": now.isoformat(), "by": None, "act": "done"}
                change(connection, found, state="done", acts=[*found.acts, act][-MOST_ACTS:])
                return the_bulk(connection, bulk).progress
            due = connection.scalar(
                select(func.min(bulk_lines.c.due_at)).where(bulk_lines.c.bulk == bulk, bulk_lines.c.state == "waiting")
            )
            due_in = max(0, -(-(due - now) // timedelta(seconds=1))) if due else 0
            return found.progress.model_copy(update={"due_in": due_in})

    # Carrying out.

    def take(self, bulk: str, now: datetime) -> TakenLine | None:
        """The next line that is due; None where none is, or it does not run (any more). Raises `Refused`."""
        columns = bulk_lines.c
        with self.database.write() as connection:
            found = the_bulk(connection, bulk)
            if found.progress.state != "running":
                return None
            line = connection.execute(
                select(bulk_lines)
                .where(columns.bulk == bulk, columns.state == "waiting", columns.due_at <= now)
                .order_by(columns.due_at, columns.number)
                .limit(1)
            ).one_or_none()
            if line is None:
                return None
            values = {"tries": line.tries + 1, "due_at": now + TAKEN_FOR}
            connection.execute(update(bulk_lines).where(of_line(bulk, line.number)).values(values))
            decision = SentDecision(
                workflow_id=line.workflow_id,
                customer=line.customer,
                task=line.task,
                event=found.event,
                payload=found.message | {"task": line.task, "by": found.by},
                update_id=update_id(bulk, line.task, line.attempt),
                again=line.tries > 0,
                since=found.created_at,
            )
            return TakenLine(bulk, line.number, decision)

    def settle(self, taken: TakenLine, outcome: LineOutcome, now: datetime) -> None:
        """What came of a line, once."""
        values = outcome._asdict() | {"at": now}
        with self.database.write() as connection:
            for state in OPEN:
                was = (of_line(taken.bulk, taken.number), bulk_lines.c.state == state)
                if not connection.execute(update(bulk_lines).where(*was).values(values)).rowcount:
                    continue
                counter, left = bulk_decisions.c[outcome.state], bulk_decisions.c.left
                counted = {counter: counter + 1, left: left - (state == "left")}
                connection.execute(update(bulk_decisions).where(bulk_decisions.c.id == taken.bulk).values(counted))
                return

    def put_off(self, taken: TakenLine, now: datetime) -> None:
        """Nobody says what came of it: later again, under the same name; at last it counts as failed."""
        with self.database.write() as connection:
            where = of_line(taken.bulk, taken.number)
            line = connection.execute(select(bulk_lines).where(where)).one()
            if line.state not in OPEN:
                return
            if line.tries >= MOST_TRIES or line.state == "left":
                self.settle(taken, LineOutcome("failed", code="unavailable"), now)
                return
            connection.execute(update(bulk_lines).where(where).values(due_at=now + line.tries * PUT_OFF))

    # What people do to it.

    def change(self, wanted: BulkChange, now: datetime) -> BulkProgress:
        """Pause, go on, stop, or send again what failed. Raises `Refused` where that is not possible."""
        with self.database.write() as connection:
            bulk = the_bulk(connection, wanted.bulk)
            if wanted.act not in possible(bulk.progress):
                raise Refused(f"{wanted.act} is not possible: {bulk.progress.state}")
            state = LEADS_TO[wanted.act]
            values: dict[str, Any] = {"state": state}
            if wanted.act == "again":
                values["failed"] = bulk.progress.failed - send_again(connection, bulk.id, now)
            if wanted.act == "stop":
                values["left"] = leave(connection, bulk.id)
            if state != bulk.progress.state or wanted.act == "again":
                act = {"at": now.isoformat(), "by": wanted.by, "act": wanted.act}
                values["acts"] = [*bulk.acts, act][-MOST_ACTS:]
            change(connection, bulk, **values)
            return the_bulk(connection, bulk.id).progress


CHOSEN = tuple(tasks.c[name] for name in ChosenTask._fields)
LINE = tuple(bulk_lines.c[name] for name in BulkLine.__dataclass_fields__)


def possible(progress: BulkProgress) -> tuple[BulkAct, ...]:
    """What can be done to a bulk decision that stands so."""
    return tuple(
        act for act, states in POSSIBLE.items() if progress.state in states and (act != "again" or progress.failed)
    )


def update_id(bulk: str, task: str, attempt: int) -> str:
    """The update's ID at Temporal, the same however often a line is sent, so that a run takes it once.

    Another one after each no, which Temporal would answer for ever.
    """
    named = json.dumps([bulk, task, attempt])
    return "bulk-" + hashlib.sha256(named.encode()).hexdigest()[:40]


def send_again(connection: Connection, bulk: str, now: datetime) -> int:
    """Let the lines that failed wait again; those of which nothing is known keep their name, lest they act twice."""
    columns, fresh = bulk_lines.c, {"state": "waiting", "tries": 0, "due_at": now, "at": None}
    nothing = {"code": None, "rule": None, "text": None, "first": None, "said": None}
    failed = [columns.bulk == bulk, columns.state == "failed"]
    unknown = connection.execute(
        update(bulk_lines).where(*failed, columns.code == "unavailable").values(fresh | nothing | {"tries": 1})
    )
    refused = connection.execute(
        update(bulk_lines).where(*failed).values(fresh | nothing | {"attempt": columns.attempt + 1})
    )
    return unknown.rowcount + refused.rowcount


def leave(connection: Connection, bulk: str) -> int:
    """Nothing more is sent; answers how much is left."""
    columns = bulk_lines.c
    waiting = update(bulk_lines).where(columns.bulk == bulk, columns.state == "waiting")
    return connection.execute(waiting.values(state="left")).rowcount


def of_line(bulk: str, number: int) -> Any:
    """The condition that names a line."""
    return and_(bulk_lines.c.bulk == bulk, bulk_lines.c.number == number)


def change(connection: Connection, bulk: Bulk, **values: Any) -> None:
    """Change the row of a bulk decision."""
    connection.execute(update(bulk_decisions).where(bulk_decisions.c.id == bulk.id).values(values))


def a_bulk(connection: Connection, bulk: str) -> Bulk | None:
    """The row as a value."""
    row = connection.execute(
        select(bulk_decisions).where(bulk_decisions.c.id == bulk).with_for_update()
        if connection.get_execution_options().get("writes")
        else select(bulk_decisions).where(bulk_decisions.c.id == bulk)
    ).one_or_none()
    return bulk_in(row) if row else None


def the_bulk(connection: Connection, bulk: str) -> Bulk:
    """The same. Raises `Refused` where there is none."""
    found = a_bulk(connection, bulk)
    if found is None:
        raise Refused(f"there is no bulk decision {bulk[:80]}")
    return found


def bulk_in(row: Row[Any]) -> Bulk:
    """A row as a value."""
    counts = {name: getattr(row, name) for name in ("total", "decided", "proposed", "failed", "left")}
    waiting = row.total - row.decided - row.proposed - row.failed - row.left
    progress = BulkProgress(state=row.state, waiting=waiting, **counts)
    own = ("id", "by", "type", "event", "message", "customers", "acts", "hash", "created_at")
    return Bulk(**{name: getattr(row, name) for name in own}, progress=progress)


def row_of(bulk: Bulk) -> Mapping[str, Any]:
    """A value as a row."""
    own = ("id", "by", "type", "event", "message", "customers", "acts", "hash", "created_at")
    counts = bulk.progress.model_dump(exclude={"waiting", "due_in"})
    return {name: getattr(bulk, name) for name in own} | counts


def number_in(cursor: str | None) -> int:
    """The number of the last line of the page before. Raises `WrongCursor`."""
    if cursor is None:
        return 0
    if not cursor.isdecimal() or len(cursor) > 9:
        raise WrongCursor("cursor: take it from `next` of the page before")
    return int(cursor)

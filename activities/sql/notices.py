"""What operators are told of tasks: an outbox, written with the work list, from which mails and calls are sent.

Each occasion of a task is one row, for ever, so that it is told once whatever happens: the run is reset, a worker is
killed, there are several. What is claimed is due again after a while unless it was sent.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Connection, Row, Select, delete, func, select, update

from activities.notice_routes import Router
from activities.sql.database import Database, insert_where_new
from activities.sql.tables import notices, tasks
from states.model.base import in_utc
from states.model.status import TaskRow

Occasion = Literal["new", "due", "escalated"]
"""`new`: there is something to do for an operator, which of a step at a third party is when a proof has come in."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=1)
"""Between two tries: longer than one may take."""
MOST = 500
"""So many notices are looked at in one transaction, and stand in one mail at most."""
LETTERS, CALLS = 10, 20
"""So many are claimed at a time."""


class Told(NamedTuple):
    """A notice to be sent now, with its task as the work list has it. `tries`: how often it was tried before."""

    id: str
    occasion: Occasion
    number: int | None
    at: datetime
    facts: dict[str, Any]
    tries: int
    task: Row[Any]


class ClaimedLetter(NamedTuple):
    """A mail to be sent now under its key."""

    key: str
    notices: tuple[Told, ...]


# Written with the work list.


def note_occasions(connection: Connection, rows: Iterable[tuple[TaskRow, bool]], now: datetime) -> None:
    """Note what is to be told of a run's tasks as they are now, each with whether it is new in the list: that it is
    there, was brought to mind, and when it is due.

    One that is due when it is opened is told once. Where the date moves, what has not come about yet goes.
    """
    listed = list(rows)
    waiting = waiting_of(connection, [row.entry.task for row, is_new in listed if not is_new])
    noted = []
    for row, is_new in listed:
        due_at, own = row.entry.due_at, waiting.get(row.entry.task, [])
        others = [each.id for each in own if each.occasion == "due" and each.at > now and each.at != due_at]
        if others:
            connection.execute(delete(notices).where(notices.c.id.in_(others)))
        if any(each.facts != row.facts for each in own):
            change(connection, [each.id for each in own], facts=row.facts)
        if row.proof_at is not None:
            noted.append(occasion(row, "new", written(row.proof_at), now))
        elif is_new and not row.awaits_proof:
            noted.append(occasion(row, "new", "", now))
        if row.escalated:
            noted.append(occasion(row, "escalated", str(row.escalated), now, number=row.escalated))
        if due_at is not None and (due_at > now or others):
            noted.append(occasion(row, "due", written(due_at), max(due_at, now)))
    if noted:
        connection.execute(insert_where_new(connection.dialect.name, notices, (notices.c.id,)), noted)


def waiting_of(connection: Connection, names: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """What is still to be told of these tasks, by task."""
    if not names:
        return {}
    found = select(notices).where(notices.c.task.in_(names), notices.c.mail_at.is_not(None)).order_by(notices.c.task)
    return {task: list(rows) for task, rows in groupby(connection.execute(found).all(), lambda row: row.task)}


def occasion(row: TaskRow, what: Occasion, which: str, at: datetime, number: int | None = None) -> dict[str, Any]:
    """An occasion of a task, told once for its name."""
    task = row.entry.task
    named = "/".join(part for part in (task, what, which) if part)
    values: dict[str, Any] = {"id": named, "task": task, "occasion": what, "number": number, "facts": row.facts}
    return values | {"at": at, "mail_at": at, "call_at": at, "mail_tries": 0, "call_tries": 0}


def written(moment: datetime) -> str:
    """A moment as part of a name."""
    return in_utc(moment).strftime("%Y%m%dT%H%M%S.%f").rstrip("0").rstrip(".").replace(".", "-")


# Sent.


@dataclass(frozen=True)
class SqlNotices:
    """Says what is to be sent, each for one who claims it, and keeps what came of it."""

    database: Database

    def claim_letters(self, router: Router, now: datetime) -> tuple[ClaimedLetter, ...]:
        """The mails that are to be sent now.

        What has come about since the last look and goes to the same people at once is one mail; so is a digest. A
        notice stays in its mail, which is tried under the same key until it is sent. Of a task that is closed
        nothing is said.
        """
        if not self.is_due(notices.c.mail_at, now):
            return ()
        with self.database.write() as connection:
            put_into_letters(connection, router, now)
            keys = select(notices.c.letter).where(notices.c.mail_at <= now, notices.c.letter.is_not(None)).distinct()
            letters = connection.scalars(keys.limit(LETTERS)).all()
            due = told(notices.c.mail_tries).where(notices.c.letter.in_(letters), notices.c.mail_at <= now)
            rows = connection.execute(due.order_by(notices.c.letter, notices.c.at, notices.c.id)).all()
            claimed = [ClaimedLetter(key, tuple(map(told_in, each))) for key, each in groupby(rows, lambda r: r.letter)]
            for letter in claimed:
                put_off(connection, "mail", notices.c.letter == letter.key, letter.notices[0].tries, now)
        return tuple(
            letter._replace(notices=open_ones)
            for letter in claimed
            if (open_ones := tuple(each for each in letter.notices if each.task.open)) or self.sent(letter.key)
        )

    def sent(self, letter: str) -> bool:
        """Keep that a mail has been sent, or need not be any more."""
        self.settle("mail", notices.c.letter == letter)
        return False

    def not_sent(self, letter: str, fault: str) -> None:
        """Keep why it could not be."""
        self.keep_fault("mail", notices.c.letter == letter, fault)

    def claim_calls(self, now: datetime, *, wanted: bool) -> tuple[Told, ...]:
        """What is to be posted now; of a task that is closed nothing. `wanted` False: nobody is to be called."""
        if not self.is_due(notices.c.call_at, now):
            return ()
        with self.database.write() as connection:
            if not wanted:
                connection.execute(update(notices).where(notices.c.call_at <= now).values(call_at=None))
                return ()
            due = told(notices.c.call_tries).where(notices.c.call_at <= now).order_by(notices.c.call_at, notices.c.id)
            rows = [told_in(row) for row in connection.execute(due.limit(CALLS))]
            for each in rows:
                put_off(connection, "call", notices.c.id == each.id, each.tries, now)
        for each in rows:
            if not each.task.open:
                self.called(each.id)
        return tuple(each for each in rows if each.task.open)

    def called(self, notice: str) -> None:
        """Keep that it has been posted, or need not be any more."""
        self.settle("call", notices.c.id == notice)

    def not_called(self, notice: str, fault: str) -> None:
        """Keep why it could not be."""
        self.keep_fault("call", notices.c.id == notice, fault)

    def failing(self) -> dict[str, int]:
        """How many notices could not be sent yet, by how."""
        with self.database.read() as connection:
            return {
                way: connection.scalar(select(func.count()).where(notices.c[f"{way}_fault"].is_not(None))) or 0
                for way in ("mail", "call")
            }

    def is_due(self, column: Column[Any], now: datetime) -> bool:
        """Whether there is anything to do, told without a writer's lock."""
        with self.database.read() as connection:
            return connection.execute(select(notices.c.id).where(column <= now).limit(1)).first() is not None

    def settle(self, way: str, which: Any) -> None:
        """It is done."""
        with self.database.write() as connection:
            connection.execute(update(notices).where(which).values({f"{way}_at": None, f"{way}_fault": None}))

    def keep_fault(self, way: str, which: Any, fault: str) -> None:
        """It is tried again, and this is why."""
        with self.database.write() as connection:
            open_yet = notices.c[f"{way}_at"].is_not(None)
            connection.execute(update(notices).where(which, open_yet).values({f"{way}_fault": fault[:200]}))


def told(tries: Column[Any]) -> Select[Any]:
    """Notices with their tasks, each locked for who asks; who waits for a lock sees what the other has made of it."""
    own = [notices.c[name] for name in ("id", "letter", "occasion", "number", "at", "facts")]
    joined = select(*(column.label(f"notice_{column.name}") for column in own if column.name != "letter"))
    joined = joined.add_columns(notices.c.letter, tries.label("tries"), *tasks.c)
    return joined.join_from(notices, tasks, tasks.c.task == notices.c.task).with_for_update(of=notices)


def told_in(row: Row[Any]) -> Told:
    """A row of these."""
    values = (row.notice_id, row.notice_occasion, row.notice_number, row.notice_at, row.notice_facts, row.tries)
    return Told(*values, task=row)


def put_into_letters(connection: Connection, router: Router, now: datetime) -> None:
    """Give what has come about, and is not put off to a digest, the mail in which it goes."""
    waiting = told(notices.c.mail_tries).where(notices.c.mail_at <= now, notices.c.letter.is_(None))
    routed: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for row in connection.execute(waiting.order_by(notices.c.mail_at, notices.c.id).limit(MOST)).all():
        route = router(row.type, row.notice_at) if row.open else None
        if route is None:
            change(connection, [row.notice_id], mail_at=None)
        elif route.at > now:
            change(connection, [row.notice_id], mail_at=route.at)
        else:
            routed.setdefault((route.digest, route.to), []).append(row.notice_id)
    for (digest, _), ids in routed.items():
        change(connection, ids, letter=letter_of(ids, digest=digest))


def letter_of(ids: Sequence[str], *, digest: bool) -> str:
    """The name of the mail of these notices, which becomes its message ID."""
    together = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:24]
    return f"{'digest' if digest else 'notice'}/{together}"


def change(connection: Connection, ids: Iterable[str], **values: Any) -> None:
    """Change notices."""
    connection.execute(update(notices).where(notices.c.id.in_(ids)).values(values))


def put_off(connection: Connection, way: str, which: Any, tries: int, now: datetime) -> None:
    """Let nobody else send it for a while; ever longer, the more often it was tried."""
    pause = min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
    values = {f"{way}_at": now + pause, f"{way}_tries": tries + 1}
    connection.execute(update(notices).where(which, notices.c[f"{way}_at"].is_not(None)).values(values))

"""The portal's inbox: each event is kept before anything is done about it, and with it what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, select, update

from activities.sql.columns import UNSTORABLE
from activities.sql.database import Database, insert_once
from activities.sql.tables import inbox

LONGEST = 1000
"""The longest source or id that is kept."""
TAKEN = 202
"""The one status that is answered for ever: a refusal has changed nothing, and the same event is judged anew."""
FIRST_PAUSE = timedelta(seconds=5)
"""How long after a promise it is first carried out by a worker, should nobody have done it until then."""
LONGEST_PAUSE = timedelta(minutes=1)
LEASE = timedelta(seconds=10)
"""How long whoever claims an event has for it; then another may."""

Stage = Literal["promised", "accepted"]
"""Of an event that was answered 202 before its outcome was known: whether the run is known to have it for good."""


@dataclass(frozen=True)
class InboxEntry:
    """An event that is in the inbox. `new`: it came just now. `attempt`: how often it was refused."""

    source: str
    id: str
    hash: str
    event: str
    workflow_id: str
    received_at: datetime
    content: Mapping[str, Any]
    sender: Mapping[str, Any]
    attempt: int
    status: int | None
    body: Any
    stage: Stage | None
    new: bool = False

    @property
    def taken(self) -> bool:
        """Whether it was taken, so that its answer stays."""
        return self.status == TAKEN


@dataclass(frozen=True)
class SqlInbox:
    """What arrived, by source and id."""

    database: Database

    def remember(
        self,
        source: str,
        id: str,
        hash: str,
        event: str,
        workflow_id: str,
        content: Mapping[str, Any],
        sender: Mapping[str, Any],
    ) -> InboxEntry:
        """Keep an event, or answer what is kept of that source and id, whatever its hash.

        Raises `ValueError` for a source or id that cannot be kept.
        """
        for name, value in (("source", source), ("id", id)):
            if len(value) > LONGEST or UNSTORABLE.search(value):
                raise ValueError(f"{name}: at most {LONGEST} characters, without control characters")
        values: dict[str, Any] = {"source": source, "id": id, "hash": hash, "event": event, "workflow_id": workflow_id}
        values |= {"content": content, "sender": sender, "received_at": datetime.now(UTC), "attempt": 0, "tries": 0}
        with self.database.write() as connection:
            row = insert_once(connection, inbox, values)
            if row is not None:
                return entry_of(row, new=True)
            return entry_of(connection.execute(KEPT, {"source": source, "id": id}).one())

    def promise(self, entry: InboxEntry, stage: Stage) -> None:
        """Keep that an event is carried out, whatever happens to whoever received it."""
        due_at = func.coalesce(inbox.c.due_at, datetime.now(UTC) + FIRST_PAUSE)
        with self.database.write() as connection:
            connection.execute(change(entry).values(stage=stage, due_at=due_at, sender=entry.sender))

    def answer(self, entry: InboxEntry, status: int, body: Any) -> None:
        """Keep what came of an event. What was refused may be tried again, as another attempt."""
        attempt = entry.attempt if status == TAKEN else entry.attempt + 1
        values = {"status": status, "body": body, "attempt": attempt, "stage": None, "due_at": None, "tries": 0}
        with self.database.write() as connection:
            connection.execute(change(entry).values(values))

    def promised_before(self, entry: InboxEntry) -> tuple[InboxEntry, ...]:
        """What was promised of the same run earlier, and is not known to have reached it, in order of arrival."""
        which = (inbox.c.workflow_id == entry.workflow_id, inbox.c.stage == "promised", earlier(inbox, entry))
        with self.database.read() as connection:
            rows = connection.execute(select(inbox).where(*which).order_by(*ARRIVAL))
            return tuple(entry_of(row) for row in rows)

    def claim(self, most: int) -> tuple[InboxEntry, ...]:
        """What is to be carried out now, of each run the first, each for one who claims it.

        It is due again after a while, ever later, unless an answer comes of it.
        """
        now = datetime.now(UTC)
        due = select(inbox).where(inbox.c.due_at <= now, ~blocked()).order_by(*ARRIVAL).limit(most)
        with self.database.read() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return ()
        with self.database.write() as connection:
            rows = connection.execute(due.with_for_update(skip_locked=True)).all()
            for row in rows:
                put_off(connection, row, now)
        return tuple(entry_of(row) for row in rows)

    def open_promises(self) -> int:
        """How many events are promised and not known to have reached their run."""
        with self.database.read() as connection:
            return connection.scalar(select(func.count()).where(inbox.c.stage == "promised")) or 0


ARRIVAL = (inbox.c.received_at, inbox.c.source, inbox.c.id)
"""The order in which events came."""


def key(source: Any, id: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """An event by what names it."""
    return inbox.c.source == source, inbox.c.id == id


KEPT = select(inbox).where(*key(bindparam("source"), bindparam("id")))
"""An event by what names it; the statement is made once."""


def change(entry: InboxEntry) -> Any:
    """The event on this attempt, unless it was taken meanwhile: what is late for an attempt changes nothing."""
    not_taken = inbox.c.status.is_(None) | (inbox.c.status != TAKEN)
    return update(inbox).where(*key(entry.source, entry.id), inbox.c.attempt == entry.attempt, not_taken)


def earlier(table: Any, entry: Any) -> ColumnElement[bool]:
    """Whether it came before another one."""
    before: ColumnElement[bool] = table.c.received_at < entry.received_at
    return before


def blocked() -> ColumnElement[bool]:
    """Something of the same run was promised earlier, and has to reach it first."""
    former = inbox.alias()
    return exists().where(
        and_(former.c.workflow_id == inbox.c.workflow_id, former.c.stage == "promised", earlier(former, inbox.c))
    )


def put_off(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Let nobody else claim an event for a while; ever longer, the more often it was tried."""
    pause = max(LEASE, min(FIRST_PAUSE * 2**row.tries, LONGEST_PAUSE))
    values = {"due_at": now + pause, "tries": row.tries + 1}
    connection.execute(update(inbox).where(*key(row.source, row.id)).values(values))


def entry_of(row: Row[Any], *, new: bool = False) -> InboxEntry:
    """A row as an event."""
    return InboxEntry(
        **{name: getattr(row, name) for name in InboxEntry.__dataclass_fields__ if name != "new"}, new=new
    )

"""Sessions as the database keeps them, customers' and operators': each begins once and ends when it is told to, when
it is idle, or when it has lasted long enough.

They stand in the database, so that what one portal knows of a session all do, and who leaves has left everywhere. The
clock is the portal's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, delete, select, update

from activities.sql.database import Database, insert_once

RENEWED_AFTER = timedelta(minutes=1)
"""How exactly the last call is kept: a write for each would cost more than it tells."""


@dataclass(frozen=True)
class KeptSessions:
    """The sessions of one table, by their ID.

    `idle`: a session ends so long after the last call that was made in it. `longest`: so long after it began, whatever
    is called. `forgotten_after`: so long after it began its ID is kept.
    """

    database: Database
    table: Table
    idle: timedelta
    longest: timedelta
    forgotten_after: timedelta

    def begin(self, session: str, now: datetime, **more: Any) -> bool:
        """Begin a session; False where it has begun already. Forgets those that are long over."""
        row = {"session": session, "began_at": now, "called_at": now, "ended_at": None, **more}
        with self.database.write() as connection:
            connection.execute(delete(self.table).where(self.table.c.began_at < now - self.forgotten_after))
            return insert_once(connection, self.table, row) is not None

    def call(self, session: str, now: datetime) -> bool:
        """Whether a session is under way; it then goes on from now."""
        return self.called(session, now) is not None

    def called(self, session: str, now: datetime) -> Row[Any] | None:
        """The session that is under way, which then goes on from now."""
        row = self.open_row(session, now)
        if row is not None and now - row.called_at >= RENEWED_AFTER:
            mine, later = self.table.c.session == session, self.table.c.called_at < now
            with self.database.write() as connection:
                connection.execute(update(self.table).where(mine, later).values(called_at=now))
        return row

    def is_open(self, session: str, now: datetime) -> bool:
        """Whether a session is under way."""
        return self.open_row(session, now) is not None

    def open_row(self, session: str, now: datetime) -> Row[Any] | None:
        """The row of a session that is under way."""
        row = self.row(session)
        if row is None or row.ended_at is not None:
            return None
        return row if now < min(row.called_at + self.idle, row.began_at + self.longest) else None

    def row(self, session: str) -> Row[Any] | None:
        """The row of a session, whether it is under way or not, as long as it is kept."""
        with self.database.read() as connection:
            return connection.execute(row_statement(self.table), {"session": session}).one_or_none()

    def end(self, session: str, now: datetime) -> None:
        """End a session, for everybody who has its cookie."""
        open_still = (self.table.c.session == session, self.table.c.ended_at.is_(None))
        with self.database.write() as connection:
            connection.execute(update(self.table).where(*open_still).values(ended_at=now))


@cache
def row_statement(table: Table) -> Select[Any]:
    """The statement that reads a session, as every call in one does; made once."""
    return select(table).where(table.c.session == bindparam("session", type_=table.c.session.type))

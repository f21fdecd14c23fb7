"""Customers' sessions: each begins once, by a link that nobody can use again, and ends when it is told to or is idle.

They stand in the database, so that a link used at one portal is used at all, and who leaves has left everywhere. The
clock is the portal's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from activities.sql.database import Database, insert_once
from activities.sql.tables import customer_sessions

IDLE = timedelta(hours=1)
"""A session ends so long after the last call that was made in it."""
LONGEST = timedelta(hours=20)
"""It ends so long after it began, whatever is called (WCAG 2.2, 2.2.1: twenty hours)."""
RENEWED_AFTER = timedelta(minutes=1)
"""How exactly the last call is kept: a write for each would cost more than it tells."""
FORGOTTEN_AFTER = LONGEST + timedelta(hours=2)
"""How long the ID of a session is kept, and so of its link, which itself is valid for an hour alone."""


@dataclass(frozen=True)
class SqlCustomerSessions:
    """The sessions that began, by their ID, which is that of the link. Whose they are is signed with the cookie."""

    database: Database

    def begin(self, session: str, now: datetime) -> bool:
        """Begin a session; False where it has begun already. Forgets those that are long over."""
        row = {"session": session, "began_at": now, "called_at": now, "ended_at": None}
        with self.database.write() as connection:
            connection.execute(delete(customer_sessions).where(customer_sessions.c.began_at < now - FORGOTTEN_AFTER))
            return insert_once(connection, customer_sessions, row) is not None

    def call(self, session: str, now: datetime) -> bool:
        """Whether a session is under way; it then goes on for an hour from now."""
        row = self.open_row(session, now)
        if row is not None and now - row.called_at >= RENEWED_AFTER:
            mine, later = customer_sessions.c.session == session, customer_sessions.c.called_at < now
            with self.database.write() as connection:
                connection.execute(update(customer_sessions).where(mine, later).values(called_at=now))
        return row is not None

    def is_open(self, session: str, now: datetime) -> bool:
        """Whether a session is under way."""
        return self.open_row(session, now) is not None

    def open_row(self, session: str, now: datetime) -> Row[Any] | None:
        """The row of a session that is under way."""
        with self.database.read() as connection:
            statement = select(customer_sessions).where(customer_sessions.c.session == session)
            row = connection.execute(statement).one_or_none()
        if row is None or row.ended_at is not None or now >= min(row.called_at + IDLE, row.began_at + LONGEST):
            return None
        return row

    def end(self, session: str, now: datetime) -> None:
        """End a session, for everybody who has its cookie."""
        open_still = (customer_sessions.c.session == session, customer_sessions.c.ended_at.is_(None))
        with self.database.write() as connection:
            connection.execute(update(customer_sessions).where(*open_still).values(ended_at=now))

"""Operators' sessions: who has logged in, and by what, so that a session ends with what it was begun with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update

from activities.sql.database import Database
from activities.sql.kept_sessions import KeptSessions
from activities.sql.tables import operator_sessions

IDLE = timedelta(hours=4)
"""A session ends so long after the last call in it: longer than any meeting and its lunch, so that nobody is logged out
at work; and what is left open in the afternoon is nobody's any more at night."""
LONGEST = timedelta(hours=12)
"""It ends so long after it began, whatever is called: a working day, never the next one (NIST SP 800-63B, 4.2.3)."""
FORGOTTEN_AFTER = timedelta(days=2)
"""How long a session is kept: whose form comes after its end is told whose session it was."""
Means = Literal["token", "provider", "name"]
"""By what one logs in: a token of the settings, a provider of identities (OpenID Connect), or, where nothing is
guarded, a name."""


@dataclass(frozen=True)
class OperatorSession:
    """A session. `begun_with`: which token, by its hash, or which provider. `groups`: those that the provider named."""

    session: str
    name: str
    means: Means
    begun_with: str
    groups: tuple[str, ...]
    language: str


@dataclass(frozen=True)
class SqlOperatorSessions:
    """The sessions of operators, by their ID."""

    kept: KeptSessions

    def begin(self, session: OperatorSession, now: datetime) -> None:
        """Begin a session."""
        more = {
            "name": session.name,
            "means": session.means,
            "begun_with": session.begun_with,
            "groups": list(session.groups),
            "language": session.language,
        }
        self.kept.begin(session.session, now, **more)

    def call(self, session: str, now: datetime) -> OperatorSession | None:
        """The session that is under way, which then goes on from now."""
        return session_in(self.kept.called(session, now))

    def under_way(self, session: str, now: datetime) -> OperatorSession | None:
        """The session that is under way; to ask so is no call in it, and does not prolong it."""
        return session_in(self.kept.open_row(session, now))

    def look_up(self, session: str) -> OperatorSession | None:
        """A session, whether it is under way or not, as long as it is kept."""
        return session_in(self.kept.row(session))

    def of_name(self, name: str) -> list[str]:
        """The IDs of all sessions that somebody has had, as long as they are kept."""
        own = select(operator_sessions.c.session).where(operator_sessions.c.name == name)
        with self.kept.database.read() as connection:
            return list(connection.execute(own).scalars())

    def speak(self, session: str, language: str) -> None:
        """From now on the session is in another language."""
        mine = operator_sessions.c.session == session
        with self.kept.database.write() as connection:
            connection.execute(update(operator_sessions).where(mine).values(language=language))

    def end(self, session: str, now: datetime) -> None:
        """End a session, for everybody who has its cookie."""
        self.kept.end(session, now)


def session_in(row: object) -> OperatorSession | None:
    """The session of a row, where there is one."""
    if row is None:
        return None
    values = {name: getattr(row, name) for name in OperatorSession.__dataclass_fields__}
    return OperatorSession(**values | {"groups": tuple(values["groups"])})


def operator_sessions_in(database: Database) -> SqlOperatorSessions:
    """Those that a database keeps."""
    return SqlOperatorSessions(KeptSessions(database, operator_sessions, IDLE, LONGEST, FORGOTTEN_AFTER))

"""Customers' sessions: each begins once, by a link that nobody can use again. Whose they are is signed with the cookie.

The ID of a session is that of its link.
"""

from datetime import timedelta

from activities.sql.database import Database
from activities.sql.kept_sessions import KeptSessions
from activities.sql.tables import customer_sessions

IDLE = timedelta(hours=1)
"""A session ends so long after the last call that was made in it."""
LONGEST = timedelta(hours=20)
"""It ends so long after it began, whatever is called (WCAG 2.2, 2.2.1: twenty hours)."""
FORGOTTEN_AFTER = LONGEST + timedelta(hours=2)
"""How long the ID of a session is kept, and so of its link, which itself is valid for an hour alone."""


def customer_sessions_in(database: Database) -> KeptSessions:
    """Those that a database keeps."""
    return KeptSessions(database, customer_sessions, IDLE, LONGEST, FORGOTTEN_AFTER)

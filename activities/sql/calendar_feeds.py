"""Customers' calendar feeds: addresses that nobody can guess, kept as hashes, one at a time for each customer.

A former address is kept too, so that it is never an address again, whatever is sent twice. The clock is the portal's.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Update, insert, select, update

from activities.sql.database import Database
from activities.sql.tables import calendar_feeds

PRESENT = calendar_feeds.c.ended_at.is_(None)


@dataclass(frozen=True)
class CalendarFeed:
    """A customer's feed. `remind_before`: days before at which calendars remind; None: not at all."""

    customer: str
    remind_before: int | None
    made_at: datetime


@dataclass(frozen=True)
class SqlCalendarFeeds:
    """The feeds, by their secrets."""

    database: Database

    def of_customer(self, customer: str) -> CalendarFeed | None:
        """The customer's feed, if there is one."""
        return self.found(calendar_feeds.c.customer == customer)

    def of_secret(self, secret: str) -> CalendarFeed | None:
        """The feed at an address; None where there is none, or none any more."""
        return self.found(calendar_feeds.c.secret_hash == hash_of(secret))

    def found(self, where: ColumnElement[bool]) -> CalendarFeed | None:
        """The present feed."""
        with self.database.read() as connection:
            row = connection.execute(select(calendar_feeds).where(where, PRESENT)).one_or_none()
        return CalendarFeed(row.customer, row.remind_before, row.made_at) if row else None

    def renew(self, customer: str, secret: str, remind_before: int | None, now: datetime) -> bool:
        """Make this the secret of the customer's address, and let the former one end.

        Who sends the same twice changes nothing. False where it was an address before: it stays ended.
        """
        made, known = hash_of(secret), calendar_feeds.c.secret_hash == hash_of(secret)
        row = {"secret_hash": made, "customer": customer, "remind_before": remind_before, "made_at": now}
        with self.database.write() as connection:
            former = connection.execute(select(calendar_feeds).where(known)).one_or_none()
            if former is not None:
                return former.customer == customer and former.ended_at is None
            connection.execute(change(customer, ended_at=now))
            connection.execute(insert(calendar_feeds), row)
        return True

    def remind(self, customer: str, remind_before: int | None) -> None:
        """Remind so many days before from now on; nothing where there is no feed."""
        with self.database.write() as connection:
            connection.execute(change(customer, remind_before=remind_before))

    def end(self, customer: str, now: datetime) -> None:
        """Let the customer's address end; fine where there is none."""
        with self.database.write() as connection:
            connection.execute(change(customer, ended_at=now))


def change(customer: str, **values: Any) -> Update:
    """A change of the customer's present feed."""
    return update(calendar_feeds).where(calendar_feeds.c.customer == customer, PRESENT).values(values)


def hash_of(secret: str) -> str:
    """As what a secret is kept: with its 128 bits it needs no salt."""
    return sha256(secret.encode()).hexdigest()

"""Addresses of calendar feeds, on both databases: one at a time, kept as hashes, and a former one never comes back."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from activities.sql.calendar_feeds import CalendarFeed, SqlCalendarFeeds
from activities.sql.database import Database
from activities.sql.tables import calendar_feeds
from tests.adapters.databases import database, postgres, settings

__all__ = ["database", "postgres", "settings"]

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


async def test_a_feed_is_found_by_its_secret_alone_and_by_its_customer(database: Database) -> None:
    feeds = SqlCalendarFeeds(database)
    assert feeds.of_customer("K-1") is None
    assert feeds.renew("K-1", "secret", 7, NOW)
    made = CalendarFeed("K-1", 7, NOW)
    assert (feeds.of_secret("secret"), feeds.of_customer("K-1")) == (made, made)
    assert (feeds.of_secret("secre"), feeds.of_secret(""), feeds.of_customer("K-2")) == (None, None, None)


async def test_a_new_address_ends_the_former_one_and_no_other_customers(database: Database) -> None:
    feeds = SqlCalendarFeeds(database)
    feeds.renew("K-1", "first", None, NOW)
    feeds.renew("K-2", "other", None, NOW)
    assert feeds.renew("K-1", "second", 3, LATER)
    assert feeds.of_secret("first") is None
    assert feeds.of_secret("second") == CalendarFeed("K-1", 3, LATER)
    assert feeds.of_secret("other") == CalendarFeed("K-2", None, NOW)


async def test_the_same_sent_twice_changes_nothing_and_a_former_address_stays_ended(database: Database) -> None:
    feeds = SqlCalendarFeeds(database)
    feeds.renew("K-1", "first", 7, NOW)
    assert feeds.renew("K-1", "first", 1, LATER)
    assert feeds.of_secret("first") == CalendarFeed("K-1", 7, NOW)
    assert not feeds.renew("K-2", "first", 1, LATER)
    feeds.renew("K-1", "second", None, LATER)
    assert not feeds.renew("K-1", "first", None, LATER)
    assert (feeds.of_secret("first"), feeds.of_secret("second")) == (None, CalendarFeed("K-1", None, LATER))


async def test_reminders_are_changed_and_an_address_is_ended(database: Database) -> None:
    feeds = SqlCalendarFeeds(database)
    feeds.remind("K-1", 3)
    feeds.renew("K-1", "first", 7, NOW)
    feeds.remind("K-1", None)
    assert feeds.of_secret("first") == CalendarFeed("K-1", None, NOW)
    feeds.end("K-1", LATER)
    feeds.end("K-1", LATER)
    assert (feeds.of_secret("first"), feeds.of_customer("K-1")) == (None, None)
    assert not feeds.renew("K-1", "first", None, LATER)


async def test_no_secret_is_kept(database: Database) -> None:
    SqlCalendarFeeds(database).renew("K-1", "very secret", None, NOW)
    with database.read() as connection:
        (row,) = connection.execute(select(calendar_feeds))
    assert "very secret" not in str(row)

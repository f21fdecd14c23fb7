"""Days as a file that calendars read (iCalendar, RFC 5545): a feed to subscribe to, or a single day to keep."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Response
from icalendar import Alarm, Calendar, Event, vDuration, vText

MEDIA_TYPE = "text/calendar"
REFRESHED = timedelta(hours=12)
"""How often a calendar should look again."""
AT_NINE = timedelta(hours=9)
"""When in the morning a calendar reminds."""
LONGEST = 250
"""Characters of a title: what is longer, calendars cut off anyway."""


@dataclass(frozen=True)
class CalendarDay:
    """An entry for a whole day.

    `of`: what it is about, by which a calendar knows it again: the same for the same, however its text changes.
    `remind_before`: days before, at nine in the morning; None: without a reminder.
    """

    of: tuple[str, ...]
    day: date
    title: str
    text: str
    url: str
    remind_before: int | None = None


def calendar_file(days: Iterable[CalendarDay], *, name: str, at: datetime) -> bytes:
    """The file, each entry in it once. `name`: what the calendar is called; `at`: as of when it holds."""
    calendar = Calendar()
    calendar.add("prodid", "-//JTL//Cancellations//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(shortened(name)))
    calendar.add("refresh-interval", vDuration(REFRESHED), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESHED))
    for entry in {entry.of: entry for entry in days}.values():
        calendar.add_component(event_of(entry, at))
    content: bytes = calendar.to_ical()
    return content


def event_of(entry: CalendarDay, at: datetime) -> Event:
    """The entry as calendars read it: free of time, so that nobody seems busy on that day."""
    event = Event()
    event.add("uid", f"{uid_of(entry.of)}@{urlsplit(entry.url).hostname or 'localhost'}")
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", shortened(entry.title))
    event.add("description", plain(entry.text))
    event.add("url", entry.url)
    event.add("transp", "TRANSPARENT")
    if entry.remind_before is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", shortened(entry.title))
        alarm.add("trigger", AT_NINE - timedelta(days=entry.remind_before))
        event.add_component(alarm)
    return event


def uid_of(of: tuple[str, ...]) -> str:
    """A name that says nothing of what it names."""
    return sha256("\0".join(of).encode()).hexdigest()[:32]


def plain(text: str) -> str:
    """A text without characters that end a line in a file, or mean something to whoever shows it; its lines stay."""
    return "".join(sign for sign in text if sign == "\n" or sign.isprintable())


def shortened(title: str) -> str:
    """A title on one line."""
    line = plain(" ".join(title.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def calendar_answer(content: bytes, name: str) -> Response:
    """The file as an answer. `name`: as which a browser keeps it."""
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{name}"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)

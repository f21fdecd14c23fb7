"""Files for calendars: what a calendar reads back is what was meant, whatever stands in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from pages.calendar_file import CalendarDay, calendar_answer, calendar_file

AT = datetime(2027, 1, 10, 11, 30, 5, 77, tzinfo=UTC)


def entry(of: str = "a", **fields: Any) -> CalendarDay:
    """An entry."""
    usual = {"day": date(2027, 1, 17), "title": "Letzter Tag", "text": "Text", "url": "https://shop.example/my"}
    return CalendarDay(**{"of": (of,), **usual, **fields})


def events(*entries: CalendarDay) -> list[Any]:
    """What a calendar reads."""
    return list(Calendar.from_ical(calendar_file(entries, name="Verträge", at=AT)).walk("VEVENT"))


def test_an_entry_is_a_whole_day_that_keeps_nobody_busy():
    (event,) = events(entry())
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2027, 1, 17), date(2027, 1, 18))
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event["transp"] == "TRANSPARENT"
    assert event["dtstamp"].dt == AT.replace(microsecond=0)


@pytest.mark.parametrize(
    "words", ["Komma, Semikolon; Backslash \\ und\nzweite Zeile", "Bücher & <b>Spiele</b>", "Ä" * 200, "END:VEVENT"]
)
def test_what_stands_in_a_text_comes_back_as_it_was(words):
    (event,) = events(entry(text=words, title="Titel, ; \\"))
    assert (str(event["description"]), str(event["summary"])) == (words, "Titel, ; \\")


def test_a_label_cannot_begin_another_entry_or_property():
    forged = "Kasse\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Zahlen Sie\r\nURL:https://evil.example\x00\x1b"
    (event,) = events(entry(title=forged, text=forged))
    assert str(event["url"]) == "https://shop.example/my"
    assert "\n" not in str(event["summary"])
    content = calendar_file([entry(title=forged, text=forged)], name=forged, at=AT)
    assert content.split(b"\r\n").count(b"BEGIN:VEVENT") == 1
    assert b"\x00" not in content and b"\x1b" not in content


def test_the_same_is_known_again_and_stands_there_once():
    first, second = events(entry("a"), entry("b"), entry("a", title="neuer Titel"))
    assert str(first["summary"]) == "neuer Titel"
    assert first["uid"] == events(entry("a"))[0]["uid"] != second["uid"]
    assert str(first["uid"]).endswith("@shop.example")


def test_a_name_is_not_put_together_from_others():
    one, other = events(
        entry(of="", title="1"), CalendarDay(("a", "b"), date(2027, 1, 1), "2", "", "https://x.example")
    )
    assert (
        one["uid"]
        != other["uid"]
        != events(CalendarDay(("ab",), date(2027, 1, 1), "", "", "https://x.example"))[0]["uid"]
    )


@pytest.mark.parametrize(("days", "trigger"), [(1, -timedelta(hours=15)), (14, -timedelta(days=13, hours=15))])
def test_a_reminder_comes_at_nine_so_many_days_before(days, trigger):
    (event,) = events(entry(remind_before=days))
    (alarm,) = event.walk("VALARM")
    assert (alarm["trigger"].dt, str(alarm["action"])) == (trigger, "DISPLAY")
    assert events(entry())[0].walk("VALARM") == []


def test_a_long_title_is_cut_and_lines_are_folded():
    content = calendar_file([entry(title="Sehr lang " * 100)], name="x", at=AT)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (event,) = events(entry(title="Sehr lang " * 100))
    assert len(str(event["summary"])) == 250


def test_the_answer_is_a_calendar_that_no_cache_shares():
    answer = calendar_answer(b"x", "termine.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert 'filename="termine.ics"' in answer.headers["content-disposition"]

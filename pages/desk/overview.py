"""What there is to do as a whole: who is waited for, what is stuck, what takes effect in which month, on which day."""

from calendar import Calendar
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from pages.calls import Document
from pages.desk.site import CurrentOperator, desk_page
from pages.site import site_of

router = APIRouter(include_in_schema=False)
OVERVIEW = "/desk/overview"
CALENDAR = "/desk/calendar"
AGES = ("today", "week", "older")
DUE = ("overdue", "today", "week", "later", "undated")
FIRST_YEAR, LAST_YEAR = 2000, 2199
"""The years that the calendar turns to."""


class Part(NamedTuple):
    """A part of a bar: where it begins and how long it is, in hundredths of the longest bar."""

    name: str
    start: float
    length: float


@router.get(OVERVIEW)
async def overview(request: Request, operator: CurrentOperator) -> Response:
    """The numbers, and bars where looking beats reading."""
    calls = site_of(request).desk.overview
    stands, counts = await calls.overview(operator), await calls.task_counts(operator)
    waiting, months = stands["waiting"], [month_row(month) for month in stands["months"]]
    values = {
        "stands": stands,
        "counts": counts,
        "due": DUE,
        "waiting": list(zip(waiting, bars(waiting, AGES), strict=True)),
        "months": list(zip(months, bars(months, ("on_the_first", "other")), strict=True)),
    }
    return desk_page(request, "desk/overview.html", operator, values)


@router.get(CALENDAR)
async def calendar(request: Request, operator: CurrentOperator, month: str = "") -> Response:
    """A month, day by day: what takes effect on which. A month that is none is the present one."""
    site = site_of(request)
    today = datetime.now(UTC).astimezone(ZoneInfo(site.look.zone)).date()
    first = month_in(month) or today.replace(day=1)
    last = next_month(first) - timedelta(days=1)
    found = await site.desk.overview.effects(operator, first, last)
    days = {entry["day"]: entry for entry in found["days"]}
    weeks = [
        [(day, days.get(day.isoformat())) if day.month == first.month else None for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    values = {
        "found": found,
        "first": first.isoformat(),
        "weeks": weeks,
        "today": today,
        "before": month_address(first - timedelta(days=1)),
        "after": month_address(last + timedelta(days=1)),
    }
    return desk_page(request, "desk/calendar.html", operator, values)


def month_row(month: Document) -> Document:
    """A month with what does not take effect on its first day."""
    return month | {"other": month["total"] - month["on_the_first"], "address": month_address_of(month["first"])}


def bars(rows: list[Document], names: tuple[str, ...]) -> list[list[Part]]:
    """A bar for each row, of parts one behind the other; the longest is as long as there is room."""
    longest: Any = max((sum(row[name] for name in names) for row in rows), default=0) or 1
    made = []
    for row in rows:
        start, parts = 0.0, []
        for name in names:
            length = 100 * row[name] / longest
            parts.append(Part(name, round(start, 2), round(length, 2)))
            start += length
        made.append([part for part in parts if part.length])
    return made


def month_in(text: str) -> date | None:
    """The first of a month that is written `2027-02`; None for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None


def next_month(first: date) -> date:
    """The first of the month after that."""
    return (first + timedelta(days=32)).replace(day=1)


def month_address_of(first: str) -> str:
    """The calendar's page of a month, by its first day."""
    return f"{CALENDAR}?month={first[:7]}"


def month_address(day: date) -> str | None:
    """The calendar's page of the month of a day; None beyond the calendar's years."""
    return month_address_of(day.isoformat()) if FIRST_YEAR <= day.year <= LAST_YEAR else None

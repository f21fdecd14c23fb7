"""The overview: who is waited for and how long, what is stuck, and what takes effect when."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from activities.sql.overview import Waiting
from portal.context import Portal
from portal.overview_schemas import EffectDay, EffectMonth, EffectsAnswer, OverviewAnswer, Stuck
from portal.problems import malformed
from states.model.base import day_of, in_utc, start_of

MONTHS = 13
"""So many months are looked ahead: this one, and a year."""
LONGEST = 400
"""So many days `GET /effects` answers at once."""
USUAL = timedelta(days=30)
"""So far is looked where no last day is given."""
FIRST_YEAR, LAST_YEAR = 2000, 2200
"""Days are asked for from the first of these years on, and before the last."""
STUCK_AFTER = timedelta(hours=1)
"""What waits for ourselves for so long waits for something that is not coming by itself."""
SHOWN = 20
"""So many of what is stuck are named."""
AWAITED = ("customer", "operator", "third_party", "date", "system", "repair")
"""Whom a run may wait for, in the order in which it is shown."""


def overview(portal: Portal) -> dict[str, Any]:
    """`GET /overview`, but for the tasks (`portal.tasks.counts`). Blocks."""
    now, zone, kept = datetime.now(UTC), portal.settings.time_zone, portal.adapters.overview
    today = day_of(now, zone)
    with portal.adapters.database.read():
        waiting = {entry.waiting_for: entry for entry in kept.waiting(now - timedelta(days=1), now - timedelta(days=7))}
        stuck = {
            awaited: kept.stuck(awaited, now - after, SHOWN)
            for awaited, after in (("repair", timedelta()), ("system", STUCK_AFTER))
        }
        effects = by_day(kept.effects(start_of(today.replace(day=1), zone), months_on(today, MONTHS, zone)), zone)
        booked = kept.booked()
    return OverviewAnswer(
        as_of=in_utc(now),
        waiting=tuple(waiting.get(awaited, nobody(awaited)) for awaited in AWAITED),
        stuck=tuple(Stuck(waiting_for=awaited, total=total, items=items) for awaited, (total, items) in stuck.items()),
        booked=booked,
        months=tuple(month_in(effects, today, number) for number in range(MONTHS)),
    ).model_dump(mode="json")


def effects(portal: Portal, first: date, last: date | None) -> dict[str, Any]:
    """`GET /effects`: what is booked to take effect on the days from `first` to `last`, or for thirty days. Blocks.

    Raises `malformed`.
    """
    in_years = FIRST_YEAR <= first.year < LAST_YEAR
    last = last or (first + USUAL if in_years else first)
    if not in_years or not first <= last < first + timedelta(days=LONGEST):
        raise malformed("effects_span", first=first.isoformat(), last=last.isoformat(), longest=LONGEST)
    zone = portal.settings.time_zone
    found = portal.adapters.overview.effects(start_of(first, zone), start_of(last + timedelta(days=1), zone))
    days = tuple(
        EffectDay(day=day, total=sum(kinds.values()), kinds=dict(kinds)) for day, kinds in by_day(found, zone).items()
    )
    return EffectsAnswer(first=first, last=last, total=sum(day.total for day in days), days=days).model_dump(
        mode="json"
    )


def by_day(found: Mapping[datetime, Mapping[str, int]], zone: str) -> dict[date, Counter[str]]:
    """What takes effect on which calendar day, by kind."""
    days: dict[date, Counter[str]] = {}
    for moment, kinds in found.items():
        days.setdefault(day_of(moment, zone), Counter()).update(kinds)
    return days


def month_in(days: Mapping[date, Counter[str]], today: date, number: int) -> EffectMonth:
    """What takes effect in the month that is so many after this one, and how much of it on its first day."""
    first = month_after(today, number)
    within = {day: kinds for day, kinds in days.items() if (day.year, day.month) == (first.year, first.month)}
    kinds: Counter[str] = sum(within.values(), Counter())
    return EffectMonth(first=first, total=kinds.total(), on_the_first=within.get(first, Counter()).total(), kinds=kinds)


def month_after(day: date, number: int) -> date:
    """The first of the month that is so many after that of a day."""
    years, month = divmod(day.month - 1 + number, 12)
    return date(day.year + years, month + 1, 1)


def months_on(day: date, number: int, zone: str) -> datetime:
    """When the month begins that is so many after that of a day."""
    return start_of(month_after(day, number), zone)


def nobody(awaited: str) -> Waiting:
    """That no run waits for that."""
    return Waiting(waiting_for=awaited, total=0, today=0, week=0, older=0)

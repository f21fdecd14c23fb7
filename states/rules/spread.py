"""Where many runs share a moment, each has its own place in a window, so that the work does not fall into one second.

Which moment is meant stays what it is: `effective_at` does not move.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

from states.model.base import day_of, start_of
from states.model.memory import Memory, Order

AT_ONCE = timedelta(0)
DATES = ("standing_due", "date_reached")
"""The timers of an order's date."""


def of_dates(timers: Mapping[str, datetime]) -> dict[str, datetime]:
    """The moments of orders' dates as they are meant."""
    return {event: moment for event, moment in timers.items() if event in DATES}


def spread_out(timers: Mapping[str, datetime], memory: Memory) -> dict[str, datetime]:
    """When the run wakes, of the moments that are meant: those that a month's start makes lie in `apply_window`.

    What the date brings is done from its moment on, and never before it. The check before the date is done by its
    moment, and never after it (X2).
    """
    return {event: moment + delay(event, moment, memory) for event, moment in timers.items()}


def delay(event: str, moment: datetime, memory: Memory) -> timedelta:
    """How much later the run wakes than at the moment meant; less than nothing for the check before the date.

    An order that was placed when its moment had come, or within the window before its check, is not spread.
    """
    order = order_of(event, memory)
    settings = memory.settings
    if order is None or order.placed_at >= moment:
        return AT_ONCE
    place = place_in_window(memory) * settings.apply_window
    if event != "recheck_due":
        return place if begins_month(moment, settings.zone) else AT_ONCE
    early = place - settings.apply_window
    date = moment + settings.recheck_before
    return early if begins_month(date, settings.zone) and order.placed_at < moment + early else AT_ONCE


def order_of(event: str, memory: Memory) -> Order | None:
    """The order from whose date a timer follows; None for all other timers, each of which is its run's alone."""
    if event == "standing_due":
        return memory.standing.order if memory.standing else None
    return memory.order if event in ("date_reached", "recheck_due") else None


def place_in_window(memory: Memory) -> float:
    """The run's place, 0 to 1, the same whenever it is asked, by its name: which says nothing about who goes first."""
    digest = blake2b(memory.request.workflow_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32


def begins_month(moment: datetime, zone: str) -> bool:
    """Whether a month begins at that very moment."""
    day = day_of(moment, zone)
    return day.day == 1 and moment == start_of(day, zone)

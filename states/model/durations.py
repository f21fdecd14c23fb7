"""How long something may take, as people write it: days of the calendar, or hours by the clock."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

FORM = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,3})W|(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?)?)"
)
"""`P2D`, `P1W`, `PT4H`, `P1DT12H`."""
WRITTEN = "write an ISO 8601 duration, like P2D (two days), P1W (a week) or PT4H (four hours)"


class Patience(NamedTuple):
    """`days` of the calendar, or `elapsed` by the clock: one of them is set."""

    days: int
    elapsed: timedelta


@lru_cache(maxsize=256)
def patience(written: str) -> Patience:
    """What an ISO 8601 duration means: days and weeks count on the calendar, what has hours or minutes by the clock.

    Raises `ValueError` for anything else, and for nothing at all.
    """
    parts = FORM.fullmatch(written)
    numbers = {name: int(digits) for name, digits in parts.groupdict().items() if digits} if parts else {}
    if not any(numbers.values()):
        raise ValueError(WRITTEN)
    days = numbers.pop("days", 0) + 7 * numbers.pop("weeks", 0)
    if any(numbers.values()):
        return Patience(0, timedelta(days=days, **numbers))
    return Patience(days, timedelta(0))

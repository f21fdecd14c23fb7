"""How operators learn of tasks: by mail at once, in a digest or not at all, to whom, and when a digest goes out."""

import re
from datetime import datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from settings.addresses import mail_address
from settings.reading import pairs

Way = Literal["at_once", "digest", "none"]
ANY = "*"
"""In place of a type of task: of all that are not named."""
WRITTEN = re.compile(r"(?P<daily>daily\s+)?(?P<times>\d\d:\d\d(\s*,\s*\d\d:\d\d)*)")
SATURDAY = 5


class Notice(NamedTuple):
    """How and to whom notices of a type of task go by mail; to nobody named: to `OPERATOR_MAIL`."""

    way: Way
    to: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ":".join([self.way, *([";".join(self.to)] if self.to else [])])


class Digest(NamedTuple):
    """When digests go out: at these times of day, from Monday to Friday unless it is `daily`."""

    times: tuple[time, ...]
    daily: bool = False

    def __str__(self) -> str:
        return ("daily " if self.daily else "") + ",".join(f"{each:%H:%M}" for each in self.times)

    def first_after(self, moment: datetime, zone: str) -> datetime:
        """When the next digest goes out after a moment, in `zone`; one exactly then has it already."""
        at = moment.astimezone(ZoneInfo(zone))
        for days in range(8):
            day = at.date() + timedelta(days=days)
            for of_day in self.times if self.daily or day.weekday() < SATURDAY else ():
                digest = datetime.combine(day, of_day, at.tzinfo)
                if digest.timestamp() >= moment.timestamp():  # by the clock 2:30 comes twice where clocks are put back
                    return digest
        raise AssertionError("a week has a Monday")


def notices(text: str) -> dict[str, Notice]:
    """How each type is told: `repair=at_once:a@shop.example;b@shop.example,*=digest`. Raises `ValueError`."""
    return {name: notice_in(name, value) for name, value in pairs("=", text).items()}


def notice_in(name: str, value: str) -> Notice:
    """What stands behind a type's name. Raises `ValueError`."""
    written, _, addresses = value.partition(":")
    ways = [way for way in get_args(Way) if way == written.strip()]
    if not ways:
        raise ValueError(
            f"{name}: write {', '.join(get_args(Way))}, perhaps with a colon and addresses of mail behind it, "
            "a semicolon between: repair=at_once:a@shop.example;b@shop.example,*=digest"
        )
    to = tuple(mail_address(address.strip()) for address in addresses.split(";") if address.strip())
    return Notice(ways[0], to)


def digest(text: str) -> Digest:
    """When digests go out: `08:00`, `08:00,13:00`, `daily 08:00`. Raises `ValueError`."""
    written = WRITTEN.fullmatch(text.strip())
    try:
        times = [time.fromisoformat(each.strip()) for each in written["times"].split(",")] if written else []
    except ValueError:
        times = []
    if not times:
        raise ValueError("write times of day like 08:00 or 08:00,13:00, from Monday to Friday, or daily 08:00")
    return Digest(tuple(sorted(set(times))), daily=bool(written and written["daily"]))

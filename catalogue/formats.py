"""Days, moments, amounts and lists as people read them, in German and English.

Babel and zoneinfo read their files on import (`warm`); afterwards everything here is pure and remembered.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

ZONE = "Europe/Berlin"
LOCALES = {"de": Locale("de", "DE"), "en": Locale("en", "GB")}
LANGUAGES = tuple(LOCALES)
MOMENTS = {"de": "d. MMMM y, HH:mm 'Uhr'", "en": "d MMMM y, HH:mm"}
WITH_SECONDS = {"de": "d. MMMM y, HH:mm:ss 'Uhr'", "en": "d MMMM y, HH:mm:ss"}
DAYS = {"de": "d. MMMM y", "en": "d MMMM y"}


def local(value: datetime, zone: str) -> datetime:
    """A moment in `zone`; one without offset is taken as it is, never by the machine's own zone."""
    return value.astimezone(ZoneInfo(zone)) if value.tzinfo else value


@lru_cache(maxsize=4096)
def day(language: str, value: date) -> str:
    """A calendar day: `1. Februar 2027`, `1 February 2027`."""
    return str(format_date(value, DAYS[language], LOCALES[language]))


def month(language: str, value: date) -> str:
    """The month of a day: `Februar 2027`, `February 2027`."""
    return str(format_skeleton("yMMMM", value, locale=LOCALES[language]))


def weekday(language: str, value: date) -> str:
    """The day of the week in short: `Mo`, `Mon`."""
    return str(format_date(value, "ccc", LOCALES[language])).rstrip(".")


@lru_cache(maxsize=4096)
def moment(language: str, value: datetime, zone: str = ZONE) -> str:
    """A moment with offset, as day and time in `zone`: `1. Februar 2027, 00:00 Uhr`."""
    return str(format_datetime(local(value, zone), MOMENTS[language], locale=LOCALES[language]))


@lru_cache(maxsize=1024)
def amount(language: str, value: Decimal, currency: str = "EUR") -> str:
    """An amount of money: `1.234,50 €`, `€1,234.50`."""
    return str(format_currency(value, currency, locale=LOCALES[language]))


@lru_cache(maxsize=1024)
def number(language: str, value: int | Decimal) -> str:
    """A number: `2.500`, `2,500`."""
    return str(format_decimal(value, locale=LOCALES[language]))


@lru_cache(maxsize=1024)
def enumeration(language: str, values: tuple[str, ...], style: Literal["standard", "or"] = "standard") -> str:
    """`A, B und C`, `A, B and C`; in style `or` `A, B oder C`, `A, B or C`."""
    return str(format_list(list(values), style=style, locale=LOCALES[language]))


@lru_cache(maxsize=4096)
def day_from(language: str, value: str, zone: str) -> str:
    """An ISO day or moment as a day; anything else as it is."""
    at = read(value, zone)
    return day(language, at.date()) if at else value


@lru_cache(maxsize=4096)
def moment_from(language: str, value: str, zone: str) -> str:
    """An ISO moment as day and time, a day or its very beginning as that day; anything else as it is."""
    at = read(value, zone)
    if at is None:
        return value
    return day(language, at.date()) if begins_a_day(at) else moment(language, at, zone)


def exact_from(language: str, value: str, zone: str) -> str:
    """An ISO moment as day and time, at 00:00 too. Raises `ValueError` for anything else."""
    return moment(language, datetime.fromisoformat(value), zone)


def seconds_from(language: str, value: str, zone: str) -> str:
    """An ISO moment as day and time to the second. Raises `ValueError` for anything else."""
    at = local(datetime.fromisoformat(value), zone)
    return str(format_datetime(at, WITH_SECONDS[language], locale=LOCALES[language]))


@lru_cache(maxsize=4096)
def last_day_before(language: str, value: str, zone: str) -> str:
    """The last day that has something of it before an ISO moment: at 00:00 the day before. Anything else as it is."""
    at = read(value, zone)
    return day(language, at.date() - timedelta(days=begins_a_day(at))) if at else value


def until_from(language: str, value: str, zone: str) -> str:
    """An ISO moment that is the first too late, as what is just in time: at 00:00 the day before, else day and time."""
    at = read(value, zone)
    return last_day_before(language, value, zone) if at and begins_a_day(at) else moment_from(language, value, zone)


def read(value: str, zone: str) -> datetime | None:
    """An ISO moment in `zone`, or the beginning of an ISO day; None for anything else."""
    try:
        return local(datetime.fromisoformat(value), zone)
    except ValueError:
        return None


def begins_a_day(at: datetime) -> bool:
    """Whether it is 00:00: where a change takes effect, people say the day alone."""
    return (at.hour, at.minute) == (0, 0)


@lru_cache(maxsize=1024)
def amount_from(language: str, value: str) -> str:
    """A decimal number of euros as an amount; anything else as it is."""
    try:
        return amount(language, Decimal(value))
    except InvalidOperation:
        return value


def warm() -> None:
    """Have Babel and zoneinfo read their files now: `say` reads none."""
    for language in LANGUAGES:
        moment(language, datetime.fromisoformat("2027-01-01T00:00+00:00"))
        day(language, date(2027, 1, 1))
        amount(language, Decimal("1.00"))
        number(language, 1000)
        enumeration(language, ("a", "b", "c"))


warm()

"""The base of every value, and the few helpers about days and moments that need a time zone.

This package is passed through the workflow sandbox as it is, so it holds no clock and no I/O: who needs the present
moment gets it as an argument.
"""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
"""A customer or a subject, as it may stand in a workflow ID (docs/contract.md, Temporal)."""

LongIdentifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A subject of a `misclick`, which may be `<kind>.<subject>`."""

WORKFLOW_ID = re.compile(r"[a-z_]{1,40}/[A-Za-z0-9._-]{1,40}/[A-Za-z0-9._-]{1,64}")
"""The workflow ID of a run of ours: kind, customer, subject."""

WITHOUT_NUL = r"^[^\x00]*$"
"""The one character that PostgreSQL cannot keep."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=WITHOUT_NUL)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True, pattern=WITHOUT_NUL)]


YEARS = range(1970, 2200)
"""The years that may be named: what follows from them can still be reckoned with, and waited for by a timer."""


WEIGHED_YEARS = range(2, 9999)
"""The years that may stand in what is held against its case (`states.chart.dates`), which says of a year mistyped, 0027
or 2207, what would be right. Beyond them no moment has a day in every zone."""


def check_year(day: date, years: range = YEARS) -> date:
    """The day, if its year may be named. Raises `ValueError`."""
    if day.year not in years:
        raise PydanticCustomError(
            "year", "the year must lie between {first} and {last}", {"first": str(years[0]), "last": str(years[-1])}
        )
    return day


def check_form(value: Any, what: Literal["written_day", "written_moment"]) -> Any:
    """The value, unless it is a bare number, which Pydantic would read as seconds. Raises `ValueError`."""
    if isinstance(value, int | float) or (isinstance(value, str) and value[4:5] != "-"):
        raise PydanticCustomError(what, "write it as ISO 8601, for example 2027-01-31 or 2027-01-31T12:00:00+01:00")
    return value


def as_number(value: Any) -> Any:
    """A whole number, however JSON writes it: `1000.0` is 1000. `true` is none, though Python takes it for 1."""
    if isinstance(value, bool):
        return str(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_utc(moment: datetime) -> datetime:
    """The same moment with offset UTC, the one form in which moments are kept and shown."""
    return moment.astimezone(UTC)


def in_cents(amount: Decimal) -> Decimal:
    """The same amount with two decimals, as it is kept, reckoned with and shown; nothing has no sign."""
    return amount.quantize(Decimal("0.01")) + 0


Amount = Annotated[Decimal, Field(max_digits=12, decimal_places=2), AfterValidator(in_cents)]
"""Money, however it was written: `1E+3` is `1000.00`."""

Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment: ISO 8601 with offset, kept in UTC."""

WrittenMoment = Annotated[
    AwareDatetime,
    BeforeValidator(partial(check_form, what="written_moment")),
    AfterValidator(check_year),
    AfterValidator(in_utc),
]
"""A moment as a person sends it."""

Day = Annotated[date, AfterValidator(check_year)]
"""A calendar day."""

WrittenDay = Annotated[Day, BeforeValidator(partial(check_form, what="written_day"))]
"""A calendar day as a person sends it."""

WeighedMoment = Annotated[
    AwareDatetime,
    BeforeValidator(partial(check_form, what="written_moment")),
    AfterValidator(partial(check_year, years=WEIGHED_YEARS)),
    AfterValidator(in_utc),
]
"""A moment as an operator enters it, to be held against its case."""

WeighedDay = Annotated[
    date,
    AfterValidator(partial(check_year, years=WEIGHED_YEARS)),
    BeforeValidator(partial(check_form, what="written_day")),
]
"""A calendar day as an operator enters it, to be held against its case."""


MOST_DETAILS = 120_000
"""So many bytes of details a run keeps; what is to become of each of 2,000 add-ons fits in."""


def check_details(details: dict[str, Any]) -> dict[str, Any]:
    """The document, if every store can keep it: at most 12 levels, 120,000 bytes, plain text and numbers.

    Raises `ValueError`.
    """
    if depth_of(details, 12) > 12:
        raise PydanticCustomError("deep", "nested too deep: at most 12 levels")
    text = json.dumps(details, ensure_ascii=False, allow_nan=False)
    if len(text.encode()) > MOST_DETAILS:
        raise PydanticCustomError("large", "too long: at most 120,000 bytes")
    if "\\u0000" in text:
        raise PydanticCustomError("nul", "the character NUL cannot be kept")
    return details


def depth_of(value: Any, enough: int) -> int:
    """How deep a value is nested, without recursion; counts to one more than is enough."""
    level, depth = [value], 0
    while level and depth <= enough:
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [item for inner in containers for item in (inner.values() if isinstance(inner, dict) else inner)]
        depth += bool(containers)
    return depth


Details = Annotated[dict[str, Any], AfterValidator(check_details)]
"""What a form asks for, in the customer's own words."""


class Value(BaseModel):
    """A frozen value; an unknown field is an error, never silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: Any) -> Self:
        """A copy with these fields changed, validated like a new one."""
        return type(self).model_validate({name: getattr(self, name) for name in self.model_fields_set} | changes)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in `zone` (D8: what counts is the day in Berlin)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def hour_of(moment: datetime, zone: str) -> int:
    """The hour of a moment in `zone`, 0 to 23."""
    return moment.astimezone(ZoneInfo(zone)).hour


def start_of(day: date, zone: str) -> datetime:
    """00:00 of a calendar day in `zone`, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_after(day: date, zone: str) -> datetime:
    """00:00 of the day after a last usable day, in UTC (X6)."""
    return start_of(day + timedelta(days=1), zone)


def last_usable_day(at: date | datetime, zone: str) -> date:
    """The last usable day that a person gave, as a day or as a moment in it."""
    return day_of(at, zone) if isinstance(at, datetime) else at


def local(moment: datetime, zone: str) -> str:
    """A moment as `2027-02-01 00:00` in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")

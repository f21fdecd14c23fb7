"""The base of every value, and the few helpers about days and moments that need a time zone.

This package is passed through the workflow sandbox as it is, so it holds no clock and no I/O: whoever needs
the present moment is told it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
"""A customer or a subject, as it may stand in a workflow ID (contract, Temporal)."""

LongIdentifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A subject of a `misclick`, which may be `<kind>.<subject>`."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


def in_utc(moment: datetime) -> datetime:
    """The same moment with offset UTC, the one form in which moments are kept and shown."""
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment: ISO 8601 with offset, kept in UTC."""


class Value(BaseModel):
    """A frozen value; an unknown field is an error, never silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: Any) -> "Value":
        """A copy with these fields changed, validated like a new one."""
        return type(self).model_validate({name: getattr(self, name) for name in self.model_fields_set} | changes)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in `zone` (D8: what counts is the day in Berlin)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """00:00 of a calendar day in `zone`, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_after(day: date, zone: str) -> datetime:
    """00:00 of the day after a last usable day, in UTC (X6)."""
    return start_of(day + timedelta(days=1), zone)


def local(moment: datetime, zone: str) -> str:
    """A moment as `2027-02-01 00:00` in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")

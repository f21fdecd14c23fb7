"""The notice rule as pure functions of days: no clock, no I/O, the same for runs and previews (D1 to D8, X1)."""

import calendar
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from states.model.base import day_of, start_of


def first_of_month(day: date, months: int) -> date:
    """The first of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


MONTHS_AHEAD = 12
"""So many months after the order a customer may choose the day of a deactivation (X6): later is a slip of the pen."""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    month = first_of_month(day, months)
    return month.replace(day=min(day.day, calendar.monthrange(month.year, month.month)[1]))


def latest_choice(day: date) -> date:
    """The latest day that may be chosen in an order of that day."""
    return months_after(day, MONTHS_AHEAD)


def last_day_to_order(last_day: date, notice: int | None) -> date:
    """The last day on which an order still ends a term with its last usable day: that day where no notice is known
    (D7)."""
    return last_day - timedelta(days=notice or 0)


class NoticeRule(BaseModel):
    """When an order takes effect (D1-D5, X1).

    `days` counts calendar days in `zone`. `boundary` is a setting, which a run records when it is requested.
    Raises `ValidationError` unless `days` is 1 to 27.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=14, ge=1, le=27)
    boundary: Literal["inclusive", "strict"] = "inclusive"
    zone: str = "Europe/Berlin"

    def last_day_in_time(self, day: date) -> date:
        """The boundary day of a day's month: `days` before its last day (D5)."""
        return day.replace(day=calendar.monthrange(day.year, day.month)[1]) - timedelta(days=self.days)

    def in_time(self, day: date) -> bool:
        """Whether an order placed on that calendar day still takes effect next month."""
        last = self.last_day_in_time(day)
        return day <= last if self.boundary == "inclusive" else day < last

    def is_boundary(self, placed_at: datetime) -> bool:
        """Whether the moment lies on the day that the guide does not define (X1)."""
        day = day_of(placed_at, self.zone)
        return day == self.last_day_in_time(day)

    def effective_on(self, day: date) -> date:
        """The first of the next month, or of the one after it where the notice came late (D2, D3)."""
        return first_of_month(day, 1 if self.in_time(day) else 2)

    def effective_at(self, placed_at: datetime) -> datetime:
        """00:00 in `zone` of the effective day, in UTC."""
        return start_of(self.effective_on(day_of(placed_at, self.zone)), self.zone)

    def order_by(self, effective_at: datetime) -> datetime:
        """The first moment that is too late for `effective_at`: the deadline, exclusive, in UTC."""
        last = self.last_day_in_time(first_of_month(day_of(effective_at, self.zone), -1))
        return start_of(last + timedelta(days=1 if self.boundary == "inclusive" else 0), self.zone)

    def next_change(self, moment: datetime) -> datetime:
        """When what is shown before an order changes by itself: the boundary day begins, or the deadline passes."""
        day = day_of(moment, self.zone)
        this_month, next_month = (self.last_day_in_time(first_of_month(day, months)) for months in (0, 1))
        changes = (this_month, this_month + timedelta(days=1), next_month)
        return start_of(next(change for change in changes if change > day), self.zone)

    def other_reading(self) -> "NoticeRule":
        """The same rule with the boundary day read the other way (X1)."""
        return self.model_copy(update={"boundary": "strict" if self.boundary == "inclusive" else "inclusive"})

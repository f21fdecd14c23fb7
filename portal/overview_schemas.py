"""The shapes of what is answered about the overview (docs/contract.md, Overview)."""

from datetime import date

from pydantic import Field

from activities.sql.overview import StuckRun, Waiting
from states.model.base import Moment, Value


class Stuck(Value):
    """What does not go on by itself: how many, and the first of them, the longest waiting first."""

    waiting_for: str
    total: int
    items: tuple[StuckRun, ...]


class EffectMonth(Value):
    """What is booked to take effect in a month."""

    first: date = Field(description="The first of the month")
    total: int
    on_the_first: int = Field(description="How many of them on the first, all at once")
    kinds: dict[str, int]


class OverviewAnswer(Value):
    """Who is waited for and how long, what is stuck, what is booked for this month and the twelve after it."""

    as_of: Moment
    waiting: tuple[Waiting, ...] = Field(description="By how long a run has stood so: a day, a week, longer")
    stuck: tuple[Stuck, ...]
    booked: int = Field(description="Changes that are booked, whenever they take effect")
    months: tuple[EffectMonth, ...]


class EffectDay(Value):
    """What is booked to take effect on a day."""

    day: date
    total: int
    kinds: dict[str, int]


class EffectsAnswer(Value):
    """What is booked to take effect within days; a day without anything is left out."""

    first: date
    last: date
    total: int
    days: tuple[EffectDay, ...]

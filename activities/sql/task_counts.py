"""How many tasks are open, by type and age, and by when they are due."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection

from activities.sql.database import Database
from activities.sql.paging import MOST_COUNTED
from activities.sql.tables import tasks
from activities.sql.task_pages import NOBODY, Wanted, counting, prefer_indexes, within
from activities.sql.urgency import Stretch
from states.chart.task_types import TASK_TYPES


class TaskCounts(NamedTuple):
    """The numbers, each exact up to `MOST_COUNTED`, and one more where there are more.

    `ages`: by type, and there by how long they have been open. `due`: of what operators have to decide, by when it
    must be done. `waiting`: what waits for a proof of the customer's.
    """

    ages: dict[str, dict[str, int]]
    due: dict[str, int]
    waiting: int
    unclaimed: int
    mine: int


def read_counts(database: Database, now: datetime, days: Mapping[str, datetime], name: str | None) -> TaskCounts:
    """Count them as of a moment. `days`: the beginnings of today, of the day two days before, and of that a week ago;
    and the ends of today and of the seventh day from today (`today`, `three_days`, `week`, `tomorrow`, `next_week`)."""
    with database.read() as connection:
        prefer_indexes(connection)
        return TaskCounts(
            ages={type: ages for type in TASK_TYPES if any((ages := ages_of(connection, type, days)).values())},
            due=due_counts(connection, now, days),
            waiting=number(connection, within(Wanted(), Stretch("third_party"))),
            unclaimed=claimed(connection, NOBODY),
            mine=claimed(connection, name) if name else 0,
        )


def ages_of(connection: Connection, type: str, days: Mapping[str, datetime]) -> dict[str, int]:
    """The tasks of a type by how long they have been open."""
    opened = tasks.c.opened_at
    bounds = {
        "today": [opened >= days["today"]],
        "three_days": [opened >= days["three_days"], opened < days["today"]],
        "week": [opened >= days["week"], opened < days["three_days"]],
        "older": [opened < days["week"]],
    }
    return {
        age: number(connection, [tasks.c.open, tasks.c.type == type, *bound], opened) for age, bound in bounds.items()
    }


def due_counts(connection: Connection, now: datetime, days: Mapping[str, datetime]) -> dict[str, int]:
    """What operators have to decide, by when it must be done; without a date it is `undated`."""
    counts = dict.fromkeys(("overdue", "today", "week", "later"), 0)
    for rank in ("deadline", "due"):
        for name, stretch in stretches(rank, now, days):
            counts[name] += number(connection, within(Wanted(), stretch))
    return counts | {"undated": number(connection, within(Wanted(), Stretch("age")))}


def stretches(rank: Any, now: datetime, days: Mapping[str, datetime]) -> Iterator[tuple[str, Stretch]]:
    """The tasks of a rank by when they must be done."""
    tomorrow, next_week = days["tomorrow"], days["next_week"]
    yield "overdue", Stretch(rank, until=now)
    yield "today", Stretch(rank, now, tomorrow)
    yield "week", Stretch(rank, tomorrow, next_week)
    yield "later", Stretch(rank, next_week)


def claimed(connection: Connection, name: str) -> int:
    """How many one has, or nobody, of what operators have to decide."""
    wanted = Wanted(claimed_by=name)
    return sum(number(connection, within(wanted, Stretch(rank))) for rank in ("deadline", "due", "age"))


def number(connection: Connection, conditions: Sequence[ColumnElement[bool]], *order: Any) -> int:
    """How many rows there are, up to one more than is counted."""
    return connection.scalar(counting(conditions, MOST_COUNTED + 1, *order)) or 0

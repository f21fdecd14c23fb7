"""How many tasks are open, by type and age, and by when they are due: one statement, each number read in an index."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from activities.sql.columns import FreeText
from activities.sql.database import Database
from activities.sql.tables import tasks
from activities.sql.task_pages import KEYS, MOST, NOBODY, ONE, Wanted, at, prefer_indexes, within
from activities.sql.urgency import Rank, Stretch
from states.chart.task_types import TASK_TYPES

AGES = ("today", "three_days", "week", "older")
DUE = ("overdue", "today", "week", "later", "undated")
DECIDED_HERE: tuple[Rank, ...] = ("deadline", "due", "age")
"""The ranks of what operators have to decide."""
Numbers = Iterator[tuple[str, ColumnElement[int]]]


class TaskCounts(NamedTuple):
    """The numbers, none of them more than one beyond what was asked for.

    `ages`: by type, and there by how long they have been open; `types`: by type in all. `due`: of what operators have
    to decide, by when it must be done. `waiting`: what waits for a proof of the customer's.
    """

    types: dict[str, int]
    ages: dict[str, dict[str, int]]
    due: dict[str, int]
    waiting: int
    unclaimed: int
    mine: int


def read_counts(database: Database, now: datetime, days: Mapping[str, datetime], name: str, most: int) -> TaskCounts:
    """Count them as of a moment, none further than to one more than `most`. `name`: whose are `mine`.

    `days`: the beginnings of today, of the day two days before, and of that six days before; and the ends of today and
    of the sixth day after (`today`, `three_days`, `week`, `tomorrow`, `next_week`).
    """
    asked = {"now": now, "name": name, "most": most + 1, **days}
    with database.read() as connection:
        prefer_indexes(connection)
        row = connection.execute(statement(), asked).one()._mapping
    numbers: dict[str, int] = {key: min(number, most + 1) for key, number in row.items()}
    ages = {type: {age: numbers[f"{type} {age}"] for age in AGES} for type in TASK_TYPES}
    return TaskCounts(
        types={type: min(sum(counts.values()), most + 1) for type, counts in ages.items() if any(counts.values())},
        ages=ages,
        due={name: numbers[f"due {name}"] for name in DUE},
        **{name: numbers[name] for name in ("waiting", "unclaimed", "mine")},
    )


@cache
def statement() -> Select[*tuple[Any, ...]]:
    """The statement for all of them, made once."""
    return select(*(number.label(key) for numbers in (by_age(), by_due(), by_whose()) for key, number in numbers))


def number(*conditions: ColumnElement[bool], order: tuple[ColumnElement[Any], ...] = ()) -> ColumnElement[int]:
    """How many rows there are, in the order of the index and no further than to `most`."""
    rows = select(ONE).select_from(tasks).where(*conditions).order_by(*(order or KEYS)).limit(MOST)
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def in_stretches(wanted: Wanted, *stretches: Stretch) -> ColumnElement[int]:
    """How many rows there are in these stretches."""
    first, *others = (number(*within(wanted, stretch)) for stretch in stretches)
    return sum(others, first)


def by_age() -> Numbers:
    """The tasks of each type by how long they have been open."""
    opened = tasks.c.opened_at
    bounds = {
        "today": [opened >= at("today")],
        "three_days": [opened >= at("three_days"), opened < at("today")],
        "week": [opened >= at("week"), opened < at("three_days")],
        "older": [opened < at("week")],
    }
    for type in TASK_TYPES:
        for age in AGES:
            yield f"{type} {age}", number(tasks.c.open, tasks.c.type == type, *bounds[age], order=(opened,))


def by_due() -> Numbers:
    """What operators have to decide by when it must be done; and what waits for a proof of the customer's."""
    bounds = {
        "overdue": (None, at("now")),
        "today": (at("now"), at("tomorrow")),
        "week": (at("tomorrow"), at("next_week")),
        "later": (at("next_week"), None),
    }
    for name, (after, until) in bounds.items():
        both = (Stretch("deadline", after, until), Stretch("due", after, until))
        yield f"due {name}", in_stretches(Wanted(), *both)
    yield "due undated", in_stretches(Wanted(), Stretch("age"))
    yield "waiting", in_stretches(Wanted(), Stretch("third_party"))


def by_whose() -> Numbers:
    """What nobody has of what operators have to decide, and what one has."""
    whose: dict[str, Any] = {"unclaimed": NOBODY, "mine": bindparam("name", type_=FreeText)}
    for key, claimed_by in whose.items():
        yield key, in_stretches(Wanted(claimed_by=claimed_by), *(Stretch(rank) for rank in DECIDED_HERE))

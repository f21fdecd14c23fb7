"""Pages of the work list, and how many tasks there are: by the stretches of an index in which they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, tuple_

from activities.sql.database import Database
from activities.sql.paging import BY_INDEX, MOST_COUNTED, Item, Page, equal
from activities.sql.tables import tasks
from activities.sql.urgency import Order, Place, Stretch, parts_of, read_place, wrong_cursor

KEYS = (tasks.c.due, tasks.c.task)
NOBODY = ""
"""`claimed_by` of a task that nobody has."""


class Wanted(NamedTuple):
    """Which tasks are asked for; bounds that are None ask for nothing. `claimed_by`: by whom they are; `NOBODY`'s are
    those that nobody has."""

    customer: str | None = None
    kind: str | None = None
    type: str | None = None
    workflow_id: str | None = None
    claimed_by: str | None = None
    waiting_for: str | None = None
    overdue: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds of each row, beside its rank and its moment."""
        named = {name: getattr(self, name) for name in ("customer", "kind", "type", "workflow_id", "claimed_by")}
        return [tasks.c.open, *equal(tasks, **named)]


@dataclass(frozen=True)
class TaskPage(Page[Item], Generic[Item]):
    """A page of the work list. `as_of`: the moment at which it stood in its order so, the same on all its pages."""

    as_of: datetime


class Rows(NamedTuple):
    """A page as rows, how many there are in all, and as of when; `next`: where the following page begins."""

    rows: Sequence[Row[Any]]
    total: int
    as_of: datetime
    next: str | None


def read_rows(
    database: Database, wanted: Wanted, order: Order, now: datetime, *, limit: int, cursor: str | None
) -> Rows:
    """A page, in its order as of `now`, or as of when the first page was read. Raises `WrongCursor`."""
    place = read_place(cursor, order) if cursor else None
    as_of = place.as_of if place else now
    parts = parts_of(order, as_of, waiting_for=wanted.waiting_for, overdue=wanted.overdue)
    if place and place.part not in parts:
        raise wrong_cursor()
    names = list(parts)
    found: list[tuple[str, Row[Any]]] = []
    with database.read() as connection:
        prefer_indexes(connection)
        for name in names[names.index(place.part) if place else 0 :]:
            behind = place if place and place.part == name else None
            rows = read_part(connection, wanted, parts[name], behind, limit + 1 - len(found))
            found += [(name, row) for row in rows]
            if len(found) > limit:
                break
        total = count(connection, wanted, counted_in(parts))
    following = None
    if len(found) > limit:
        part, last = found[limit - 1]
        following = str(Place(order, as_of, part, last.due, last.task))
    return Rows([row for _, row in found[:limit]], total, as_of, following)


def prefer_indexes(connection: Connection) -> None:
    """PostgreSQL reads by index in this transaction, whatever it believes of the table."""
    if connection.dialect.name == "postgresql":
        connection.execute(BY_INDEX)


def read_part(
    connection: Connection, wanted: Wanted, part: Sequence[Stretch], behind: Place | None, limit: int
) -> list[Row[Any]]:
    """The first rows of a part, or those behind a place: its stretches, each in order, are merged."""
    each = [
        connection.execute(select(tasks).where(*within(wanted, stretch, behind)).order_by(*KEYS).limit(limit)).all()
        for stretch in part
    ]
    return list(islice(merge(*each, key=attrgetter("due", "task")), limit))


def within(wanted: Wanted, stretch: Stretch, behind: Place | None = None) -> list[ColumnElement[bool]]:
    """What holds of the rows of a stretch, or of those in it behind a place."""
    # Of those who have few the rank is compared row by row, as the other filters are (`equal`).
    few = wanted.customer is not None or wanted.workflow_id is not None
    rank = tasks.c.rank.concat("") if few else tasks.c.rank
    conditions = [*wanted.conditions(), rank == stretch.rank]
    # One bound at each end: of two SQLite would begin at the first, and read on to the other row by row.
    if behind is not None and (stretch.after is None or behind.due >= stretch.after):
        place = (literal(value, key.type) for value, key in zip((behind.due, behind.task), KEYS, strict=True))
        conditions.append(tuple_(*KEYS) > tuple_(*place))
    elif stretch.after is not None:
        conditions.append(tasks.c.due > stretch.after)
    return conditions if stretch.until is None else [*conditions, tasks.c.due <= stretch.until]


def counted_in(parts: Any) -> list[Stretch]:
    """The stretches in which all tasks of a list are counted: those of one rank that follow each other are one."""
    bounded = {stretch for part in parts.values() for stretch in part}
    if set(parts) == {"overdue"}:
        return sorted(bounded)
    return [Stretch(rank) for rank in dict.fromkeys(sorted(stretch.rank for stretch in bounded))]


def count(connection: Connection, wanted: Wanted, stretches: Sequence[Stretch]) -> int:
    """How many there are; of more than `MOST_COUNTED` only that they are more."""
    total = 0
    for stretch in stretches:
        if total > MOST_COUNTED:
            break
        total += connection.scalar(counting(within(wanted, stretch), MOST_COUNTED + 1 - total)) or 0
    return total


def counting(conditions: Sequence[ColumnElement[bool]], most: Any, *order: ColumnElement[Any]) -> Select[int]:
    """The statement that counts rows, in the order of the index and no further than to `most`."""
    rows = select(literal(1)).select_from(tasks).where(*conditions).order_by(*(order or KEYS)).limit(most)
    return select(func.count()).select_from(rows.subquery())

"""Pages of the work list, and how many tasks there are: by the stretches of an index in which they stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)

from activities.sql.columns import UtcMoment
from activities.sql.database import Database
from activities.sql.paging import BY_INDEX, FEW, MOST_COUNTED, Item, Page, equal, total_on
from activities.sql.tables import tasks
from activities.sql.urgency import RANKS, Order, Place, Rank, Stretch, parts_of, read_place, wrong_cursor

KEYS = (tasks.c.due, tasks.c.task)
COMPARED = ("customer", "kind", "type", "workflow_id", "claimed_by")
"""The columns that a filter compares."""
BOUNDS = ("after", "until")
"""The moments that bound a stretch."""
MOST = bindparam("most", type_=Integer)
ONE: ColumnElement[int] = literal_column("1", Integer).label("one")
MANY = 3
"""Of so many stretches at least, what is on the page is found out before it is read: that takes a statement more."""
NAMED = select(tasks).where(tasks.c.task.in_(bindparam("names", expanding=True)))
PLACE = tuple_(bindparam("place_due", type_=tasks.c.due.type), bindparam("place_task", type_=tasks.c.task.type))
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
        return [tasks.c.open, *equal(tasks, **{name: getattr(self, name) for name in COMPARED})]

    def asked(self) -> tuple[str, ...]:
        """The columns that are compared."""
        return tuple(name for name in COMPARED if getattr(self, name) is not None)


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
        total = total_on(len(found), limit, cursor)
        if total is None:
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
    """The first rows of a part, or those behind a place: those of each of its stretches, put in order."""
    if not part:
        return []
    values = values_of(wanted, part, limit)
    if behind:
        values |= {"place_due": behind.due, "place_task": behind.task}
    asked, shapes = wanted.asked(), tuple(shape_of(stretch, behind) for stretch in part)
    if len(part) < MANY or FEW.intersection(asked):
        return in_order(connection.execute(page_statement(asked, shapes), values))[:limit]
    # Each stretch may fill the page alone: most of what their beginnings have is not on it, and only its key is read.
    names = [row.task for row in in_order(connection.execute(keys_statement(asked, shapes), values))[:limit]]
    return in_order(connection.execute(NAMED, {"names": names})) if names else []


def in_order(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The rows in the order of a part."""
    return sorted(rows, key=attrgetter("due", "task"))


def count(connection: Connection, wanted: Wanted, stretches: Sequence[Stretch]) -> int:
    """How many there are; of more than `MOST_COUNTED` only that they are more."""
    if not stretches:
        return 0
    shapes = tuple(shape_of(stretch, None) for stretch in stretches)
    values = values_of(wanted, stretches, MOST_COUNTED + 1)
    return connection.scalar(count_statement(wanted.asked(), shapes), values) or 0


# Statements are made once for each shape: to make one takes longer than to carry it out.


class StretchShape(NamedTuple):
    """Which bounds a stretch has: moments after and until, and the place behind which a page begins."""

    rank: Rank | None
    after: bool
    until: bool
    behind: bool


def shape_of(stretch: Stretch, behind: Place | None) -> StretchShape:
    """The shape of a stretch, of which a page begins behind a place."""
    # One bound at each end: of two SQLite would begin at the first, and read on to the other row by row.
    from_place = behind is not None and (stretch.after is None or behind.due >= stretch.after)
    after = stretch.after is not None and not from_place
    return StretchShape(stretch.rank, after, stretch.until is not None, from_place)


def values_of(wanted: Wanted, stretches: Sequence[Stretch], most: int) -> dict[str, Any]:
    """What a statement for these is given."""
    bounds = {f"{name}_{number}": getattr(each, name) for number, each in enumerate(stretches) for name in BOUNDS}
    return {name: getattr(wanted, name) for name in wanted.asked()} | bounds | {"most": most}


@lru_cache(maxsize=512)
def page_statement(asked: tuple[str, ...], shapes: tuple[StretchShape, ...]) -> Select[Any] | CompoundSelect[Any]:
    """The statement that reads the first rows of each of these stretches."""
    return first_rows(tasks.c, asked, shapes)


@lru_cache(maxsize=512)
def keys_statement(asked: tuple[str, ...], shapes: tuple[StretchShape, ...]) -> Select[Any] | CompoundSelect[Any]:
    """The statement that reads their keys alone, in the index."""
    return first_rows(KEYS, asked, shapes)


@lru_cache(maxsize=512)
def count_statement(asked: tuple[str, ...], shapes: tuple[StretchShape, ...]) -> Select[int]:
    """The statement that counts the rows of these stretches together, no further than to `most`."""
    rows = first_rows((ONE,), asked, shapes)
    if len(shapes) > 1:
        rows = select(ONE).select_from(rows.subquery()).limit(MOST)
    return select(func.count()).select_from(rows.subquery())


def first_rows(
    columns: Iterable[ColumnElement[Any]], asked: tuple[str, ...], shapes: tuple[StretchShape, ...]
) -> Select[Any] | CompoundSelect[Any]:
    """The first rows of each stretch, no more than `most`: one stretch is read behind the other."""
    each = [
        select(*columns).select_from(tasks).where(*where).order_by(*order).limit(MOST)
        for where, order in zip(wheres(asked, shapes), orders(asked, shapes), strict=True)
    ]
    return each[0] if len(each) == 1 else union_all(*(select(rows.subquery()) for rows in each))


def wheres(asked: tuple[str, ...], shapes: tuple[StretchShape, ...]) -> Iterator[list[ColumnElement[bool]]]:
    """What holds of the rows of each stretch."""
    named: dict[str, Any] = {name: bindparam(name) for name in asked}
    wanted = Wanted(**named)
    for number, shape in enumerate(shapes):
        bounds = {name: at(f"{name}_{number}") for name in BOUNDS if getattr(shape, name)}
        yield within(wanted, Stretch(shape.rank, **bounds), PLACE if shape.behind else None)


def orders(asked: tuple[str, ...], shapes: tuple[StretchShape, ...]) -> Iterator[tuple[Column[Any], ...]]:
    """The order of each stretch: that of the index in which it stands."""
    for shape in shapes:
        yield KEYS if shape.rank or FEW.intersection(asked) else (tasks.c.rank, *KEYS)


def at(name: str) -> Any:
    """A moment that a statement is given."""
    return bindparam(name, type_=UtcMoment)


def within(wanted: Wanted, stretch: Stretch, place: ColumnElement[Any] | None = None) -> list[ColumnElement[bool]]:
    """What holds of the rows of a stretch, or of those in it behind a place."""
    # Of those who have few the rank is compared row by row, as the other filters are (`equal`).
    rank = tasks.c.rank.concat("") if FEW.intersection(wanted.asked()) else tasks.c.rank
    conditions = [*wanted.conditions(), *([rank == stretch.rank] if stretch.rank else [])]
    if place is not None:
        conditions.append(tuple_(*KEYS) > place)
    if stretch.after is not None:
        conditions.append(tasks.c.due > stretch.after)
    return conditions if stretch.until is None else [*conditions, tasks.c.due <= stretch.until]


def counted_in(parts: Any) -> list[Stretch]:
    """The stretches in which all tasks of a list are counted: those of one rank that follow each other are one, and so
    are those of all ranks."""
    bounded = {stretch for part in parts.values() for stretch in part}
    if set(parts) == {"overdue"}:
        return sorted(bounded)
    ranks = [rank for rank in RANKS if any(stretch.rank == rank for stretch in bounded)]
    return list(map(Stretch, ranks)) if len(ranks) < len(RANKS) else [Stretch(None)]

"""Lists in pages: a cursor says where the last page ended, so that what is added meanwhile shifts nothing.

What a list costs does not grow with it. Each order and each filter has an index, in which a page is read from its place
on and no further; and nobody counts beyond `MOST_COUNTED`.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    func,
    literal,
    select,
    text,
    tuple_,
)

from activities.sql.columns import UNSTORABLE, UtcMoment
from activities.sql.database import Database
from states.model.base import in_utc

Item = TypeVar("Item")
MOST_COUNTED = 10_000
"""So many are counted; of more it is known that they are more."""
UNWANTED = ("enable_seqscan", "enable_bitmapscan", "enable_sort", "jit")
BY_INDEX = text("SELECT " + ", ".join(f"set_config('{name}', 'off', true)" for name in UNWANTED))
"""For this transaction PostgreSQL reads by index, in its order, whatever it believes of a table: that may be stale."""
FEW = frozenset({"customer", "workflow_id"})
"""Columns of which one value has few rows."""


class WrongCursor(ValueError):
    """A cursor that no page of ours gave."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page, how many there are in all, and the cursor of the next one, None on the last."""

    items: tuple[Item, ...]
    total: int
    """More than `MOST_COUNTED` where there are more, and nobody knows how many."""
    next: str | None


def total_of(number: int) -> dict[str, Any]:
    """How a list says how many there are."""
    if number > MOST_COUNTED:
        return {"total": MOST_COUNTED, "total_is_at_least": True}
    return {"total": number}


def read_page(
    database: Database,
    keys: Sequence[Column[Any]],
    item: Callable[[Row[Any]], Item],
    *,
    limit: int,
    cursor: str | None,
    fixed: Mapping[str, Any] = MappingProxyType({}),
    wanted: Mapping[str, str | None] = MappingProxyType({}),
    newest_first: bool = False,
    earliest: datetime | None = None,
    latest: datetime | None = None,
    columns: Sequence[Column[Any]] = (),
) -> Page[Item]:
    """A page of the rows that are wanted, ordered by `keys`: moments, and what tells rows of one moment apart.

    With a `limit` of 0 they are only counted. `fixed`: by column what the rows of the list have in common; `wanted`:
    what is asked for beside that (`equal`). `earliest`, `latest`: bounds of the first key, both included, the latter
    of a list newest first. `columns`: those that an item takes, all unless given; the keys are among them. Raises
    `WrongCursor`.
    """
    asked = {name: value for name, value in wanted.items() if value is not None}
    values: dict[str, Any] = {**fixed, **asked, "earliest": earliest, "latest": latest, "most": MOST_COUNTED + 1}
    shape = ListShape(
        tuple(keys), tuple(fixed), tuple(asked), newest_first, earliest is not None, latest is not None, tuple(columns)
    )
    paged = shape
    if cursor:
        last_key = read_cursor(cursor, keys, fixed)
        # One of both: SQLite would begin at `latest`, and read down to the place of the cursor row by row.
        if latest is None or last_key[0] <= latest:
            values |= {f"key_{number}": value for number, value in enumerate(last_key)}
            paged = shape._replace(until=False, behind=True)
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(BY_INDEX)
        # One more than wanted, to know whether there is a next page.
        rows = connection.execute(page_statement(paged), values | {"most": limit + 1}).all() if limit else []
        total = total_on(len(rows), limit, cursor)
        if total is None:
            total = connection.execute(count_statement(shape), values).scalar_one()
    last = [getattr(rows[limit - 1], key.name) for key in keys] if len(rows) > limit else None
    return Page(tuple(item(row) for row in rows[:limit]), total, write_cursor(last, keys, fixed) if last else None)


def total_on(read: int, limit: int, cursor: str | None) -> int | None:
    """How many there are in all, where one page has them all, of which so many were read; else None: count them."""
    return min(read, MOST_COUNTED + 1) if limit and not cursor and read <= limit else None


class ListShape(NamedTuple):
    """What a list's statements are made of; they are made once for each, which takes longer than to carry one out."""

    keys: tuple[Column[Any], ...]
    fixed: tuple[str, ...]
    asked: tuple[str, ...]
    """The columns that are compared as an index has them, and those by `equal`."""
    newest_first: bool
    since: bool
    until: bool
    """Whether `earliest` and `latest` bound it."""
    columns: tuple[Column[Any], ...]
    behind: bool = False
    """Whether it begins behind the place of a cursor."""

    def rows(self, *columns: Any) -> Select[Any]:
        """The rows, in the order of the page and no more than `most`."""
        first, table = self.keys[0], self.keys[0].table
        where = [table.c[name] == bindparam(name) for name in self.fixed]
        where += equal(table, **{name: bindparam(name) for name in self.asked})
        if self.since:
            where.append(first >= bindparam("earliest", type_=first.type))
        if self.until:
            where.append(first <= bindparam("latest", type_=first.type))
        if self.behind:
            place = tuple_(*(bindparam(f"key_{number}", type_=key.type) for number, key in enumerate(self.keys)))
            where.append(tuple_(*self.keys) < place if self.newest_first else tuple_(*self.keys) > place)
        order = [key.desc() if self.newest_first else key.asc() for key in self.keys]
        return (
            select(*columns).select_from(table).where(*where).order_by(*order).limit(bindparam("most", type_=Integer))
        )


@lru_cache(maxsize=512)
def page_statement(shape: ListShape) -> Select[Any]:
    """The statement that reads a page."""
    return shape.rows(*(shape.columns or shape.keys[0].table.c))


@lru_cache(maxsize=512)
def count_statement(shape: ListShape) -> Select[int]:
    """The statement that counts: in the order of the page, so that it reads the same index, and no further.

    Begun at a bound where there is one alone: SQLite need not compare it with each row then.
    """
    if shape.since and not shape.until:
        shape = shape._replace(newest_first=False)
    return select(func.count()).select_from(shape.rows(literal(1)).subquery())


def equal(table: Table, **values: Any) -> list[ColumnElement[bool]]:
    """That each of these columns has its value; None asks for nothing.

    Where one of them has few rows, the others are compared in a form that no index has: a planner without statistics
    might prefer theirs, and read the rows of everybody.
    """
    asked = {name: value for name, value in values.items() if value is not None}
    by_index = FEW.intersection(asked) or asked.keys()
    return [(table.c[name] if name in by_index else table.c[name].concat("")) == value for name, value in asked.items()]


def write_cursor(row: Sequence[Any], keys: Sequence[Column[Any]], fixed: Mapping[str, Any]) -> str:
    """The cursor of a row, by its values of the keys."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in row]
    return base64.urlsafe_b64encode(json.dumps([list_name(keys, fixed), *values]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, keys: Sequence[Column[Any]], fixed: Mapping[str, Any]) -> list[Any]:
    """The values of a row, by its cursor. Raises `WrongCursor`, also for one that another list gave."""
    try:
        document = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, *values = json.loads(document)
        if name != list_name(keys, fixed):
            raise ValueError(name)
        return [read_value(value, key) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise WrongCursor("cursor: take it from `next` of the page before") from None


def list_name(keys: Sequence[Column[Any]], fixed: Mapping[str, Any]) -> str:
    """Which list it is, whatever is filtered in it: its order, and what its rows have in common."""
    named = [*map(str, keys), *sorted(map(str, fixed.items()))]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]


def read_value(value: Any, key: Column[Any]) -> Any:
    """One part of a key. Raises `ValueError` or `TypeError`."""
    if not isinstance(key.type, UtcMoment):
        if UNSTORABLE.search(value):
            raise ValueError("cannot be kept")
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("without an offset")
    return in_utc(moment)

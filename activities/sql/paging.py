"""Lists in pages: a cursor says where the last page ended, so that what is added meanwhile shifts nothing.

What a list costs does not grow with it. Each order and each filter has an index, in which a page is read from its place
on and no further; and nobody counts beyond `MOST_COUNTED`.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Table, func, literal, select, text, tuple_

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
    wanted: Sequence[ColumnElement[bool]],
    item: Callable[[Row[Any]], Item],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = False,
    latest: datetime | None = None,
    columns: Sequence[Column[Any]] = (),
) -> Page[Item]:
    """A page of the rows that are wanted, ordered by `keys`: moments, and what tells rows of one moment apart.

    With a `limit` of 0 they are only counted. `latest`: the last moment of the first key, of a list newest first.
    `columns`: those that an item takes, all unless given; the keys are among them. Raises `WrongCursor`.
    """
    table = keys[0].table
    order = [key.desc() if newest_first else key.asc() for key in keys]
    begin = [] if latest is None else [keys[0] <= latest]
    after = begin
    if cursor:
        last_key = read_cursor(cursor, keys)
        bound = tuple_(*(literal(value, key.type) for key, value in zip(keys, last_key, strict=True)))
        # One of both: SQLite would begin at `latest`, and read down to the place of the cursor row by row.
        if latest is None or last_key[0] <= latest:
            after = [tuple_(*keys) < bound if newest_first else tuple_(*keys) > bound]
    # In the order of the page: what is counted is then read in the same index, and no further.
    counted = (
        select(literal(1)).select_from(table).where(*wanted, *begin).order_by(*order).limit(MOST_COUNTED + 1).subquery()
    )
    # One more than wanted, to know whether there is a next page.
    page = select(*(columns or table.c)).where(*wanted, *after).order_by(*order).limit(limit + 1)
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(BY_INDEX)
        total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
        rows = connection.execute(page).all() if limit else []
    last = [getattr(rows[limit - 1], key.name) for key in keys] if len(rows) > limit else None
    return Page(tuple(item(row) for row in rows[:limit]), total, write_cursor(last) if last else None)


def equal(table: Table, **values: str | None) -> list[ColumnElement[bool]]:
    """That each of these columns has its value; None asks for nothing.

    Where one of them has few rows, the others are compared in a form that no index has: a planner without statistics
    might prefer theirs, and read the rows of everybody.
    """
    asked = {name: value for name, value in values.items() if value is not None}
    by_index = FEW.intersection(asked) or asked.keys()
    return [(table.c[name] if name in by_index else table.c[name].concat("")) == value for name, value in asked.items()]


def write_cursor(key: Sequence[Any]) -> str:
    """The cursor of a row, whose key that is."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in key]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(cursor: str, keys: Sequence[Column[Any]]) -> list[Any]:
    """The key of a row, by its cursor. Raises `WrongCursor`."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [read_value(value, key) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise WrongCursor("cursor: take it from `next` of the page before") from None


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

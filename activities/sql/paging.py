"""Lists in pages: a cursor says where the last page ended, so that what is added meanwhile shifts nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Table, func, literal, select, tuple_

from activities.sql.columns import UNSTORABLE
from activities.sql.database import Database

Item = TypeVar("Item")


class WrongCursor(ValueError):
    """A cursor that no page of ours gave."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page, how many there are in all, and the cursor of the next one, None on the last."""

    items: tuple[Item, ...]
    total: int
    next: str | None


def read_page(
    database: Database,
    keys: Sequence[Column[Any]],
    wanted: Sequence[ColumnElement[bool]],
    item: Callable[[Row[Any]], Item],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = False,
) -> Page[Item]:
    """A page of the rows that are wanted, ordered by `keys`: a moment, and what tells rows of that moment apart.

    Raises `WrongCursor`.
    """
    table = keys[0].table
    order = [key.desc() if newest_first else key.asc() for key in keys]
    after: list[ColumnElement[bool]] = []
    if cursor:
        last_key = read_cursor(cursor, len(keys) - 1)
        bound = tuple_(*(literal(value, key.type) for key, value in zip(keys, last_key, strict=True)))
        after = [tuple_(*keys) < bound if newest_first else tuple_(*keys) > bound]
    with database.read() as connection:
        total = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
        # One more than wanted, to know whether there is a next page.
        page = select(table).where(*wanted, *after).order_by(*order).limit(limit + 1)
        rows = connection.execute(page).all()
    last = [getattr(rows[limit - 1], key.name) for key in keys] if len(rows) > limit else None
    return Page(tuple(item(row) for row in rows[:limit]), total, write_cursor(*last) if last else None)


def equal(table: Table, **values: str | None) -> list[ColumnElement[bool]]:
    """That each of these columns has its value; None asks for nothing."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def write_cursor(moment: datetime, *names: str) -> str:
    """The cursor of a row."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), *names]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, names: int) -> tuple[Any, ...]:
    """Moment and names of a cursor. Raises `WrongCursor`."""
    try:
        moment, *rest = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or len(rest) != names or any(UNSTORABLE.search(name) for name in rest):
            raise ValueError("of another form")
    except (ValueError, TypeError, RecursionError):
        raise WrongCursor("cursor: take it from `next` of the page before") from None
    return (at, *rest)

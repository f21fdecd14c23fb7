"""Lists in pages: a cursor says where the last page ended, so that what is added meanwhile shifts nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, literal

from activities.sql.column_types import UNSTORABLE

Item = TypeVar("Item")


class WrongCursor(ValueError):
    """A cursor that no page of ours gave."""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page, how many there are in all, and the cursor of the next one, None on the last."""

    items: tuple[Item, ...]
    total: int
    next: str | None


def cursor_after(moment: datetime, *names: str) -> str:
    """The cursor of a row: its moment and what tells it from others of that moment."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), *names]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, names: int) -> tuple[Any, ...]:
    """Moment and names of a cursor. Raises `WrongCursor`."""
    try:
        said = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        moment, *rest = said
        at = datetime.fromisoformat(moment)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise WrongCursor("cursor: take it from `next` of the page before") from None
    usable = all(isinstance(one, str) and not UNSTORABLE.search(one) for one in rest)
    if at.tzinfo is None or len(rest) != names or not usable:
        raise WrongCursor("cursor: take it from `next` of the page before")
    return (at, *rest)


def bound(keys: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> list[ColumnElement[Any]]:
    """A cursor's values, each with the type of its column, to compare rows with."""
    return [literal(value, key.type) for key, value in zip(keys, values, strict=True)]


def page_of(rows: Sequence[Any], limit: int, total: int, cursor: Any, shown: Any) -> Page[Any]:
    """A page of rows of which one more than `limit` were asked for."""
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(tuple(shown(row) for row in rows[:limit]), total, cursor(last) if more else None)

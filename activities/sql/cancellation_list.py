"""What both lists of cancellations have in common, that of open runs and that of ended ones: filters, order, items."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Column

from activities.sql.database import Database
from activities.sql.paging import Page, read_page
from states.model.status import CancellationItem


class Asked(TypedDict, total=False):
    """What is asked of either list; bounds of `effective_at` are included."""

    customer: str | None
    kind: str | None
    state: str | None
    effective_from: datetime | None
    effective_to: datetime | None
    limit: int
    cursor: str | None


def read_cancellations(
    database: Database,
    newest: Sequence[Column[Any]],
    fixed: Mapping[str, str],
    same: dict[str, Any],
    *,
    customer: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    effective_from: datetime | None = None,
    effective_to: datetime | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CancellationItem]:
    """A page of a list in the order of `newest`; with a bound of `effective_at` by that, the latest first.

    `same`: what all items of the list have in common and no column says. An item shows no more than its own columns:
    an ended run's document is long. Raises `WrongCursor`.
    """
    table = newest[0].table
    names = [name for name in CancellationItem.model_fields if name not in same]
    by_date = effective_from is not None or effective_to is not None
    return read_page(
        database,
        [table.c.effective_at] * by_date + [*newest],
        lambda row: CancellationItem.model_validate(dict(zip(names, row, strict=True)) | same),
        fixed=fixed,
        wanted={"customer": customer, "kind": kind, "state": state},
        earliest=effective_from,
        limit=limit,
        cursor=cursor,
        newest_first=True,
        latest=effective_to,
        columns=[table.c[name] for name in names],
    )

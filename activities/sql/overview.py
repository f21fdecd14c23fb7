"""What there is to do, counted over all open runs: who is waited for and since when, what takes effect on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select

from activities.sql.database import Database
from activities.sql.open_list import WHOEVER
from activities.sql.tables import open_list
from states.model.base import Moment, Value

BOOKED = open_list.c.state == "scheduled"
"""What is ordered and takes effect on a day; before the order the day is only what it would be."""


class Waiting(Value):
    """How many open runs wait for somebody, by how long they have stood as they stand."""

    waiting_for: str
    total: int
    today: int
    week: int
    older: int


class StuckRun(Value):
    """An open run that waits for ourselves, or for a repair. `since`: when it last moved."""

    workflow_id: str
    kind: str
    customer: str
    subject: str
    state: str
    waiting_for: str
    since: Moment


@dataclass(frozen=True)
class SqlOverview:
    """Counts over the list of open runs (docs/adr/0025)."""

    database: Database

    def waiting(self, day_ago: datetime, week_ago: datetime) -> tuple[Waiting, ...]:
        """How many wait for whom. A run that waits for two is counted with both."""
        stood = open_list.c.as_of
        ages = {
            "today": stood >= day_ago,
            "week": (stood >= week_ago) & (stood < day_ago),
            "older": stood < week_ago,
        }
        counted = select(
            open_list.c.awaited.label("waiting_for"),
            func.count().label("total"),
            *(counting(those).label(name) for name, those in ages.items()),
        )
        grouped = counted.where(open_list.c.awaited != WHOEVER).group_by(open_list.c.awaited)
        with self.database.read() as connection:
            return tuple(Waiting(**row._mapping) for row in connection.execute(grouped.order_by(open_list.c.awaited)))

    def stuck(self, waiting_for: str, before: datetime, limit: int) -> tuple[int, tuple[StuckRun, ...]]:
        """How many have waited for that since before a moment, and the first of them, the longest waiting first."""
        those = (open_list.c.awaited == waiting_for, open_list.c.as_of < before)
        found = select(open_list).where(*those).order_by(open_list.c.as_of, open_list.c.workflow_id).limit(limit)
        with self.database.read() as connection:
            total = connection.scalar(select(func.count()).select_from(open_list).where(*those)) or 0
            return total, tuple(map(stuck_in, connection.execute(found)))

    def effects(self, since: datetime, until: datetime) -> Mapping[datetime, Mapping[str, int]]:
        """How many booked changes take effect from `since` on and before `until`: by moment, and there by kind."""
        at = open_list.c.effective_at
        counted = select(at, open_list.c.kind, func.count().label("number"))
        within = counted.where(open_list.c.awaited == WHOEVER, BOOKED, at >= since, at < until)
        found: dict[datetime, dict[str, int]] = {}
        with self.database.read() as connection:
            for row in connection.execute(within.group_by(at, open_list.c.kind).order_by(at, open_list.c.kind)):
                found.setdefault(row.effective_at, {})[row.kind] = row.number
        return found

    def booked(self) -> int:
        """How many changes are booked, whenever they take effect."""
        with self.database.read() as connection:
            those = select(func.count()).select_from(open_list).where(open_list.c.awaited == WHOEVER, BOOKED)
            return connection.scalar(those) or 0


def counting(those: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows are like that."""
    return func.coalesce(func.sum(case((those, 1), else_=0)), 0)


def stuck_in(row: Row[Any]) -> StuckRun:
    """A row as such a run."""
    own = {name: getattr(row, name) for name in ("workflow_id", "kind", "customer", "subject", "state")}
    return StuckRun(**own, waiting_for=row.awaited, since=row.as_of)

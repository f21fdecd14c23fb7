"""What the comparisons with Temporal found, the last ones: operators are told only what is new (docs/adr/0012)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from activities.sql.database import Database
from activities.sql.tables import comparisons
from states.model.reconciliation import Comparison

KEPT = 30
"""So many are kept."""


class MadeComparison(NamedTuple):
    """A comparison, and when it was made."""

    made_at: datetime
    comparison: Comparison


@dataclass(frozen=True)
class SqlComparisons:
    """Keeps the last comparisons."""

    database: Database

    def keep(self, comparison: Comparison, made_at: datetime) -> None:
        """Keep one, and forget the oldest."""
        row = {"made_at": made_at, "document": comparison.model_dump(mode="json")}
        with self.database.write() as connection:
            connection.execute(insert(comparisons), row)
            newest = connection.scalar(select(func.max(comparisons.c.number))) or 0
            connection.execute(delete(comparisons).where(comparisons.c.number <= newest - KEPT))

    def last(self) -> MadeComparison | None:
        """The last one; None where there was none yet."""
        with self.database.read() as connection:
            row = connection.execute(select(comparisons).order_by(comparisons.c.number.desc()).limit(1)).first()
            return MadeComparison(row.made_at, Comparison.model_validate(row.document)) if row else None

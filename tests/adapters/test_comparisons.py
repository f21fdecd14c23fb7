"""The last comparisons are kept, and so many of them; the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from activities.sql import comparisons as module
from activities.sql.comparisons import SqlComparisons
from activities.sql.database import Database
from activities.sql.tables import comparisons
from states.model.reconciliation import Comparison, Finding
from tests.adapters.databases import database, postgres, settings

__all__ = ["database", "postgres", "settings"]

NIGHT = datetime(2027, 1, 31, 2, tzinfo=UTC)


async def test_the_last_one_is_kept_and_the_oldest_forgotten(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    kept = SqlComparisons(database)
    assert kept.last() is None
    finding = Finding(key="k", code="run_lost", workflow_id="edition/K-1/jtl", run_id="r", how="terminated")
    for number in range(5):
        kept.keep(Comparison(compared=number, total=1, findings=(finding,)), NIGHT + timedelta(days=number))
    last = kept.last()
    assert last is not None and last.made_at == NIGHT + timedelta(days=4)
    assert last.comparison == Comparison(compared=4, total=1, findings=(finding,))
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(comparisons)) == 3

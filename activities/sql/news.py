"""News for open runs, kept in the transaction that makes them until they are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from activities.sql.database import Database
from activities.sql.tables import news
from states.model.request import LicenceChanged


class WaitingNews(NamedTuple):
    """News that a run has not been told yet."""

    number: int
    workflow_id: str
    news: LicenceChanged


@dataclass(frozen=True)
class SqlNews:
    """What runs must be told that nobody is at hand to tell."""

    database: Database

    def waiting(self, most: int) -> tuple[WaitingNews, ...]:
        """The oldest."""
        with self.database.read() as connection:
            rows = connection.execute(select(news).order_by(news.c.number).limit(most))
            return tuple(
                WaitingNews(row.number, row.workflow_id, LicenceChanged(licence=row.licence, state=row.state))
                for row in rows
            )

    def told(self, number: int) -> None:
        """Forget news that has been told; fine where another worker was faster."""
        with self.database.write() as connection:
            connection.execute(delete(news).where(news.c.number == number))

    def put_last(self, waiting: WaitingNews) -> None:
        """Keep news behind all other; fine where another worker has told it."""
        with self.database.write() as connection:
            if connection.execute(delete(news).where(news.c.number == waiting.number)).rowcount:
                keep_news(connection, [waiting.workflow_id], waiting.news)


def keep_news(connection: Connection, workflow_ids: Iterable[str], content: LicenceChanged) -> None:
    """Keep the same news for these runs, to be told once the transaction is over."""
    rows = [{"workflow_id": workflow_id, **content.model_dump()} for workflow_id in workflow_ids]
    if rows:
        connection.execute(insert(news), rows)

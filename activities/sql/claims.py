"""Who has which task: the claim of the first stands, and goes with the task."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from activities.sql.database import Database
from activities.sql.tables import tasks
from activities.sql.task_pages import NOBODY


class AlreadyClaimed(Exception):
    """Another has the task: who, and since when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(by)
        self.by = by
        self.at = at


@dataclass(frozen=True)
class SqlClaims:
    """The claims, in the rows of the open tasks. Each call answers whether the task is open.

    Raises `AlreadyClaimed` where another has it. `anyone`: whoever has it.
    """

    database: Database

    def claim(self, task: str, by: str, now: datetime) -> bool:
        """It is his from now on; what is his already stays so, since when it was."""
        return self.give(task, by, now, tasks.c.claimed_by == NOBODY, keeps=by)

    def release(self, task: str, by: str, *, anyone: bool) -> bool:
        """Nobody has it any more."""
        return self.give(task, NOBODY, None, self.may(by, anyone), keeps=NOBODY)

    def hand_over(self, task: str, by: str, to: str, now: datetime, *, anyone: bool) -> bool:
        """Another has it from now on; one that nobody has, anyone hands over."""
        return self.give(task, to, now, self.may(by, anyone), keeps=to)

    def may(self, by: str, anyone: bool) -> ColumnElement[bool]:
        """That the task is one that he may give away."""
        return tasks.c.open if anyone else tasks.c.claimed_by.in_((by, NOBODY))

    def give(self, task: str, to: str, at: datetime | None, may: ColumnElement[bool], keeps: str) -> bool:
        """Give an open task to somebody where that may be; nothing where it is that of `keeps`."""
        mine = (tasks.c.task == task, tasks.c.open)
        with self.database.write() as connection:
            given = update(tasks).where(*mine, may, tasks.c.claimed_by != keeps).values(claimed_by=to, claimed_at=at)
            if connection.execute(given).rowcount:
                return True
            row = connection.execute(select(tasks.c.claimed_by, tasks.c.claimed_at).where(*mine)).one_or_none()
        if row is not None and row.claimed_by != keeps:
            raise AlreadyClaimed(row.claimed_by, row.claimed_at)
        return row is not None

"""What operators note beside a task: comments, which stay with its case, and the steps that are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from activities.sql.database import Database, insert_once
from activities.sql.tables import comments, steps_done

MOST_SHOWN = 200
"""So many comments of a case are shown, the latest."""


class Comment(NamedTuple):
    """What somebody said of a case, at one of its tasks."""

    at: datetime
    by: str
    text: str
    task: str


class StepDone(NamedTuple):
    """A step that somebody has ticked. `step`: its number in the click path, from 1."""

    step: int
    by: str
    at: datetime


@dataclass(frozen=True)
class SqlTaskNotes:
    """Keeps them for good. They never enter a run, nor any document that a customer gets."""

    database: Database

    def add_comment(self, id: str, workflow_id: str, task: str, by: str, text: str, now: datetime) -> bool:
        """Keep a comment, once for its `id`; False where another one is kept under it."""
        said = {"workflow_id": workflow_id, "task": task, "by": by, "text": text}
        with self.database.write() as connection:
            if insert_once(connection, comments, {"id": id, "at": now} | said) is not None:
                return True
            former = connection.execute(select(comments).where(comments.c.id == id)).one()
            return all(former._mapping[name] == value for name, value in said.items())

    def comments(self, workflow_id: str) -> Sequence[Comment]:
        """The comments on a case, in their order; of very many the latest."""
        order = (comments.c.at.desc(), comments.c.id.desc())
        columns = [comments.c[name] for name in Comment._fields]
        latest = select(*columns).where(comments.c.workflow_id == workflow_id).order_by(*order).limit(MOST_SHOWN)
        with self.database.read() as connection:
            return [Comment(*row) for row in connection.execute(latest)][::-1]

    def tick(self, task: str, step: int, by: str, now: datetime) -> None:
        """A step is done; who did it first stays."""
        with self.database.write() as connection:
            insert_once(connection, steps_done, {"task": task, "step": step, "by": by, "at": now})

    def untick(self, task: str, step: int) -> None:
        """A step is not done after all."""
        with self.database.write() as connection:
            connection.execute(delete(steps_done).where(steps_done.c.task == task, steps_done.c.step == step))

    def steps_done(self, task: str) -> Sequence[StepDone]:
        """The steps of a task that are done, in their order."""
        columns = [steps_done.c[name] for name in StepDone._fields]
        with self.database.read() as connection:
            rows = connection.execute(select(*columns).where(steps_done.c.task == task).order_by(steps_done.c.step))
            return [StepDone(*row) for row in rows]

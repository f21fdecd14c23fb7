"""Who has a task and how urgent it is; what operators say of a case; which steps of a click path are done."""

from alembic import op
from sqlalchemy import Column, Index, Integer, Table, text

from activities.sql.columns import PLAIN, FreeText, UtcMoment, keys, needed, new_metadata
from activities.sql.first_schema import ONLY_OPEN

revision = "0008"
down_revision = "0007"

TASKS_BY = ((), ("kind",), ("type",), ("kind", "type"))
SEARCHED_BY = (*TASKS_BY, *(("claimed_by", *by) for by in TASKS_BY))


def upgrade() -> None:
    """Add the columns, say of the tasks that are there by what they are urgent, and make the indexes and tables.

    Until its run writes it again, an open task has no deadline of a customer; and a customer's own step waits for him,
    unless its run waits for an operator.
    """
    for column in (
        Column("rank", FreeText, nullable=False, server_default="age"),
        Column("deadline", UtcMoment),
        Column("about", PLAIN),
        Column("claimed_by", FreeText, nullable=False, server_default=""),
        Column("claimed_at", UtcMoment),
    ):
        op.add_column("tasks", column)
    op.execute(text("UPDATE tasks SET rank = 'due' WHERE due <> opened_at"))
    op.execute(
        text(
            "UPDATE tasks SET rank = 'third_party' WHERE type = 'third_party' AND NOT EXISTS (SELECT 1 FROM open_list "
            "WHERE open_list.workflow_id = tasks.workflow_id AND open_list.awaited = 'operator')"
        )
    )
    for by in TASKS_BY:
        op.drop_index("_".join(["ix", "tasks", *by, "due"]), "tasks")
    for by in SEARCHED_BY:
        columns = [*by, "rank", "due", "task", "open"]
        op.create_index("_".join(["ix", "tasks", *by, "rank", "due"]), "tasks", columns, **ONLY_OPEN)
    op.create_index("ix_tasks_type_opened_at", "tasks", ["type", "opened_at", "open"], **ONLY_OPEN)
    schema = new_metadata()
    Table(
        "comments",
        schema,
        *keys("id"),
        *needed("workflow_id", "task"),
        *needed("at", of=UtcMoment),
        *needed("by", "text"),
        Index(None, "workflow_id", "at", "id"),
    )
    Table(
        "steps_done",
        schema,
        *keys("task"),
        Column("step", Integer, primary_key=True, autoincrement=False),
        *needed("by"),
        *needed("at", of=UtcMoment),
    )
    schema.create_all(op.get_bind())

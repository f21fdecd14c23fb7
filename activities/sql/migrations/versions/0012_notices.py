"""Tell operators of tasks: each occasion is a row, from which mails and calls are sent."""

from datetime import UTC, datetime

from alembic import op
from sqlalchemy import Index, Integer, Table, insert, text

from activities.sql.columns import PLAIN, UtcMoment, keys, needed, new_metadata, optional

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table, and note of the tasks that are open when they are due; that they are there is no news."""
    schema = new_metadata()
    notices = Table(
        "notices",
        schema,
        *keys("id"),
        *needed("task", "occasion"),
        *optional("number", of=Integer),
        *needed("at", of=UtcMoment),
        *needed("facts", of=PLAIN),
        *optional("letter"),
        *optional("mail_at", "call_at", of=UtcMoment),
        *needed("mail_tries", "call_tries", of=Integer),
        *optional("mail_fault", "call_fault"),
        Index(None, "mail_at"),
        Index(None, "call_at"),
        Index(None, "letter"),
        Index(None, "task"),
        *map(of_what_failed, ("mail_fault", "call_fault")),
    )
    schema.create_all(op.get_bind())
    tasks = Table("tasks", new_metadata(), *keys("task"), *needed("entry", of=PLAIN), *needed("open", of=Integer))
    now = datetime.now(UTC)
    for task, entry in op.get_bind().execute(tasks.select().with_only_columns(tasks.c.task, tasks.c.entry)).all():
        due_at = datetime.fromisoformat(entry["due_at"]) if entry.get("due_at") else None
        if due_at is not None and due_at > now:
            named = due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
            row = {"id": f"{task}/due/{named}", "task": task, "occasion": "due", "facts": {}}
            row |= {"at": due_at, "mail_at": due_at, "call_at": due_at, "mail_tries": 0, "call_tries": 0}
            op.get_bind().execute(insert(notices).values(row))


def of_what_failed(fault: str) -> Index:
    """An index of the few rows that have a fault."""
    there = text(f"{fault} IS NOT NULL")
    return Index(f"ix_notices_{fault}", fault, sqlite_where=there, postgresql_where=there)

"""Keep bulk decisions, and the tasks that were chosen for each."""

from alembic import op
from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from activities.sql.columns import PLAIN, UtcMoment, keys, needed, new_metadata, optional

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    schema = new_metadata()
    Table(
        "bulk_decisions",
        schema,
        *keys("id"),
        *needed("by", "type", "event"),
        *needed("message", "customers", "acts", of=PLAIN),
        *needed("hash", "state"),
        *needed("total", "decided", "proposed", "failed", "left", of=Integer),
        *needed("created_at", of=UtcMoment),
        Index(None, "created_at", "id"),
    )
    Table(
        "bulk_lines",
        schema,
        *keys("bulk"),
        Column("number", Integer, primary_key=True),
        *needed("task", "workflow_id", "customer", "state"),
        *needed("attempt", "tries", of=Integer),
        *needed("due_at", of=UtcMoment),
        *optional("at", of=UtcMoment),
        *optional("code", "rule", "text"),
        *optional("first", of=PLAIN),
        UniqueConstraint("bulk", "task"),
        Index(None, "bulk", "state", "due_at", "number"),
        Index(None, "bulk", "state", "number"),
    )
    schema.create_all(op.get_bind())

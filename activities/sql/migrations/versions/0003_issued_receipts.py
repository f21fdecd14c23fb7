"""Keep the receipts that customers are given, each with the hash of its case's previous one."""

from alembic import op
from sqlalchemy import Integer, Table, UniqueConstraint

from activities.sql.columns import UtcMoment, keys, needed, new_metadata, optional

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "issued_receipts",
        schema,
        *keys("key"),
        *needed("workflow_id", "first_run_id"),
        *needed("number", of=Integer),
        *needed("run_id", "customer", "event", "content", "sha256"),
        *optional("previous"),
        *needed("jws"),
        *needed("issued_at", of=UtcMoment),
        UniqueConstraint("workflow_id", "first_run_id", "number"),
    )
    schema.create_all(op.get_bind())

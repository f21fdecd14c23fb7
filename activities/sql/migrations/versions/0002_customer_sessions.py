"""Keep customers' sessions, so that a link is used once."""

from alembic import op
from sqlalchemy import Index, Table

from activities.sql.columns import UtcMoment, keys, needed, new_metadata, optional

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "customer_sessions",
        schema,
        *keys("session"),
        *needed("began_at", "called_at", of=UtcMoment),
        *optional("ended_at", of=UtcMoment),
        Index(None, "began_at"),
    )
    schema.create_all(op.get_bind())

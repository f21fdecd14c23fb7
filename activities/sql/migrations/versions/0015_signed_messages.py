"""Keep which event each signed message carried."""

from alembic import op
from sqlalchemy import Index, Table

from activities.sql.columns import UtcMoment, keys, needed, new_metadata

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "signed_messages",
        schema,
        *keys("message"),
        *needed("event"),
        *needed("received_at", of=UtcMoment),
        Index(None, "received_at"),
    )
    schema.create_all(op.get_bind())

"""Keep the addresses of customers' calendar feeds."""

from alembic import op
from sqlalchemy import Index, Integer, Table, text

from activities.sql.columns import UtcMoment, keys, needed, new_metadata, optional

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    schema, present = new_metadata(), text("ended_at IS NULL")
    Table(
        "calendar_feeds",
        schema,
        *keys("secret_hash"),
        *needed("customer"),
        *optional("remind_before", of=Integer),
        *needed("made_at", of=UtcMoment),
        *optional("ended_at", of=UtcMoment),
        Index(
            "uq_calendar_feeds_one_a_customer",
            "customer",
            unique=True,
            sqlite_where=present,
            postgresql_where=present,
        ),
    )
    schema.create_all(op.get_bind())

"""Keep the freezes, and what waits for the end of one."""

from alembic import op
from sqlalchemy import Index, Integer, Table, UniqueConstraint, text

from activities.sql.columns import UtcMoment, counted, needed, new_metadata, optional

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    schema, unreleased = new_metadata(), text("released_at IS NULL")
    Table(
        "freezes",
        schema,
        counted("number"),
        *needed("since", of=UtcMoment),
        *needed("by", "reason"),
        *optional("until", "released_at", of=UtcMoment),
        *optional("released_by", "note"),
        Index("ix_freezes_unreleased", "number", sqlite_where=unreleased, postgresql_where=unreleased),
        sqlite_autoincrement=True,
    )
    Table(
        "held_effects",
        schema,
        counted("number"),
        *needed("key", "effect", "asker"),
        *needed("freeze", of=Integer),
        *needed("since", of=UtcMoment),
        *optional("claimed_until", of=UtcMoment),
        UniqueConstraint("key"),
        Index(None, "asker"),
        sqlite_autoincrement=True,
    )
    schema.create_all(op.get_bind())
    op.create_index("ix_open_list_order_by", "open_list", ["awaited", "order_by"])

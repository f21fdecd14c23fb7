"""Create every table of the first schema."""

from alembic import op

from activities.sql.first_schema import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    schema.create_all(op.get_bind())

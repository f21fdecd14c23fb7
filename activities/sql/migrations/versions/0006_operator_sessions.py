"""Keep operators' sessions, so that one that has ended has ended everywhere."""

from alembic import op
from sqlalchemy import Index, Table

from activities.sql.columns import PLAIN, UtcMoment, keys, needed, new_metadata, optional

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "operator_sessions",
        schema,
        *keys("session"),
        *needed("name", "means", "begun_with"),
        *needed("groups", of=PLAIN),
        *needed("language"),
        *needed("began_at", "called_at", of=UtcMoment),
        *optional("ended_at", of=UtcMoment),
        Index(None, "began_at"),
        Index(None, "name"),
    )
    schema.create_all(op.get_bind())

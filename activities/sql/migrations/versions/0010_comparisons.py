"""Keep what the last comparisons with Temporal found."""

from alembic import op
from sqlalchemy import Table

from activities.sql.columns import PLAIN, UtcMoment, counted, needed, new_metadata

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "comparisons",
        schema,
        counted("number"),
        *needed("made_at", of=UtcMoment),
        *needed("document", of=PLAIN),
        sqlite_autoincrement=True,
    )
    schema.create_all(op.get_bind())

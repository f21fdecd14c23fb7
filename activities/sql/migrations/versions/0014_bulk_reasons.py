"""Keep why a run refused a line of a bulk decision in each language: who reads it need not speak the customer's."""

from alembic import op
from sqlalchemy import Column

from activities.sql.columns import PLAIN

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column; of what was refused before, the title of its code says why."""
    op.add_column("bulk_lines", Column("said", PLAIN))

"""Keep of open runs whether what was ordered is being booked."""

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; an open run says it anew when it next shows itself."""
    op.add_column("open_list", Column("being_booked", Boolean, nullable=False, server_default=false()))

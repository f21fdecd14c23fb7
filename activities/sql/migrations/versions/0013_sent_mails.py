"""Keep the mails that went out. Of what was sent before there is no record: nobody knows its words any more."""

from alembic import op
from sqlalchemy import Index, Table

from activities.sql.columns import PLAIN, UtcMoment, keys, needed, new_metadata

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table."""
    schema = new_metadata()
    Table(
        "sent_mails",
        schema,
        *keys("key"),
        *needed("workflow_id", "run_id", "case_number", "customer", "to"),
        *needed("addresses", of=PLAIN),
        *needed("language", "template", "subject", "text"),
        *needed("attachments", of=PLAIN),
        *needed("message_id"),
        *needed("sent_at", of=UtcMoment),
        Index("ix_sent_mails_case", "workflow_id", "case_number", "sent_at", "key"),
        Index("ix_sent_mails_customer", "customer", "sent_at", "key"),
    )
    schema.create_all(op.get_bind())

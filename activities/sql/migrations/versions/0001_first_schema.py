"""The first schema, as it was: `activities.sql.tables` goes on, this does not."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ONLY_BOOKED = sa.text("state = 'booked'")
TEXT = sa.Text()

schema = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def upgrade() -> None:
    """Create every table."""
    schema.create_all(op.get_bind())


def table(name: str, *parts: sa.schema.SchemaItem, **options: Any) -> None:
    """A table of the first schema."""
    sa.Table(name, schema, *parts, **options)


def keys(*names: str) -> list[sa.Column[Any]]:
    """The parts of the primary key."""
    return [sa.Column(name, TEXT, primary_key=True) for name in names]


def needed(*names: str, of: sa.types.TypeEngine[Any] = TEXT) -> list[sa.Column[Any]]:
    """Columns that are always filled, of a type."""
    return [sa.Column(name, of, nullable=False) for name in names]


def optional(*names: str, of: sa.types.TypeEngine[Any] = TEXT) -> list[sa.Column[Any]]:
    """Columns that may be empty, of a type."""
    return [sa.Column(name, of) for name in names]


def of_customer() -> sa.Column[Any]:
    """The customer that a row belongs to, and with whom it goes."""
    return sa.Column("customer", sa.ForeignKey("customers.customer", ondelete="CASCADE"), primary_key=True)


table(
    "customers",
    *keys("customer"),
    *needed("name"),
    *optional("email"),
    *needed("language"),
    *needed("order_package", of=sa.BigInteger()),
)
table("editions", of_customer(), *keys("family"), *needed("edition"))
table("edition_terms", of_customer(), *keys("family"), *needed("term"), *optional("ends", of=sa.Date()))
table(
    "licences",
    of_customer(),
    *keys("licence"),
    *needed("position", of=sa.Integer()),
    *needed("product"),
    *optional("label"),
    *optional("included", of=sa.Boolean()),
    *optional("term_ends", of=sa.Date()),
    *optional("price_per_month", "assigned_to", "booked_via"),
    *needed("pilot", of=sa.Boolean()),
    *optional("third_party", "contract", "module", "parent"),
)
table(
    "partners",
    of_customer(),
    *keys("id"),
    *needed("position", of=sa.Integer()),
    *needed("name", "role"),
    *needed("open_operations", "stock", of=sa.BigInteger()),
)
table(
    "orders",
    *keys("key"),
    *needed("workflow_id", "customer", "kind", "subject"),
    *optional("target", of=sa.JSON()),
    *needed("placed_at", "effective_at", of=MOMENT),
    *needed("booked", of=sa.Boolean()),
    *needed("state"),
    *optional("details", of=sa.JSON()),
    *needed("optional_services", of=sa.JSON()),
    *optional("proof", of=sa.JSON()),
    *needed("reference"),
    sa.Index(None, "customer"),
    sa.Index(
        "uq_orders_one_booking_a_run",
        "workflow_id",
        unique=True,
        sqlite_where=ONLY_BOOKED,
        postgresql_where=ONLY_BOOKED,
    ),
)
table(
    "receipts",
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    *needed("key", "action"),
    *needed("made_at", of=MOMENT),
    *optional("proof", "receipt", of=sa.JSON()),
    sa.UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
table(
    "runs",
    *keys("workflow_id", "run_id"),
    *needed("kind", "customer"),
    *needed("watches", "open", of=sa.Boolean()),
    sa.Index("ix_runs_customer_open", "customer", "open"),
)
table(
    "tasks",
    *keys("task"),
    *needed("workflow_id", "run_id", "kind", "customer", "type"),
    *optional("subject"),
    *needed("entry", of=sa.JSON()),
    *optional("ticket"),
    *needed("opened_at", "due", of=MOMENT),
    *needed("open", of=sa.Boolean()),
    sa.Index("ix_tasks_open_due", "open", "due", "task"),
    sa.Index(None, "workflow_id"),
)
table(
    "tickets",
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    *needed("key", "category", "customer", "text", "state"),
    sa.UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
table(
    "ledger",
    *keys("workflow_id", "run_id"),
    *needed("kind", "customer", "subject", "state"),
    *optional("effective_at", "order_by", of=MOMENT),
    *needed("started_at", "ended_at", of=MOMENT),
    *needed("document", of=sa.JSON()),
    sa.Index("ix_ledger_customer_ended_at", "customer", "ended_at"),
    sa.Index("ix_ledger_ended_at", "ended_at", "workflow_id", "run_id"),
)
table(
    "inbox",
    *keys("source", "id"),
    *needed("hash"),
    *needed("received_at", of=MOMENT),
    *needed("event", "workflow_id"),
    *optional("status", of=sa.Integer()),
    *optional("body", of=sa.JSON()),
)

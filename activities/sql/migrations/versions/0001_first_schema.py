"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    customers()
    editions()
    edition_terms()
    licences()
    partners()
    orders()
    receipts()
    runs()
    tasks()
    tickets()
    ledger()
    inbox()


def customers() -> None:
    """Customers with what is theirs alone."""
    op.create_table(
        "customers",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("order_package", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_customers")),
    )


def editions() -> None:
    """The edition held of each family."""
    op.create_table(
        "editions",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer"], ["customers.customer"], name=op.f("fk_editions_customer_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer", "family", name=op.f("pk_editions")),
    )


def edition_terms() -> None:
    """Terms of editions that are not monthly."""
    op.create_table(
        "edition_terms",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer"], ["customers.customer"], name=op.f("fk_edition_terms_customer_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer", "family", name=op.f("pk_edition_terms")),
    )


def licences() -> None:
    """Licences and contracts."""
    op.create_table(
        "licences",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("included", sa.Boolean(), nullable=True),
        sa.Column("term_ends", sa.Date(), nullable=True),
        sa.Column("price_per_month", sa.Text(), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("booked_via", sa.Text(), nullable=True),
        sa.Column("pilot", sa.Boolean(), nullable=False),
        sa.Column("third_party", sa.Text(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("module", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer"], ["customers.customer"], name=op.f("fk_licences_customer_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer", "licence", name=op.f("pk_licences")),
    )


def partners() -> None:
    """Partners in the Fulfillment Network."""
    op.create_table(
        "partners",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("open_operations", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer"], ["customers.customer"], name=op.f("fk_partners_customer_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer", "id", name=op.f("pk_partners")),
    )


def orders() -> None:
    """What is booked, and what became of it."""
    op.create_table(
        "orders",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("target", sa.JSON(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("optional_services", sa.JSON(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_customer"), "orders", ["customer"], unique=False)
    op.create_index(
        "uq_orders_one_booking_a_run",
        "orders",
        ["workflow_id"],
        unique=True,
        sqlite_where=sa.text("state = 'booked'"),
        postgresql_where=sa.text("state = 'booked'"),
    )


def receipts() -> None:
    """What was done under which key."""
    op.create_table(
        "receipts",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipts")),
        sa.UniqueConstraint("key", name=op.f("uq_receipts_key")),
        sqlite_autoincrement=True,
    )


def runs() -> None:
    """Which runs are open, and which want to hear of changes."""
    op.create_table(
        "runs",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("watches", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "run_id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_customer_open", "runs", ["customer", "open"], unique=False)


def tasks() -> None:
    """The operators' work list."""
    op.create_table(
        "tasks",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_open_due", "tasks", ["open", "due", "task"], unique=False)
    op.create_index(op.f("ix_tasks_workflow_id"), "tasks", ["workflow_id"], unique=False)


def tickets() -> None:
    """Tickets of our own."""
    op.create_table(
        "tickets",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("key", name=op.f("uq_tickets_key")),
        sqlite_autoincrement=True,
    )


def ledger() -> None:
    """The ended runs."""
    op.create_table(
        "ledger",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "run_id", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_customer_ended_at", "ledger", ["customer", "ended_at"], unique=False)
    op.create_index("ix_ledger_ended_at", "ledger", ["ended_at", "workflow_id", "run_id"], unique=False)


def inbox() -> None:
    """Events as they arrived, and what was answered."""
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_inbox")),
    )

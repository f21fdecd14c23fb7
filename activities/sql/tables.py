"""The tables: the record of the customers, what we changed in it and why, and what people still have to do.

Moments are UTC on every database. What ended is deleted from the record; the ledger keeps its run.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    text,
)

from activities.sql.column_types import FreeText, Money, UtcMoment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up."""
PLAIN = JSON(none_as_null=True)


def of_customer(part: str) -> Column[str]:
    """The customer's number, and the number or name of a part of the record within it."""
    return Column(part, FreeText, primary_key=True)


def customer_key() -> Column[str]:
    """The customer that a part of the record belongs to."""
    return Column("customer", ForeignKey("customers.customer", ondelete="CASCADE"), primary_key=True)


customers = Table(
    "customers",
    metadata,
    Column("customer", FreeText, primary_key=True),
    Column("name", FreeText, nullable=False),
    Column("email", FreeText),
    Column("language", FreeText, nullable=False),
    Column("order_package", BigInteger, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    customer_key(),
    of_customer("family"),
    Column("edition", FreeText, nullable=False),
)

edition_terms = Table(
    "edition_terms",
    metadata,
    customer_key(),
    of_customer("family"),
    Column("term", FreeText, nullable=False),
    Column("ends", Date),
)

licences = Table(
    "licences",
    metadata,
    customer_key(),
    of_customer("licence"),
    Column("position", Integer, nullable=False),
    Column("product", FreeText, nullable=False),
    Column("label", FreeText),
    Column("included", Boolean),
    Column("term_ends", Date),
    Column("price_per_month", Money),
    Column("assigned_to", FreeText),
    Column("booked_via", FreeText),
    Column("pilot", Boolean, nullable=False),
    Column("third_party", FreeText),
    Column("contract", FreeText),
    Column("module", FreeText),
    Column("parent", FreeText),
)

partners = Table(
    "partners",
    metadata,
    customer_key(),
    of_customer("id"),
    Column("position", Integer, nullable=False),
    Column("name", FreeText, nullable=False),
    Column("role", FreeText, nullable=False),
    Column("open_operations", BigInteger, nullable=False),
    Column("stock", BigInteger, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("key", FreeText, primary_key=True),
    Column("workflow_id", FreeText, nullable=False),
    Column("customer", FreeText, nullable=False, index=True),
    Column("kind", FreeText, nullable=False),
    Column("subject", FreeText, nullable=False),
    Column("target", PLAIN),
    Column("placed_at", UtcMoment, nullable=False),
    Column("effective_at", UtcMoment, nullable=False),
    Column("booked", Boolean, nullable=False),
    Column("state", FreeText, nullable=False),
    Column("details", PLAIN),
    Column("optional_services", PLAIN, nullable=False),
    Column("proof", PLAIN),
    Column("reference", FreeText, nullable=False),
)
"""`booked` False: a note of ours only. `state`: booked | withdrawn | superseded | applied."""

Index(
    "uq_orders_one_booking_a_run",
    orders.c.workflow_id,
    unique=True,
    sqlite_where=text("state = 'booked'"),
    postgresql_where=text("state = 'booked'"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("key", FreeText, nullable=False, unique=True),
    Column("action", FreeText, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("proof", PLAIN),
    Column("receipt", PLAIN),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("workflow_id", FreeText, primary_key=True),
    Column("run_id", FreeText, primary_key=True),
    Column("kind", FreeText, nullable=False),
    Column("customer", FreeText, nullable=False),
    Column("watches", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Index("ix_runs_customer_open", "customer", "open"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("task", FreeText, primary_key=True),
    Column("workflow_id", FreeText, nullable=False, index=True),
    Column("run_id", FreeText, nullable=False),
    Column("kind", FreeText, nullable=False),
    Column("customer", FreeText, nullable=False),
    Column("type", FreeText, nullable=False),
    Column("subject", FreeText),
    Column("entry", PLAIN, nullable=False),
    Column("ticket", FreeText),
    Column("opened_at", UtcMoment, nullable=False),
    Column("due", UtcMoment, nullable=False),
    Column("open", Boolean, nullable=False),
    Index("ix_tasks_open_due", "open", "due", "task"),
)
"""`due`: when it is due; a task without a date is due since it was opened."""

tickets = Table(
    "tickets",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("key", FreeText, nullable=False, unique=True),
    Column("category", FreeText, nullable=False),
    Column("customer", FreeText, nullable=False),
    Column("text", FreeText, nullable=False),
    Column("state", FreeText, nullable=False),
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    Column("workflow_id", FreeText, primary_key=True),
    Column("run_id", FreeText, primary_key=True),
    Column("kind", FreeText, nullable=False),
    Column("customer", FreeText, nullable=False),
    Column("subject", FreeText, nullable=False),
    Column("state", FreeText, nullable=False),
    Column("effective_at", UtcMoment),
    Column("order_by", UtcMoment),
    Column("started_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment, nullable=False),
    Column("document", PLAIN, nullable=False),
    Index("ix_ledger_ended_at", "ended_at", "workflow_id", "run_id"),
    Index("ix_ledger_customer_ended_at", "customer", "ended_at"),
)
"""Whatever was started ends here, also what was started by hand under any name: nothing limits its identifiers."""

inbox = Table(
    "inbox",
    metadata,
    Column("source", FreeText, primary_key=True),
    Column("id", FreeText, primary_key=True),
    Column("hash", FreeText, nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("event", FreeText, nullable=False),
    Column("workflow_id", FreeText, nullable=False),
    Column("status", Integer),
    Column("body", PLAIN),
)
"""`status` and `body`: what was answered; null until then."""

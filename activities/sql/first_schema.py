"""The first schema, as revision 0001 creates it. Never changed: a later revision says in its migration what differs.

Moments are UTC on every database. What ended is deleted from the record; the ledger keeps its run.
"""

from sqlalchemy import Boolean, Index, Integer, Table, UniqueConstraint, text

from activities.sql.columns import PLAIN, UtcMoment, counted, keys, needed, new_metadata, optional

schema = new_metadata()
ONLY_BOOKED = text("state = 'booked'")
ONLY_PROMISED = text("stage = 'promised'")

Table("customers", schema, *keys("customer"), *needed("record"), *optional("former_names", of=PLAIN))
Table(
    "orders",
    schema,
    *keys("key"),
    *needed("workflow_id", "customer", "kind", "subject"),
    *optional("target", of=PLAIN),
    *needed("placed_at", "effective_at", of=UtcMoment),
    *needed("booked", of=Boolean),
    *needed("state"),
    *optional("details", of=PLAIN),
    *needed("optional_services", of=PLAIN),
    *optional("proof", of=PLAIN),
    *needed("reference"),
    Index(None, "customer"),
    Index(
        "uq_orders_one_booking_a_run",
        "workflow_id",
        unique=True,
        sqlite_where=ONLY_BOOKED,
        postgresql_where=ONLY_BOOKED,
    ),
)
Table(
    "receipts",
    schema,
    counted("number"),
    *needed("key", "action"),
    *needed("made_at", of=UtcMoment),
    *optional("proof", "receipt", of=PLAIN),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
Table(
    "runs",
    schema,
    *keys("workflow_id", "run_id"),
    *needed("kind", "customer"),
    *needed("watches", "open", of=Boolean),
    Index("ix_runs_customer_open", "customer", "open"),
)
Table(
    "news",
    schema,
    counted("number"),
    *needed("workflow_id", "licence", "state"),
    sqlite_autoincrement=True,
)
Table(
    "tasks",
    schema,
    *keys("task"),
    *needed("workflow_id", "run_id", "kind", "customer", "type"),
    *optional("subject"),
    *needed("entry", of=PLAIN),
    *optional("ticket"),
    *needed("opened_at", "due", of=UtcMoment),
    *needed("open", of=Boolean),
    Index("ix_tasks_open_due", "open", "due", "task"),
    Index(None, "workflow_id"),
)
Table(
    "tickets",
    schema,
    counted("id"),
    *needed("key", "category", "customer", "text", "state"),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
Table(
    "ledger",
    schema,
    *keys("workflow_id", "run_id"),
    *needed("first_run_id", "kind", "customer", "subject", "state"),
    *optional("reason"),
    *optional("effective_at", "order_by", of=UtcMoment),
    *needed("started_at", "ended_at", of=UtcMoment),
    *needed("document", of=PLAIN),
    Index("ix_ledger_ended_at", "ended_at", "workflow_id", "run_id"),
    Index("ix_ledger_customer_ended_at", "customer", "ended_at"),
)
Table(
    "inbox",
    schema,
    *keys("source", "id"),
    *needed("hash"),
    *needed("received_at", of=UtcMoment),
    *needed("event", "workflow_id"),
    *needed("content", "sender", of=PLAIN),
    *needed("attempt", "tries", of=Integer),
    *optional("status", of=Integer),
    *optional("body", of=PLAIN),
    *optional("stage"),
    *optional("due_at", of=UtcMoment),
    Index(None, "due_at"),
    Index("ix_inbox_promised", "workflow_id", sqlite_where=ONLY_PROMISED, postgresql_where=ONLY_PROMISED),
)

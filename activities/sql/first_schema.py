"""The first schema, as revision 0001 creates it. Never changed: a later revision says in its migration what differs.

Moments are UTC on every database. What ended is deleted from the record; the ledger keeps its run.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Index, Integer, Table, UniqueConstraint, text

from activities.sql.columns import PLAIN, UtcMoment, counted, keys, needed, new_metadata, optional

schema = new_metadata()
ONLY_BOOKED = text("state = 'booked'")
ONLY_PROMISED = text("stage = 'promised'")
ONLY_OPEN: dict[str, Any] = {"sqlite_where": text("open = 1"), "postgresql_where": text("open")}

RUNS_BY = ((), ("kind",), ("state",), ("kind", "state"), ("customer",))
TASKS_BY = ((), ("kind",), ("type",), ("kind", "type"), ("customer",))
"""By what a list is searched: each combination has an index, in whose order it is read from any place on. A customer
has few rows, among which the others are looked for one by one."""
STARTED = ("started_at", "workflow_id")
ENDED = ("ended_at", "workflow_id", "run_id")


def of_list(
    table: str, searched_by: Sequence[Sequence[str]], *orders: Sequence[str], first: str | None = None, **only: Any
) -> Iterator[Index]:
    """The indexes of a list, for each combination and each order."""
    begin = [first] if first else []
    for searched in searched_by:
        for order in orders:
            yield Index("_".join(["ix", table, *searched, order[0]]), *begin, *searched, *order, **only)


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
    "open_list",
    schema,
    *keys("workflow_id", "awaited"),
    *needed("run_id", "first_run_id", "kind", "customer", "subject", "state"),
    *needed("waiting_for", of=PLAIN),
    *optional("effective_at", "order_by", of=UtcMoment),
    *needed("started_at", "as_of", of=UtcMoment),
    *of_list("open_list", RUNS_BY, STARTED, ("effective_at", *STARTED), first="awaited"),
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
    *of_list("tasks", TASKS_BY, ("due", "task", "open"), **ONLY_OPEN),
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
    *of_list("ledger", RUNS_BY, ENDED, ("effective_at", *ENDED)),
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

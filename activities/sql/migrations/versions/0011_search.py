"""Let customers be found by a part of their name, cases by number and subject, tasks by ticket."""

import hashlib
import json
import unicodedata
from collections.abc import Callable

from alembic import op
from sqlalchemy import Column, Connection, text

from activities.sql.columns import FreeText

revision = "0011"
down_revision = "0010"

BATCH = 1_000
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    """Add the columns, fill them for what is there, and make the indexes."""
    op.add_column("customers", Column("looked_for", FreeText))
    for table in ("open_list", "ledger"):
        op.add_column(table, Column("case_number", FreeText))
    bind = op.get_bind()
    fill(bind, "customers", ("customer",), ("customer", "record"), "looked_for", looked_for)
    for table, key in (("open_list", "awaited"), ("ledger", "run_id")):
        fill(bind, table, ("workflow_id", key), ("workflow_id", "first_run_id"), "case_number", case_number)
    op.create_index("ix_customers_looked_for", "customers", ["looked_for", "customer"])
    for name in ("case_number", "subject"):
        op.create_index(f"ix_open_list_{name}", "open_list", ["awaited", name, "started_at", "workflow_id"])
        op.create_index(f"ix_ledger_{name}", "ledger", [name, "ended_at", "workflow_id", "run_id"])
    op.create_index("ix_tasks_ticket", "tasks", ["ticket", "task"])
    op.create_index("ix_issued_receipts_customer", "issued_receipts", ["customer", "issued_at", "key"])


def fill(
    bind: Connection, table: str, keys: tuple[str, ...], said: tuple[str, ...], new: str, made: Callable[..., str]
) -> None:
    """Give every row its value, in batches by its keys: what is read may be much. `said`: what the value is made of."""
    names = tuple(dict.fromkeys((*keys, *said)))
    place, order = ", ".join(f":{key}" for key in keys), ", ".join(keys)
    mine = " AND ".join(f"{key} = :{key}" for key in keys)
    behind = text(f"SELECT {', '.join(names)} FROM {table} WHERE ({order}) > ({place}) ORDER BY {order} LIMIT {BATCH}")
    one = text(f"UPDATE {table} SET {new} = :value WHERE {mine}")
    first = text(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order} LIMIT {BATCH}")
    rows = bind.execute(first).mappings().all()
    while rows:
        values = [{key: row[key] for key in keys} | {"value": made(*(row[name] for name in said))} for row in rows]
        bind.execute(one, values)
        rows = bind.execute(behind, {key: rows[-1][key] for key in keys}).mappings().all()


def looked_for(customer: str, record: str) -> str:
    """Number and name, folded."""
    name = f"{customer} {json.loads(record)['name']}"
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def case_number(workflow_id: str, first_run_id: str) -> str:
    """The number of the case that a run is."""
    digest = hashlib.sha256(f"{workflow_id}/{first_run_id}".encode()).digest()
    bits = int.from_bytes(digest[:5], "big")
    code = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"V-{code[:4]}-{code[4:]}"

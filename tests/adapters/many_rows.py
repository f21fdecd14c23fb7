"""Lists with many rows, on SQLite and PostgreSQL: written at once, with the statistics that a planner goes by."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from activities.sql.database import Database
from activities.sql.tables import ledger, open_list, tasks
from activities.sql.urgency import RANKS

KINDS = ("edition", "voucher", "misclick", "pos", "wms_user", "hosting", "connector", "marketplace", "rest_api", "pos2")
STATES = ("feature_warning", "license_check", "order", "scheduled", "support_ticket")
ENDS = ("applied", "abandoned", "refused")
AWAITED = ("customer", "operator", "date", "system")
CLAIMANTS = ("", "anna", "", "ben", "")
"""Of five tasks, who has them."""
TYPES = ("perform", "clarify", "support_ticket", "repair")
BEGAN = datetime(2027, 1, 1, tzinfo=UTC)
CHUNK = 5_000


def run_of(number: int) -> dict[str, Any]:
    """What every row says of its run. Values do not go together, so that every combination has its rows."""
    kind = KINDS[number * 7 % len(KINDS)]
    customer, subject = f"K-{number // 5}", f"S-{number}"
    names = {"workflow_id": f"{kind}/{customer}/{subject}", "run_id": f"r-{number}", "first_run_id": f"r-{number}"}
    effective = None if number % 7 == 0 else BEGAN + timedelta(days=number * 13 % 365)
    dates = {"effective_at": effective, "order_by": None, "started_at": BEGAN + timedelta(seconds=number)}
    return names | {"kind": kind, "customer": customer, "subject": subject} | dates


def open_rows(count: int) -> list[dict[str, Any]]:
    """Rows of the list of open runs, two each."""
    rows = []
    for number in range(count):
        awaited = AWAITED[number * 11 // 3 % len(AWAITED)]
        row = run_of(number) | {"state": STATES[number * 5 // 2 % len(STATES)], "as_of": BEGAN}
        rows += [row | {"waiting_for": [awaited], "awaited": value} for value in ("", awaited)]
    return rows


def ended_rows(count: int) -> list[dict[str, Any]]:
    """Rows of the ledger; none of them is `refused`."""
    return [
        run_of(number)
        | {"state": ENDS[number * 5 // 2 % 2], "reason": None, "ended_at": BEGAN + timedelta(seconds=number * 3)}
        | {"document": {}}
        for number in range(count)
    ]


def task_rows(count: int) -> list[dict[str, Any]]:
    """Rows of the work list, and as many that are closed."""
    rows = []
    for number in range(2 * count):
        run, type_ = run_of(number), TYPES[number * 5 // 2 % len(TYPES)]
        own = {name: run[name] for name in ("workflow_id", "run_id", "kind", "customer", "subject")}
        entry: dict[str, Any] = {
            "task": f"t-{number}",
            "type": type_,
            "due_at": None,
            "instructions": "Click.",
            "decisions": [],
        }
        entry |= {"proof_required": True}
        at = BEGAN + timedelta(seconds=number * 17 % 1_000_000)
        rows.append(
            own
            | {
                "task": f"t-{number}",
                "type": type_,
                "entry": entry,
                "ticket": None,
            }
            | {"opened_at": at, "due": at, "open": number % 2 == 0}
            | {"rank": RANKS[number // 2 % len(RANKS)], "claimed_by": CLAIMANTS[number // 2 % len(CLAIMANTS)]}
        )
    return rows


def fill(database: Database, count: int) -> None:
    """Every list with so many rows, its indexes made when they are there."""
    for table, rows in ((open_list, open_rows(count)), (ledger, ended_rows(count)), (tasks, task_rows(count))):
        with database.write() as connection:
            if database.engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            for index in table.indexes:
                index.drop(connection)
            for begin in range(0, len(rows), CHUNK):
                connection.execute(insert(table), rows[begin : begin + CHUNK])
            for index in table.indexes:
                index.create(connection)
            connection.execute(text(f"ANALYZE {table.name}"))
    if database.engine.dialect.name == "postgresql":  # as its autovacuum does by itself, within a minute
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM"))
            connection.execute(text("RESET statement_timeout"))

"""What operators look for is found on both databases, by any part of a name, and by whatever number they have."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.database import Database
from activities.sql.folded import looked_for
from activities.sql.found import SqlSearch
from activities.sql.ledger import SqlLedger
from activities.sql.open_list import SqlOpenList
from activities.sql.tables import customers, ledger, open_list, tasks
from states.model.names import case_number
from states.model.record import Customer
from states.model.status import End, ShownRun, bare_status
from tests.adapters.databases import database, postgres, settings
from tests.adapters.many_rows import fill

__all__ = ["database", "postgres", "settings"]

NOW = datetime(2027, 1, 12, tzinfo=UTC)
NAMES = {
    "K-1001": "Müller & Söhne GmbH",
    "K-1002": "MÜLLEREI Ölz",
    "K-10010": "Straßen_bau 100% AG",
    "K-3": "İpek Ticaret",
}


def load(database: Database, names: dict[str, str] = NAMES) -> None:
    SqlCustomerRecords(database).load(Customer(customer=number, name=name) for number, name in names.items())


@pytest.mark.parametrize(("wanted", "found"), [
    ("müller", ["K-1001", "K-1002"]), ("MÜLLER", ["K-1001", "K-1002"]), ("söhne müll", ["K-1001"]), ("ölz", ["K-1002"]),
    ("muller", []), ("strassen", ["K-10010"]), ("STRASSEN", ["K-10010"]), ("_", ["K-10010"]), ("%", ["K-10010"]),
    ("100%", ["K-10010"]), ("k-1001", ["K-1001", "K-10010"]), ("K-10010", ["K-10010"]), ("K-3", ["K-3"]),
    ("u\u0308lle", ["K-1001", "K-1002"]), ("müller müller", ["K-1001", "K-1002"]), ("müller xyz", []), ("\x00", []),
    ("  ", []), ("'; DROP TABLE customers", []),
])  # fmt: skip
def test_a_customer_is_found_by_any_part_of_number_and_name(database: Database, wanted: str, found: list[str]) -> None:
    load(database)
    assert list(SqlSearch(database).look(wanted, 20).customers) == found


def test_who_has_another_name_now_is_found_by_that_one(database: Database) -> None:
    load(database)
    load(database, {"K-1001": "Schmidt"})
    assert SqlSearch(database).look("müller", 20).customers == ["K-1002"]
    assert SqlSearch(database).look("schmidt", 20).customers == ["K-1001"]


def test_no_more_are_named_than_asked_for_and_the_one_of_that_number_first(database: Database) -> None:
    load(database, {f"K-10{number}": "Müller" for number in range(30)} | {"K-1": "Müller"})
    assert len(SqlSearch(database).look("müller", 20).customers) == 20
    assert SqlSearch(database).look("k-1", 3).customers[0] == "K-1"


def shown(workflow_id: str, first_run_id: str = "r1", *awaited: Any) -> ShownRun:
    kind, customer, subject = workflow_id.split("/")
    return ShownRun(
        workflow_id=workflow_id, run_id="r9", first_run_id=first_run_id, kind=kind, customer=customer, subject=subject,
        state="order", waiting_for=awaited or ("customer", "operator"), effective_at=None, order_by=None,
        being_booked=False, started_at=NOW, as_of=NOW,
    )  # fmt: skip


def end(workflow_id: str, run_id: str, at: datetime = NOW) -> End:
    kind, customer, subject = workflow_id.split("/")
    status = bare_status(
        workflow_id=workflow_id, run_id=run_id, ui_url="", kind=kind, customer=customer, subject=subject, target=None,
        state="applied", effective_at=None, order_by=None, waiting_for=(),
    )  # fmt: skip
    return End(status=status, started_at=at, ended_at=at, first_run_id=run_id)


def cases(database: Database, wanted: str, limit: int = 20) -> list[tuple[str, str, bool]]:
    found = SqlSearch(database).look(wanted, limit).cases
    return [(case.workflow_id, case.run_id, case.ended_at is None) for case in found]


def test_a_case_is_found_by_number_id_and_subject_open_ones_first(database: Database) -> None:
    SqlLedger(database).record_end(end("pos/K-1001/POS-21", "r-old", NOW - timedelta(days=9)))
    SqlLedger(database).record_end(end("pos/K-1001/POS-21", "r-new", NOW - timedelta(days=2)))
    SqlOpenList(database).show([shown("pos/K-1001/POS-21"), shown("pos/K-7/POS-22")])
    is_open, newer, older = (("pos/K-1001/POS-21", run, run == "r9") for run in ("r9", "r-new", "r-old"))
    assert cases(database, "pos/K-1001/POS-21") == cases(database, "POS-21") == [is_open, newer, older]
    assert cases(database, "pos-21") == [is_open, newer, older]
    assert cases(database, case_number("pos/K-1001/POS-21", "r1")) == [is_open]
    assert cases(database, case_number("pos/K-1001/POS-21", "r-old").lower()) == [older]
    assert cases(database, "POS-21", limit=2) == [is_open, newer]
    assert cases(database, "POS") == cases(database, "V-0000-0000") == []


def test_a_task_is_found_by_number_and_ticket_decided_or_not(database: Database) -> None:
    fill(database, 4)
    with database.write() as connection:
        connection.execute(update(tasks).where(tasks.c.task == "t-3").values(ticket="T-000017"))
    search = SqlSearch(database)
    assert search.look("t-2", 20).tasks == search.look("T-2", 20).tasks == ["t-2"]
    assert search.look("t-000017", 20).tasks == ["t-3"]
    assert search.look("t-00001", 20).tasks == []


def test_what_was_there_before_is_found_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migration fills the columns, in batches: of fewer rows than a batch, of as many, and of more."""
    migration: Any = import_module("activities.sql.migrations.versions.0011_search")
    load(database)
    fill(database, 5)
    with database.write() as connection:
        wanted = connection.execute(select(customers.c.customer, customers.c.looked_for)).all()
        connection.execute(update(customers).values(looked_for=None))
        monkeypatch.setattr(migration, "BATCH", 2)
        migration.fill(
            connection, "customers", ("customer",), ("customer", "record"), "looked_for", migration.looked_for
        )
        assert sorted(connection.execute(select(customers.c.customer, customers.c.looked_for)).all()) == sorted(wanted)
        for table, key in ((open_list, "awaited"), (ledger, "run_id")):
            said = ("workflow_id", "first_run_id")
            migration.fill(connection, table.name, ("workflow_id", key), said, "case_number", migration.case_number)
            rows = connection.execute(select(table.c.workflow_id, table.c.first_run_id, table.c.case_number)).all()
            assert len(rows) >= 5
            assert all(row.case_number == case_number(row.workflow_id, row.first_run_id) for row in rows)
    assert all(row.looked_for == looked_for(row.customer, NAMES[row.customer]) for row in wanted)

"""The customers' records: each one document, read and written whole, since nobody asks for a part of it alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, update

from activities.ports import LoadReport, TouchedRun
from activities.sql.database import Database, insert_where_new, writes
from activities.sql.folded import looked_for
from activities.sql.news import keep_news
from activities.sql.runs import open_runs_of_all
from activities.sql.tables import customers
from activities.subjects import changed_for
from states.model.record import Customer, NamedPart
from states.model.request import LicenceChanged

LOADED = LicenceChanged(licence="record", state="loaded")
"""What a run is told whose customer's record was loaded anew."""
SHORT, MOST_REMEMBERED = 4_000, 256
"""So many characters has a document at most that is remembered once it is read, and so many are."""
NUMBER = customers.c.customer.type
EITHER = customers.c.customer.in_((bindparam("customer", type_=NUMBER), bindparam("other", type_=NUMBER)))
# In order, so that those who lock two of them never cross.
RECORDS = select(customers).where(EITHER).order_by(customers.c.customer)
LOCKED = RECORDS.with_for_update()
ALL = customers.c.customer.in_(bindparam("customers", expanding=True))
EVERY = select(customers).where(ALL)
ALL_LOCKED = EVERY.order_by(customers.c.customer).with_for_update()
NEXT_RECORD = update(customers).where(customers.c.customer == bindparam("whose", type_=NUMBER))


class Kept(NamedTuple):
    """A record as it is kept, with what licences and partners were called that have left it."""

    record: Customer
    former_names: Mapping[NamedPart, str]


@dataclass(frozen=True)
class SqlCustomerRecords:
    """The port `CustomerRecords` in our own database."""

    database: Database

    def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""
        return self.with_former_names(customer)[0]

    def with_former_names(self, customer: str) -> tuple[Customer | None, Mapping[NamedPart, str]]:
        """The customer's present record, or None, and what licences and partners were called that have left it."""
        with self.database.read() as connection:
            kept = read_record(connection, customer)
            return (kept.record, kept.former_names) if kept else (None, {})

    def several(self, customers: Collection[str]) -> Mapping[str, tuple[Customer, Mapping[NamedPart, str]]]:
        """The same of all these customers who are known, by number, in one read."""
        with self.database.read() as connection:
            rows = connection.execute(EVERY, {"customers": list(customers)}) if customers else ()
            return {kept.record.customer: (kept.record, kept.former_names) for kept in map(kept_of, rows)}

    def load(self, records: Iterable[Customer]) -> LoadReport:
        """Replace or create these customers in one transaction, always in the same order, so that loads never cross.

        What is booked stays so; the open runs that it concerns are told, and check again.
        """
        given = {record.customer: record for record in sorted(records, key=attrgetter("customer"))}
        touched: list[TouchedRun] = []
        with self.database.write() as connection:
            created = insert_new(connection, given.values())
            there = [customer for customer in given if customer not in created]
            changes = [
                (kept, given[kept.record.customer])
                for kept in read_all(connection, there)
                if kept.record != given[kept.record.customer]
            ]
            if changes:
                connection.execute(NEXT_RECORD, [next_row(record, kept) for kept, record in changes])
                touched = touched_runs(connection, [(kept.record, record) for kept, record in changes])
                keep_news(connection, (run.workflow_id for run in touched), LOADED)
        return LoadReport(tuple(customer for customer in given if customer in created), tuple(there), tuple(touched))


def insert_new(connection: Connection, records: Iterable[Customer]) -> frozenset[str]:
    """Insert those of these records that are not there yet; answers which they were.

    One that another load is inserting is waited for, and there then.
    """
    rows = [{"customer": record.customer} | columns_of(record) for record in records]
    if not rows:
        return frozenset()
    statement = insert_where_new(connection.dialect.name, customers, (customers.c.customer,))
    return frozenset(connection.scalars(statement, rows))


def touched_runs(connection: Connection, changes: Sequence[tuple[Customer, Customer]]) -> list[TouchedRun]:
    """The open runs for which something changes where records become others."""
    open_runs = open_runs_of_all(connection, [present.customer for present, _ in changes])
    touched = []
    for present, record in changes:
        for workflow_id in open_runs.get(record.customer, ()):
            kind, _, subject = workflow_id.split("/", 2)
            if changed := changed_for(kind, subject, present, record):
                touched.append(TouchedRun(record.customer, workflow_id, changed))
    return touched


def read_record(connection: Connection, customer: str) -> Kept | None:
    """The record as it stands, or None where the customer is unknown.

    In a transaction that writes, nobody else changes it before the end of that.
    """
    return next(iter(read_records(connection, customer, customer)), None)


def read_records(connection: Connection, customer: str, other: str) -> list[Kept]:
    """The same of two customers, in the order of their numbers."""
    statement = LOCKED if writes(connection) else RECORDS
    return [kept_of(row) for row in connection.execute(statement, {"customer": customer, "other": other})]


def read_all(connection: Connection, numbers: Collection[str]) -> list[Kept]:
    """The records of all these customers, likewise, which nobody else changes before the end of the transaction."""
    return [kept_of(row) for row in connection.execute(ALL_LOCKED, {"customers": numbers})] if numbers else []


def kept_of(row: Row[tuple[str, str, dict[str, dict[str, str]] | None]]) -> Kept:
    """A row as the record that it holds."""
    former = {
        (part, number): name for part, names in (row.former_names or {}).items() for number, name in names.items()
    }
    return Kept(record_in(row.record), former)


def record_in(document: str) -> Customer:
    """The record that a document is. What a document says never changes: a short one is read once, and remembered."""
    return remembered(document) if len(document) <= SHORT else read_document(document)


def read_document(document: str) -> Customer:
    """The same, read anew."""
    return Customer.model_validate_json(document)


remembered = lru_cache(maxsize=MOST_REMEMBERED)(read_document)


def write_record(connection: Connection, record: Customer, present: Kept) -> None:
    """Make the record this one; `present` is what it was."""
    if record != present.record:
        connection.execute(NEXT_RECORD, next_row(record, present))


def next_row(record: Customer, present: Kept) -> dict[str, Any]:
    """The row of a record that takes the place of another; what those are called that leave it is kept."""
    staying = record.names()
    left = {part: name for part, name in present.record.names().items() if part not in staying}
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for (part, number), name in {**present.former_names, **left}.items():
        names[part][number] = name
    return {"whose": record.customer, "former_names": names or None} | columns_of(record)


def columns_of(record: Customer) -> dict[str, str]:
    """A record as its row keeps it, with what it is found by."""
    return {"record": document_of(record), "looked_for": looked_for(record.customer, record.name)}


def document_of(record: Customer) -> str:
    """A record as its line in the file, without what is not said."""
    return record.model_dump_json(exclude_none=True)

"""The customers' records between their tables and their value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update

from activities.ports import LoadReport, TouchedRun
from activities.sql.database import Database
from activities.sql.news import keep_news
from activities.sql.runs import open_runs_of
from activities.sql.tables import customers, edition_terms, editions, former_names, licences, partners
from activities.subjects import changed_for
from states.model.record import Customer, EditionTerm, Licence, NamedPart, Partner
from states.model.request import LicenceChanged

LOADED = LicenceChanged(licence="record", state="loaded")
"""What a run is told whose customer's record was loaded anew."""


@dataclass(frozen=True)
class SqlCustomerRecords:
    """The port `CustomerRecords` in our own database."""

    database: Database

    def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""
        with self.database.read() as connection:
            return read_record(connection, customer)

    def former_names(self, customer: str) -> dict[NamedPart, str]:
        """What licences and partners were called that have left the record."""
        with self.database.read() as connection:
            rows = connection.execute(select(former_names).where(former_names.c.customer == customer))
            return {(row.part, row.number): row.name for row in rows}

    def load(self, records: Iterable[Customer]) -> LoadReport:
        """Replace or create these customers in one transaction, always in the same order, so that loads never cross.

        What is booked stays so; the open runs that it concerns are told, and check again.
        """
        created: list[str] = []
        replaced: list[str] = []
        touched: list[TouchedRun] = []
        with self.database.write() as connection:
            for record in sorted(records, key=lambda record: record.customer):
                lock(connection, record.customer)
                present = read_record(connection, record.customer)
                (created if present is None else replaced).append(record.customer)
                write_record(connection, record, present)
                if present is not None:
                    touched += touched_runs(connection, present, record)
            keep_news(connection, (run.workflow_id for run in touched), LOADED)
        return LoadReport(tuple(created), tuple(replaced), tuple(touched))


def touched_runs(connection: Connection, present: Customer, record: Customer) -> list[TouchedRun]:
    """The customer's open runs for which something changes."""
    runs = []
    for workflow_id in open_runs_of(connection, record.customer):
        kind, _, subject = workflow_id.split("/", 2)
        changed = changed_for(kind, subject, present, record)
        if changed:
            runs.append(TouchedRun(record.customer, workflow_id, changed))
    return runs


def lock(connection: Connection, customer: str) -> None:
    """Let nobody else change this customer's record before the transaction ends."""
    connection.execute(select(customers.c.customer).where(customers.c.customer == customer).with_for_update())


def read_record(connection: Connection, customer: str) -> Customer | None:
    """The record as it stands, or None where the customer is unknown."""
    own = connection.execute(select(customers).where(customers.c.customer == customer)).one_or_none()
    if own is None:
        return None
    parts = {
        "editions": {row["family"]: row["edition"] for row in rows_of(connection, editions, customer)},
        "edition_terms": {
            row.pop("family"): EditionTerm(**row) for row in rows_of(connection, edition_terms, customer)
        },
        "licences": [Licence(**row) for row in rows_of(connection, licences, customer)],
        "partners": [Partner(**row) for row in rows_of(connection, partners, customer)],
    }
    return Customer.model_validate({**own._mapping, **parts})


def rows_of(connection: Connection, table: Table, customer: str) -> list[dict[str, Any]]:
    """The rows of one customer, as the file gave them."""
    order = table.c.position if "position" in table.c else table.c.family
    fields = [column for column in table.c if column.name not in ("customer", "position")]
    rows = connection.execute(select(*fields).where(table.c.customer == customer).order_by(order))
    return [dict(row) for row in rows.mappings()]


def write_record(connection: Connection, record: Customer, present: Customer | None) -> None:
    """Make the record this one; `present` is what it was. Parts that stay the same are not written."""
    own = own_row(record)
    if present is None:
        connection.execute(insert(customers).values(own))
    elif own != own_row(present):
        connection.execute(update(customers).where(customers.c.customer == record.customer).values(own))
    keep_names(connection, record, present)
    present_parts = parts_of(present) if present else {}
    for table, rows in parts_of(record).items():
        if rows == present_parts.get(table, []):
            continue
        connection.execute(delete(table).where(table.c.customer == record.customer))
        if rows:
            connection.execute(insert(table), [{"customer": record.customer, **row} for row in rows])


def keep_names(connection: Connection, record: Customer, present: Customer | None) -> None:
    """Keep what those are called that leave the record."""
    staying = record.names()
    left = {part: name for part, name in present.names().items() if part not in staying} if present else {}
    if left:
        table, own = former_names.c, former_names.c.customer == record.customer
        connection.execute(delete(former_names).where(own, tuple_(table.part, table.number).in_(left)))
        rows = [
            {"customer": record.customer, "part": part, "number": number, "name": name}
            for (part, number), name in left.items()
        ]
        connection.execute(insert(former_names), rows)


def own_row(record: Customer) -> dict[str, Any]:
    """The customer's own row."""
    return record.model_dump(include=set(customers.columns.keys()))


def parts_of(record: Customer) -> dict[Table, list[dict[str, Any]]]:
    """The rows of each table beneath the customer's own; those with a `position` keep the order as it was given."""
    return {
        editions: [{"family": family, "edition": edition} for family, edition in record.editions.items()],
        edition_terms: [{"family": family, **term.model_dump()} for family, term in record.edition_terms.items()],
        licences: [{"position": place, **row.model_dump()} for place, row in enumerate(record.licences)],
        partners: [{"position": place, **row.model_dump()} for place, row in enumerate(record.partners)],
    }

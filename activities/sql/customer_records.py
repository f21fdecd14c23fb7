"""The customers' records between their tables and their value."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import LoadReport, SparedSubject
from activities.sql.database import Database
from activities.sql.runs import open_runs_of
from activities.sql.tables import customers, edition_terms, editions, licences, partners
from activities.subjects import subject_of
from states.model.record import Customer, EditionTerm, Licence, Partner

LICENCE_FIELDS = tuple(Licence.model_fields)
PARTNER_FIELDS = tuple(Partner.model_fields)
OWN_FIELDS = ("name", "email", "language", "order_package")


@dataclass(frozen=True)
class SqlCustomerRecords:
    """The port `CustomerRecords` in our own database."""

    database: Database

    async def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""
        async with self.database.read() as connection:
            return await read_record(connection, customer)

    async def load(self, records: Iterable[Customer]) -> LoadReport:
        """Replace or create these customers in one transaction, always in the same order, so that loads never cross."""
        created: list[str] = []
        replaced: list[str] = []
        spared: list[SparedSubject] = []
        async with self.database.write() as connection:
            for record in sorted(records, key=lambda record: record.customer):
                await lock(connection, record.customer)
                present = await read_record(connection, record.customer)
                if present is None:
                    created.append(record.customer)
                else:
                    replaced.append(record.customer)
                    record = await self.spare(connection, present, record, spared)
                await write_record(connection, record, present)
        return LoadReport(tuple(created), tuple(replaced), tuple(spared))

    @staticmethod
    async def spare(
        connection: AsyncConnection, present: Customer, record: Customer, spared: list[SparedSubject]
    ) -> Customer:
        """The record with the subjects of open runs as they are at present, which are added to `spared`."""
        for workflow_id in await open_runs_of(connection, record.customer):
            kind, _, subject = workflow_id.split("/", 2)
            sparing = subject_of(kind).spared(present, record, subject)
            if sparing is not None:
                record = sparing
                spared.append(SparedSubject(record.customer, subject, workflow_id))
        return record


async def lock(connection: AsyncConnection, customer: str) -> None:
    """Let nobody else change this customer's record before the transaction ends."""
    await connection.execute(select(customers.c.customer).where(customers.c.customer == customer).with_for_update())


async def read_record(connection: AsyncConnection, customer: str) -> Customer | None:
    """The record as it stands, or None where the customer is unknown."""
    own = (await connection.execute(select(customers).where(customers.c.customer == customer))).one_or_none()
    if own is None:
        return None
    edition_rows = await rows_of(connection, editions, customer)
    term_rows = await rows_of(connection, edition_terms, customer)
    licence_rows = await rows_of(connection, licences, customer)
    partner_rows = await rows_of(connection, partners, customer)
    return Customer(
        customer=customer,
        **fields_of(own, OWN_FIELDS),
        editions={row.family: row.edition for row in edition_rows},
        edition_terms={row.family: EditionTerm(term=row.term, ends=row.ends) for row in term_rows},
        licences=tuple(Licence(**fields_of(row, LICENCE_FIELDS)) for row in licence_rows),
        partners=tuple(Partner(**fields_of(row, PARTNER_FIELDS)) for row in partner_rows),
    )


async def rows_of(connection: AsyncConnection, table: Table, customer: str) -> list[Row[Any]]:
    """The rows of one customer, as the file gave them."""
    order = table.c.position if "position" in table.c else table.c.family
    return list((await connection.execute(select(table).where(table.c.customer == customer).order_by(order))).all())


async def write_record(connection: AsyncConnection, record: Customer, present: Customer | None) -> None:
    """Make the record this one; `present` is what it was. Parts that stay the same are not written."""
    own = fields_of(record, OWN_FIELDS)
    if present is None:
        await connection.execute(insert(customers).values(customer=record.customer, **own))
    elif own != fields_of(present, OWN_FIELDS):
        await connection.execute(update(customers).where(customers.c.customer == record.customer).values(**own))
    present_parts = parts_of(present) if present else {}
    for table, rows in parts_of(record).items():
        if rows == present_parts.get(table, []):
            continue
        await connection.execute(delete(table).where(table.c.customer == record.customer))
        if rows:
            await connection.execute(insert(table), [{"customer": record.customer, **row} for row in rows])


def parts_of(record: Customer) -> dict[Table, list[dict[str, Any]]]:
    """The rows of each table beneath the customer's own."""
    return {
        editions: [{"family": family, "edition": edition} for family, edition in record.editions.items()],
        edition_terms: [
            {"family": family, "term": term.term, "ends": term.ends} for family, term in record.edition_terms.items()
        ],
        licences: numbered(record.licences, LICENCE_FIELDS),
        partners: numbered(record.partners, PARTNER_FIELDS),
    }


def numbered(values: Collection[Licence] | Collection[Partner], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows that keep the order in which they were given."""
    return [{"position": position} | fields_of(value, fields) for position, value in enumerate(values)]


def fields_of(source: object, fields: tuple[str, ...]) -> dict[str, Any]:
    """These attributes of a value or a row, by name."""
    return {name: getattr(source, name) for name in fields}

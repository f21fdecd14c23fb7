"""The customer's record between its tables and its value."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.sql.tables import customers, edition_terms, editions, licences, partners
from states.model.record import Customer, EditionTerm, Licence, Partner

LICENCE_FIELDS = tuple(Licence.model_fields)
PARTNER_FIELDS = tuple(Partner.model_fields)
OWN_FIELDS = ("name", "email", "language", "order_package")


async def lock(connection: AsyncConnection, customer: str) -> None:
    """Let nobody else change this customer's record before the transaction ends."""
    await connection.execute(select(customers.c.customer).where(customers.c.customer == customer).with_for_update())


async def read_record(connection: AsyncConnection, customer: str) -> Customer | None:
    """The record as it stands, or None where the customer is unknown."""
    own = (await connection.execute(select(customers).where(customers.c.customer == customer))).one_or_none()
    if own is None:
        return None
    held = await rows_of(connection, editions, customer)
    terms = await rows_of(connection, edition_terms, customer)
    return Customer(
        customer=customer,
        **{name: getattr(own, name) for name in OWN_FIELDS},
        editions={row.family: row.edition for row in held},
        edition_terms={row.family: EditionTerm(term=row.term, ends=row.ends) for row in terms},
        licences=tuple(
            Licence(**{name: getattr(row, name) for name in LICENCE_FIELDS})
            for row in await rows_of(connection, licences, customer)
        ),
        partners=tuple(
            Partner(**{name: getattr(row, name) for name in PARTNER_FIELDS})
            for row in await rows_of(connection, partners, customer)
        ),
    )


async def rows_of(connection: AsyncConnection, table: Table, customer: str) -> list[Row[Any]]:
    """The rows of one customer, as the file gave them."""
    order = table.c.position if "position" in table.c else table.c.family
    return list((await connection.execute(select(table).where(table.c.customer == customer).order_by(order))).all())


async def write_record(connection: AsyncConnection, record: Customer) -> None:
    """Make the record this one, whatever it was."""
    own = {name: getattr(record, name) for name in OWN_FIELDS}
    changed = await connection.execute(update(customers).where(customers.c.customer == record.customer).values(**own))
    if changed.rowcount == 0:
        await connection.execute(insert(customers).values(customer=record.customer, **own))
    for table, rows in parts_of(record):
        await connection.execute(delete(table).where(table.c.customer == record.customer))
        if rows:
            await connection.execute(insert(table), [{"customer": record.customer, **row} for row in rows])


def parts_of(record: Customer) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The rows of each table beneath the customer's own."""
    return [
        (editions, [{"family": family, "edition": edition} for family, edition in record.editions.items()]),
        (
            edition_terms,
            [{"family": name, "term": term.term, "ends": term.ends} for name, term in record.edition_terms.items()],
        ),
        (licences, numbered(record.licences, LICENCE_FIELDS)),
        (partners, numbered(record.partners, PARTNER_FIELDS)),
    ]


def numbered(values: Collection[Licence] | Collection[Partner], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows that keep the order in which they were given."""
    return [
        {"position": position} | {name: getattr(value, name) for name in fields}
        for position, value in enumerate(values)
    ]


async def change_order_package(connection: AsyncConnection, customer: str, tier: int) -> None:
    """Another order package."""
    await connection.execute(update(customers).where(customers.c.customer == customer).values(order_package=tier))


async def change_edition(connection: AsyncConnection, customer: str, family: str, edition: str) -> None:
    """Another edition of a family; the term was the former one's."""
    of_family = (editions.c.customer == customer, editions.c.family == family)
    await connection.execute(update(editions).where(*of_family).values(edition=edition))
    await connection.execute(
        delete(edition_terms).where(edition_terms.c.customer == customer, edition_terms.c.family == family)
    )


async def remove_licences(connection: AsyncConnection, customer: str, gone: Collection[str]) -> None:
    """Licences leave the record; those that are gone already do no harm."""
    await connection.execute(
        delete(licences).where(licences.c.customer == customer, licences.c.licence.in_(list(gone)))
    )


async def remove_partners(connection: AsyncConnection, customer: str) -> None:
    """The cooperation with every partner has ended (FFN5)."""
    await connection.execute(delete(partners).where(partners.c.customer == customer))


async def assign(connection: AsyncConnection, customer: str, licence: str, to: str) -> None:
    """A WMS user is assigned elsewhere (WMU4)."""
    await connection.execute(
        update(licences).where(licences.c.customer == customer, licences.c.licence == licence).values(assigned_to=to)
    )

"""Customers' data from a JSON Lines file: validated whole, then written whole (contract, Customers' data)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.sql.column_types import UNSTORABLE
from activities.sql.customer_records import lock, read_record, write_record
from activities.sql.database import fault, opened
from activities.sql.subjects import NO_LICENCE
from activities.sql.tables import runs
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.record import Customer, Licence
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT

LARGEST = 2**31 - 1
"""The largest number that a record may hold."""


class LoadFailed(ValueError):
    """The file is wrong, and nothing was written. `problems` are lines of the form `line 3: field: what is wrong`."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            f"{path} was not loaded, nothing was changed:\n" + "\n".join(f"  {one}" for one in self.problems)
        )


@dataclass(frozen=True)
class Left:
    """What a second load left as it was, since a run is open for it."""

    customer: str
    subject: str
    workflow_id: str


@dataclass(frozen=True)
class LoadReport:
    """What a load did: customers new and replaced, and what was left since runs are open for it."""

    created: tuple[str, ...]
    replaced: tuple[str, ...]
    left: tuple[Left, ...]

    @property
    def customers(self) -> int:
        """How many customers were loaded."""
        return len(self.created) + len(self.replaced)


async def load_customers(settings: Settings, path: str | Path) -> LoadReport:
    """Load a file of customers, all or nothing.

    A customer that is there already is replaced, but for the subjects of open runs. Raises `LoadFailed` with every
    fault of the file, and `Misconfigured` or `Unavailable` of the database.
    """
    records = read_file(Path(path), products_of(load_catalogues(settings.catalogue_dir)))
    created: list[str] = []
    replaced: list[str] = []
    left: list[Left] = []
    async with opened(settings) as database:
        try:
            async with database.write() as connection:
                for record in sorted(records, key=lambda one: one.customer):
                    known = await replace(connection, record, left)
                    (replaced if known else created).append(record.customer)
        except SQLAlchemyError as error:
            raise fault(error) from None
    return LoadReport(tuple(created), tuple(replaced), tuple(left))


async def customer(settings: Settings, customer: str) -> dict[str, Any] | None:
    """One customer in the form of the file's lines, with every field; None where the customer is unknown."""
    async with opened(settings) as database:
        try:
            async with database.read() as connection:
                record = await read_record(connection, customer)
        except SQLAlchemyError as error:
            raise fault(error) from None
    return record.model_dump(mode="json") if record else None


async def replace(connection: AsyncConnection, record: Customer, left: list[Left]) -> bool:
    """Write one record; whether there was one. What was left is added to `left`."""
    await lock(connection, record.customer)
    present = await read_record(connection, record.customer)
    if present is None:
        await write_record(connection, record)
        return False
    mine = select(runs).where(runs.c.customer == record.customer, runs.c.open).order_by(runs.c.workflow_id)
    for run in (await connection.execute(mine)).all():
        subject = run.workflow_id.split("/", 2)[2]
        kept = keeping(present, record, run.kind, subject)
        if kept is not None:
            record = kept
            left.append(Left(record.customer, subject, run.workflow_id))
    await write_record(connection, record)
    return True


def keeping(present: Customer, new: Customer, kind: str, subject: str) -> Customer | None:
    """The new record with one subject as it is at present, there or gone; None where it is none of the record's."""
    if kind == "edition":
        return new.model_copy(
            update={
                "editions": one_kept(present.editions, new.editions, subject),
                "edition_terms": one_kept(present.edition_terms, new.edition_terms, subject),
            }
        )
    if kind == "order_package":
        return new.model_copy(update={"order_package": present.order_package})
    if kind == "fulfillment":
        return new.model_copy(update={"partners": present.partners})
    if kind in NO_LICENCE:
        return None
    field = "product" if kind in SUBJECT_IS_PRODUCT else "licence"
    return new.model_copy(update={"licences": licences_kept(present.licences, new.licences, field, subject)})


def one_kept(present: dict[Any, Any], new: dict[Any, Any], key: str) -> dict[Any, Any]:
    """The new entries, but one of them as at present."""
    return {name: value for name, value in new.items() if name != key} | ({key: present[key]} if key in present else {})


def licences_kept(
    present: tuple[Licence, ...], new: tuple[Licence, ...], field: str, subject: str
) -> tuple[Licence, ...]:
    """The new licences, but those of one subject as at present, where they stood in the file."""
    kept = [one for one in present if getattr(one, field) == subject]
    numbers = {one.licence for one in kept}
    result: list[Licence] = []
    for one in new:
        if getattr(one, field) != subject and one.licence not in numbers:
            result.append(one)
        elif kept:
            result.append(kept.pop(0))
    return (*result, *kept)


# Reading and validating.


def products_of(catalogues: Catalogues) -> tuple[str, ...]:
    """The product keys of every version, without modules' own entries."""
    return tuple(dict.fromkeys(key.partition("/")[0] for one in catalogues.all for key in one.products))


def read_file(path: Path, products: tuple[str, ...]) -> list[Customer]:
    """The customers of a file. Raises `LoadFailed` with every fault, each with its line and field."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise LoadFailed(path, [f"the file cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise LoadFailed(path, [f"the file is not UTF-8: byte {error.start}"]) from None
    problems: list[str] = []
    records: list[Customer] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = read_line(line)
        faults = found if isinstance(found, list) else faults_of(found, products)
        if isinstance(found, Customer):
            records.append(found)
            first = seen.setdefault(found.customer, number)
            if first != number:
                faults.append(f"customer: {found.customer} stands in line {first} already")
        problems += [f"line {number}: {fault}" for fault in faults]
    if problems:
        raise LoadFailed(path, problems)
    return records


def read_line(line: str) -> Customer | list[str]:
    """The customer of a line, or what is wrong with its fields."""
    try:
        return Customer.model_validate_json(line, strict=True)
    except ValidationError as error:
        return [f"{place(one['loc'])}: {one['msg']}" for one in error.errors(include_input=False, include_url=False)]


def place(loc: tuple[int | str, ...]) -> str:
    """Where in a line a fault is: `licences.0.product`."""
    return ".".join(str(part) for part in loc if part != "[key]") or "the line"


def faults_of(record: Customer, products: tuple[str, ...]) -> list[str]:
    """What is wrong with a record whose shape is right."""
    faults = [
        f"editions.{family}: {edition} is not an edition of {family}"
        for family, edition in record.editions.items()
        if not edition.startswith(f"{family}_")
    ]
    faults += [
        f"edition_terms.{family}: there is no edition of {family}"
        for family in record.edition_terms
        if family not in record.editions
    ]
    faults += [
        f"licences.{index}.product: {one.product} is not a product; known are {', '.join(products)}"
        for index, one in enumerate(record.licences)
        if one.product not in products
    ]
    faults += twice("licences", "licence", [one.licence for one in record.licences])
    faults += twice("partners", "id", [one.id for one in record.partners])
    return faults + unstorable(json.loads(record.model_dump_json()))


def twice(part: str, field: str, names: list[str]) -> list[str]:
    """Names that stand there more than once."""
    return [
        f"{part}.{index}.{field}: {name} stands in {part}.{names.index(name)} already"
        for index, name in enumerate(names)
        if names.index(name) != index
    ]


def unstorable(value: Any, where: str = "") -> list[str]:
    """Texts and numbers that no database keeps as they are."""
    if isinstance(value, dict):
        return [one for key, entry in value.items() for one in unstorable(entry, f"{where}.{key}" if where else key)]
    if isinstance(value, list):
        return [one for index, entry in enumerate(value) for one in unstorable(entry, f"{where}.{index}")]
    if isinstance(value, str) and UNSTORABLE.search(value):
        return [f"{where}: holds a character that cannot be kept"]
    if isinstance(value, int) and not isinstance(value, bool) and value > LARGEST:
        return [f"{where}: {value} is too large"]
    return []

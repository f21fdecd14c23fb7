"""A file of customers as JSON Lines, read and validated whole (docs/contract.md, Customers' data)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from activities.ports import UnknownProduct
from activities.sql.columns import UNSTORABLE
from catalogue.loader import Catalogues
from states.model.record import Customer

LARGEST = 2**31 - 1
"""The largest number that a record may hold."""


class LoadFailed(ValueError):
    """The file is wrong, and nothing was written. `problems` are lines of the form `line 3: field: what is wrong`."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{path} was not loaded, nothing was changed:\n{lines}")


def read_customers(path: Path) -> list[Customer]:
    """The customers of a file. Raises `LoadFailed` with every fault, each with its line and field."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise LoadFailed(path, [f"the file cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise LoadFailed(path, [f"the file is not UTF-8: byte {error.start}"]) from None
    problems: list[str] = []
    records: dict[str, Customer] = {}
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = Customer.model_validate_json(line, strict=True)
        except ValidationError as error:
            faults = [f"{place(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_url=False)]
        else:
            faults = list(faults_of(record))
            records[record.customer] = record
            first = line_of.setdefault(record.customer, number)
            if first != number:
                faults.append(f"customer: {record.customer} stands in line {first} already")
        problems += [f"line {number}: {fault}" for fault in faults]
    if problems:
        raise LoadFailed(path, problems)
    return list(records.values())


def unknown_products(records: Iterable[Customer], catalogues: Catalogues) -> Iterator[UnknownProduct]:
    """The licences whose product is in no version of the catalogue: kept and shown, and not ended here (G1)."""
    products = {key.partition("/")[0] for version in catalogues.all for key in version.products}
    for record in records:
        for licence in record.licences:
            if licence.product not in products:
                yield UnknownProduct(record.customer, licence.licence, licence.product)


def place(loc: tuple[int | str, ...]) -> str:
    """Where in a line a fault is: `licences.0.product`."""
    return ".".join(str(part) for part in loc if part != "[key]") or "the line"


def faults_of(record: Customer) -> Iterator[str]:
    """What is wrong with a record whose shape is right."""
    for family, edition in record.editions.items():
        if not edition.startswith(f"{family}_"):
            yield f"editions.{family}: {edition} is not an edition of {family}"
    for family in record.edition_terms:
        if family not in record.editions:
            yield f"edition_terms.{family}: there is no edition of {family}"
    yield from repeated("licences", "licence", [licence.licence for licence in record.licences])
    yield from repeated("partners", "id", [partner.id for partner in record.partners])
    yield from unstorable(record.model_dump(mode="json"))


def repeated(part: str, field: str, names: list[str]) -> Iterator[str]:
    """Names that stand there more than once."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if first.setdefault(name, index) != index:
            yield f"{part}.{index}.{field}: {name} stands in {part}.{first[name]} already"


def unstorable(value: Any, where: str = "") -> Iterator[str]:
    """Texts and numbers that no database keeps as they are."""
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from unstorable(part, f"{where}.{name}" if where else str(name))
    elif isinstance(value, str) and UNSTORABLE.search(value):
        yield f"{where}: holds a character that cannot be kept"
    elif isinstance(value, int) and not isinstance(value, bool) and value > LARGEST:
        yield f"{where}: {value} is too large"

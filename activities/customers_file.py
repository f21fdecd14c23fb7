"""A file of customers as JSON Lines: validated whole, then read again in batches (docs/contract.md, Customers' data).

No more of it is held than a batch and the customers' numbers, however large it is.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from activities.mail.addresses import faults_of_field
from activities.ports import Misconfigured, UnknownProduct
from activities.sql.columns import UNSTORABLE
from catalogue.loader import Catalogues
from states.model.record import Customer

LARGEST = 2**31 - 1
"""The largest number that a record may hold."""
MOST_AT_ONCE, LARGEST_BATCH = 100, 256 * 1024
"""So many customers, and bytes of their lines, are one transaction: others wait for it, far less than a second."""
MARK = "\N{BYTE ORDER MARK}"


class LoadFailed(ValueError):
    """The file is wrong, and nothing was written. `problems` are lines of the form `line 3: field: what is wrong`."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{path} was not loaded, nothing was changed:\n{lines}")


class CheckedFile(NamedTuple):
    """A file in which nothing is wrong: how many customers it holds, and their licences of products nobody knows."""

    customers: int
    unknown: tuple[UnknownProduct, ...]


def check_file(path: Path, catalogues: Catalogues) -> CheckedFile:
    """Validate a file whole. Raises `LoadFailed` with every fault, each with its line and field."""
    products = {key.partition("/")[0] for version in catalogues.all for key in version.products}
    problems: list[str] = []
    unknown: list[UnknownProduct] = []
    line_of: dict[str, int] = {}
    for number, line in lines_of(path):
        try:
            record = Customer.model_validate_json(line, strict=True)
        except ValidationError as error:
            faults = [f"{place(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_url=False)]
        else:
            faults = list(faults_of(record))
            unknown += unknown_products(record, products)
            first = line_of.setdefault(record.customer, number)
            if first != number:
                faults.append(f"customer: {record.customer} stands in line {first} already")
        problems += [f"line {number}: {fault}" for fault in faults]
    if problems:
        raise LoadFailed(path, problems)
    return CheckedFile(len(line_of), tuple(unknown))


def batches_of(path: Path) -> Iterator[list[Customer]]:
    """The customers of a file that was checked, as many at once as one transaction takes.

    Raises `Misconfigured` where the file is not any more what was checked.
    """
    batch: list[Customer] = []
    size = 0
    for number, line in lines_of(path):
        size += len(line)
        if batch and (len(batch) == MOST_AT_ONCE or size > LARGEST_BATCH):
            yield batch
            batch, size = [], len(line)
        try:
            batch.append(Customer.model_validate_json(line, strict=True))
        except ValidationError:
            raise changed(path, f"line {number} is no customer any more") from None
    if batch:
        yield batch


def changed(path: Path, what: str) -> Misconfigured:
    """The file is not any more what was checked."""
    return Misconfigured(f"{path} has changed while it was loaded: {what}")


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, by number. Raises `LoadFailed` where they cannot be read."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.decode().removeprefix(MARK if number == 1 else "").strip()
                if text:
                    yield number, text
    except OSError as error:
        raise LoadFailed(path, [f"the file cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise LoadFailed(path, [f"line {number}: not UTF-8: byte {error.start} of the line"]) from None


def unknown_products(record: Customer, products: set[str]) -> Iterator[UnknownProduct]:
    """The licences whose product is in no version of the catalogue: kept and shown, and not ended here (G1)."""
    for licence in record.licences:
        if licence.product not in products:
            yield UnknownProduct(record.customer, licence.licence, licence.product)


def place(loc: tuple[int | str, ...]) -> str:
    """Where in a line a fault is: `licences.0.product`."""
    return ".".join(str(part) for part in loc if part != "[key]") or "the line"


def faults_of(record: Customer) -> Iterator[str]:
    """What is wrong with a record whose shape is right."""
    yield from (f"email: {fault}" for fault in faults_of_field(record.email))
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

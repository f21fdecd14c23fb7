"""The commands that need neither portal nor Temporal: catalogue, diagrams, customers' data."""

import asyncio
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from catalogue.differences import differences
from catalogue.loader import CatalogueError, Catalogues, load_catalogues, load_version, version_places
from console.documents import print_customer
from console.output import on, pairs, print_json, table
from console.portal_client import Misuse, PortalRefusal, language
from settings import Settings
from states.model.offers import Catalogue


def loaded(directory: Path | None) -> Catalogues:
    """The versions that are in use. Raises `PortalRefusal` with all that is wrong."""
    try:
        return load_catalogues(directory)
    except CatalogueError as error:
        raise PortalRefusal("; ".join(error.problems)) from None


def version_of(catalogues: Catalogues, name: str | None) -> Catalogue:
    """The version of that name, or the one in force today. Raises `PortalRefusal`, naming those that exist."""
    try:
        return catalogues.version(name) if name else catalogues.in_force(datetime.now(ZoneInfo("Europe/Berlin")).date())
    except KeyError as error:
        raise PortalRefusal(str(error.args[0])) from None


def described(directory: Path | None, name: str | None, as_json: bool) -> None:
    """Print a version: what it holds and what each product is in each edition."""
    catalogues = loaded(directory)
    version = version_of(catalogues, name)
    if as_json:
        return print_json(version.model_dump(mode="json"))
    pairs(
        [
            ("version", version.version),
            ("in force from", on(version.valid_from.isoformat())),
            ("source", version.source.written),
            ("versions", [one.version for one in catalogues.all]),
            ("complete", version.complete),
        ]
    )
    print()
    rows = [
        (one.key, one.label, one.price_per_month, one.support_level, list(one.tiers), one.source.label)
        for one in sorted(version.editions.values(), key=lambda one: (one.family, one.rank))
    ]
    table(("edition", "label", "EUR a month", "support", "order packages", "source"), rows)
    print()
    table(("product", "label", "kind", "in which edition", "source"), product_rows(version))
    for remark in version.remarks.values():
        print(f"\n{remark.text.get(language(), remark.key)} {remark.source.written}")


def product_rows(version: Catalogue) -> list[tuple[object, ...]]:
    """Each product with what it is in each edition."""
    rows: list[tuple[object, ...]] = []
    for product in version.products.values():
        offers = {"": product.offer} if product.offer else dict(product.offers)
        said = [
            f"{edition} {offer.status}{f' ({offer.limit})' if offer.limit is not None else ''}".strip()
            for edition, offer in offers.items()
        ]
        rows.append((product.key, product.label.get(language(), product.key), product.kind, said, product.source.label))
    return rows


def compared(directory: Path | None, old: str, new: str, as_json: bool) -> None:
    """Print what differs between two versions, each a name or the path of one's own."""
    catalogues = loaded(directory)
    found = differences(*(checked_version(catalogues, one) for one in (old, new)))
    if as_json:
        return print_json({"from": old, "to": new, "differences": list(found)})
    print("\n".join(found) if found else "no differences")


def checked_version(catalogues: Catalogues, name: str) -> Catalogue:
    """A version by name, or one's own by path."""
    known = name in {one.version for one in catalogues.all}
    if known or not Path(name).exists():
        return version_of(catalogues, name)
    try:
        return load_version(Path(name))
    except CatalogueError as error:
        raise PortalRefusal("; ".join(error.problems)) from None


def checked(place: Path, as_json: bool) -> None:
    """Check one version (a file, or a folder of .toml files), or a folder of versions. Raises `PortalRefusal`."""
    single = place.is_file() or any(place.glob("*.toml"))
    read = [place.name] if single else [one.name for one in version_places(place)]
    try:
        versions = (load_version(place),) if single else load_catalogues(place).all
    except CatalogueError as error:
        raise PortalRefusal(
            "; ".join([*([f"{checked_of(read)} in {place}"] if read else []), *error.problems])
        ) from None
    if as_json:
        return print_json({"checked": str(place), "versions": [one.version for one in versions]})
    print(f"{checked_of([one.version for one in versions])} in {place}: good")


def checked_of(names: list[str]) -> str:
    """How many versions were checked, and which."""
    return f"{len(names)} {'version' if len(names) == 1 else 'versions'} checked ({', '.join(names)})"


def drawn(kind: str, form: str, as_json: bool) -> None:
    """Print the diagram of a kind. Raises `Misuse` for an unknown kind, `PortalRefusal` where Graphviz is missing."""
    from states.kinds.registry import KINDS
    from states.views.diagram import dot, mermaid

    if kind not in KINDS:
        raise Misuse(f"there is no kind {kind}, but {', '.join(sorted(KINDS))}")
    text = mermaid(kind) if form == "mermaid" else as_svg(dot(kind))
    print_json({"kind": kind, "format": form, "diagram": text}) if as_json else print(text.rstrip())


def as_svg(text: str) -> str:
    """A drawing by Graphviz. Raises `PortalRefusal` where it is missing."""
    program = shutil.which("dot")
    if program is None:
        raise PortalRefusal("svg needs Graphviz, whose program dot is not installed; --format mermaid needs nothing")
    return subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, check=True).stdout


def load(settings: Settings, file: Path, as_json: bool) -> None:
    """Load customers and say what was left as it was. Raises `PortalRefusal` with all faults of the file."""
    from activities.customer_centre import LoadFailed, load_customers

    if not file.is_file():
        raise Misuse(f"{file} is not a file that could be read")
    try:
        report = asyncio.run(load_customers(settings, file))
    except LoadFailed as error:
        raise PortalRefusal(f"{file} was not loaded, nothing was changed: {'; '.join(error.problems)}") from None
    left = [{"customer": one.customer, "subject": one.subject, "workflow_id": one.workflow_id} for one in report.spared]
    if as_json:
        document = {"customers": report.customers, "created": list(report.created), "replaced": list(report.replaced)}
        return print_json(document | {"left": left})
    if not report.customers:
        return print(f"{file} holds no customers: nothing was loaded, and nothing was changed.")
    customers = "1 customer" if report.customers == 1 else f"{report.customers} customers"
    print(f"{customers} loaded: {len(report.created)} new, {len(report.replaced)} replaced.")
    if left:
        table(("customer", "left as it was", "open run"), [tuple(one.values()) for one in left])


def show_customer(settings: Settings, customer: str, as_json: bool) -> None:
    """Print what we hold of a customer. Raises `PortalRefusal` for an unknown one."""
    from activities.customer_centre import customer as read

    record = asyncio.run(read(settings, customer))
    if record is None:
        raise PortalRefusal(f"unknown_customer: there is no customer {customer}")
    print_json(record) if as_json else print_customer(record)

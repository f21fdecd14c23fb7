"""The command `catalogue`: a version, the differences between two, and the check of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from catalogue.differences import differences
from catalogue.loader import CatalogueError, Catalogues, load_catalogues, load_version, version_places
from console.output import on, pairs, print_json, table
from console.portal_client import language
from console.refusals import PortalRefusal
from states.model.offers import Catalogue


@contextmanager
def refusing() -> Iterator[None]:
    """Raise what is wrong with a catalogue as `PortalRefusal`, all in one line."""
    try:
        yield
    except CatalogueError as error:
        raise PortalRefusal("; ".join(error.problems)) from None


def version_of(catalogues: Catalogues, name: str | None) -> Catalogue:
    """The version of that name, or the one in force today. Raises `PortalRefusal`, naming those that exist."""
    try:
        return catalogues.version(name) if name else catalogues.in_force(datetime.now(ZoneInfo("Europe/Berlin")).date())
    except KeyError as error:
        raise PortalRefusal(str(error.args[0])) from None


def print_catalogue(directory: Path | None, name: str | None, as_json: bool) -> None:
    """Print a version: what it holds and what each product is in each edition."""
    with refusing():
        catalogues = load_catalogues(directory)
    version = version_of(catalogues, name)
    if as_json:
        return print_json(version.model_dump(mode="json"))
    pairs(
        [
            ("version", version.version),
            ("in force from", on(version.valid_from.isoformat())),
            ("source", version.source.written),
            ("versions", [catalogue.version for catalogue in catalogues.all]),
            ("complete", version.complete),
        ]
    )
    print()
    editions = sorted(version.editions.values(), key=lambda edition: (edition.family, edition.rank))
    rows = [
        (edition.key, edition.label, edition.price_per_month, edition.support_level, list(edition.tiers),
         edition.source.label)
        for edition in editions
    ]  # fmt: skip
    table(("edition", "label", "EUR a month", "support", "order packages", "source"), rows)
    print()
    table(("product", "label", "kind", "in which edition, and by which source"), product_rows(version))
    for remark in version.remarks.values():
        print(f"\n{remark.text.get(language(), remark.key)} {remark.source.written}")


def product_rows(version: Catalogue) -> list[tuple[object, ...]]:
    """Each product with what it is in each edition."""
    rows: list[tuple[object, ...]] = []
    for product in version.products.values():
        offers = {"": product.offer} if product.offer else dict(product.offers)
        in_editions = [f"{edition} {offer.written}".strip() for edition, offer in offers.items()]
        label = product.label.get(language(), product.key)
        rows.append((product.key, label, product.kind, in_editions))
    return rows


def print_differences(directory: Path | None, old: str, new: str, as_json: bool) -> None:
    """Print what differs between two versions, each a name or the path of one's own."""
    with refusing():
        catalogues = load_catalogues(directory)
        changes = differences(*(named_version(catalogues, name) for name in (old, new)))
    if as_json:
        return print_json({"from": old, "to": new, "differences": list(changes)})
    print("\n".join(changes) if changes else "no differences")


def named_version(catalogues: Catalogues, name: str) -> Catalogue:
    """A version by name, or one's own by path. Raises `CatalogueError`, and `PortalRefusal` for an unknown name."""
    is_path = name not in {catalogue.version for catalogue in catalogues.all} and Path(name).exists()
    return load_version(Path(name)) if is_path else version_of(catalogues, name)


def check_catalogue(place: Path, as_json: bool) -> None:
    """Check one version (a file, or a folder of .toml files), or a folder of versions. Raises `PortalRefusal`."""
    single = place.is_file() or any(place.glob("*.toml"))
    places = [place] if single else version_places(place)
    try:
        versions = (load_version(place),) if single else load_catalogues(place).all
    except CatalogueError as error:
        checked = [f"{summary([path.name for path in places])} in {place}"] if places else []
        raise PortalRefusal("; ".join([*checked, *error.problems])) from None
    names = [catalogue.version for catalogue in versions]
    if as_json:
        return print_json({"checked": str(place), "versions": names})
    print(f"{summary(names)} in {place}: good")


def summary(names: list[str]) -> str:
    """How many versions were checked, and which."""
    return f"{len(names)} {'version' if len(names) == 1 else 'versions'} checked ({', '.join(names)})"

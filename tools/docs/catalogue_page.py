"""The page about the catalogue: what each product is in each edition, what a newer version changes, its remarks."""

from itertools import pairwise

from catalogue.differences import differences
from catalogue.loader import load_catalogues
from states.model.offers import Catalogue, Product
from tools.docs.pages import MADE, table

INTRODUCTION = """Each version is in force from its first day; a run keeps the one in force when it was requested (X8).
The source of each fact stands in its files under `catalogue/versions/`: `[S]` the guide by its line, `[P1]` a
[public page](overview.md#public-pages), `[I]` an inference, `[?]` not found anywhere, an example to be replaced.

What is ended as `paid_addon` lowers the cost, as `included`, `unlimited` or `usage_billed` it does not, and
`unknown` is asked about (X5). `cancellations catalogue` shows a version, `--diff` what differs between two, and
`--check` says what is wrong with one of your own.
"""


def catalogue_page() -> str:
    """Every shipped version, newest first."""
    versions = load_catalogues().all
    parts = [f"# The catalogue\n\n{MADE}\n{INTRODUCTION}"]
    parts += [changed_part(old, new) for old, new in reversed([*pairwise(versions)])]
    return "\n".join([*parts, whole_part(versions[0])])


def whole_part(version: Catalogue) -> str:
    """A version with all that it holds."""
    return f"{heading(version)}\n{editions_table(version)}\n{products_table(version)}"


def changed_part(old: Catalogue, new: Catalogue) -> str:
    """A version by what it says otherwise than the one before."""
    lines = [line for line in differences(old, new) if not line.startswith("+ remarks.")]
    changes = "\n".join(f"- `{line}`" for line in lines)
    said = "\n".join(f"- {remark.text['en']} {remark.source.written}" for remark in new.remarks.values())
    return (
        f"{heading(new)}\nAs `{old.version}`, but for (`~` changed, `+` new, `-` gone):\n\n{changes}\n\n"
        f"Shown to people with their source; nothing is computed from these:\n\n{said}\n"
    )


def heading(version: Catalogue) -> str:
    """Name, first day and source."""
    return f"## `{version.version}`\n\nIn force from {version.valid_from}. Source: {version.source.written}.\n"


def editions_table(version: Catalogue) -> str:
    """The editions with what is known of them."""
    rows = [
        (
            f"`{one.key}`",
            one.label,
            "–" if one.price_per_month is None else str(one.price_per_month),
            one.support_level or "–",
            ", ".join(map(str, one.tiers)) or "–",
        )
        for one in version.editions.values()
    ]
    return table(("edition", "name", "euros a month", "support level", "order packages (example)"), rows)


def products_table(version: Catalogue) -> str:
    """What each product is in each edition."""
    editions = [*version.editions.values()]
    head = ("product", "key", "kind", *(edition.label for edition in editions))
    rows = [
        (
            product.label["en"],
            f"`{product.key}`",
            f"`{product.kind}`",
            *(status_in(product, edition.key) for edition in editions),
        )
        for product in version.products.values()
    ]
    return table(head, rows)


def status_in(product: Product, edition: str) -> str:
    """What a product is in an edition, with its number where there is one."""
    offer = product.offer or product.offers.get(edition)
    if offer is None:
        return "–"
    return f"{offer.status}{f' ({offer.limit})' if offer.limit is not None else ''}"

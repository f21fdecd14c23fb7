"""The customers' data for other programs: loaded from a file, and read, as the command line does (docs/contract.md)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from activities.adapters import opened_adapters
from activities.customers_file import LoadFailed, read_customers, unknown_products
from activities.ports import LoadReport, TouchedRun, UnknownProduct
from catalogue.loader import load_catalogues
from settings import Settings

__all__ = ["LoadFailed", "LoadReport", "TouchedRun", "UnknownProduct", "customer", "load_customers"]


async def load_customers(settings: Settings, path: str | Path) -> LoadReport:
    """Load a file of customers, all or nothing.

    A customer that is there already is replaced; the open runs that it concerns are in the report, and are told by the
    next worker that sees it. A licence of a product that the catalogue does not know is kept, and the report names it.
    Raises `LoadFailed` with every fault of the file, and `Misconfigured` or `Unavailable` of the database.
    """
    records = read_customers(Path(path))
    unknown = tuple(unknown_products(records, load_catalogues(settings.catalogue_dir)))
    async with opened_adapters(settings) as adapters:
        return replace(await adapters.database.in_thread(adapters.records.load, records), unknown=unknown)


async def customer(settings: Settings, customer: str) -> dict[str, Any] | None:
    """One customer in the form of the file's lines, with every field; None where the customer is unknown."""
    async with opened_adapters(settings) as adapters:
        record = await adapters.database.in_thread(adapters.records.customer, customer)
    return record.model_dump(mode="json") if record else None

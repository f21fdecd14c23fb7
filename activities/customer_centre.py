"""The customers' data for other programs: loaded from a file, and read, as the command line does (docs/contract.md)."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from activities.adapters import opened_adapters
from activities.customers_file import LoadFailed, batches_of, changed, check_file
from activities.ports import AdapterError, LoadReport, TouchedRun, UnknownProduct
from catalogue.loader import load_catalogues
from settings import Settings

__all__ = ["LoadFailed", "LoadReport", "TouchedRun", "UnknownProduct", "customer", "load_customers"]

Progress = Callable[[int, int], None]
"""Told how many customers are loaded, and how many are left."""
rest = asyncio.sleep
"""After a batch as long as it took: on SQLite who waits for the lock looks now and then, and must find it free."""


def quietly(loaded: int, left: int) -> None:
    """Nobody wants to know."""


async def load_customers(settings: Settings, path: str | Path, progress: Progress = quietly) -> LoadReport:
    """Load a file of customers, which is validated whole before anything is written.

    A customer that is there already is replaced; the open runs that it concerns are in the report, and are told by the
    next worker that sees it. A licence of a product that the catalogue does not know is kept, and the report names it.
    Written in batches, each with its news in one transaction; what is broken off in between has loaded the batches
    before, whole, and may be loaded again: what is as the file says already stays as it is, and nobody is told twice.
    Raises `LoadFailed` with every fault of the file, and `Misconfigured` or `Unavailable` of the database, which says
    how far it came.
    """
    path = Path(path)
    checked = await asyncio.to_thread(check_file, path, load_catalogues(settings.catalogue_dir))
    reports: list[LoadReport] = []
    loaded = 0
    async with opened_adapters(settings) as adapters:
        try:
            for batch in batches_of(path):
                began = monotonic()
                reports.append(await adapters.database.in_thread(adapters.records.load, batch))
                loaded += len(batch)
                left = checked.customers - loaded
                progress(loaded, left)
                if left:
                    await rest(monotonic() - began)
            if loaded != checked.customers:
                raise changed(path, "it holds another number of customers")
        except AdapterError as error:
            raise broken_off(error, loaded, checked.customers) if loaded else error from None
    return joined(reports, checked.unknown)


def broken_off(error: AdapterError, loaded: int, customers: int) -> AdapterError:
    """The same error, with how far the load came."""
    far = f"{loaded:,} of {customers:,} customers are loaded; load the file again, which changes nothing of them"
    return type(error)(f"{error}: {far}", reference=error.reference)


def joined(reports: Sequence[LoadReport], unknown: tuple[UnknownProduct, ...]) -> LoadReport:
    """What all batches did."""
    return LoadReport(
        created=tuple(customer for report in reports for customer in report.created),
        replaced=tuple(customer for report in reports for customer in report.replaced),
        touched=tuple(run for report in reports for run in report.touched),
        unknown=unknown,
    )


async def customer(settings: Settings, customer: str) -> dict[str, Any] | None:
    """One customer in the form of the file's lines, with every field; None where the customer is unknown."""
    async with opened_adapters(settings) as adapters:
        record = await adapters.database.in_thread(adapters.records.customer, customer)
    return record.model_dump(mode="json") if record else None

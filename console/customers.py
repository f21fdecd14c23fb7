"""The commands `customers`: load them from a file, and show what is held of one."""

import asyncio
from dataclasses import asdict
from pathlib import Path

from activities import customer_centre
from console.documents import print_customer
from console.load_progress import LoadProgress
from console.output import print_json, table
from console.refusals import Misuse, PortalRefusal
from settings import Settings


def load_file(settings: Settings, file: Path, as_json: bool) -> None:
    """Load customers and say which open runs it concerns. Raises `PortalRefusal` with all faults of the file."""
    if not file.is_file():
        raise Misuse(f"{file} is not a file that could be read")
    progress = LoadProgress()
    try:
        report = asyncio.run(customer_centre.load_customers(settings, file, progress))
    except customer_centre.LoadFailed as error:
        raise PortalRefusal(f"{file} was not loaded, nothing was changed: {'; '.join(error.problems)}") from None
    finally:
        progress.end()
    touched = [asdict(run) | {"changed": list(run.changed)} for run in report.touched]
    unknown = [asdict(licence) for licence in report.unknown]
    if as_json:
        document = {"customers": report.customers, "created": list(report.created), "replaced": list(report.replaced)}
        return print_json(document | {"touched": touched, "unknown": unknown})
    if not report.customers:
        return print(f"{file} holds no customers: nothing was loaded, and nothing was changed.")
    customers = "1 customer" if report.customers == 1 else f"{report.customers} customers"
    print(f"{customers} loaded: {len(report.created)} new, {len(report.replaced)} replaced.")
    if touched:
        print("\nOpen runs that it concerns; each checks again, and what is booked stays so:")
        table(("customer", "open run", "changed"), [tuple(run.values()) for run in touched])
    if unknown:
        table(("customer", "kept, not ended here", "unknown product"), [tuple(licence.values()) for licence in unknown])


def show_customer(settings: Settings, customer: str, as_json: bool) -> None:
    """Print what we hold of a customer. Raises `PortalRefusal` for an unknown one."""
    record = asyncio.run(customer_centre.customer(settings, customer))
    if record is None:
        raise PortalRefusal(f"unknown_customer: there is no customer {customer}")
    print_json(record) if as_json else print_customer(record)

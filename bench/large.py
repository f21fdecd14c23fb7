"""`python -m bench.large`: a customer with 2,000 licences beside one with 200: what grows with them grows in line.

CPU of each call and of each step of a run, as milliseconds and ratio: 10 is linear. Takes no server, and a minute.
"""

import asyncio
import json
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import httpx
from sqlalchemy import insert

from activities.adapters import Adapters, opened_adapters
from activities.customer_centre import load_customers
from activities.names import names_of
from activities.request_check import check_request
from activities.sql.tables import orders
from bench.ratios import compared, heading
from catalogue.loader import Catalogues, load_catalogues
from catalogue.texts import say
from portal.app import build
from settings import Settings
from states.model.facts import Check, Inquiry
from states.model.request import Request
from states.model.status import Status
from states.views.status import status
from tests.charts.lone_run import LoneRun
from workflows.connect import connect
from workflows.current_details import CurrentDetails

SIZES = (2_000, 200)
MOST = 15.0
"""The ratio that is not to be passed: linear, and some."""
CUSTOMER = "K-1001"
BY = {"by": "bench"}


def registers(count: int) -> dict[str, Any]:
    """A customer whose registers are far above the limit of the edition asked for."""
    licences = [
        {"licence": f"POS-{number:04}", "product": "pos_wawi", "label": f"Kasse {number}"} for number in range(count)
    ]
    editions = {"jtl": "jtl_enterprise"}
    return {"customer": CUSTOMER, "name": "Muster GmbH", "language": "de", "editions": editions, "licences": licences}


class Side:
    """A customer of one size in a database of its own."""

    def __init__(self, count: int, folder: Path, catalogues: Catalogues) -> None:
        self.count = count
        self.settings = Settings(state_dir=folder, notice_boundary="inclusive")
        self.catalogues = catalogues
        self.file = folder / "customers.jsonl"
        self.spent: dict[str, float] = {}

    async def timed(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do it, and keep the milliseconds of CPU that the second time takes."""
        await work()
        before = process_time()
        answer = await work()
        self.spent[name] = (process_time() - before) * 1000
        return answer

    async def measure(self) -> dict[str, float]:
        """Every call, and every step of a run."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(registers(self.count)), encoding="utf-8")
        await self.timed("load the customer", lambda: load_customers(self.settings, self.file))
        async with opened_adapters(self.settings) as adapters:
            check = await self.timed("check the edition", lambda: self.check(adapters))
            await self.run(check, adapters)
            async with self.portal() as http:
                request = {"kind": "edition", "customer": CUSTOMER, "subject": "jtl", "target": "jtl_start"}
                await self.timed("GET /customers/…/licences", lambda: http.get(f"/customers/{CUSTOMER}/licences"))
                await self.timed("POST /previews", lambda: http.post("/previews", json=request))
            await book_all(adapters, self.count)
            await self.timed("check, every end booked", lambda: self.check(adapters))
        return self.spent

    async def check(self, adapters: Adapters) -> Check:
        """What record and catalogue say."""
        request = Request(kind="edition", customer=CUSTOMER, subject="jtl", target="jtl_start")
        inquiry = Inquiry(request=request, at=datetime.now(UTC), first=True)
        return check_request(inquiry, adapters, self.catalogues, self.settings)

    async def run(self, check: Check, adapters: Adapters) -> None:
        """From the request to the reminder; after each step what is shown of it."""
        says = {name: getattr(check, name) for name in check.model_fields_set if name != "settings"}
        named = [name for entry in check.surplus for name in entry.candidates[: entry.too_many]]

        async def events() -> LoneRun:
            run = LoneRun("edition", dict(says), customer=CUSTOMER, subject="jtl", target="jtl_start")
            for event, payload in (
                ("acknowledge_warning", {}),
                ("recheck_licences", {}),
                ("override_surplus", {"licences": named}),
                ("place_order", {}),
            ):
                assert run.send(event, **payload) is None, event
            return run

        run = await self.timed("the events of a run", events)
        assert run.state == "scheduled"

        async def shown() -> Status:
            document = status(run.chart, say, workflow_id="w", run_id="r", ui_url="u")
            CurrentDetails(document, run.memory).markdown()
            document.model_dump(mode="json")
            return document

        document: Status = await self.timed("its document and details", shown)

        async def with_names() -> Any:
            names = names_of(CUSTOMER, adapters.records, self.catalogues)
            return names.in_document(document.model_dump(mode="json"))

        await self.timed("the document with names", with_names)
        self.spent["the document, kB"] = len(document.model_dump_json()) / 1024

    @asynccontextmanager
    async def portal(self) -> AsyncIterator[httpx.AsyncClient]:
        """The portal in this process."""
        app = build(await connect(self.settings.temporal_port, lazy=True), self.settings, trusted=True)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://p") as http,
        ):
            yield http


async def book_all(adapters: Adapters, count: int) -> None:
    """The end of every licence is booked."""
    at = datetime(2099, 1, 31, tzinfo=UTC)
    rows = [
        {"key": f"k{number}", "workflow_id": f"pos/{CUSTOMER}/POS-{number:04}", "customer": CUSTOMER, "kind": "pos"}
        | {"subject": f"POS-{number:04}", "placed_at": at, "effective_at": at, "booked": False, "state": "booked"}
        | {"optional_services": [], "reference": f"B-{number}"}
        for number in range(count)
    ]
    with adapters.database.write() as connection:
        connection.execute(insert(orders), rows)


async def main() -> None:
    """Both customers, one after the other."""
    catalogues = load_catalogues()
    heading("CPU in ms, with licences", *(f"{size:,}" for size in SIZES))
    with tempfile.TemporaryDirectory() as folder:
        large, small = [await Side(count, Path(folder) / str(count), catalogues).measure() for count in SIZES]
    for name, spent in large.items():
        compared(name, [spent], [small[name]], MOST)


if __name__ == "__main__":
    logging.disable(logging.INFO)
    asyncio.run(main())

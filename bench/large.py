"""`python -m bench.large`: every place that does something for each licence, with 50, 500 and 2,000 of them.

CPU of each, in milliseconds, for customers of each shape (`tests/large_customers.py`): from 500 to 2,000 a ratio of 4
is linear, from 50 to 500 one of 10. With 2,000, as many as a record may hold, nothing takes a second, and no document
of a run has 256 kB. Takes no server, and some minutes.
"""

import asyncio
import gc
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import process_time
from typing import Any

import httpx

from activities.customer_centre import load_customers
from bench.ratios import compared, heading, measured
from portal.app import build
from settings import Settings
from tests.charts.large_run import LargeRun
from tests.large_customers import BOOKED, CUSTOMER, LARGE, Large
from workflows.connect import connect

SMALL, MIDDLE, MOST = SIZES = (50, 500, 2_000)
TIMES = 3
FROM_MIDDLE, FROM_SMALL = 6.0, 20.0
"""The ratios that are not to be passed: linear, and some."""
A_SECOND, LARGEST = 1000.0, 256.0
STEPS = [name for name in vars(LargeRun) if not name.startswith("_")]

Measures = dict[str, list[float]]


class Side:
    """A customer of one shape and size, in a database of its own."""

    def __init__(self, large: Large, folder: Path, *, booked: bool) -> None:
        self.large = large
        self.booked = booked
        self.settings = Settings(state_dir=folder, notice_boundary="inclusive")
        self.file = folder / "customers.jsonl"
        self.spent: Measures = {}
        self.sizes: Measures = {}

    async def timed(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do it, and keep the milliseconds of CPU that it takes from the second time on."""
        answer = await work()
        gc.collect()
        gc.disable()
        for _ in range(TIMES):
            before = process_time()
            await work()
            self.spent.setdefault(name, []).append((process_time() - before) * 1000)
        gc.enable()
        return answer

    async def measure(self) -> None:
        """Every step of a run, the load, and the portal's calls."""
        for booked in (False, True) if self.booked else (False,):
            run = LargeRun(self.large, booked=booked)
            for step in STEPS:
                await self.step(f"{step}, every end booked" if booked else step, getattr(run, step))
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.large.record.model_dump_json(), encoding="utf-8")
        await self.timed("customers load", lambda: load_customers(self.settings, self.file))
        request = self.large.request.model_dump(mode="json", exclude_unset=True)
        async with self.portal() as http:
            await self.timed("GET /customers/…/licences", lambda: http.get(f"/customers/{CUSTOMER}/licences"))
            await self.timed("POST /previews", lambda: http.post("/previews", json=request))

    async def step(self, name: str, work: Callable[[], Any]) -> None:
        """A step of a run; how large its document is, if it makes one."""

        async def done() -> Any:
            return work()

        answer = await self.timed(name, done)
        if isinstance(answer, str):
            self.sizes[name] = [len(answer.encode()) / 1024]

    @asynccontextmanager
    async def portal(self) -> AsyncIterator[httpx.AsyncClient]:
        """The portal in this process."""
        app = build(await connect(self.settings.temporal_port, lazy=True), self.settings, trusted=True)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
        ):
            yield http


async def main() -> None:
    """One shape after the other."""
    for shape, customer_of in LARGE.items():
        with tempfile.TemporaryDirectory() as folder:
            sides = {size: Side(customer_of(size), Path(folder) / str(size), booked=shape in BOOKED) for size in SIZES}
            for side in sides.values():
                await side.measure()
        spent = {size: side.spent for size, side in sides.items()}
        heading(f"{shape}: CPU in ms, with licences", f"{MOST:,}", f"{MIDDLE}")
        for name in spent[MOST]:
            compared(name, spent[MOST][name], spent[MIDDLE][name], FROM_MIDDLE)
        heading(f"{shape}: CPU in ms, with licences", f"{MIDDLE}", f"{SMALL}")
        for name in spent[MOST]:
            compared(name, spent[MIDDLE][name], spent[SMALL][name], FROM_SMALL)
        heading(f"{shape}: with {MOST:,} licences", "ours")
        name = max(spent[MOST], key=lambda place: max(spent[MOST][place]))
        measured(f"the slowest, ms: {name}", spent[MOST][name], A_SECOND)
        largest = max(sides[MOST].sizes, key=lambda place: sides[MOST].sizes[place])
        measured(f"the largest document, kB: {largest}", sides[MOST].sizes[largest], LARGEST)


if __name__ == "__main__":
    logging.disable(logging.INFO)
    asyncio.run(main())

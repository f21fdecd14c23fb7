"""`python -m bench.large`: every place that does something for each licence, with 50, 500 and 2,000 of them.

CPU of each, in milliseconds, for customers of each shape (`tests/large_customers.py`): from 500 to 2,000 a ratio of 4
is linear, from 50 to 500 one of 10. With 2,000, as many as a record may hold, nothing takes a second, and no document
of a run has 256 kB. Takes no server, and some minutes; `--only SHAPE …` takes some shapes.

The sizes are measured in turn, place by place: measured one customer after the other, what else the machine did
meanwhile, and how warm its caches were, made ratios of 7 out of 4. For the same reason a place that takes less than
some milliseconds is asked for several times in a row, and each figure is the middle one of several.
"""

import argparse
import asyncio
import gc
import logging
import math
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import httpx
import structlog

from activities.customer_centre import load_customers
from bench.ratios import compared, heading, in_turn, measured
from portal.app import build
from settings import Settings
from tests.charts.large_run import LargeRun
from tests.large_customers import BOOKED, CUSTOMER, LARGE, Large
from workflows.connect import connect

SMALL, MIDDLE, MOST = SIZES = (50, 500, 2_000)
ROUNDS = 5
LONG_ENOUGH_MS = 10.0
"""So long each measure takes at least: what takes less is done several times for one."""
MANY = 20
"""So many times at most."""
FROM_MIDDLE, FROM_SMALL = 6.0, 20.0
"""The ratios that are not to be passed: linear, and some."""
A_SECOND, LARGEST = 1000.0, 256.0
STEPS = [name for name in vars(LargeRun) if not name.startswith("_")]

Work = Callable[[], Awaitable[Any]]
Measures = dict[str, list[float]]


class Side:
    """A customer of one shape and size, in a database of its own."""

    def __init__(self, large: Large, folder: Path) -> None:
        self.large = large
        self.settings = Settings(state_dir=folder, notice_boundary="inclusive")
        self.file = folder / "customers.jsonl"
        self.spent: Measures = {}
        self.sizes: Measures = {}

    def steps(self, *, booked: bool) -> Iterator[tuple[str, Work]]:
        """Every step of a run; how large its document is, if it makes one."""
        run = LargeRun(self.large, booked=booked)
        for step in STEPS:
            name = f"{step}, every end booked" if booked else step
            yield name, partial(self.step, name, getattr(run, step))

    async def step(self, name: str, work: Callable[[], Any]) -> None:
        """A step of a run."""
        answer = work()
        if isinstance(answer, str):
            self.sizes[name] = [len(answer.encode()) / 1024]

    def load(self) -> Work:
        """The load of this customer."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.large.record.model_dump_json(), encoding="utf-8")
        return lambda: load_customers(self.settings, self.file)

    def calls(self, http: httpx.AsyncClient) -> Iterator[tuple[str, Work]]:
        """The portal's calls."""
        request = self.large.request.model_dump(mode="json", exclude_unset=True)
        yield "GET /customers/…/licences", lambda: http.get(f"/customers/{CUSTOMER}/licences")
        yield "POST /previews", lambda: http.post("/previews", json=request)

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


async def milliseconds(work: Work, times: int) -> float:
    """Of CPU, each time."""
    before = process_time()
    for _ in range(times):
        await work()
    return (process_time() - before) * 1000 / times


async def timed(name: str, works: Mapping[int, Work], sides: Mapping[int, Side]) -> None:
    """Do one place for every size in turn, and keep what it takes from the second time on."""
    times = {}
    for size, work in works.items():
        await work()
        times[size] = min(MANY, math.ceil(LONG_ENOUGH_MS / max(await milliseconds(work, 1), LONG_ENOUGH_MS / MANY)))
    gc.collect()
    gc.disable()
    for size in in_turn(list(works), ROUNDS):
        sides[size].spent.setdefault(name, []).append(await milliseconds(works[size], times[size]))
    gc.enable()


async def in_step(sides: Mapping[int, Side], works: Mapping[int, Iterator[tuple[str, Work]]]) -> None:
    """Every place of all sizes, one after the other."""
    for places in zip(*works.values(), strict=True):
        await timed(places[0][0], dict(zip(works, (work for _, work in places), strict=True)), sides)


async def measure(sides: Mapping[int, Side], *, booked: bool) -> None:
    """Every step of a run, the load, and the portal's calls."""
    for each in (False, True) if booked else (False,):
        await in_step(sides, {size: side.steps(booked=each) for size, side in sides.items()})
    await timed("customers load", {size: side.load() for size, side in sides.items()}, sides)
    async with AsyncExitStack() as stack:
        calls = {size: side.calls(await stack.enter_async_context(side.portal())) for size, side in sides.items()}
        await in_step(sides, calls)


async def main(shapes: Sequence[str]) -> None:
    """One shape after the other."""
    for shape in shapes:
        with tempfile.TemporaryDirectory() as folder:
            sides = {size: Side(LARGE[shape](size), Path(folder) / str(size)) for size in SIZES}
            await measure(sides, booked=shape in BOOKED)
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
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=LARGE, default=list(LARGE), metavar="SHAPE", help="these shapes")
    # Three portals tell that their loop is held up, as it is by everything that is done here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(main(parser.parse_args().only))

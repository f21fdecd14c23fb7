"""`python -m bench.sleeping`: a system with 10,000 runs asleep beside one with 1,000: what must not grow with them.

Each has a server in memory, a worker and a portal of its own. Of ten runs nine wait for a customer, and one for an
operator, with a task in the work list. Measured in turn: memory of the worker after a restart, CPU of the next run,
CPU and time of each list.
"""

import argparse
import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from temporalio.client import Client

from activities.customer_centre import load_customers
from bench.ratios import compared, heading, in_turn
from bench.sides import customer_of
from settings import Settings
from states.kinds.registry import KINDS
from tests.system.processes import Customer, Programs, until
from worker import DATA_CONVERTER

AT_ONCE = 40
NEXT = 10
"""Runs from request to end in each turn."""
CALLS = 200
MONTH = 0.5
"""Seconds from an order to its date."""
GROWTH, FLAT = 1.05, 1.10
"""The ratios that are not to be passed: of memory, and of what the next run and a list cost."""
PROGRAMS = ("worker", "portal", "server")
LISTS = {
    "GET /tasks": "/tasks",
    "GET /cancellations": "/cancellations?open=true",
    "GET /cancellations of a customer": "/cancellations?customer=S-7",
    "GET /cancellations of a kind and state": "/cancellations?kind=misclick&state=support_ticket",
    "GET /cancellations that wait": "/cancellations?waiting_for=operator",
}
"""The lists, by what they are called."""


class System(Programs):
    """The programs, with a server that keeps nothing on disk: that would be the limit, and others use it as well."""

    sleeping = 0
    taken = 0

    def command(self, name: str) -> list[str]:
        """As usual."""
        command = super().command(name)
        return command[: command.index("--db-filename")] if name == "server" else command

    async def client(self) -> Client:
        """A client of its Temporal."""
        return await Client.connect(f"127.0.0.1:{self.settings.temporal_port}", data_converter=DATA_CONVERTER)

    def cpu(self, *names: str) -> float:
        """Milliseconds of CPU that programs have used."""
        times = (psutil.Process(self.children[name].process.pid).cpu_times() for name in names)
        return sum(spent.user + spent.system for spent in times) * 1000

    async def load(self) -> None:
        """Customers for the runs that sleep, and for the next ones."""
        names = [f"{kind}-{number}" for kind, many in (("S", self.sleeping), ("N", 2000)) for number in range(many)]
        lines = (json.dumps(customer_of(name)) for name in names)
        path = self.folder / "customers.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        await load_customers(Settings(state_dir=self.folder), path)

    async def fall_asleep(self) -> None:
        """Start so many runs, and wait until each has made its first check."""
        client, gate = await self.client(), asyncio.Semaphore(AT_ONCE)

        async def start(number: int) -> None:
            document = {"kind": "edition", "customer": f"S-{number}", "subject": "jtl", "target": "jtl_advanced"}
            if number % 10 == 0:
                document = {"kind": "misclick", "customer": f"S-{number}", "subject": "x", "explanation": "clicked"}
            type_ = KINDS[document["kind"]].workflow
            workflow_id = f"{document['kind']}/{document['customer']}/{document['subject']}"
            async with gate:
                await client.start_workflow(type_, document, id=workflow_id, task_queue=self.settings.task_queue)

        await asyncio.gather(*(start(number) for number in range(self.sleeping)))
        asleep = "CancellationState IN ('feature_warning', 'support_ticket')"

        async def all_asleep() -> bool:
            return (await client.count_workflows(asleep)).count == self.sleeping

        await until(all_asleep, 1800)

    async def restarted_worker(self) -> float:
        """Megabytes that a worker holds by itself when it has been started anew."""
        await self.kill("worker")
        await self.start("worker")
        await until(self.portal_ready, 120)
        await asyncio.sleep(3)
        return psutil.Process(self.children["worker"].process.pid).memory_full_info().uss / 2**20

    async def next_runs(self) -> dict[str, float]:
        """Milliseconds of CPU of one more run, from its request to its end, by program."""
        before = {name: self.cpu(name) for name in PROGRAMS}
        for _ in range(NEXT):
            customer = Customer(self, f"N-{self.taken}")
            self.taken += 1
            await customer.request()
            await customer.send("acknowledge-warning")
            await customer.send("place-order")
            await customer.ended()
        return {name: (self.cpu(name) - before[name]) / NEXT for name in PROGRAMS}

    async def list_calls(self, path: str) -> dict[str, float]:
        """Milliseconds of the portal's CPU for one call of a list, and the time until its answer.

        The server is not asked; what it does by itself meanwhile, with more runs in its memory, is no part of a call.
        """
        async with self.http() as http:
            await call(http, path)
            before, waited = self.cpu("portal"), []
            for _ in range(CALLS):
                began = time.perf_counter()
                await call(http, path)
                waited.append((time.perf_counter() - began) * 1000)
        return {"CPU": (self.cpu("portal") - before) / CALLS, "answer": statistics.median(waited)}


async def call(http: httpx.AsyncClient, path: str) -> Any:
    """One call of a list; it must have something to show."""
    answer = await http.get(path)
    assert answer.status_code == 200 and answer.json()["items"], f"{path}: {answer.status_code} {answer.text[:200]}"


@asynccontextmanager
async def asleep(folder: Path, sleeping: int) -> AsyncIterator[System]:
    """A system in which so many runs sleep."""
    folder.mkdir()
    system = System(folder, MONTH)
    system.sleeping = sleeping
    await system.load()
    try:
        await asyncio.gather(*(system.start(name) for name in ("server", "portal", "worker")))
        await until(system.portal_ready, 120)
        began = time.monotonic()
        await system.fall_asleep()
        print(f"{sleeping:,} runs sleep, after {time.monotonic() - began:.0f} s", flush=True)
        yield system
    finally:
        for child in system.children.values():
            await child.stop()


async def turns(sides: Sequence[System], rounds: int, measure: Callable[[System], Awaitable[Any]]) -> list[list[Any]]:
    """What is measured of each side, in turn."""
    measures: list[list[Any]] = [[] for _ in sides]
    for number in in_turn(range(len(sides)), rounds):
        measures[number].append(await measure(sides[number]))
    return measures


async def main(sizes: tuple[int, int], rounds: int) -> None:
    """Both systems up, then everything in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with asleep(folder / "more", sizes[0]) as more, asleep(folder / "less", sizes[1]) as less:
            sides = (more, less)
            heading("sleeping runs", *(f"{size:,}" for size in sizes))
            compared("worker after a restart, MB", *await turns(sides, 2, System.restarted_worker), GROWTH)
            await turns(sides, 1, System.next_runs)  # warms up
            runs = await turns(sides, rounds, System.next_runs)
            for program in PROGRAMS:
                compared(f"the next run, {program}, CPU, ms", *each(runs, program), FLAT)
            for title, path in LISTS.items():
                calls = await turns(sides, rounds, lambda side, path=path: side.list_calls(path))
                for what in ("CPU", "answer"):
                    compared(f"{title}, {what}, ms", *each(calls, what), FLAT)


def each(measures: Sequence[Sequence[dict[str, float]]], name: str) -> list[list[float]]:
    """One figure of each turn, by side."""
    return [[turn[name] for turn in side] for side in measures]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.sleeping", description=__doc__)
    parser.add_argument("--runs", type=int, nargs=2, default=(10_000, 1_000), metavar=("MORE", "LESS"))
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    asyncio.run(main(tuple(arguments.runs), arguments.rounds))

"""`python -m bench.before --beside PATH`: a run and the command line of this checkout beside those of another.

A worker of each, with its own modules and a database of its own, on one development server, in turn A B B A: its CPU a
run of the least path, and the statements and transactions of its record. Then the command line: CPU to start, and to
list.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from bench.beside.servers import temporal
from bench.machine import python_of
from bench.ratios import compared, heading, in_turn, measured
from bench.sides import Caller, customers_file
from worker import DATA_CONVERTER

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {"CPU": 0.65}
"""Of a run, against what was before SQL became synchronous."""
NAMES = {"CPU": "worker CPU a run, ms", "statements": "statements a run", "transactions": "transactions a run"}
AT_ONCE = 10
PROGRAMS = {
    "cancellations list": ("cli.py", "list"),
    "cancellations catalogue": ("cli.py", "catalogue"),
    "a worker, loaded": ("-c", "import worker"),
}
LIST_S = 0.6
"""So long `list` may take."""


@dataclass(frozen=True)
class Checkout:
    """One of the two."""

    name: str
    path: Path
    receipts: bool = False
    """Whether the runs make receipts, and mails carry them; earlier code had none."""

    @property
    def environment(self) -> dict[str, str]:
        """Its own modules, which are compiled once and not for each program."""
        own = {"PYTHONPATH": str(self.path), "PYTHONDONTWRITEBYTECODE": "", "BENCH_RECEIPTS": str(int(self.receipts))}
        return os.environ | own


@dataclass
class Worker:
    """A worker of a checkout, and who drives its runs."""

    process: asyncio.subprocess.Process
    caller: Caller
    customers: list[str]

    async def used(self) -> dict[str, float]:
        """What it has used until now."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(b"\n")
        counts: dict[str, float] = json.loads(await self.process.stdout.readline())
        return counts

    async def runs(self, number: int) -> dict[str, float]:
        """What each of so many runs takes."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def run(customer: str) -> None:
            async with gate:
                await self.caller.least_path(customer)

        before = await self.used()
        await asyncio.gather(*(run(self.customers.pop()) for _ in range(number)))
        return {name: (value - before[name]) / number for name, value in (await self.used()).items()}


@asynccontextmanager
async def started(
    checkout: Checkout, number: int, address: str, folder: Path, customers: Path
) -> AsyncIterator[Worker]:
    """Its worker; its runs are those of its own third of the customers, since both share a server."""
    place = folder / checkout.name
    place.mkdir()
    queue = f"bench-{checkout.name}"
    command = [python_of(checkout.path), "-P", str(Path(__file__).with_name("before_side.py"))]
    process = await asyncio.create_subprocess_exec(
        *(*command, address, str(place), queue, str(customers)),
        cwd=checkout.path,
        env=checkout.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        if (await process.stdout.readline()).strip() != b"ready":
            sys.exit(f"the worker of {checkout.path} did not start: see above")
        client = await Client.connect(address, data_converter=DATA_CONVERTER)
        ids = [json.loads(line)["customer"] for line in customers.read_text(encoding="utf-8").splitlines()]
        yield Worker(process, Caller("ours", client, queue), ids[number::3])
    finally:
        process.terminate()
        await process.wait()


def program_cpu(checkout: Checkout, program: tuple[str, ...], settings: dict[str, str]) -> float:
    """Milliseconds of CPU of a program that ends by itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [python_of(checkout.path), *program]
    environment = checkout.environment | settings
    subprocess.run(command, cwd=checkout.path, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def show_programs(sides: Sequence[Checkout], rounds: int, address: str, folder: Path) -> None:
    """The command line on the database that the runs have filled."""
    for name, program in PROGRAMS.items():
        times: dict[str, list[float]] = {each.name: [] for each in sides}
        for side in in_turn(sides, rounds):
            place = {"CANCELLATIONS_TEMPORAL_PORT": address.rpartition(":")[2]}
            place["CANCELLATIONS_STATE_DIR"] = str(folder / side.name)
            times[side.name].append(program_cpu(side, program, place))
        compared(f"{name}: CPU, ms", times["this"], times["before"])
        if "list" in program:
            measured(f"{name}: CPU, s", [each / 1000 for each in times["this"]], LIST_S)


async def main(other: Path, rounds: int, number: int) -> None:
    """One server, both checkouts, one sitting."""
    sides = (Checkout("this", ROOT), Checkout("before", other))
    with_receipts = Checkout("receipts", ROOT, receipts=True)
    heading("a run, and the command line", "this", "before")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        customers = customers_file(folder, 3 * (AT_ONCE + rounds * number))
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(temporal(folder))
            workers = {
                each.name: await stack.enter_async_context(started(each, place, server.address, folder, customers))
                for place, each in enumerate((*sides, with_receipts))
            }
            for worker in workers.values():
                await worker.runs(AT_ONCE)
            used: dict[str, list[dict[str, float]]] = {name: [] for name in workers}
            for side in in_turn((*sides, with_receipts), rounds):
                used[side.name].append(await workers[side.name].runs(number))
            for measure, shown in NAMES.items():
                this, before, whole = ([turn[measure] for turn in turns] for turns in used.values())
                compared(f"{shown}, without receipts", this, before, TARGETS.get(measure))
                compared(f"{shown}, with receipts", whole, before)
            show_programs(sides, rounds, server.address, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.before", description=__doc__)
    parser.add_argument("--beside", type=Path, required=True, metavar="PATH", help="the other checkout")
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.beside.resolve(), arguments.rounds, arguments.runs))

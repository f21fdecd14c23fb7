"""`python -m bench.beside`: the least path as ours, as a bare workflow, on DBOS and on DBOSify, in one sitting.

The same steps and activities, the same record, the same documents. Each side is an application with its client in one
process, in turn A B … B A; what serves it (Temporal's development server, PostgreSQL) is measured by itself. Both keep
what they hold on disk.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from activities.customer_centre import load_customers
from bench.beside.servers import Server, postgresql, temporal
from bench.ratios import compared, heading, in_turn, measured
from bench.sides import customers_file, settings_of

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ROOT / ".venv-beside"
WARM = 5
IDLE = 5
"""Runs one after the other, of which the first answer is taken."""
OURS = ("ours on SQLite", "ours on PostgreSQL")


@dataclass(frozen=True)
class Application:
    """A side: its module, its kind of customers, and what else it is given."""

    name: str
    module: str
    side: str
    postgres: bool = False
    more: tuple[str, ...] = ()

    @property
    def temporal(self) -> bool:
        """Whether it is served by Temporal."""
        return self.module == "temporal_side"

    def python(self, others: Path) -> Path:
        """The Python that it runs with: ours, or that of the library's own virtual environment."""
        return Path(sys.executable) if self.temporal else others / self.side / "bin" / "python"

    @property
    def served_by(self) -> tuple[str, ...]:
        """The servers that it needs."""
        return ("temporal",) * self.temporal + ("postgres",) * self.postgres


APPLICATIONS = (
    Application("ours on SQLite", "temporal_side", "ours"),
    Application("bare on SQLite", "temporal_side", "bare"),
    Application("DBOS on SQLite", "dbos_side", "dbos"),
    Application("DBOS on SQLite, polled each 20 ms", "dbos_side", "dbos", more=("0.02",)),
    Application("ours on PostgreSQL", "temporal_side", "ours", postgres=True),
    Application("bare on PostgreSQL", "temporal_side", "bare", postgres=True),
    Application("DBOS on PostgreSQL", "dbos_side", "dbos", postgres=True),
    Application("DBOSify on PostgreSQL", "dbosify_side", "dbosify", postgres=True),
)


@dataclass
class Running:
    """A side that runs, and the servers that it uses."""

    application: Application
    process: asyncio.subprocess.Process
    servers: Sequence[Server]
    record: str
    """The name of its database, if that is in PostgreSQL."""
    measures: dict[str, list[float]] = field(default_factory=dict)

    async def runs(self, number: int, at_once: int) -> dict[str, Any]:
        """What it says of so many runs."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{number} {at_once}\n".encode())
        answer = await self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.application.name} has ended: see above")
        measures: dict[str, Any] = json.loads(answer)
        return measures

    async def measure(self, number: int, at_once: int) -> None:
        """So many runs, and then some one after the other; keeps what they took."""
        before = sum(server.cpu() for server in self.servers)
        answer = await self.runs(number, at_once)
        served = sum(server.cpu() for server in self.servers) - before
        idle = await self.runs(IDLE, 1)
        for name, value in (
            ("application CPU a run, ms", answer["cpu"]),
            ("server CPU a run, ms", served / number),
            ("runs a second", answer["rate"]),
            ("first answer p50, idle, ms", statistics.median(idle["first"])),
            (f"first answer p50, {at_once} at once, ms", statistics.median(answer["first"])),
        ):
            self.measures.setdefault(name, []).append(value)


@asynccontextmanager
async def started(
    application: Application, others: Path, folder: Path, servers: dict[str, Server]
) -> AsyncIterator[Running]:
    """A side with customers of its own."""
    name = "".join(letter for letter in application.name.lower() if letter.isalnum())
    place = folder / name
    place.mkdir()
    named = f"{name}_record" if application.postgres else ""
    record = servers["postgres"].new_database(named) if named else ""
    await load_customers(settings_of(application.side, place, record), folder / "customers.jsonl")
    if application.temporal:
        arguments = [application.side, servers["temporal"].address]
    elif application.postgres:
        arguments = [servers["postgres"].new_database(f"{name}_system")]
    else:
        arguments = [system_file(place)]
    process = await asyncio.create_subprocess_exec(
        str(application.python(others)),
        "-m",
        f"bench.beside.{application.module}",
        *(*arguments, str(place), record, *application.more),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    try:
        assert process.stdout
        if (await process.stdout.readline()).strip() != b"ready":
            sys.exit(f"{application.name} did not start: see above")
        yield Running(application, process, [servers[each] for each in application.served_by], named)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def system_file(place: Path) -> str:
    """A file for what DBOS holds: its makers leave the journal as SQLite has it; ours writes ahead, so it may too."""
    path = place / "system.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return f"sqlite:///{path}"


def show(sides: Sequence[Running]) -> None:
    """Ours on each database beside everything else on it."""
    by_name = {side.application.name: side.measures for side in sides}
    for ours in OURS:
        database = ours.rpartition(" ")[2]
        others = [name for name in by_name if name not in OURS and f"on {database}" in name]
        for other in others if ours in by_name else ():
            heading(f"beside {other}", "ours", "other")
            for name, values in by_name[ours].items():
                theirs = by_name[other][name]
                if min(theirs) > 0:
                    compared(name, values, theirs, None if name.startswith(("server", "runs")) else 1.0)
                else:
                    measured(f"{name} (the other has no server)", values)


async def main(arguments: argparse.Namespace) -> None:
    """Both servers, every side, one sitting."""
    os.environ["BENCH_MONTH_S"] = "1"
    chosen = [each for each in APPLICATIONS if not arguments.only or each.name in arguments.only]
    missing = [each.name for each in chosen if not each.python(arguments.others).exists()]
    if missing:
        print(f"not installed, and left out (make bench OTHERS=1 installs them): {', '.join(missing)}")
    chosen = [each for each in chosen if each.name not in missing]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        customers_file(folder, WARM + arguments.rounds * (arguments.runs + IDLE))
        needed = {each for application in chosen for each in application.served_by}
        servers: dict[str, Server] = {}
        async with AsyncExitStack() as stack:
            if "postgres" in needed:
                servers["postgres"] = stack.enter_context(postgresql(folder))
            if "temporal" in needed:
                servers["temporal"] = await stack.enter_async_context(temporal(folder))
            sides = [
                await stack.enter_async_context(started(each, arguments.others, folder, servers)) for each in chosen
            ]
            for side in sides:
                await side.runs(WARM, WARM)
            for side in in_turn(sides, arguments.rounds):
                await side.measure(arguments.runs, arguments.at_once)
            show(sides)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B … or … B A; even")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--others", type=Path, default=OTHERS, help="where the other libraries are installed")
    parser.add_argument("--only", nargs="*", metavar="SIDE", help=f"of {', '.join(each.name for each in APPLICATIONS)}")
    asyncio.run(main(parser.parse_args()))

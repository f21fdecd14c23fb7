"""`python -m bench.portal`: what the portal's calls cost beside an empty route of the same application.

A real portal over HTTP on kept connections, with its database, a worker and a development server. Of each call the CPU
of the portal's process, the time to the answer with one caller, and the calls a second with 16 connections. With
`--beside PATH` also those of another checkout, each side with programs and a database of its own, in turn A B B A.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

from bench.machine import python_of
from bench.ratios import Target, compared, heading, in_turn, measured
from embedded.preflight import find_temporal, free_port
from worker import DATA_CONVERTER

ROOT = Path(__file__).resolve().parents[1]
MOST = 10.0
"""So many times an empty route's CPU a call may take at most."""
MORE = Target(5, at_least=True)
"""So many times the calls a second of the checkout before the calls were made cheap."""
CONNECTIONS = 16
CUSTOMERS = 40
OPEN = 25
"""So many customers have an open run; those of three more have ended."""
EDITION = {"kind": "edition", "subject": "jtl", "target": "jtl_advanced", "by": "bench"}
JSON = "application/json"
EMPTY = "empty route"
CPU = ": CPU, ms"
TIME = ": time, ms"
BESIDE = ": CPU ÷ empty route"
AT_ONCE = ": calls a second"
SLICES = 4

Measures = dict[str, float]


@dataclass(frozen=True)
class Call:
    """A call, and how often it is made in a turn."""

    method: str
    path: str
    document: Any = None
    content_type: str = JSON
    times: int = 40

    @property
    def content(self) -> bytes:
        """What is sent."""
        body = json.dumps(self.document).encode() if self.document is not None else b""
        head = f"{self.method} {self.path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {self.content_type}\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def event(name: str, customer: str, data: dict[str, Any], **attributes: str) -> Call:
    """A customer's event."""
    own = {"specversion": "1.0", "type": f"jtl.cancellation.{name}.v1", "source": "/bench", "id": f"{name}-{customer}"}
    return Call("POST", "/events", own | attributes | {"data": data}, "application/cloudevents+json")


def requested(customer: str) -> Call:
    """The request that begins a customer's run."""
    return event("requested", customer, EDITION | {"customer": customer})


CALLS = {
    EMPTY: Call("GET", "/empty", times=200),
    "POST /previews": Call("POST", "/previews", EDITION | {"customer": "B-39"}),
    "GET /cancellations/…, open": Call("GET", "/cancellations/edition/B-10/jtl"),
    "GET /cancellations/…, ended": Call("GET", f"/cancellations/edition/B-{OPEN}/jtl"),
    "GET /cancellations of a customer": Call("GET", "/cancellations?customer=B-10"),
    "GET /cancellations": Call("GET", "/cancellations"),
    "GET /customers/…/licences, four": Call("GET", "/customers/B-39/licences"),
    "GET /tasks": Call("GET", "/tasks"),
    "POST /events, sent again": requested("B-10"),
}


class Connection:
    """A kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def __call__(self, content: bytes) -> bytes:
        """The body of the answer, which must be a good one."""
        self.writer.write(content)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length"))
        body = await self.reader.readexactly(int(length))
        if " 20" not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{content[:80]!r} was answered {head.partition('HTTP')[0]}{body[:400]!r}")
        return body


@dataclass
class Side:
    """The programs of one checkout."""

    name: str
    checkout: Path
    folder: Path
    address: str
    port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        """What its programs read."""
        ours = {"STATE_DIR": str(self.folder), "PORTAL_PORT": str(self.port), "TASK_QUEUE": f"bench-{self.name}"}
        ours |= {"COMPARE_AT": "never", "NOTICE_BOUNDARY": "inclusive"}
        return (
            os.environ
            | {f"CANCELLATIONS_{name}": value for name, value in ours.items()}
            | {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": f"bench-{self.name}"}
            | {"TEMPORAL_CONFIG_FILE": os.devnull, "PYTHONPATH": str(self.checkout)}
        )

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        """A program of this checkout; -P: only PYTHONPATH says which."""
        with (self.folder / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                python_of(self.checkout), "-P", *command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )

    async def connect(self) -> Connection:
        """A connection to the portal."""
        return Connection(*await asyncio.open_connection("127.0.0.1", self.port, limit=2**24))

    async def load(self) -> None:
        """Customers with four licences each."""
        file = self.folder / "customers.jsonl"
        file.write_text("\n".join(map(json.dumps, map(customer, range(CUSTOMERS)))), encoding="utf-8")
        loading = await self.start(str(self.checkout / "cli.py"), "customers", "load", str(file))
        if await loading.wait():
            raise RuntimeError((self.folder / "log").read_text(encoding="utf-8"))

    async def prepare(self) -> None:
        """Runs that are open, and some that have ended."""
        portal = await self.up()
        for number in range(OPEN + 3):
            await portal(requested(f"B-{number}").content)
            name = "acknowledge-warning" if number < OPEN else "abandon"
            done = event(name, f"B-{number}", {"by": "bench"}, subject=f"edition/B-{number}/jtl")
            await portal(done.content)
        for call in CALLS.values():
            for _ in range(5):
                await portal(call.content)

    async def up(self) -> Connection:
        """A connection, once everything is there."""
        async with asyncio.timeout(90):
            while True:
                try:
                    portal = await self.connect()
                    await portal(Call("GET", "/readyz").content)
                    return portal
                except (OSError, RuntimeError, asyncio.IncompleteReadError):
                    await asyncio.sleep(0.3)

    async def measure(self, names: Sequence[str]) -> Measures:
        """Of each call its CPU, its time and how many go at once."""
        measures: Measures = {}
        for name in names:
            cpu, seconds, empty = await self.one_by_one(CALLS[name])
            measures[name + CPU], measures[name + TIME], measures[name + BESIDE] = cpu * 1e3, seconds * 1e3, cpu / empty
            measures[name + AT_ONCE] = await self.at_once(CALLS[name])
        return measures

    async def one_by_one(self, call: Call) -> tuple[float, float, float]:
        """Seconds of the portal's CPU a call, to its answer, and of CPU for an empty call.

        A few of each in turn, since the machine is as busy for the one as for the other then.
        """
        portal, spent = await self.connect(), Call("GET", "/spent").content
        cpu: dict[str, list[float]] = {call.path: [], EMPTY: []}
        times: list[float] = []
        for _ in range(SLICES):
            for name, made in ((EMPTY, CALLS[EMPTY]), (call.path, call)):
                before = float(await portal(spent))
                for _ in range(made.times // SLICES):
                    began = time.perf_counter()
                    await portal(made.content)
                    if made is call:
                        times.append(time.perf_counter() - began)
                cpu[name].append((float(await portal(spent)) - before) / (made.times // SLICES))
        portal.writer.close()
        return statistics.mean(cpu[call.path]), statistics.median(times), statistics.mean(cpu[EMPTY])

    async def at_once(self, call: Call) -> float:
        """Calls a second with all connections."""
        portals = [await self.connect() for _ in range(CONNECTIONS)]
        rounds = max(call.times // 4, 4)

        async def several(portal: Connection) -> None:
            for _ in range(rounds):
                await portal(call.content)
            portal.writer.close()

        began = time.perf_counter()
        await asyncio.gather(*map(several, portals))
        return CONNECTIONS * rounds / (time.perf_counter() - began)

    async def profile(self, call: Call) -> str:
        """Where the time of a call goes."""
        portal = await self.connect()
        await portal(Call("GET", "/profile/begin").content)
        for _ in range(call.times):
            await portal(call.content)
        return (await portal(Call("GET", "/profile/end").content)).decode()


def customer(number: int) -> dict[str, Any]:
    """A customer with an edition to downgrade and four licences."""
    products = ("pos_wawi", "wms_user", "vouchers", "marketplace")
    licences: list[dict[str, Any]] = [
        {"licence": f"L-{place}", "product": product, "label": f"{product} {place}"}
        for place, product in enumerate(products)
    ]
    editions = {"jtl": "jtl_enterprise", "wms": "wms_pro"}
    return {"customer": f"B-{number}", "name": "Shop", "language": "de", "editions": editions, "licences": licences}


@asynccontextmanager
async def started(side: Side) -> AsyncIterator[Side]:
    """A side with portal and worker running, and its runs."""
    side.folder.mkdir()
    await side.load()
    programs = [
        await side.start(str(side.checkout / "worker.py")),
        await side.start(str(Path(__file__).with_name("portal_side.py"))),
    ]
    try:
        await side.prepare()
        yield side
    finally:
        for program in programs:
            program.terminate()
            await program.wait()


def show(turns: dict[str, list[Measures]]) -> None:
    """Each call beside the empty route, then what was measured, of both sides where there are two."""
    ours, *others = turns.values()
    heading("the portal's CPU, in empty routes", "this")
    for name in ours[0]:
        if name.endswith(BESIDE):
            measured(name.removesuffix(BESIDE), [turn[name] for turn in ours], MOST)
    heading("the portal's calls", "this", "other" if others else "")
    for name in ours[0]:
        values, *theirs = [[turn[name] for turn in side] for side in (ours, *others)]
        if theirs:
            compared(name, values, theirs[0], MORE if name.endswith(AT_ONCE) and EMPTY not in name else None)
        elif not name.endswith(BESIDE):
            measured(name, values)


async def main(arguments: argparse.Namespace) -> None:
    """One server; programs and a database for each side."""
    checkouts = {"this": ROOT} | ({"other": arguments.beside.resolve()} if arguments.beside else {})
    names = [name for name in CALLS if not arguments.only or any(part in name for part in arguments.only)]
    names = list(dict.fromkeys([EMPTY, *names]))
    with tempfile.TemporaryDirectory() as folder:
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=find_temporal(),
            ip="127.0.0.1",
            data_converter=DATA_CONVERTER,
            dev_server_log_level="error",
            dev_server_extra_args=[part for name in checkouts for part in ("--namespace", f"bench-{name}")],
        ) as env:
            address = env.client.service_client.config.target_host
            sides = [Side(name, checkout, Path(folder) / name, address) for name, checkout in checkouts.items()]
            if arguments.profile:
                async with started(sides[0]) as side:
                    for name in names[1:]:
                        print(name, await side.profile(CALLS[name]), sep="\n", flush=True)
                return
            turns: dict[str, list[Measures]] = {side.name: [] for side in sides}
            async with AsyncExitStack() as stack:
                for side in sides:
                    await stack.enter_async_context(started(side))
                for side in in_turn(sides, arguments.rounds):
                    turns[side.name].append(await side.measure(names))
                    print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    show(turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    parser.add_argument("--beside", type=Path, metavar="PATH", help="another checkout")
    parser.add_argument("--rounds", type=int, default=4, help="turns; with another checkout of A B or B A; even")
    parser.add_argument("--only", nargs="*", help="parts of the names of calls")
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead")
    asyncio.run(main(parser.parse_args()))

"""`python -m bench.herd`: a month's start with hundreds of runs, and how long new events wait meanwhile.

Many runs wait for one date, and for the check before it; customers send `requested` to the portal meanwhile. Prints
how long these wait without the herd, during the checks and during the changes, with the CPU of each program, and how
long it took until all was done. The server is Temporal's development server, in memory.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from activities.customer_centre import load_customers
from bench.ratios import compared, heading, measured
from bench.sides import customer_of
from settings import Settings
from tests.system.processes import EVENTS, Programs, until
from worker import DATA_CONVERTER

AT_ONCE = 10
QUIET = 20.0
"""Seconds in which new events are measured without a herd."""
PAUSE = 5.0
"""Seconds between two phases, in which what is left of one is done."""
DRAINED = 1.05
"""Of the window: the last run wakes at its end, and is done a moment later."""
PROGRAMS = ("server", "worker", "portal")


@dataclass
class Month(Programs):
    """A system whose orders all take effect at one moment, with the check `before` it; both spread over `window`."""

    date: datetime = field(kw_only=True)
    before: float = field(kw_only=True)
    window: float = field(kw_only=True)

    def environment(self) -> dict[str, str]:
        """As usual, with the window and the check before the date in seconds."""
        return super().environment() | {
            "CANCELLATIONS_APPLY_WINDOW": f"PT{self.window:.0f}S",
            "CANCELLATIONS_RECHECK_BEFORE": f"PT{self.before:.0f}S",
        }

    def command(self, name: str) -> list[str]:
        """The worker is that of the month, and the server keeps nothing on disk, which others use as well."""
        if name == "worker":
            return [sys.executable, "-m", "bench.month", self.date.isoformat()]
        command = super().command(name)
        return command[: command.index("--db-filename")] if name == "server" else command

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each program has used."""
        times = {name: psutil.Process(self.children[name].process.pid).cpu_times() for name in PROGRAMS}
        return {name: spent.user + spent.system for name, spent in times.items()}


@dataclass
class Phase:
    """A stretch of time with what was measured in it."""

    name: str
    waited: list[float] = field(default_factory=list)
    """Milliseconds until the answer to each new event."""
    cpu: dict[str, float] = field(default_factory=dict)
    """Share of a core that each program used."""
    unanswered: int = 0
    """Events whose run was not heard of in time: the portal said so, or nothing."""

    def share(self, of: float) -> float:
        """Milliseconds within which this share of the new events was answered."""
        return sorted(self.waited)[int(of * (len(self.waited) - 1))]

    def line(self) -> str:
        """What was measured."""
        cpu = "  ".join(f"{name} {share:4.0%}" for name, share in self.cpu.items())
        missed = f"  ({self.unanswered} without the run's answer)" if self.unanswered else ""
        waits = " ".join(f"{self.share(of):8.0f}" for of in (0.5, 0.99, 1))
        return f"{self.name:10} {len(self.waited):5} {waits}   {cpu}{missed}"


async def load(folder: Path, herd: int, newcomers: int) -> None:
    """Customers with an edition to downgrade, and nothing in surplus, who are written to."""
    names = [f"H-{number}" for number in range(herd)] + [f"N-{number}" for number in range(newcomers)]
    lines = (json.dumps(customer_of(name)) for name in names)
    path = folder / "customers.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    await load_customers(Settings(state_dir=folder), path)


async def order(client: Client, customer: str) -> WorkflowHandle[object, object]:
    """A run that is ordered and waits for its date."""
    document = {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced"}
    operation: WithStartWorkflowOperation[object, object] = WithStartWorkflowOperation(
        "EditionDowngrade",
        document,
        id=f"edition/{customer}/jtl",
        task_queue="cancellations",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    await client.execute_update_with_start_workflow("requested", document, start_workflow_operation=operation)
    run = client.get_workflow_handle(f"edition/{customer}/jtl")
    await run.execute_update("acknowledge_warning", {"by": "bench"})
    await run.execute_update("place_order", {"by": "bench"})
    return run


async def order_all(client: Client, count: int) -> None:
    """So many runs, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await order(client, f"H-{number}")

    await asyncio.gather(*(one(number) for number in range(count)))


@dataclass
class Newcomers:
    """Customers who send their first event, one each `every` seconds, whatever became of those before."""

    system: Month
    every: float
    number: int = 0

    async def send(self, http: httpx.AsyncClient, customer: str, phase: Phase) -> None:
        """One event, and how long its answer took."""
        event = {
            "specversion": "1.0",
            "type": "jtl.cancellation.requested.v1",
            "source": "bench",
            "id": customer,
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced"},
        }
        began = time.perf_counter()
        try:
            answer = await http.post("/events", json=event, headers={"content-type": EVENTS})
            phase.unanswered += answer.status_code != 202 or answer.json()["waiting_for"] == ["system"]
        except httpx.TransportError:
            phase.unanswered += 1
        phase.waited.append((time.perf_counter() - began) * 1000)

    async def measure(self, name: str, goes_on: Callable[[], bool]) -> Phase:
        """Send for as long as it goes on, and wait for the last answers."""
        phase, sent = Phase(name), []
        began, before = time.monotonic(), self.system.cpu()
        async with self.system.http() as http:
            while goes_on():
                sent.append(asyncio.create_task(self.send(http, f"N-{self.number}", phase)))
                self.number += 1
                await asyncio.sleep(max(began + len(sent) * self.every - time.monotonic(), 0))
            spent = time.monotonic() - began
            phase.cpu = {program: (used - before[program]) / spent for program, used in self.system.cpu().items()}
            await asyncio.gather(*sent)
        return phase


async def drained(client: Client, herd: int) -> datetime:
    """When the last run of the herd was closed; waits for it."""
    query = "ExecutionStatus = 'Completed'"

    async def all_closed() -> bool:
        return (await client.count_workflows(query)).count >= herd

    await until(all_closed, 600)
    closed = [run.close_time async for run in client.list_workflows(query)]
    return max(at for at in closed if at is not None)


def before(moment: datetime) -> Callable[[], bool]:
    """Whether a moment is still to come."""
    return lambda: datetime.now(UTC) < moment


async def at(moment: datetime) -> None:
    """Wait for a moment."""
    await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))


async def measure(folder: Path, herd: int, window: float, every: float, prepare: float) -> None:
    """Order all, start the worker anew, and look at the month's start."""
    span = timedelta(seconds=window)
    pause = timedelta(seconds=PAUSE)
    quiet_from = datetime.now(UTC) + timedelta(seconds=prepare)
    checks_from = quiet_from + timedelta(seconds=QUIET) + pause
    date = checks_from + 2 * span + 2 * pause
    lasts = (date + span - quiet_from).total_seconds()
    await load(folder, herd, int(lasts / every) + 200)
    system = Month(folder, 0, date=date, before=(date - checks_from - span).total_seconds(), window=window)
    try:
        await asyncio.gather(*(system.start(name) for name in PROGRAMS))
        await until(system.portal_ready, 120)
        client = await Client.connect(f"127.0.0.1:{system.settings.temporal_port}", data_converter=DATA_CONVERTER)
        began = time.monotonic()
        await order_all(client, herd)
        print(f"{herd} runs ordered in {time.monotonic() - began:.0f} s", flush=True)
        await system.kill("worker")
        await system.start("worker")
        await until(system.portal_ready, 60)
        if datetime.now(UTC) > quiet_from:
            raise SystemExit("not ready in time: give more seconds with --prepare")
        await at(quiet_from)
        newcomers = Newcomers(system, every)
        print(f"{'':10} {'new':>5} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}   CPU, share of a core")
        phases = []
        for name, begins, ends in (
            ("without", quiet_from, checks_from - pause),
            ("checks", checks_from, checks_from + span + pause),
            ("changes", date, date + span + pause),
        ):
            await at(begins)
            phases.append(await newcomers.measure(name, before(ends)))
            print(phases[-1].line(), flush=True)
        last = await drained(client, herd)
        show(phases, (last - date).total_seconds(), herd, window)
    finally:
        for child in system.children.values():
            with suppress(ProcessLookupError):
                await child.stop()


def show_phase(phase: Phase, without: Phase) -> None:
    """How long new events waited in a phase, and what each program took, beside the one without anything else."""
    compared(f"new events meanwhile ({phase.name}), p50, ms", [phase.share(0.5)], [without.share(0.5)])
    compared(f"new events meanwhile ({phase.name}), p99, ms", [phase.share(0.99)], [without.share(0.99)])
    for program in PROGRAMS:
        compared(f"CPU of the {program} ({phase.name}), cores", [phase.cpu[program]], [without.cpu[program]])


def show(phases: Sequence[Phase], last: float, herd: int, window: float) -> None:
    """Each phase beside the one without a herd, and whether the herd was done in time."""
    without, *others = phases
    heading(f"{herd:,} runs over {window:.0f} s", "herd", "without")
    for phase in others:
        show_phase(phase, without)
    heading("month's start", "herd")
    for phase in others:
        measured(f"new events p99 ({phase.name}), seconds", [phase.share(0.99) / 1000], 1)
    measured("the last run was done, windows after the date", [last / window], DRAINED)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.herd", description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--window", type=float, default=150, help="seconds over which the runs are spread")
    parser.add_argument("--every", type=float, default=0.1, help="seconds between two new events")
    parser.add_argument("--prepare", type=float, help="seconds until all is ordered; else reckoned")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(
            measure(
                Path(name),
                arguments.runs,
                arguments.window,
                arguments.every,
                arguments.prepare or 40 + 0.2 * arguments.runs,
            )
        )

"""The two sides of the comparison: a worker process each, and how one run is driven through its least path."""

from __future__ import annotations  # DBOSify's classes take no type parameters

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from activities.customer_centre import load_customers
from settings import Settings

TYPES = {"ours": "EditionDowngrade", "bare": "BareDowngrade"}
CUSTOMERS = 2500
AT_ONCE = 10


def settings_of(side: str, folder: Path, database_url: str = "") -> Settings:
    """Each side has a database and a task queue of its own."""
    return Settings(state_dir=folder / side, task_queue=f"bench-{side}", database_url=database_url)


@dataclass
class Caller:
    """Who drives runs through the least path."""

    name: str
    client: Client
    task_queue: str

    async def requested(self, customer: str) -> tuple[WorkflowHandle[Any, Any], float]:
        """Update-with-start, and the seconds until its answer."""
        document = {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced"}
        # The two sides share a server: the bare run of the same customer has an ID of its own.
        workflow_id = f"{'edition' if self.name == 'ours' else 'bare'}/{customer}/jtl"
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            TYPES[self.name],
            document,
            id=workflow_id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"JTL edition, {customer}",
        )
        began = time.perf_counter()
        await self.client.execute_update_with_start_workflow("requested", document, start_workflow_operation=operation)
        return self.client.get_workflow_handle(workflow_id), time.perf_counter() - began

    async def acknowledged(self, customer: str) -> tuple[WorkflowHandle[Any, Any], float]:
        """A run that waits for its order, and the seconds to its first answer."""
        handle, seconds = await self.requested(customer)
        await handle.execute_update("acknowledge_warning", {"by": "bench"})
        return handle, seconds

    async def least_path(self, customer: str) -> tuple[WorkflowHandle[Any, Any], float]:
        """Requested → acknowledged → ordered → waits → applied; the seconds to its first answer."""
        handle, seconds = await self.acknowledged(customer)
        await handle.execute_update("place_order", {"by": "bench"})
        ended = await handle.result()
        assert ended["state"] == "applied", ended
        return handle, seconds


@dataclass
class Side(Caller):
    """One worker in a process of its own, and the runs that it serves."""

    process: asyncio.subprocess.Process
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def cpu(self) -> float:
        """Seconds of CPU that the worker's process has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Bytes that the worker's process holds by itself (USS: shared pages do not count)."""
        return psutil.Process(self.process.pid).memory_full_info().uss

    def next_customer(self) -> str:
        """One who has no run yet."""
        return f"B-{next(self.numbers):04}"

    async def runs(self, number: int) -> list[WorkflowHandle[Any, Any]]:
        """So many runs, some at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def run() -> WorkflowHandle[Any, Any]:
            async with gate:
                return (await self.least_path(self.next_customer()))[0]

        return await asyncio.gather(*(run() for _ in range(number)))


async def load(folder: Path) -> None:
    """The same customers for both sides."""
    path = customers_file(folder, CUSTOMERS)
    for name in TYPES:
        (folder / name).mkdir()
        await load_customers(settings_of(name, folder), path)


def customers_file(folder: Path, number: int) -> Path:
    """So many customers with an edition to downgrade, and nothing in surplus."""
    lines = [json.dumps(customer_of(f"B-{each:04}")) for each in range(number)]
    path = folder / "customers.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def customer_of(number: str) -> dict[str, Any]:
    """Who can be told by mail: else a run asks an operator to tell him, which no other side does."""
    email = f"{number.lower()}@shop.example"
    return {"customer": number, "name": "Shop", "email": email, "language": "en", "editions": {"jtl": "jtl_pro"}}


@asynccontextmanager
async def start_side(name: str, client: Client, folder: Path) -> AsyncIterator[Side]:
    """A side with its worker running."""
    address = client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.worker", name, address, str(folder))
    try:
        yield Side(name, client, f"bench-{name}", process)
    finally:
        process.terminate()
        await process.wait()

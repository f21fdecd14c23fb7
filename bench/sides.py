"""The two sides of the comparison: a worker process each, and how one run is driven through its least path."""

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
from bench.worker import settings_of

TYPES = {"ours": "EditionDowngrade", "bare": "BareDowngrade"}
CUSTOMERS = 2500
AT_ONCE = 10


@dataclass
class Side:
    """One worker and the runs that it serves."""

    name: str
    client: Client
    folder: Path
    process: asyncio.subprocess.Process
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def cpu(self) -> float:
        """Seconds of CPU that the worker's process has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Bytes that the worker's process holds by itself (USS: shared pages do not count)."""
        return psutil.Process(self.process.pid).memory_full_info().uss

    async def start(self) -> tuple[WorkflowHandle[Any, Any], float]:
        """Update-with-start, and the seconds until its answer."""
        customer = f"B-{next(self.numbers):04}"
        document = {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced"}
        # The two sides share a server: the bare run of the same customer has an ID of its own.
        workflow_id = f"{'edition' if self.name == 'ours' else 'bare'}/{customer}/jtl"
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            TYPES[self.name],
            document,
            id=workflow_id,
            task_queue=f"bench-{self.name}",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"JTL edition, {customer}",
        )
        began = time.perf_counter()
        await self.client.execute_update_with_start_workflow("requested", document, start_workflow_operation=operation)
        return self.client.get_workflow_handle(workflow_id), time.perf_counter() - began

    async def acknowledged(self) -> WorkflowHandle[Any, Any]:
        """A run that waits for its order."""
        handle, _ = await self.start()
        await handle.execute_update("acknowledge_warning", {"by": "bench"})
        return handle

    async def least_path(self) -> WorkflowHandle[Any, Any]:
        """Requested → acknowledged → ordered → waits → applied."""
        handle = await self.acknowledged()
        await handle.execute_update("place_order", {"by": "bench"})
        ended = await handle.result()
        assert ended["state"] == "applied", ended
        return handle

    async def runs(self, number: int) -> list[WorkflowHandle[Any, Any]]:
        """So many runs, some at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def run() -> WorkflowHandle[Any, Any]:
            async with gate:
                return await self.least_path()

        return await asyncio.gather(*(run() for _ in range(number)))


async def load(folder: Path) -> None:
    """Customers with an edition to downgrade, and nothing in surplus; the same for both sides."""
    editions = {"jtl": "jtl_pro"}
    lines = [
        json.dumps({"customer": f"B-{number:04}", "name": f"Shop {number}", "language": "en", "editions": editions})
        for number in range(CUSTOMERS)
    ]
    path = folder / "customers.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    for name in TYPES:
        (folder / name).mkdir()
        await load_customers(settings_of(name, folder), path)


@asynccontextmanager
async def start_side(name: str, client: Client, folder: Path) -> AsyncIterator[Side]:
    """A side with its worker running."""
    address = client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.worker", name, address, str(folder))
    try:
        yield Side(name, client, folder, process)
    finally:
        process.terminate()
        await process.wait()

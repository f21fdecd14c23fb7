"""One worker in a process of its own, so that its CPU and memory can be read from outside.

`python -m bench.worker ours|bare ADDRESS FOLDER`
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.cancellations import create_activities
from bench.bare import BareDowngrade
from bench.document import MONTH
from bench.sides import settings_of
from programs import collect_while_serving
from settings import Settings
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER, create_worker

CACHE = 2000
SAME_RUNNER = "BENCH_SAME_RUNNER"


def worker_of(side: str, client: Client, settings: Settings) -> Worker:
    """Our worker, or one with the bare workflow; the activities are the same."""
    if side == "ours":
        worker = create_worker(client, settings)
        collect_while_serving()  # as worker.py does
        return worker
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[BareDowngrade],
        activities=create_activities(settings).registered(),
        max_cached_workflows=CACHE,
        workflow_runner=bare_runner(),
    )


def bare_runner() -> WorkflowRunner:
    """The SDK's default sandbox, as a hand-written workflow would have it; or ours, to tell what that alone makes."""
    return UnsandboxedWorkflowRunner() if os.environ.get(SAME_RUNNER) else SandboxedWorkflowRunner()


async def serve(side: str, address: str, folder: Path) -> None:
    """Serve until SIGTERM."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with worker_of(side, client, settings_of(side, folder)):
        await stopped.wait()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    months_begin_soon(MONTH)
    asyncio.run(serve(sys.argv[1], sys.argv[2], Path(sys.argv[3])))

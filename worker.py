"""The composition root: settings → adapters → worker. `python worker.py` serves the task queue."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.cancellations import create_activities
from activities.ports import AdapterError
from activities.reconciliation.comparison import ComparisonActivities
from catalogue.loader import CatalogueError
from settings import Settings, checked, run_program
from states.kinds.registry import KINDS
from workflows.connect import Unguarded, connect
from workflows.executions import TemporalExecutions
from workflows.plugin import DATA_CONVERTER, CancellationsPlugin
from workflows.schedule import keep_schedule

__all__ = ["DATA_CONVERTER", "create_worker"]

log = structlog.get_logger()


def create_worker(client: Client, settings: Settings) -> Worker:
    """A worker that serves the whole task queue on any client connected with `DATA_CONVERTER`.

    Creates or migrates the database, and registers the search attributes and the nightly comparison's schedule when it
    starts. Closes the database when it has stopped. Raises `ValidationError` for settings that name an unknown kind.
    """
    checked(settings, KINDS)
    plugged = any(isinstance(plugin, CancellationsPlugin) for plugin in client.config().get("plugins", ()))
    cancellations = create_activities(settings)
    comparison = ComparisonActivities(cancellations.adapters, TemporalExecutions(client), settings)

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        try:
            await schedule(client, settings)
            yield
        finally:
            await cancellations.adapters.close()

    return Worker(
        client,
        task_queue=settings.task_queue,
        activities=[*cancellations.registered(), *comparison.registered()],
        plugins=[SimplePlugin("around", run_context=around), *([] if plugged else [CancellationsPlugin()])],
        max_cached_workflows=2000,
    )


async def schedule(client: Client, settings: Settings) -> None:
    """Keep the nightly comparison's schedule; where the server has none, or refuses, runs are served without."""
    at = settings.compare_at
    try:
        changed = await keep_schedule(client, at, settings.time_zone, settings.task_queue)
    except RPCError as error:
        log.warning("comparison_not_scheduled", reason=error.status.name)
        return
    log.info("comparison_scheduled", at=f"{at:%H:%M}" if at else None, zone=settings.time_zone, changed=changed)


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way."""
    client = await connect(settings.temporal_port, settings.guarded_elsewhere)
    stopped = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
    async with create_worker(client, settings):
        log.info("worker_ready", task_queue=settings.task_queue, namespace=client.namespace)
        await stopped.wait()
    log.info("worker_stopped")


def main() -> int:
    """Exit code 0 done, 1 stopped by a fault that one line explains, 2 wrong settings."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    faults = (Unguarded, CatalogueError, AdapterError, RuntimeError)
    return run_program(lambda settings: asyncio.run(serve(settings)), KINDS, faults, "the worker cannot start: ")


if __name__ == "__main__":
    raise SystemExit(main())

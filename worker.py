"""The composition root: settings → adapters → worker. `python worker.py` serves the task queue."""

if __name__ == "__main__":
    from programs import collect_seldom, end_at_a_signal

    end_at_a_signal()  # before all else, which takes a while to load
    collect_seldom()

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.bulk_decisions import BulkActivities
from activities.cancellations import create_activities
from activities.mail.senders import mail_of
from activities.news_teller import NewsTeller
from activities.ports import AdapterError, Unavailable
from activities.reconciliation.comparison import ComparisonActivities
from activities.release_teller import ReleaseTeller
from activities.setting_names import SETTING_NAMES
from activities.shown_runs import ShownRuns
from catalogue.loader import CatalogueError
from logs import configure_logs, prepare_core
from loop_watch import watched_loop
from portal.bulk_sender import RunDecisions
from portal.deliverer import Deliverer
from portal.delivery import delivery_of
from portal.notices.mailing import NoticeMails
from portal.notices.webhook import NoticeCalls
from programs import collect_while_serving, end_in_time, leave, told_to_stop
from settings import Settings, checked, run_program, switched_off
from states.model.request import LicenceChanged
from workflows.connect import NotConnected, connect
from workflows.converter import DATA_CONVERTER
from workflows.executions import TemporalExecutions
from workflows.listing import Showing
from workflows.plugin import CancellationsPlugin, WrongSearchAttribute
from workflows.schedule import compare_list_soon, keep_schedule

__all__ = ["DATA_CONVERTER", "create_worker"]

log = structlog.get_logger("worker")
PAUSE_S = 2.0
"""Seconds between two looks at what is to be done beside the worker, where nothing is."""
RELEASED_S = 1.0
"""Seconds between two looks whether somebody is to be told of the end of a freeze, where nobody is."""
SHOWN_WITHIN_S = 0.25
"""Seconds after which what runs show is written: so much is written together, and so late the list may be."""
FINISH_WITHIN = timedelta(seconds=25)
"""How long activities under way may go on when the worker is told to stop; then they are cancelled, and tried again."""


def create_worker(client: Client, settings: Settings) -> Worker:
    """A worker that serves the whole task queue on any client connected with `DATA_CONVERTER`.

    Creates or migrates the database, and registers the search attributes and the nightly comparison's schedule when it
    starts; beside it, what portals have promised is carried out, and open runs are told of customers loaded anew.
    Closes the database when it has stopped. Raises `ValidationError` for settings that name an unknown kind.
    """
    checked(settings, SETTING_NAMES)
    plugged = any(isinstance(plugin, CancellationsPlugin) for plugin in client.config().get("plugins", ()))
    cancellations = create_activities(settings)
    executions = TemporalExecutions(client)
    comparison = ComparisonActivities(cancellations.adapters, executions, settings)
    delivery = delivery_of(client, settings, cancellations.adapters, cancellations.catalogues)
    deliverer = Deliverer(delivery)
    bulks = BulkActivities(cancellations.adapters, RunDecisions(delivery.runs, cancellations.adapters))

    async def tell(workflow_id: str, news: LicenceChanged) -> None:
        try:
            await executions.tell(workflow_id, news)
        except RPCError as error:
            raise Unavailable(error.message) from error

    async def tell_released(workflow_id: str, freeze: int) -> None:
        try:
            await executions.tell_released(workflow_id, freeze)
        except RPCError as error:
            raise Unavailable(error.message) from error

    teller = NewsTeller(cancellations.adapters.news, tell)
    released = ReleaseTeller(cancellations.adapters, tell_released)
    mails, calls = NoticeMails(delivery), NoticeCalls(delivery)
    shown = ShownRuns(cancellations.adapters.open_list)

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        steps = (
            (deliverer.carry_out_due, PAUSE_S),
            (teller.tell_waiting, PAUSE_S),
            (mails.send_due, PAUSE_S),
            (calls.post_due, PAUSE_S),
            (released.tell_released, RELEASED_S),
            (shown.write_waiting, SHOWN_WITHIN_S),
        )
        beside = {asyncio.create_task(repeat(step, pause_s)) for step, pause_s in steps}
        try:
            await schedule(client, settings)
            for reason in switched_off(settings):
                log.warning("switched_off", reason=reason)
            log.info("worker_ready", task_queue=settings.task_queue, namespace=client.namespace)
            async with watched_loop():
                yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            with suppress(AdapterError):  # what cannot be written now is mended by the comparison
                while await shown.write_waiting():
                    pass
            cancellations.adapters.close()

    return Worker(
        client,
        task_queue=settings.task_queue,
        activities=[*cancellations.registered(), *comparison.registered(), *bulks.registered()],
        interceptors=[Showing(shown.show, shown.hide)],
        # In this order: the search attributes are known before the worker says that it is ready.
        plugins=[*([] if plugged else [CancellationsPlugin()]), SimplePlugin("around", run_context=around)],
        max_cached_workflows=2000,
        graceful_shutdown_timeout=FINISH_WITHIN,
    )


async def repeat(step: Callable[[], Awaitable[int]], pause_s: float) -> None:
    """Do something beside the worker until it is cancelled: at once again where there was some, else after a pause.

    `step` answers how much there was. A system that does not answer is asked again; a bug is logged with its traceback,
    and ends nothing.
    """
    while True:
        done = 0
        try:
            done = await step()
        except AdapterError as error:
            log.warning("step_not_done", step=step.__qualname__, reason=str(error))
        except Exception as error:
            log.error("step_failed", step=step.__qualname__, exc_info=error)
        await asyncio.sleep(0 if done else pause_s)


async def schedule(client: Client, settings: Settings) -> None:
    """Keep the nightly comparison's schedule, and have the list compared now; a server without schedules has neither.

    The list, since a worker that was killed may have left something untold. Where the server refuses, runs are served
    without.
    """
    at = settings.compare_at
    try:
        changed = await keep_schedule(client, at, settings.time_zone, settings.task_queue)
        await compare_list_soon(client, settings.task_queue)
    except RPCError as error:
        log.warning("comparison_not_scheduled", reason=error.status.name)
        return
    log.info("comparison_scheduled", at=f"{at:%H:%M}" if at else None, zone=settings.time_zone, changed=changed)


async def serve(settings: Settings, on_stop: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way; `on_stop` is called when that begins.

    Raises `NotConnected`, `WrongSearchAttribute`, `CatalogueError` or `AdapterError` for what is missing or wrong.
    """
    client = await connect(settings.temporal_port, settings.guarded_elsewhere)
    await prove_mail(settings)
    worker = await asyncio.to_thread(create_worker, client, settings)
    collect_while_serving()
    with told_to_stop(on_stop) as stopped:
        running, told = asyncio.create_task(worker.run()), asyncio.create_task(stopped.wait())
        await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            log.info("worker_stopping", within=FINISH_WITHIN.total_seconds())
            await worker.shutdown()
        told.cancel()
        await running
    log.info("worker_stopped")


async def prove_mail(settings: Settings) -> None:
    """Raise `Misconfigured` where mail can never be sent; a server that is down now is told of, and waited for."""
    try:
        await mail_of(settings).ready()
    except Unavailable as error:
        log.warning("mail_unavailable", reason=str(error))


def main() -> int:
    """Exit code 0 done, 1 stopped by a fault that one line explains, 2 wrong settings."""
    configure_logs()
    prepare_core()
    faults = (NotConnected, WrongSearchAttribute, CatalogueError, AdapterError, RPCError, RuntimeError)

    def work(settings: Settings) -> None:
        asyncio.run(serve(settings, end_in_time))

    return run_program(work, SETTING_NAMES, faults, "the worker: ")


if __name__ == "__main__":
    leave(main())

"""Start Temporal, worker and portal, load and play the examples, and watch over all until the end."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import TypeAdapter
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from embedded import example_player, welcome
from embedded.examples import ROOT
from embedded.processes import Child, Died, start
from settings import PREFIX, Settings

START_WITHIN = 120.0
"""Seconds that a program gets to become ready."""
T = TypeVar("T")

OF_OTHER_SERVERS = (
    "TEMPORAL_ADDRESS",
    "TEMPORAL_NAMESPACE",
    "TEMPORAL_PROFILE",
    "TEMPORAL_CONFIG_FILE",
    "TEMPORAL_API_KEY",
    "TEMPORAL_TLS",
)
"""How the names begin that say where another server is."""


class Stopped(Exception):
    """Somebody asked for the end."""


def child_environment(settings: Settings, given: Mapping[str, str]) -> dict[str, str]:
    """What the children see: the embedded server instead of any other, and the examples' events allowed to be old."""
    kept = {
        name: value
        for name, value in given.items()
        if not name.startswith(OF_OTHER_SERVERS) and (value or not name.startswith(PREFIX))
    }
    ours = {
        "TEMPORAL_ADDRESS": f"127.0.0.1:{settings.temporal_port}",
        "TEMPORAL_NAMESPACE": "default",
        "TEMPORAL_CONFIG_FILE": os.devnull,
        f"{PREFIX}STATE_DIR": str(settings.state_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    return {f"{PREFIX}MAX_EVENT_AGE": "P60D"} | kept | ours


def server_command(program: str, settings: Settings) -> list[str]:
    """The development server, on one file and one machine."""
    return [
        program, "server", "start-dev", "--ip", "127.0.0.1",
        "--port", str(settings.temporal_port), "--ui-port", str(settings.temporal_ui_port),
        "--db-filename", str(settings.state_dir.absolute() / "temporal.db"),
        "--log-level", "warn", "--ui-disable-news-fetch",
    ]  # fmt: skip


class Supervisor:
    """The embedded default. `run` raises `Died` when a program ends that should not."""

    def __init__(self, settings: Settings, temporal: str) -> None:
        self.settings = settings
        self.temporal = temporal
        self.environment = child_environment(settings, os.environ)
        self.children: list[Child] = []
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        """Start, play, show, and stay until stopped; whatever happens, nothing is left running."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stopped.set)
        try:
            await self.bring_up()
            await self.guarded(asyncio.Event().wait())
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            await self.bring_down()
        print("Stopped. The data stay in", self.settings.state_dir, flush=True)

    async def bring_up(self) -> None:
        """The server first, then what needs it, then the examples."""
        print("Starting Temporal …", flush=True)
        await self.launch("temporal", server_command(self.temporal, self.settings))
        client = await self.ready("temporal", self.temporal_ready())
        oldest = TypeAdapter(timedelta).validate_python(self.environment[f"{PREFIX}MAX_EVENT_AGE"])
        progress = await self.guarded(example_player.prepare(self.settings, oldest))
        print("Starting worker and portal …", flush=True)
        await self.launch("worker", [sys.executable, str(ROOT / "worker.py")])
        await self.launch("portal", [sys.executable, str(ROOT / "cli.py"), "portal"])
        await self.ready("worker", self.worker_ready(client))
        async with example_player.portal_client(self.settings) as http:
            await self.ready("portal", self.portal_ready(http))
            print("Playing the examples …" if progress.unanswered() else "The examples have been played.", flush=True)
            await self.guarded(example_player.play(http, self.settings, progress))
            print(await self.guarded(welcome.text(http, self.settings)), flush=True)

    async def launch(self, name: str, command: list[str]) -> None:
        """Start a program and watch it from now on."""
        log = self.settings.state_dir.absolute() / "log" / f"{name}.log"
        self.children.append(await start(name, command, self.environment, log))

    async def guarded(self, work: Awaitable[T]) -> T:
        """Do the work unless somebody stops us or a program dies. Raises `Stopped` or `Died`."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self.stopped.wait())
        watches = [asyncio.ensure_future(child.watch()) for child in self.children]
        futures = [task, stop, *watches]
        try:
            done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
            if stop in done:
                raise Stopped
            for watch in done & {*watches}:
                watch.result()
            return await task
        finally:
            for future in futures:
                future.cancel()
            await asyncio.gather(*futures, return_exceptions=True)

    async def ready(self, name: str, work: Awaitable[T]) -> T:
        """Wait until a program is ready. Raises `Died` where it does not get so."""
        try:
            return await self.guarded(asyncio.wait_for(work, START_WITHIN))
        except TimeoutError:
            log = next(child.log for child in self.children if child.name == name)
            raise Died(f"{name} is not ready after {START_WITHIN:.0f} seconds; see {log}") from None

    async def temporal_ready(self) -> Client:
        """A client, as soon as the server answers."""
        while True:
            with suppress(Exception):
                client = await Client.connect(f"127.0.0.1:{self.settings.temporal_port}")
                if await client.service_client.check_health(timeout=timedelta(seconds=2)):
                    return client
            await asyncio.sleep(0.2)

    async def worker_ready(self, client: Client) -> None:
        """Wait until somebody asks the task queue for work."""
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=self.settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        while True:
            answer = await client.workflow_service.describe_task_queue(request)
            if answer.pollers:
                return
            await asyncio.sleep(0.2)

    async def portal_ready(self, http: httpx.AsyncClient) -> None:
        """Wait until the portal reaches Temporal and the database."""
        while True:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.2)

    async def bring_down(self) -> None:
        """Portal and worker first, the server last; each gets a few seconds."""
        for names in (("portal", "worker"), ("temporal",)):
            await asyncio.gather(*(child.stop() for child in self.children if child.name in names))

"""Start Temporal, worker and portal, load and play the examples, and watch over all until the end."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import SecretStr, TypeAdapter
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from embedded import example_player, welcome
from embedded.examples import ROOT
from embedded.processes import Child, Died, start
from programs import told_to_stop
from secret_strength import new_token
from settings import PREFIX, Settings

START_WITHIN = 120.0
"""Seconds that a program gets to become ready."""
T = TypeVar("T")

PLAYER = "examples"
"""The operator who plays the examples, where none is set."""
OF_OTHER_SERVERS = tuple(
    f"TEMPORAL_{name}" for name in ("ADDRESS", "NAMESPACE", "PROFILE", "CONFIG_FILE", "API_KEY", "TLS")
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
    if settings.operator_tokens:
        pairs = [(name, token) for name, tokens in settings.operator_tokens.items() for token in tokens]
        ours[f"{PREFIX}OPERATOR_TOKENS"] = ",".join(f"{name}:{token.get_secret_value()}" for name, token in pairs)
    return {f"{PREFIX}MAX_EVENT_AGE": "P60D"} | kept | ours


def with_operator(settings: Settings) -> Settings:
    """The settings, with an operator who plays the examples where calls need an authority and no operator is set.

    His token is made at each start and printed nowhere.
    """
    if not settings.guarded or settings.operator_tokens:
        return settings
    return settings.model_copy(update={"operator_tokens": {PLAYER: (SecretStr(new_token()),)}})


def server_command(program: str, settings: Settings) -> list[str]:
    """The development server, on one file and one machine."""
    return [
        program, "server", "start-dev", "--ip", "127.0.0.1",
        "--port", str(settings.temporal_port), "--ui-port", str(settings.temporal_ui_port),
        "--db-filename", str(settings.state_dir.absolute() / "temporal.db"),
        "--log-level", "warn", "--log-format", "json", "--output", "none", "--ui-disable-news-fetch",
    ]  # fmt: skip


class Supervisor:
    """The embedded default. `run` raises `Died` when a program ends that should not."""

    def __init__(self, settings: Settings, temporal: str) -> None:
        self.settings = with_operator(settings)
        self.temporal = temporal
        self.environment = child_environment(self.settings, os.environ)
        self.children: list[Child] = []

    async def run(self) -> None:
        """Start, play, show, and stay until stopped; whatever happens, nothing is left running."""
        with told_to_stop() as stopped:
            try:
                # Whatever is under way is cancelled when somebody stops us or a program dies.
                async with asyncio.TaskGroup() as self.watches:
                    self.watches.create_task(raise_when(stopped))
                    await self.bring_up()
            except ExceptionGroup as group:
                if group.subgroup(Stopped) is None:
                    raise group.exceptions[0] from None
                print("\nStopping …", flush=True)
            finally:
                await self.bring_down()
        print("Stopped. The data stay in", self.settings.state_dir, flush=True)

    async def bring_up(self) -> None:
        """The server first, then what needs it, then the examples."""
        print("Starting Temporal …", flush=True)
        await self.launch("temporal", server_command(self.temporal, self.settings))
        client = await self.ready("temporal", self.connect)
        oldest = TypeAdapter(timedelta).validate_python(self.environment[f"{PREFIX}MAX_EVENT_AGE"])
        progress = await example_player.prepare(self.settings, oldest)
        print("Starting worker and portal …", flush=True)
        await self.launch("worker", [sys.executable, str(ROOT / "worker.py")])
        await self.launch("portal", [sys.executable, str(ROOT / "cli.py"), "portal"])
        await self.ready("worker", lambda: self.is_polled(client))
        async with example_player.portal_client(self.settings) as http:
            await self.ready("portal", lambda: is_up(http))
            print("Playing the examples …" if progress.unanswered() else "The examples have been played.", flush=True)
            await example_player.play(http, self.settings, progress)
            print(await welcome.text(http, self.settings), flush=True)

    async def launch(self, name: str, command: list[str]) -> None:
        """Start a program and watch it from now on."""
        log = self.settings.state_dir.absolute() / "log" / f"{name}.log"
        child = await start(name, command, self.environment, log)
        self.children.append(child)
        self.watches.create_task(child.watch())

    async def ready(self, name: str, probe: Callable[[], Awaitable[T | None]]) -> T:
        """What a probe of a program answers, once it answers something. Raises `Died` where it does not in time."""
        try:
            async with asyncio.timeout(START_WITHIN):
                while True:
                    if answer := await probe():
                        return answer
                    await asyncio.sleep(0.2)
        except TimeoutError:
            log = next(child.log for child in self.children if child.name == name)
            raise Died(f"{name} is not ready after {START_WITHIN:.0f} seconds; see {log}") from None

    async def connect(self) -> Client | None:
        """A client, if the server answers."""
        with suppress(Exception):
            client = await Client.connect(f"127.0.0.1:{self.settings.temporal_port}")
            if await client.service_client.check_health(timeout=timedelta(seconds=2)):
                return client
        return None

    async def is_polled(self, client: Client) -> bool:
        """Whether somebody asks the task queue for work."""
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=self.settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        return bool((await client.workflow_service.describe_task_queue(request)).pollers)

    async def bring_down(self) -> None:
        """Portal and worker first, the server last; each gets a few seconds."""
        for names in (("portal", "worker"), ("temporal",)):
            await asyncio.gather(*(child.stop() for child in self.children if child.name in names))


async def raise_when(stopped: asyncio.Event) -> None:
    """Raise `Stopped` when that happens."""
    await stopped.wait()
    raise Stopped


async def is_up(http: httpx.AsyncClient) -> bool:
    """Whether the portal reaches Temporal and the database."""
    with suppress(httpx.TransportError):
        return (await http.get("/readyz")).status_code == 200
    return False

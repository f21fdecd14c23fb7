"""The real programs as child processes: server on a file, worker, portal; each can be killed and started again."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from temporalio.client import Client

from embedded.preflight import free_port
from embedded.processes import Child, start
from settings import Settings
from tests.runs.harness import program

ROOT = Path(__file__).parents[2]
EVENTS = "application/cloudevents+json"


async def until(what: Callable[[], Awaitable[Any]], seconds: float = 40) -> Any:
    """Ask until the answer is true; errors count as no. Raises `TimeoutError` with the last one."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if found := await what():
                return found
        except (httpx.TransportError, RuntimeError, OSError, KeyError) as error:
            last = error
        await asyncio.sleep(0.1)
    raise TimeoutError(f"not within {seconds:.0f} seconds") from last


@dataclass
class Programs:
    """One system. `month`: seconds from an order to the month it takes effect in."""

    folder: Path
    month: float
    children: dict[str, Child] = field(default_factory=dict)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        ports = {name: free_port() for name in ("temporal_port", "temporal_ui_port", "portal_port")}
        self.settings = Settings(state_dir=self.folder, **ports)  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """What the programs read; nothing of Temporal's own that this machine may have set."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL", "CANCELLATIONS"))}
        ours = {"STATE_DIR": str(self.folder), "APPLY_WINDOW": "PT0S", "PORTAL_PORT": str(self.settings.portal_port)}
        return (
            kept
            | {f"CANCELLATIONS_{name}": value for name, value in ours.items()}
            | {"TEMPORAL_ADDRESS": f"127.0.0.1:{self.settings.temporal_port}", "TEMPORAL_CONFIG_FILE": os.devnull}
            | {"PYTHONPATH": str(ROOT)}
        )

    def command(self, name: str) -> list[str]:
        """How each program is started."""
        if name == "server":
            return [
                program("temporal"), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error",
                "--port", str(self.settings.temporal_port), "--ui-port", str(self.settings.temporal_ui_port),
                "--db-filename", str(self.folder / "temporal.db"), "--ui-disable-news-fetch",
            ]  # fmt: skip
        if name == "portal":
            return [sys.executable, str(ROOT / "cli.py"), "portal"]
        return [sys.executable, "-m", "tests.system.soon", str(self.month)]

    async def start(self, name: str) -> None:
        """Start a program; what cannot do without the server waits for it."""
        if name == "worker":
            await until(self.server_ready)
        log = self.folder / f"{name}.log"
        self.children[name] = await start(name, self.command(name), self.environment(), log)

    async def kill(self, name: str) -> None:
        """End a program as a power cut would."""
        child = self.children.pop(name)
        child.send(signal.SIGKILL)
        await child.process.wait()

    async def server_ready(self) -> bool:
        """Whether the server answers."""
        client = await Client.connect(f"127.0.0.1:{self.settings.temporal_port}")
        return await client.service_client.check_health()

    def http(self) -> httpx.AsyncClient:
        """The portal's client. It speaks no TLS: to read the certificates for it takes longer than a request."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.settings.portal_port}", timeout=12, verify=False)

    async def portal_ready(self) -> bool:
        """Whether the portal reaches server and database."""
        async with self.http() as http:
            return (await http.get("/readyz")).status_code == 200


@asynccontextmanager
async def programs(folder: Path, month: float) -> AsyncIterator[Programs]:
    """All three, up; whatever happens, none is left."""
    system = Programs(folder, month)
    try:
        await asyncio.gather(system.start("server"), system.start("portal"), system.start("worker"))
        await until(system.portal_ready, seconds=120)  # three programs at once take their time on a busy machine
        yield system
    finally:
        for child in system.children.values():
            child.send(signal.SIGKILL)
        await asyncio.gather(*(child.process.wait() for child in system.children.values()))


@dataclass
class Customer:
    """A customer who sends portal events, each under an id of its own, and again until it is answered."""

    system: Programs
    name: str
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def workflow_id(self) -> str:
        """The run."""
        return f"edition/{self.name}/jtl"

    def event(self, type_: str, data: dict[str, Any]) -> dict[str, Any]:
        """A CloudEvent of now."""
        subject = {} if type_ == "requested" else {"subject": self.workflow_id}
        return {
            "specversion": "1.0",
            "type": f"jtl.cancellation.{type_}.v1",
            "source": "tests",
            "id": f"{self.name}-{type_}",
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        } | subject

    async def send(self, type_: str, **data: Any) -> dict[str, Any]:
        """Send until the answer is final: neither a broken connection, nor 503, nor still at work."""
        event = self.event(type_, data or {"by": self.name})
        self.sent.append(event)
        return await until(lambda: self.post(event))

    async def post(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """One attempt; None where it must be sent again. What is refused fails the test."""
        async with self.system.http() as http:
            answer = await http.post("/events", json=event, headers={"content-type": EVENTS})
        if answer.status_code == 503:
            return None
        assert answer.status_code == 202, f"{event['id']}: {answer.status_code} {answer.text}"
        document: dict[str, Any] = answer.json()
        return None if document["waiting_for"] == ["system"] else document

    async def request(self) -> dict[str, Any]:
        """Ask for a lower edition."""
        return await self.send("requested", kind="edition", customer=self.name, subject="jtl", target="jtl_advanced")

    async def status(self) -> dict[str, Any]:
        """As the portal shows it."""
        async with self.system.http() as http:
            found = await http.get(f"/cancellations/{quote(self.workflow_id, safe='/')}")
        document: dict[str, Any] = found.json()
        return document

    async def ended(self) -> dict[str, Any]:
        """Wait until it has been applied and kept in the ledger."""

        async def look() -> dict[str, Any] | None:
            document = await self.status()
            return document if document["state"] == "applied" else None

        found: dict[str, Any] = await until(look, 60)
        return found

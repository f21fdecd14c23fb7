"""The database: opening it creates and migrates it, whoever comes first; everybody else waits for that.

SQLite by default, PostgreSQL by configuration; the driver is chosen here.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.ports import AdapterError, Misconfigured, Unavailable
from activities.sql.migrate import migrate
from settings import Settings

BUSY_MS = 15_000
"""How long a writer on SQLite waits for another one."""
CONNECT_S = 10
"""How long a connection to PostgreSQL may take."""
POOL = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 10}

DRIVERS = {"sqlite": ("sqlite", "sqlite+aiosqlite"), "postgresql": ("postgresql+psycopg", "postgresql+psycopg")}
"""By scheme: the driver for migrations, and the asynchronous one."""
SETUP_FAULTS = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "readonly database",
    "permission denied",
    "unable to open database file",
    "not a database",
)


@dataclass(frozen=True)
class Database:
    """An open, migrated database. `close` it when its event loop ends."""

    engine: AsyncEngine

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent picture, however many statements it takes."""
        async with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes; on SQLite it takes the writer's lock at once, so that it cannot fail later."""
        async with self.engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                yield connection

    async def ready(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        try:
            async with self.read() as connection:
                await connection.execute(select(1))
        except SQLAlchemyError as error:
            raise fault(error) from None

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def create_database(settings: Settings) -> Database:
    """Create what is missing, migrate, and open; safe when worker, portal and command line start at once.

    Blocks until migrated. Raises `Misconfigured` (a folder that cannot be written, a wrong address or password) or
    `Unavailable`, each in one line without credentials.
    """
    url = address(settings)
    if url.get_backend_name() == "sqlite":
        make_folder(settings, url)
    try:
        migrate(url.set(drivername=DRIVERS[url.get_backend_name()][0]), CONNECT_S)
    except SQLAlchemyError as error:
        raise fault(error, url) from None
    return Database(engine_for(url))


async def open_database(settings: Settings) -> Database:
    """`create_database` without blocking the event loop."""
    return await asyncio.to_thread(create_database, settings)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database for a single errand, closed afterwards."""
    database = await open_database(settings)
    try:
        yield database
    finally:
        await database.close()


def address(settings: Settings) -> URL:
    """The address of the database. Raises `Misconfigured`, without showing it."""
    try:
        url = make_url(settings.database_url)
    except (ArgumentError, ValueError):
        raise Misconfigured("CANCELLATIONS_DATABASE_URL is not an address of a database") from None
    if url.get_backend_name() not in DRIVERS:
        raise Misconfigured("CANCELLATIONS_DATABASE_URL: begin with sqlite:/// or postgresql://")
    if not url.database:
        raise Misconfigured("CANCELLATIONS_DATABASE_URL names no database: end with a file or the database's name")
    return url


def make_folder(settings: Settings, url: URL) -> None:
    """The folders that the embedded default writes into."""
    for folder in (settings.state_dir, Path(url.database or "").parent):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"{folder} cannot be created ({error.strerror}): set CANCELLATIONS_STATE_DIR to one that can be written"
            ) from None


def engine_for(url: URL) -> AsyncEngine:
    """The asynchronous engine; statements are never shown with their values, which are people's data."""
    backend = url.get_backend_name()
    options: dict[str, Any] = dict(POOL) | {"hide_parameters": True}
    if backend == "postgresql":
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_S}}
    engine = create_async_engine(url.set(drivername=DRIVERS[backend][1]), **options)
    if backend == "sqlite":
        event.listen(engine.sync_engine, "connect", prepare_sqlite)
        event.listen(engine.sync_engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: Any, _: Any) -> None:
    """Transactions are begun by us, writers wait for each other, foreign keys hold."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that becomes a writer may fail half way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


async def insert_once(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> Row[Any] | None:
    """Insert a row and answer it; None where one with its key is there. A simultaneous insert is waited for."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.c)
    return (await connection.execute(statement)).one_or_none()


def fault(error: Exception, url: URL | None = None) -> AdapterError:
    """What an error of the database means, in one line without statement, values or credentials."""
    inner = error.orig if isinstance(error, DBAPIError) else None
    where = url.render_as_string(hide_password=True) if url is not None else "the database"
    lines = str(inner or "").strip().splitlines()
    said = lines[0] if lines and url is not None else type(inner or error).__name__
    if any(sign in str(inner) for sign in SETUP_FAULTS):
        return Misconfigured(
            f"{where} cannot be used: {said}: check CANCELLATIONS_DATABASE_URL and CANCELLATIONS_STATE_DIR"
        )
    return Unavailable(f"{where} does not answer: {said}")


TRANSIENT: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout)
"""Errors of the database that may pass."""

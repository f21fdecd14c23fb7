"""The database: opening it creates and migrates it, whoever comes first; everybody else waits for that.

SQLite by default, PostgreSQL by configuration; the driver is chosen here.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.ports import AdapterError, Misconfigured, Unavailable
from activities.sql.migrate import begin_sqlite, migrate
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
    """An open, migrated database. `close` it when its event loop ends.

    Where the database fails, its transactions raise `Unavailable` or `Misconfigured`, without statement or values.
    """

    engine: AsyncEngine

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only reads: one consistent picture, however many statements it takes."""
        isolation = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        return self.transaction(isolation)

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that writes; on SQLite it takes the writer's lock at once, so that it cannot fail later."""
        return self.transaction({"writes": True})

    @asynccontextmanager
    async def transaction(self, options: Mapping[str, Any]) -> AsyncIterator[AsyncConnection]:
        """A transaction with SQLAlchemy's execution options, its errors turned into those of ports."""
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(**options)
                async with connection.begin():
                    yield connection
        except (DBAPIError, PoolTimeout) as error:
            raise fault(error) from None

    async def ready(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        async with self.read() as connection:
            await connection.execute(select(1))

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
    reason = lines[0] if lines and url is not None else type(inner or error).__name__
    if any(sign in str(inner) for sign in SETUP_FAULTS):
        return Misconfigured(
            f"{where} cannot be used: {reason}: check CANCELLATIONS_DATABASE_URL and CANCELLATIONS_STATE_DIR"
        )
    return Unavailable(f"{where} does not answer: {reason}")

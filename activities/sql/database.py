"""The database: opening it creates and migrates it, whoever comes first; everybody else waits for that.

SQLite by default, PostgreSQL by configuration; the driver is chosen here.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.ports import AdapterError, Misconfigured, Unavailable
from activities.sql.migrate import HEAD, UnknownSchema, begin_sqlite, migrate, revision
from settings import DATABASE, Settings, masked

STATEMENT_MS = 4_000
"""How long a statement may take, and a writer on SQLite wait for another one: less than a call of the portal may."""
CONNECT_S = 4
"""How long a connection to PostgreSQL may take."""
SILENT_MS = 10_000
"""After which a connection is lost whose other end confirms nothing."""
POOL = {"pool_size": 5, "max_overflow": 10, "pool_timeout": CONNECT_S}

DRIVERS = {"sqlite": ("sqlite", "sqlite+aiosqlite"), "postgresql": ("postgresql+psycopg", "postgresql+psycopg")}
"""By scheme: the driver for migrations, and the asynchronous one."""
VARIABLE = "CANCELLATIONS_DATABASE_URL"
FOLDER = "name a file in a folder that can be written, or set CANCELLATIONS_STATE_DIR"
SETUP_FAULTS = {
    "authentication failed": "check the user and the password",
    "no password supplied": "give the password: postgresql://user:password@host:5432/name",
    "does not exist": "create it there, or name one that exists",
    "no pg_hba.conf entry": "let this machine in, in the server's pg_hba.conf",
    "permission denied": "let the user create tables in the schema public",
    "invalid connection option": "leave that option out",
    "readonly database": FOLDER,
    "unable to open database file": FOLDER,
    "not a database": "the file is something else: name another",
}
"""What no other try helps against, and what does."""


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
        """Raises `Unavailable` where the database does not answer, `Misconfigured` where its schema is not ours."""
        try:
            async with self.engine.connect() as connection:
                found = await connection.run_sync(revision)
        except SQLAlchemyError as error:
            raise fault(error, self.engine.url) from None
        if found != HEAD:
            raise wrong_schema(self.engine.url, found)

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
    except UnknownSchema as error:
        raise wrong_schema(url, str(error)) from None
    return Database(engine_for(url))


def address(settings: Settings) -> URL:
    """The address of the database. Raises `Misconfigured`."""
    try:
        return make_url(settings.database_url)
    except (ArgumentError, ValueError):
        raise Misconfigured(f"{VARIABLE} is {masked(settings.database_url)}, which is no address: {DATABASE}") from None


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
        options |= {"pool_pre_ping": True, "connect_args": limits(url)}
    engine = create_async_engine(url.set(drivername=DRIVERS[backend][1]), **options)
    if backend == "sqlite":
        event.listen(engine.sync_engine, "connect", prepare_sqlite)
        event.listen(engine.sync_engine, "begin", begin_sqlite)
    return engine


def limits(url: URL) -> dict[str, Any]:
    """How long PostgreSQL may take, for a connection and for a statement, beside what the address itself asks for."""
    timeouts = f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS}"
    options = " ".join([timeouts, *url.normalized_query.get("options", ())])
    return {"connect_timeout": CONNECT_S, "tcp_user_timeout": SILENT_MS, "options": options}


def prepare_sqlite(connection: Any, _: Any) -> None:
    """Transactions are begun by us, writers wait for each other, foreign keys hold."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {STATEMENT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


async def insert_once(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> Row[Any] | None:
    """Insert a row and answer it; None where one with its key is there. A simultaneous insert is waited for."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.c)
    return (await connection.execute(statement)).one_or_none()


def fault(error: Exception, url: URL | None = None) -> AdapterError:
    """What an error of the database means, in one line without statement, values or credentials.

    With its address, where it is the connection that is tried: named with the variable, and with what to do.
    """
    inner = error.orig if isinstance(error, DBAPIError) else None
    lines = str(inner or "").strip().splitlines()
    remedy = next((remedy for sign, remedy in SETUP_FAULTS.items() if sign in str(inner)), None)
    if url is None:
        # Where it worked at the start it will again: what cannot be written now is tried again.
        fault = f"the database does not answer: {type(inner or error).__name__}"
        return Unavailable(f"{fault}: {remedy}" if remedy else fault)
    where, reason = f"{VARIABLE} is {shown(url)}", lines[0] if lines else type(error).__name__
    if remedy:
        return Misconfigured(f"{where}, which cannot be used: {reason}: {remedy}")
    return Unavailable(f"{where}, which does not answer: {reason}: start it there, or say where it is: {DATABASE}")


def wrong_schema(url: URL, found: str | None) -> Misconfigured:
    """The database is of another program, or of another version of this one."""
    return Misconfigured(
        f"{VARIABLE} is {shown(url)}, whose schema has the revision {found}, and this program {HEAD}: "
        "start the program that fits it, or name another database"
    )


def shown(url: URL) -> str:
    """The address as it was given, with its password masked."""
    plain = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)
    return masked(plain)

"""The database: opening it creates and migrates it, whoever comes first; everybody else waits for that.

SQLite by default, PostgreSQL by configuration; the driver is chosen here. Everything on it blocks: an event loop goes
there and back once for all that belongs together (`Database.in_thread`).
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql.dml import ReturningInsert

from activities.ports import AdapterError, Misconfigured, Unavailable
from activities.sql.migrate import HEAD, UnknownSchema, begin_sqlite, migrate, revision
from settings import DATABASE, Settings, masked

STATEMENT_MS = 4_000
"""How long a statement may take, and a writer on SQLite wait for another one: less than a call of the portal may."""
CONNECT_S = 4
"""How long a connection to PostgreSQL may take."""
SILENT_MS = 10_000
"""After which a connection is lost whose other end confirms nothing."""
AT_ONCE = 10
"""How many transactions a program has under way at most: so many threads, each with a connection."""
POOL = {"pool_size": AT_ONCE, "max_overflow": 0, "pool_timeout": CONNECT_S, "pool_use_lifo": True}

DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
"""By scheme."""
Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
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


def threads() -> ThreadPoolExecutor:
    """Threads that wait for the database, so that no event loop does."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sql")


@dataclass(frozen=True)
class Database:
    """An open, migrated database. `close` it when nobody needs it any more.

    Where the database fails, its transactions raise `Unavailable` or `Misconfigured`, without statement or values.
    """

    engine: Engine
    threads: ThreadPoolExecutor = field(default_factory=threads)
    under_way: threading.local = field(default_factory=threading.local)
    """The transaction of each thread, in `connection`, while there is one."""

    async def in_thread(
        self, work: Callable[Parameters, Answer], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Answer:
        """What blocking work answers, done in a thread with the caller's context: there and back once.

        Work that is cancelled before it began is not done; else it ends by itself, and nobody waits for it.
        """
        call = partial(copy_context().run, work, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self.threads, call)

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads: one consistent picture, however many statements it takes.

        Within another transaction of the same thread it is that one; the same holds of one that writes.
        """
        return self.transaction(self.reader)

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that writes; on SQLite it takes the writer's lock at once, so that it cannot fail later."""
        return self.transaction(self.writer)

    @cached_property
    def reader(self) -> Engine:
        """The engine with the options of transactions that only read."""
        isolation = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        return self.engine.execution_options(**isolation)

    @cached_property
    def writer(self) -> Engine:
        """The engine with the options of transactions that write."""
        return self.engine.execution_options(writes=True)

    @contextmanager
    def transaction(self, engine: Engine) -> Iterator[Connection]:
        """A transaction, its errors turned into those of ports; or the one that is under way in this thread."""
        present: Connection | None = getattr(self.under_way, "connection", None)
        if present is not None:
            if engine is self.writer and not writes(present):
                raise RuntimeError("a transaction that reads cannot write")
            yield present
            return
        try:
            with engine.begin() as connection:
                self.under_way.connection = connection
                try:
                    yield connection
                finally:
                    del self.under_way.connection
        except (DBAPIError, PoolTimeout) as error:
            raise fault(error) from None

    def ready(self) -> None:
        """Raises `Unavailable` where the database does not answer, `Misconfigured` where its schema is not ours."""
        try:
            with self.engine.connect() as connection:
                found = revision(connection)
        except SQLAlchemyError as error:
            raise fault(error, self.engine.url) from None
        if found != HEAD:
            raise wrong_schema(self.engine.url, found)

    def close(self) -> None:
        """Close all connections; what is still under way ends by itself."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()


def create_database(settings: Settings) -> Database:
    """Create what is missing, migrate, and open; safe when worker, portal and command line start at once.

    Blocks until migrated. Raises `Misconfigured` (a folder that cannot be written, a wrong address or password) or
    `Unavailable`, each in one line without credentials.
    """
    url = address(settings)
    if url.get_backend_name() == "sqlite":
        make_folder(settings, url)
    try:
        migrate(url.set(drivername=DRIVERS[url.get_backend_name()]), CONNECT_S)
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


def engine_for(url: URL) -> Engine:
    """The engine; statements are never shown with their values, which are people's data."""
    backend = url.get_backend_name()
    options: dict[str, Any] = dict(POOL) | {"hide_parameters": True}
    if backend == "postgresql":
        options |= {"pool_pre_ping": True, "connect_args": limits(url)}
    engine = create_engine(url.set(drivername=DRIVERS[backend]), **options)
    if backend == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
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


def insert_once(
    connection: Connection, table: Table, values: Mapping[str, Any], answering: tuple[ColumnElement[Any], ...] = ()
) -> Row[Any] | None:
    """Insert a row and answer it; None where one with its key is there. A simultaneous insert is waited for.

    `answering`: what is answered in place of the row.
    """
    return connection.execute(insert_where_new(connection.dialect.name, table, answering), values).one_or_none()


@cache
def insert_where_new(backend: str, table: Table, answering: tuple[ColumnElement[Any], ...]) -> ReturningInsert[Any]:
    """The statement for that, made once."""
    insert = postgresql.insert if backend == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().returning(*(answering or table.c))


def writes(connection: Connection) -> bool:
    """Whether this is a transaction that writes."""
    return bool(connection.get_execution_options().get("writes"))


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

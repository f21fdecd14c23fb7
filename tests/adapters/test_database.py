"""Opening creates and migrates, whoever comes first; what cannot be used gets one line."""

import asyncio
from pathlib import Path

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

    async with database.read() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert found == []


def test_the_head_named_is_the_newest_revision() -> None:
    names = sorted(path.name.partition("_")[0] for path in (migrate.SCRIPTS / "versions").glob("0*.py"))
    assert names[-1] == migrate.HEAD


async def test_starting_at_the_same_moment_migrates_once(unmigrated: Settings) -> None:
    opened = await asyncio.gather(*(asyncio.to_thread(create_database, unmigrated) for _ in range(6)))
    for one in opened:
        await one.ready()
        await one.close()
    url = make_url(unmigrated.database_url)
    engine = create_engine(url.set(drivername=DRIVERS[url.get_backend_name()][0]))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [migrate.HEAD]
        assert "receipts" in inspect(connection).get_table_names()
    engine.dispose()


async def test_opening_again_keeps_what_is_there(settings: Settings, tmp_path: Path) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    await create_database(settings).close()
    assert await customer(settings, "K-1001") == CONTRACT


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("sqlite:////proc/none/x.db", Misconfigured, "CANCELLATIONS_STATE_DIR"),
        ("sqlite:////proc/version", Misconfigured, "/proc/version"),
        ("sqlite:///", Misconfigured, "CANCELLATIONS_DATABASE_URL"),
        ("postgresql://paul:geheim@127.0.0.1:1/x", Unavailable, "127.0.0.1:1"),
        ("postgresql://paul:geheim@127.0.0.1:none/x", Misconfigured, "CANCELLATIONS_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_gets_one_line_without_password(
    tmp_path: Path, url: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        create_database(Settings(state_dir=tmp_path, database_url=url))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_is_for_an_administrator(postgres: str, tmp_path: Path) -> None:
    url = make_url(postgres).set(database="not_there").render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match="not_there"):
        create_database(Settings(state_dir=tmp_path, database_url=url))

"""A whole run on PostgreSQL: what the other scenarios show on SQLite holds there too."""

from pathlib import Path

import pytest

from tests.adapters.databases import new_database, postgres
from tests.runs.customers import TRACKING, customer_record
from tests.runs.harness import open_world
from tests.runs.steps import in_state, request_downgrade

__all__ = ["postgres"]


@pytest.mark.postgres
async def test_an_edition_is_downgraded_on_postgresql(postgres: str, tmp_path: Path) -> None:
    """Surplus resolved by a run of its own (X3), a change over the standing order dropped (X10), then applied (D1)."""
    with new_database(postgres) as url:
        async with open_world(tmp_path, database_url=url) as world:
            await world.load(customer_record(TRACKING))
            run = await request_downgrade(world)
            assert (await run("acknowledge_warning"))["state"] == "surplus_resolution"
            licence = await world.request("shipping_module", "K-1001", "T-1")
            assert (await licence("place_order"))["state"] == "applied"
            await in_state(run, "order")
            booked = await run("place_order", time="2027-01-16T12:00+01:00")
            assert (booked["state"], booked["effective_at"]) == ("scheduled", "2027-01-31T23:00:00Z")
            changed = await request_downgrade(world, "jtl_start")
            assert (changed.first["state"], changed.first["standing"]["target"]) == ("feature_warning", "jtl_advanced")
            assert (await run("abandon"))["state"] == "scheduled"
            await world.sleep_until("2027-02-01T00:00+01:00")
            await in_state(run, "applied")
            assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"

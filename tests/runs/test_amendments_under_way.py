"""A change over a standing order whose date comes while the change is being booked (X10); revocations, late (X13)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities.ports import Refused as SaidNo
from activities.ports import Unavailable
from settings import Settings
from tests.runs.harness import World, program
from tests.runs.scenes import TRACKING, at, downgrade, events, in_state, mails, muster, ordered, types, until
from tests.runs.test_continue_as_new import SUGGESTED_AT, continued
from tests.runs.test_repair import meanwhile, switchable
from worker import DATA_CONVERTER, create_worker

FEBRUARY, MARCH = "2027-02-01T00:00+01:00", "2027-03-01T00:00+01:00"


@pytest.mark.parametrize("outcome", ["booked", "refused"])
async def test_X10_a_booking_under_way_is_awaited_when_the_standing_date_comes(tmp_path: Path, outcome: str) -> None:
    """Booked, the new order has replaced the standing one; refused, the standing one is applied, hours late."""
    async with switchable(tmp_path, repair_after="P2D") as (w, centre):
        await w.load(muster())
        await w.sleep_until("2027-01-10T12:00+01:00")
        run = await ordered(w, "2027-01-12T12:00+01:00")
        await w.sleep_until("2027-01-31T23:00+01:00")
        await downgrade(w, "jtl_start")
        await run("acknowledge_warning")
        centre.down.add("place_order")
        answer = await meanwhile(w, run("place_order"))
        assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
        await w.sleep_until("2027-02-01T06:00+01:00")
        waiting = await run.status()
        assert (waiting["state"], waiting["standing"]["target"]) == ("order", "jtl_advanced")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        if outcome == "refused":
            centre.error = SaidNo("an invoice is open")
            applied = await in_state(run, "applied")
            assert (applied["target"], "change_dropped" in events(applied)) == ("jtl_advanced", True)
            assert at(applied["effective_at"]) == at(FEBRUARY)
            assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
            return
        centre.down.clear()
        booked = await in_state(run, "scheduled")
        assert (booked["target"], at(booked["effective_at"]), booked["standing"]) == ("jtl_start", at(MARCH), None)
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        await w.sleep_until(MARCH)
        assert (await in_state(run, "applied"))["target"] == "jtl_start"


async def test_X10_a_booking_in_repair_when_the_standing_date_comes_is_a_persons_to_end(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        await w.sleep_until("2027-01-10T12:00+01:00")
        run = await ordered(w, "2027-01-12T12:00+01:00")
        await w.sleep_until("2027-01-31T20:00+01:00")
        await downgrade(w, "jtl_start")
        await run("acknowledge_warning")
        centre.down.add("place_order")
        centre.error = Unavailable("down")
        await meanwhile(w, run("place_order"))
        await w.sleep_until("2027-02-01T06:00+01:00")
        held = await run.status()
        assert (held["state"], held["waiting_for"], types(held)) == ("order", ["repair"], ["repair"])
        centre.error = SaidNo("an invoice is open")
        await meanwhile(w, run.confirm("repair", decision="retry"))
        applied = await in_state(run, "applied")
        assert (applied["target"], (await w.record("K-1001"))["editions"]["jtl"]) == ("jtl_advanced", "jtl_advanced")


@pytest_asyncio.fixture
async def suggesting(tmp_path: Path) -> AsyncIterator[World]:
    """A system on a development server that suggests early to continue as new."""
    settings = Settings(state_dir=tmp_path, apply_window=timedelta(0))
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=program("temporal"),
            ip="127.0.0.1",
            data_converter=DATA_CONVERTER,
            dev_server_extra_args=[
                *("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}"),
            ],
        ) as env,
        create_worker(env.client, settings),
    ):
        yield World(env, settings)


@pytest.mark.server
@pytest.mark.parametrize("when", ["before the order", "while scheduled"])
async def test_X13_what_was_cancelled_for_it_is_known_after_continue_as_new_too(suggesting: World, when: str) -> None:
    w = suggesting
    await w.load(muster(TRACKING, {"licence": "T-2", "product": "track_and_trace"}))
    run = await downgrade(w)
    await run("acknowledge_warning")
    await (await w.request("shipping_module", "K-1001", "T-1"))("place_order")
    later = await w.request("shipping_module", "K-1001", "T-2")
    await later("place_order", effective_on="2100-01-01")
    await until(run, lambda status: status["state"] == "order")
    if when == "before the order":
        await continued(run)
    await run("place_order")
    if when == "while scheduled":
        await continued(run)
    asked = await run("request_revocation", explanation="oh")
    instructions = asked["tasks"][0]["instructions"]
    assert "- shipping_module/K-1001/T-1: Wirksam, letzter Tag " in instructions
    assert "- shipping_module/K-1001/T-2: Vorgemerkt, letzter Tag 31. Dezember 2099\n" in instructions
    assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"
    await until(run, lambda _: any("T-1" in body and "T-2" in body for _, _, body in mails(w)))
    assert [one["licence"] for one in (await w.record("K-1001"))["licences"]] == ["T-2"]  # nothing comes back
    assert (await later.status())["state"] == "scheduled"

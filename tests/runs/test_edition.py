"""Editions from request to change on the time-skipping server: dates, warnings, acknowledgement (ED, WE, D, X1)."""

import re

import pytest

from tests.runs.customers import REGISTERS, TRACKING, customer_record
from tests.runs.documents import moment, open_surplus, task_types, timeline_events, warning_codes, warning_text
from tests.runs.harness import Refused, World
from tests.runs.steps import (
    in_state,
    order_downgrade,
    prepare_downgrade,
    ready_without_surplus,
    request_downgrade,
    status_when,
)


async def test_ED4_ED5_ED6_D4_the_guides_example_from_Pro_to_Advanced(world: World) -> None:
    """ED4, ED5, ED9, D4: warning, licences, order before the 17th, and the edition on 1 February."""
    await world.load(customer_record(TRACKING))
    await world.sleep_until("2027-01-11T09:00+01:00")
    run = await request_downgrade(world)
    assert (run.first["state"], run.first["waiting_for"]) == ("feature_warning", ["customer"])
    assert run.first["enabled"] == ["acknowledge_warning", "abandon"]
    assert "JTL-Track&Trace" in warning_text(run.first, "features_lost")

    checked = await run("acknowledge_warning", by="erika")
    assert (checked["state"], open_surplus(checked)) == ("surplus_resolution", ["T-1"])
    assert checked["surplus"][0] | {"reason": ""} == {
        "licence": "T-1",
        "product": "track_and_trace",
        "reason": "",
        "candidates": ["T-1"],
        "too_many": 1,
        "resolved": False,
    }
    assert [(line["event"], line["by"]) for line in checked["timeline"] if line["by"]] == [
        ("acknowledge_warning", "erika")
    ]  # ED4: recorded
    with pytest.raises(Refused) as refused:
        await run("place_order")
    assert refused.value.code == "not_enabled"  # ED6: surplus blocks the order

    licence = await world.request("shipping_module", "K-1001", "T-1")
    assert (await licence("place_order"))["state"] == "applied"
    ready = await ready_without_surplus(run)  # X3: told by the licence's run, checked again by itself
    assert (ready["state"], ready["surplus"]) == ("order", [])
    assert moment(ready["effective_at"]) == moment("2027-02-01T00:00+01:00")
    assert moment(ready["order_by"]) == moment("2027-01-18T00:00+01:00")

    booked = await run("place_order", time="2027-01-16T12:00+01:00")
    assert (booked["state"], booked["waiting_for"], task_types(booked)) == ("scheduled", ["date"], [])
    assert booked["enabled"] == ["supersede", "request_revocation"]
    await world.sleep_until("2027-01-31T23:59+01:00")
    assert (await run.status())["state"] == "scheduled"
    await world.sleep_until("2027-02-01T00:00+01:00")
    applied = await in_state(run, "applied")
    assert (applied["waiting_for"], applied["enabled"], applied["order_by"]) == ([], [], booked["order_by"])
    said = [warning_codes(each) for each in (run.first, booked, applied)]
    assert ["features_lost" in codes for codes in said] == [True, False, False]  # ED4: not once it is booked
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


STRICT = pytest.mark.settings(notice_boundary="strict")


@pytest.mark.parametrize(
    ("rule", "placed_at", "effective_at", "order_by", "other"),
    [
        ("D4", "2027-01-16T12:00+01:00", "2027-02-01T00:00+01:00", "2027-01-18T00:00+01:00", None),
        ("D5", "2027-01-17T12:00+01:00", "2027-02-01T00:00+01:00", "2027-01-18T00:00+01:00", "2027-03-01"),
        ("D8", "2027-01-17T23:30+00:00", "2027-03-01T00:00+01:00", "2027-02-15T00:00+01:00", None),
        ("D4", "2027-01-18T00:00+01:00", "2027-03-01T00:00+01:00", "2027-02-15T00:00+01:00", None),
        pytest.param(
            "X1", "2027-01-16T23:59+01:00", "2027-02-01T00:00+01:00", "2027-01-17T00:00+01:00", None, marks=STRICT
        ),
        pytest.param(
            "X1",
            "2027-01-17T12:00+01:00",
            "2027-03-01T00:00+01:00",
            "2027-02-14T00:00+01:00",
            "2027-02-01",
            marks=STRICT,
        ),
    ],
)
async def test_the_day_of_the_order_decides(
    world: World, rule: str, placed_at: str, effective_at: str, order_by: str, other: str | None
) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, placed_at)
    booked = await run.status()
    assert moment(booked["effective_at"]) == moment(effective_at)
    assert moment(booked["order_by"]) == moment(order_by)
    assert ("boundary_day" in warning_codes(booked)) == (other is not None)
    day = {"D8": "2027-01-18"}.get(rule, placed_at[:10])
    in_time = effective_at.startswith("2027-02")
    expected = [(day, "D8"), ("2027-01-17", "D5")]
    expected.append((effective_at[:10], "D2" if in_time else "D3"))
    expected += [(other, "X1")] if other else []
    (placed, *others) = [(step["value"], step["rule"]) for step in booked["why"]]
    assert (moment(placed[0]), placed[1]) == (moment(placed_at), "D6")
    assert others == expected
    await world.sleep_until(effective_at)
    applied = await in_state(run, "applied")
    assert applied["effective_at"] == booked["effective_at"]


@pytest.mark.settings(notice_boundary="strict")
async def test_X1_the_reading_is_recorded_when_it_is_requested(world: World) -> None:
    """A run keeps its reading though the next worker has another setting."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    strict = await run("place_order", time="2027-01-17T12:00+01:00")
    assert moment(strict["effective_at"]) == moment("2027-03-01T00:00+01:00")
    assert re.search(r"01\.02\.2027|1\. Februar 2027", warning_text(strict, "boundary_day"))


async def test_X1_before_the_order_the_run_wakes_at_order_by_and_says_the_later_date(world: World) -> None:
    """docs/contract.md, `order_by`; X1: the warning of the boundary day comes and goes by itself."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-10T09:00+01:00")
    run = await prepare_downgrade(world)
    before = await run.status()
    assert (moment(before["order_by"]), "boundary_day" in warning_codes(before)) == (
        moment("2027-01-18T00:00+01:00"),
        False,
    )
    await world.sleep_until("2027-01-17T00:00+01:00")
    boundary = await status_when(run, lambda status: "boundary_day" in warning_codes(status))
    assert moment(boundary["effective_at"]) == moment("2027-02-01T00:00+01:00")
    assert boundary["why"][-1]["value"] == "2027-03-01"
    await world.sleep_until("2027-01-18T00:00+01:00")
    late = await status_when(run, lambda status: moment(status["effective_at"]) == moment("2027-03-01T00:00+01:00"))
    assert (moment(late["order_by"]), late["state"]) == (moment("2027-02-15T00:00+01:00"), "order")
    assert "boundary_day" not in warning_codes(late)
    assert "order_by_passed" in timeline_events(late)


async def test_D6_the_moment_placed_counts_and_not_the_delivery(world: World) -> None:
    """D6, X1: an order of the 17th that arrives on the 19th is in time."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-12T09:00+01:00")
    run = await prepare_downgrade(world)
    await world.sleep_until("2027-01-19T15:00+01:00")
    assert moment((await run.status())["effective_at"]) == moment("2027-03-01T00:00+01:00")
    booked = await run("place_order", time="2027-01-16T20:00+01:00")
    assert moment(booked["effective_at"]) == moment("2027-02-01T00:00+01:00")


NOT_TO_BE_LEFT: list[tuple[str, dict[str, str], str, str | None, str]] = [
    ("ED1", {"jtl": "jtl_pro"}, "jtl", "jtl_pro", "not_lower"),
    ("ED1", {"jtl": "jtl_pro"}, "jtl", "jtl_enterprise", "not_lower"),
    ("ED2", {"jtl": "jtl_start"}, "jtl", "jtl_start", "lowest_edition"),
    ("WE2", {"jtl": "jtl_pro", "wms": "wms_start"}, "wms", "wms_start", "lowest_edition"),
    ("G2", {"jtl": "jtl_pro"}, "wms", "wms_start", "not_held"),
    ("contract", {"jtl": "jtl_pro"}, "jtl", "none", "malformed"),
    ("contract", {"jtl": "jtl_pro"}, "jtl", None, "malformed"),
]


async def test_ED1_ED2_WE2_G2_an_edition_that_cannot_be_left_is_refused(world: World) -> None:
    cases = [(f"K-{number}", *case) for number, case in enumerate(NOT_TO_BE_LEFT, 1)]
    await world.load(*(customer_record(customer=name, editions=editions) for name, _, editions, *_ in cases))
    for name, rule, _, subject, target, code in cases:
        first = (await world.request("edition", name, subject, target=target)).first
        assert (first["state"], first["waiting_for"], first["enabled"]) == ("refused", [], []), (rule, target)
        assert (first["refusal"]["code"], first["refusal"]["rule"]) == (code, rule), target


@pytest.mark.begins("2027-02-10T12:00+01:00")
async def test_WE1_WE4_the_WMS_edition_goes_the_same_way(world: World) -> None:
    await world.load(
        customer_record({"licence": "M-1", "product": "wms_module"}, {"licence": "L-77", "product": "wms_user"})
    )
    run = await request_downgrade(world, "wms_start", "wms")
    checked = await run("acknowledge_warning")
    assert open_surplus(checked) == ["M-1"]  # WE4: modules, not users
    ready = await run("override_surplus", licences=["M-1"])
    assert ready["state"] == "order"
    await run("place_order", time="2027-02-14T12:00+01:00")
    await world.sleep_until("2027-03-01T00:00+01:00")
    left = await in_state(run, "surplus_resolution")
    assert open_surplus(left) == ["M-1"]
    assert (await world.record("K-1001"))["editions"] == {"jtl": "jtl_pro", "wms": "wms_start"}


async def test_POS3_registers_above_the_limit_name_their_candidates(world: World) -> None:
    """Two above the limit: one entry without a licence; ending any candidate makes one less."""
    await world.load(customer_record(*REGISTERS))
    run = await request_downgrade(world)
    checked = await run("acknowledge_warning")
    all_five = [register["licence"] for register in REGISTERS]
    (entry,) = checked["surplus"]
    assert (entry["licence"], entry["too_many"], entry["candidates"]) == (None, 2, all_five)
    register = await world.request("pos", "K-1001", "P-4")
    assert (await register("place_order"))["state"] == "applied"
    one_left = await status_when(run, lambda status: status["surplus"][0]["candidates"] != all_five)
    (entry,) = one_left["surplus"]
    assert (one_left["state"], entry["too_many"]) == ("surplus_resolution", 1)
    assert entry["candidates"] == ["P-1", "P-2", "P-3", "P-5"]
    await (await world.request("pos", "K-1001", "P-1"))("place_order")
    assert (await ready_without_surplus(run))["state"] == "order"


async def test_ED10_an_order_that_is_not_finished_is_no_order(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    ended = await run("abandon", reason="changed my mind")
    assert (ended["state"], ended["effective_at"]) == ("abandoned", None)
    assert (ended["waiting_for"], ended["enabled"]) == ([], [])
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(customer_centre="guided")
async def test_ED10_optional_services_are_kept_with_the_order_and_unknown_ones_refused(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    with pytest.raises(Refused) as refused:
        await run("place_order", optional_services=["golden_door"])
    assert (refused.value.code, refused.value.rule) == ("malformed", "ED10")
    placed = await run("place_order", optional_services=["setup_service_example"])
    assert (placed["state"], task_types(placed), placed["waiting_for"]) == ("order", ["perform"], ["operator"])
    assert "Beispiel: Einrichtungsservice (setup_service_example)" in placed["tasks"][0]["instructions"]


async def test_X10_an_upgrade_booked_elsewhere_ends_a_pending_downgrade(world: World) -> None:
    """X10."""
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    ended = await run("supersede", booking="B-77", time="2027-01-11T12:00+01:00")
    assert ended["state"] == "superseded"
    await world.sleep_until("2027-02-01T00:01+01:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"

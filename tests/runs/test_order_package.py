"""Order packages: none at all after the last channel, or a lower one; both by the notice rule (OP, X4, D)."""

from typing import Any

import pytest

from tests.runs.customers import customer_record
from tests.runs.documents import moment, open_surplus, task_types, timeline_events, warning_codes
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import in_state, mails_when, status_when

FEBRUARY, MARCH = "2027-02-01T00:00+01:00", "2027-03-01T00:00+01:00"
EBAY = {"licence": "M-1", "product": "marketplace"}
SHOPWARE = {"licence": "C-1", "product": "connector_shopware6"}
SHOPIFY = {"licence": "C-2", "product": "connector_shopify", "booked_via": "shopify"}

DATES = [
    ("D4", "2027-01-16T12:00+01:00", FEBRUARY, False),
    ("D5", "2027-01-17T12:00+01:00", FEBRUARY, True),
    ("D4", "2027-01-18T12:00+01:00", MARCH, False),
]


async def package(world: World, target: Any) -> Run:
    return await world.request("order_package", "K-1001", "orders", target=target)


@pytest.mark.parametrize(("rule", "placed_at", "effective_at", "boundary"), DATES)
async def test_OP3_OPL_1_OPL_3_a_lower_package_needs_no_check_of_licences(
    world: World, rule: str, placed_at: str, effective_at: str, boundary: bool
) -> None:
    await world.load(customer_record(EBAY, SHOPWARE, order_package=2500))
    run = await package(world, 1000)
    assert (run.first["state"], warning_codes(run.first)[:1]) == ("feature_warning", ["overage"])  # OP3
    assert run.first["surplus"] == []
    ready = await run("acknowledge_warning")
    assert (ready["state"], ready["cost_effect"]) == ("order", "cancellation")
    booked = await run("place_order", time=placed_at)
    assert (booked["state"], moment(booked["effective_at"])) == ("scheduled", moment(effective_at))
    assert ("boundary_day" in warning_codes(booked)) == boundary
    await world.sleep_until(effective_at)
    await in_state(run, "applied")
    record = await world.record("K-1001")
    assert (record["order_package"], len(record["licences"])) == (1000, 2)


@pytest.mark.parametrize(("rule", "placed_at", "effective_at", "boundary"), DATES)
async def test_OP0_2_OP0_4_OP0_5_OPL_3_package_0_without_channels(
    world: World, rule: str, placed_at: str, effective_at: str, boundary: bool
) -> None:
    await world.load(customer_record({"licence": "SL-1", "product": "shop_licence"}, order_package=1000))  # OP0-2
    run = await package(world, 0)
    assert (run.first["state"], run.first["target"]) == ("feature_warning", 0)
    assert {"package_zero", "selling_stops_first"} <= set(warning_codes(run.first))  # OP0-4, OP0-5
    assert "place_order" not in run.first["enabled"]
    await run("acknowledge_warning")
    booked = await run("place_order", time=placed_at)
    assert (moment(booked["effective_at"]), "boundary_day" in warning_codes(booked)) == (moment(effective_at), boundary)
    await world.sleep_until(effective_at)
    await in_state(run, "applied")
    record = await world.record("K-1001")
    assert (record["order_package"], record["editions"]["jtl"], len(record["licences"])) == (
        0,
        "jtl_pro",
        1,
    )  # OP0-4


@pytest.mark.begins("2026-12-01T12:00+01:00")
async def test_OP0_1_OP0_3_OP0_5_X4_every_channel_must_have_ended_first_and_each_end_is_noticed(world: World) -> None:
    await world.load(customer_record(EBAY, SHOPWARE, SHOPIFY, order_package=1000))
    run = await package(world, 0)
    assert (run.first["state"], open_surplus(run.first)) == ("surplus_resolution", ["M-1", "C-1", "C-2"])
    assert run.first["enabled"] == ["recheck_licences", "abandon"]  # there is no override
    with pytest.raises(Refused) as refused:
        await run("override_surplus", licences=["M-1", "C-1", "C-2"])
    assert refused.value.code == "not_enabled"

    await (await world.request("marketplace", "K-1001", "M-1"))("place_order")
    await status_when(run, lambda status: open_surplus(status) == ["C-1", "C-2"])
    later = await world.request("connector", "K-1001", "C-1")
    await later("place_order", effective_on="2026-12-15")
    await world.env.sleep(5)
    assert open_surplus(await run.status()) == ["C-1", "C-2"]  # OP0-1: a booked end is not an end
    await world.sleep_until("2026-12-15T00:00+01:00")
    await status_when(run, lambda status: open_surplus(status) == ["C-2"])

    shopify = await world.request("connector", "K-1001", "C-2")
    assert shopify.first["state"] == "third_party"  # OP0-5, CO4
    ended = await shopify.confirm("third_party", proof={"reference": "Shopify, mail of 15 December"})
    assert ended["state"] == "external"
    ready = await in_state(run, "feature_warning")
    assert ready["surplus"] == []
    assert (await run("acknowledge_warning"))["state"] == "order"


async def test_X4_X9_a_channel_that_has_ended_holds_nothing_up_though_its_proof_is_awaited(world: World) -> None:
    """The account is off; that the customer also leaves the pilot programme is another matter (MP3)."""
    await world.load(customer_record(EBAY | {"pilot": True}, order_package=1000))
    run = await package(world, 0)
    assert open_surplus(run.first) == ["M-1"]
    channel = await world.request("marketplace", "K-1001", "M-1")
    assert (await channel("place_order"))["state"] == "third_party"
    assert (await in_state(run, "feature_warning"))["surplus"] == []
    assert (await channel.status())["state"] == "third_party"


async def test_X4_the_order_is_checked_again(world: World) -> None:
    await world.load(customer_record(order_package=1000))
    run = await package(world, 0)
    await run("acknowledge_warning")
    await world.load(customer_record(EBAY, order_package=1000))
    with pytest.raises(Refused) as refused:
        await run("place_order")
    assert (refused.value.code, refused.value.rule, "M-1" in str(refused.value)) == ("in_surplus", "X4", True)
    assert (await run.status())["state"] == "surplus_resolution"
    await (await world.request("marketplace", "K-1001", "M-1"))("place_order")
    assert (await in_state(run, "order"))["enabled"].count("place_order") == 1  # acknowledged before


@pytest.mark.parametrize("how", ["confirmed", "licence_changed", "rechecked"])
async def test_X4_a_channel_that_is_back_on_the_date_holds_the_order(world: World, how: str) -> None:
    await world.load(customer_record(order_package=1000))
    run = await package(world, 0)
    await run("acknowledge_warning")
    await run("place_order", time="2027-01-10T12:00+01:00")
    await world.load(
        customer_record(EBAY, order_package=1000)
    )  # connected again, though a file would leave an open subject
    record = await world.record("K-1001")
    assert (record["order_package"], [licence["licence"] for licence in record["licences"]]) == (1000, ["M-1"])
    await world.sleep_until(FEBRUARY)
    waiting = await in_state(run, "surplus_resolution")
    assert (task_types(waiting), open_surplus(waiting), waiting["enabled"]) == (
        ["surplus"],
        ["M-1"],
        ["recheck_licences"],
    )
    assert moment(waiting["effective_at"]) == moment(FEBRUARY)
    assert (await world.record("K-1001"))["order_package"] == 1000

    still = await run.confirm("surplus", note="they say it is off")  # checks again
    assert (still["state"], task_types(still), open_surplus(still)) == ("surplus_resolution", ["surplus"], ["M-1"])
    assert (await run.reject("surplus"))["state"] == "surplus_resolution"
    await world.sleep_until("2027-02-03T12:00+01:00")
    if how == "licence_changed":
        await (await world.request("marketplace", "K-1001", "M-1"))("place_order")
    else:
        await world.load(customer_record(order_package=1000))
        await (run.confirm("surplus") if how == "confirmed" else run("recheck_licences"))
    applied = await in_state(run, "applied")
    assert (applied["effective_at"][:10], applied["tasks"], applied["why"][-1]["rule"]) == ("2027-02-03", [], "X4")
    written = await mails_when(run, lambda written: any("Geplant war" in mail.body for mail in written))
    told = [mail.body for mail in written if mail.to.startswith("kontakt")]
    assert sum("denn noch oder wieder aktiv ist:" in body for body in told) == 1
    assert any("seit dem 3. Februar 2027" in body and "Geplant war der 1. Februar 2027" in body for body in told)
    assert (await world.record("K-1001"))["order_package"] == 0
    assert "applied" in [line["state"] for line in applied["timeline"]]


NOT_BOOKABLE: list[tuple[str, int, Any, str]] = [
    ("OPL-2", 1000, 1000, "not_lower"),
    ("OPL-2", 1000, 2500, "not_lower"),
    ("OPL-2", 0, 0, "not_lower"),
    ("G1", 2500, -1, "malformed"),
    ("G1", 2500, "1000", "malformed"),
    ("G1", 2500, True, "malformed"),
    ("G1", 2500, None, "malformed"),
]


async def test_OPL_2_G1_what_cannot_be_booked_is_refused(world: World) -> None:
    cases = [(f"K-{number}", *case) for number, case in enumerate(NOT_BOOKABLE, 1)]
    await world.load(*(customer_record(customer=name, order_package=present) for name, _, present, *_ in cases))
    for name, rule, _, target, code in cases:
        first = (await world.request("order_package", name, "orders", target=target)).first
        assert (first["state"], first["refusal"]["code"]) == ("refused", code), target
        assert first["refusal"]["rule"] == (rule if code != "malformed" else "contract"), target


async def test_OP2_a_package_that_no_source_attests_for_the_edition_is_asked_about(world: World) -> None:
    await world.load(customer_record(order_package=2500))
    run = await world.request("order_package", "K-1001", "orders", target=1500)
    asked = await run("acknowledge_warning")
    assert (asked["state"], asked["waiting_for"], task_types(asked)) == ("order", ["operator"], ["clarify"])
    assert "1.500 in JTL Pro" in asked["tasks"][0]["instructions"]
    assert "place_order" in (await run.confirm("clarify", note="seen in the configurator"))["enabled"]
    assert (await run("place_order"))["state"] == "scheduled"


async def test_OP4_X10_from_a_lower_package_to_none_and_back(world: World) -> None:
    """Package 0 is a process of its own, also as a change over a standing order (OP4)."""
    await world.load(customer_record(EBAY, order_package=2500))
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await package(world, 1000)
    await run("acknowledge_warning")
    await run("place_order")
    changed = await package(world, 0)
    assert (changed.first["state"], changed.first["standing"]["target"]) == ("surplus_resolution", 1000)
    assert open_surplus(changed.first) == ["M-1"]
    back = await package(world, 1000)
    assert (back.first["state"], back.first["surplus"]) == ("scheduled", [])
    assert "change_dropped" in timeline_events(back.first)
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["order_package"] == 1000

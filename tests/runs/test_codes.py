"""The codes that depend on how a run stands: each refusal of an event, each warning of a state (docs/contract.md)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from activities.ports import Refused as SaidNo
from tests.adapters.customers import licence
from tests.runs.customers import TRACKING, customer_record
from tests.runs.documents import moment, warning_codes, warning_text
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import (
    in_state,
    load_customer,
    order_downgrade,
    prepare_downgrade,
    refusal_of,
    request_downgrade,
    status_when,
)

Scene = Callable[[World], Awaitable[tuple[Run, Refused]]]
IN_TIME = "2027-01-10T12:00+01:00"


async def malformed(world: World) -> tuple[Run, Refused]:
    """A day to end what the notice rule dates (X6)."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    return run, await refusal_of(run, "place_order", effective_on="2027-03-01")


async def not_enabled(world: World) -> tuple[Run, Refused]:
    """An order before the warning is acknowledged (ED4)."""
    await world.load(customer_record())
    run = await request_downgrade(world)
    return run, await refusal_of(run, "place_order")


async def changed(world: World) -> tuple[Run, Refused]:
    """The person saw another target."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    return run, await refusal_of(run, "place_order", target="jtl_start")


async def details_missing(world: World) -> tuple[Run, Refused]:
    """An add-on's form was left empty (ADD1)."""
    await load_customer(world, licence("A-1", "hosting_addon", term_ends="2027-01-31"))
    run = await world.request("hosting_addon", "K-1001", "A-1")
    return run, await refusal_of(run, "place_order")


async def in_surplus(world: World) -> tuple[Run, Refused]:
    """A licence was booked since the last check (X2)."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await world.load(customer_record(TRACKING))
    return run, await refusal_of(run, "place_order")


async def too_late(world: World) -> tuple[Run, Refused]:
    """A revocation after the edition has changed (X11)."""
    await world.load(customer_record(TRACKING))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    await run("override_surplus", licences=["T-1"])
    await run("place_order", time=IN_TIME)
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "surplus_resolution")
    return run, await refusal_of(run, "request_revocation", explanation="oh")


async def unknown_task(world: World) -> tuple[Run, Refused]:
    """Nothing of that id is open."""
    await load_customer(world, licence("L-1"))
    run = await world.request("wms_user", "K-1001", "L-1")
    return run, await refusal_of(run, "confirm_task", task="t-never", at="2027-01-31")


async def proof_missing(world: World) -> tuple[Run, Refused]:
    """A step at Shopify is confirmed without saying by what (X9)."""
    await load_customer(world, licence("C-1", "connector_shopify", booked_via="shopify"))
    run = await world.request("connector", "K-1001", "C-1")
    return run, await refusal_of(run, "confirm_task", note="they say so")


EVENTS: list[tuple[str, str, Scene, str]] = [
    ("malformed", "X6", malformed, "effective_on"),
    ("not_enabled", "contract", not_enabled, "acknowledge_warning"),
    ("changed", "contract", changed, "target"),
    ("details_missing", "ADD1", details_missing, "details"),
    ("in_surplus", "X2", in_surplus, "T-1"),
    ("too_late", "X11", too_late, "misclick"),
    ("unknown_task", "contract", unknown_task, "t-never"),
    ("proof_missing", "X9", proof_missing, "proof.reference"),
]


@pytest.mark.parametrize(
    ("code", "rule", "scene", "named"), EVENTS, ids=[f"{code}-{rule}" for code, rule, *_ in EVENTS]
)
async def test_an_event_is_refused_with_its_code_and_what_is_possible_instead(
    world: World, code: str, rule: str, scene: Scene, named: str
) -> None:
    run, refused = await scene(world)
    assert (refused.code, refused.rule) == (code, rule)
    assert named in refused.problem["text"]
    after = await run.status()
    assert refused.problem["enabled"] == after["enabled"] == refused.problem["current"]["enabled"]
    assert refused.problem["current"]["state"] == after["state"]


async def test_booking_refused_stands_in_the_open_run_until_the_customer_acts(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    world.centre.error = SaidNo("an invoice is open")
    world.centre.down.add("place_order")
    refused = await run("place_order", time=IN_TIME)
    assert (refused["state"], refused["refusal"]["code"]) == ("order", "booking_refused")
    assert "an invoice is open" in refused["refusal"]["text"]
    assert "place_order" in refused["enabled"]
    assert (await run("recheck_licences"))["refusal"] is None


async def test_declined_stands_in_the_open_run_with_the_reason_until_asked_again(world: World) -> None:
    await load_customer(world, licence("L-1", "plan_and_produce"))
    run = await world.request("production", "K-1001", "L-1")
    refused = await run.reject("clarify_cost", note="no invoice names it")
    assert (refused["state"], refused["refusal"]["code"], refused["waiting_for"]) == ("order", "declined", ["customer"])
    assert "no invoice names it" in refused["refusal"]["text"]
    assert refused["enabled"] == ["recheck_licences", "abandon"]
    assert (await run("recheck_licences"))["refusal"] is None


# Warnings that depend on how a run stands.


async def on_the_boundary_day(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ordered on the 16th, and on the 17th."""
    await world.load(customer_record(), customer_record(customer="K-1002"))
    before = await (await prepare_downgrade(world))("place_order", time="2027-01-16T12:00+01:00")
    other = await world.request("edition", "K-1002", "jtl", target="jtl_advanced")
    await other("acknowledge_warning")
    return before, await other("place_order", time="2027-01-17T12:00+01:00")


async def with_surplus(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two editions, one of which lacks a product that is held."""
    await world.load(customer_record(TRACKING))
    wms = await world.request("edition", "K-1001", "wms", target="wms_start")
    before = await wms("acknowledge_warning")
    return before, await (await request_downgrade(world))("acknowledge_warning")


async def with_a_gap(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A surplus licence that ends weeks after the edition changes."""
    await world.load(customer_record(TRACKING))
    run = await request_downgrade(world)
    before = await run("acknowledge_warning")
    own = await world.request("shipping_module", "K-1001", "T-1")
    await own("place_order", effective_on="2027-05-01")
    return before, await status_when(run, lambda status: status["state"] == "order")


async def after_the_deadline(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Another target is asked for, in time and not."""
    await world.load(customer_record())
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    before = (await request_downgrade(world, "jtl_start")).first
    await world.sleep_until("2027-01-18T00:00+01:00")
    return before, await status_when(
        run, lambda status: moment(status["effective_at"]) == moment("2027-03-01T00:00+01:00")
    )


WARNINGS: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("boundary_day", "X1", on_the_boundary_day, ("1. Februar 2027", "1. März 2027")),
    ("surplus", "ED5", with_surplus, ("T-1", "Beenden Sie sie mit einem eigenen Vorgang")),
    ("surplus_gap", "ED13", with_a_gap, ("T-1", "30. April 2027", "1. Februar 2027")),
    ("later_than_standing", "X10", after_the_deadline, ("1. März 2027", "1. Februar 2027")),
]


@pytest.mark.parametrize(
    ("code", "rule", "scene", "named"), WARNINGS, ids=[f"{code}-{rule}" for code, rule, *_ in WARNINGS]
)
async def test_a_run_warns_where_it_applies_and_not_before(
    world: World, code: str, rule: str, scene: Any, named: tuple[str, ...]
) -> None:
    before, after = await scene(world)
    assert code not in warning_codes(before)
    assert [word for word in named if word not in warning_text(after, code)] == []

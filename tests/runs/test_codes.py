"""The codes that depend on how a run stands: each refusal of an event, each warning of a state (docs/contract.md)."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from activities.ports import Refused as SaidNo
from tests.adapters.customers import licence
from tests.runs.harness import Refused, Run, World
from tests.runs.licence_runs import held, refusal
from tests.runs.scenes import TRACKING, at, codes, downgrade, in_state, muster, orderable, ordered, until, warning
from tests.runs.test_repair import Switched, switchable

Scene = Callable[[World, Switched], Awaitable[tuple[Run, Refused]]]
IN_TIME = "2027-01-10T12:00+01:00"


async def malformed(w: World, _: Switched) -> tuple[Run, Refused]:
    """A day to end what the notice rule dates (X6)."""
    await w.load(muster())
    run = await orderable(w)
    return run, await refusal(run, "place_order", effective_on="2027-03-01")


async def not_enabled(w: World, _: Switched) -> tuple[Run, Refused]:
    """An order before the warning is acknowledged (ED4)."""
    await w.load(muster())
    run = await downgrade(w)
    return run, await refusal(run, "place_order")


async def changed(w: World, _: Switched) -> tuple[Run, Refused]:
    """The person saw another target."""
    await w.load(muster())
    run = await orderable(w)
    return run, await refusal(run, "place_order", target="jtl_start")


async def details_missing(w: World, _: Switched) -> tuple[Run, Refused]:
    """An add-on's form was left empty (ADD1)."""
    await held(w, licence("A-1", "hosting_addon", term_ends="2027-01-31"))
    run = await w.request("hosting_addon", "K-1001", "A-1")
    return run, await refusal(run, "place_order")


async def in_surplus(w: World, _: Switched) -> tuple[Run, Refused]:
    """A licence was booked since the last check (X2)."""
    await w.load(muster())
    run = await orderable(w)
    await w.load(muster(TRACKING))
    return run, await refusal(run, "place_order")


async def too_late(w: World, _: Switched) -> tuple[Run, Refused]:
    """A revocation after the edition has changed (X11)."""
    await w.load(muster(TRACKING))
    run = await downgrade(w)
    await run("acknowledge_warning")
    await run("override_surplus", licences=["T-1"])
    await run("place_order", time=IN_TIME)
    await w.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "surplus_resolution")
    return run, await refusal(run, "request_revocation", explanation="oh")


async def unknown_task(w: World, _: Switched) -> tuple[Run, Refused]:
    """Nothing of that id is open."""
    await held(w, licence("L-1"))
    run = await w.request("wms_user", "K-1001", "L-1")
    return run, await refusal(run, "confirm_task", task="t-never", at="2027-01-31")


async def proof_missing(w: World, _: Switched) -> tuple[Run, Refused]:
    """A step at Shopify is confirmed without saying by what (X9)."""
    await held(w, licence("C-1", "connector_shopify", booked_via="shopify"))
    run = await w.request("connector", "K-1001", "C-1")
    return run, await refusal(run, "confirm_task", note="they say so")


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


@pytest.mark.parametrize(("code", "rule", "scene", "named"), EVENTS, ids=[f"{one[0]}-{one[1]}" for one in EVENTS])
async def test_an_event_is_refused_with_its_code_and_what_is_possible_instead(
    tmp_path: Path, code: str, rule: str, scene: Scene, named: str
) -> None:
    async with switchable(tmp_path) as (w, centre):
        run, no = await scene(w, centre)
        assert (no.code, no.rule) == (code, rule)
        assert named in no.problem["text"]
        after = await run.status()
        assert no.problem["enabled"] == after["enabled"] == no.problem["current"]["enabled"]
        assert no.problem["current"]["state"] == after["state"]


async def test_booking_refused_stands_in_the_open_run_until_the_customer_acts(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        run = await orderable(w)
        centre.error = SaidNo("an invoice is open")
        centre.down.add("place_order")
        no = await run("place_order", time=IN_TIME)
        assert (no["state"], no["refusal"]["code"]) == ("order", "booking_refused")
        assert "an invoice is open" in no["refusal"]["text"]
        assert "place_order" in no["enabled"]
        assert (await run("recheck_licences"))["refusal"] is None


async def test_declined_stands_in_the_open_run_with_the_reason_until_asked_again(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, _):
        await held(w, licence("L-1", "plan_and_produce"))
        run = await w.request("production", "K-1001", "L-1")
        no = await run.reject("clarify_cost", note="no invoice names it")
        assert (no["state"], no["refusal"]["code"], no["waiting_for"]) == ("order", "declined", ["customer"])
        assert "no invoice names it" in no["refusal"]["text"]
        assert no["enabled"] == ["recheck_licences", "abandon"]
        assert (await run("recheck_licences"))["refusal"] is None


# Warnings that depend on how a run stands.


async def on_the_boundary_day(w: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ordered on the 16th, and on the 17th."""
    await w.load(muster(), muster(customer="K-1002"))
    before = await (await orderable(w))("place_order", time="2027-01-16T12:00+01:00")
    other = await w.request("edition", "K-1002", "jtl", target="jtl_advanced")
    await other("acknowledge_warning")
    return before, await other("place_order", time="2027-01-17T12:00+01:00")


async def with_surplus(w: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two editions, one of which lacks a product that is held."""
    await w.load(muster(TRACKING))
    wms = await w.request("edition", "K-1001", "wms", target="wms_start")
    before = await wms("acknowledge_warning")
    return before, await (await downgrade(w))("acknowledge_warning")


async def with_a_gap(w: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A surplus licence that ends weeks after the edition changes."""
    await w.load(muster(TRACKING))
    run = await downgrade(w)
    before = await run("acknowledge_warning")
    own = await w.request("shipping_module", "K-1001", "T-1")
    await own("place_order", effective_on="2027-05-01")
    return before, await until(run, lambda status: status["state"] == "order")


async def after_the_deadline(w: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Another target is asked for, in time and not."""
    await w.load(muster())
    await w.sleep_until("2027-01-05T12:00+01:00")
    run = await ordered(w, "2027-01-10T12:00+01:00")
    before = (await downgrade(w, "jtl_start")).first
    await w.sleep_until("2027-01-18T00:00+01:00")
    return before, await until(run, lambda status: at(status["effective_at"]) == at("2027-03-01T00:00+01:00"))


WARNINGS: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("boundary_day", "X1", on_the_boundary_day, ("1. Februar 2027", "1. März 2027")),
    ("surplus", "ED5", with_surplus, ("T-1", "Kündigen oder deaktivieren")),
    ("surplus_gap", "ED13", with_a_gap, ("T-1", "30. April 2027", "1. Januar 2027")),
    ("later_than_standing", "X10", after_the_deadline, ("1. März 2027", "1. Februar 2027")),
]


@pytest.mark.parametrize(("code", "rule", "scene", "named"), WARNINGS, ids=[f"{one[0]}-{one[1]}" for one in WARNINGS])
async def test_a_run_warns_where_it_applies_and_not_before(
    tmp_path: Path, code: str, rule: str, scene: Any, named: tuple[str, ...]
) -> None:
    async with switchable(tmp_path) as (w, _):
        before, after = await scene(w)
        assert code not in codes(before)
        assert [word for word in named if word not in warning(after, code)] == []

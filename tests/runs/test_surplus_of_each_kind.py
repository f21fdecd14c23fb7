"""An edition's change and the licences that it leaves over: each ends in a run of its own kind, and tells (ED, X3)."""

from typing import Any

import pytest

from tests.adapters.customers import licence
from tests.runs.customers import TRACKING, customer_record
from tests.runs.documents import moment, open_surplus, task_types, warning_codes, warning_text
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import in_state, licences_left, request_downgrade, status_when

IN_TIME = "2027-01-10T12:00+01:00"
FEBRUARY = "2027-02-01T00:00+01:00"


async def ended_at_once(world: World, kind: str, subject: str) -> Run:
    """A licence that the edition includes is given up."""
    run = await world.request(kind, "K-1001", subject)
    if run.first["state"] == "feature_warning":
        await run("acknowledge_warning")
    if (await run.status())["cost_effect"] == "unknown":
        await run.confirm("clarify_cost", decision="none")
    await run("place_order")
    return run


async def ended_by_ticket(world: World, kind: str, subject: str) -> Run:
    """Key Accounting ends on the day that sales agree on (SUP3)."""
    run = await world.request(kind, "K-1001", kind)
    granted = await run.confirm("support_ticket", decision="granted", at="2027-01-31", note="agreed")
    assert granted["state"] == "scheduled"
    return run


REGISTERS = [{"licence": f"P-{number}", "product": "pos_wawi"} for number in range(1, 5)]
START = {"editions": {"jtl": "jtl_advanced", "wms": "wms_pro"}}
ENTERPRISE = {"editions": {"jtl": "jtl_enterprise", "wms": "wms_pro"}}

SURPLUS: list[tuple[str, str, dict[str, Any], str, Any, Any]] = [
    ("SH3", "shipping_module", customer_record(TRACKING), "jtl_advanced", "T-1", ended_at_once),
    ("POS3", "pos", customer_record(*REGISTERS), "jtl_advanced", "P-2", ended_at_once),
    ("WE4", "wms_module", customer_record(licence("M-1", "wms_module")), "wms_start", "M-1", ended_at_once),
    ("API1", "rest_api", customer_record(licence("A-1", "wawi_api"), **START), "jtl_start", "A-1", ended_at_once),
    (
        "SUP3",
        "key_accounting",
        customer_record(licence("S-1", "key_accounting"), **ENTERPRISE),
        "jtl_pro",
        "S-1",
        ended_by_ticket,
    ),
]


@pytest.mark.parametrize(
    ("rule", "kind", "record", "target", "subject", "end"),
    SURPLUS,
    ids=[f"{rule}-{kind}" for rule, kind, *_ in SURPLUS],
)
async def test_ED7_X3_surplus_ends_in_a_run_of_its_own_kind_that_tells_the_editions_run(
    world: World, rule: str, kind: str, record: dict[str, Any], target: str, subject: str, end: Any
) -> None:
    """Told as soon as the end is booked or made, the edition's run checks again by itself and may be ordered."""
    await world.load(record)
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await request_downgrade(world, target, target.partition("_")[0])
    checked = await run("acknowledge_warning")
    assert (checked["state"], len(open_surplus(checked))) == ("surplus_resolution", 1)
    assert subject in checked["surplus"][0]["candidates"]
    assert "place_order" not in checked["enabled"]
    own = await end(world, kind, subject)
    ready = await in_state(run, "order")
    assert open_surplus(ready) == []
    booked = await run("place_order", time=IN_TIME)
    assert (booked["state"], moment(booked["effective_at"])) == ("scheduled", moment(FEBRUARY))
    await world.sleep_until(FEBRUARY)
    applied = await in_state(run, "applied")
    assert (open_surplus(applied), applied["tasks"]) == ([], [])
    assert (await own.status())["kind"] == kind
    assert subject not in await licences_left(world)


async def test_SUP3_X13_leaving_enterprise_with_key_accounting_names_its_run_in_the_revocation(world: World) -> None:
    """Both dates side by side; declined, it stays in surplus; revoked, the edition's run is back in surplus."""
    await world.load(customer_record(licence("S-1", "key_accounting"), **ENTERPRISE))
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await request_downgrade(world, "jtl_pro")
    assert "Key Accounting" in warning_text(run.first, "features_lost")
    await run("acknowledge_warning")
    declined = await world.request("key_accounting", "K-1001", "key_accounting")
    await declined.confirm("support_ticket", decision="declined", note="the contract runs")
    assert open_surplus(await run("recheck_licences")) == ["S-1"]

    agreed = await world.request("key_accounting", "K-1001", "key_accounting")
    await agreed.confirm("support_ticket", decision="granted", at="2027-03-31")
    ready = await in_state(run, "order")
    assert "S-1" in warning_text(ready, "surplus_gap")
    await run("place_order", time=IN_TIME)
    answer = await run("request_revocation", explanation="oh")
    ending = "(S-1): Vorgemerkt, letzter Tag 31. März 2027 (Vorgang key_accounting/K-1001/key_accounting)\n"
    assert ending in answer["tasks"][0]["instructions"]
    await run.reject("revocation")

    await agreed("request_revocation", explanation="we keep it", time="2027-01-11T12:00+01:00")
    await agreed.confirm("revocation", decision="granted")
    assert open_surplus(await status_when(run, lambda status: open_surplus(status))) == ["S-1"]
    await world.sleep_until(FEBRUARY)
    assert task_types(await in_state(run, "surplus_resolution")) == ["surplus"]  # X2: the edition changes all the same
    assert await licences_left(world) == {"S-1"}


async def test_ED9_the_customer_comes_back_and_the_check_is_made_on_fresh_data(world: World) -> None:
    await world.load(customer_record(TRACKING, {"licence": "T-2", "product": "track_and_trace"}))
    run = await request_downgrade(world)
    assert open_surplus(await run("acknowledge_warning")) == ["T-1", "T-2"]
    assert open_surplus(await run("recheck_licences")) == ["T-1", "T-2"]
    await world.load(customer_record(TRACKING))  # ended in the customer centre, and nobody told the run
    again = await run("recheck_licences")
    assert (again["state"], open_surplus(again)) == ("surplus_resolution", ["T-1"])
    await world.load(customer_record())
    assert (await run("recheck_licences"))["state"] == "order"


async def test_ED8_shop_licences_are_named_but_stand_against_no_order_and_end_in_their_own_process(
    world: World,
) -> None:
    abonnement = licence("SL-1", "shop_licence", contract="abonnement", term_ends="2027-01-31")
    await world.load(customer_record(abonnement))
    run = await request_downgrade(world)
    assert "SL-1" in warning_text(run.first, "knock_on")
    ready = await run("acknowledge_warning")
    assert (ready["state"], ready["surplus"]) == ("order", [])
    await run("place_order", time=IN_TIME)
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert await licences_left(world) == {"SL-1"}
    shop = await world.request("shop_licence", "K-1001", "SL-1")
    assert (shop.first["state"], shop.first["kind"]) == ("order", "shop_licence")


@pytest.mark.begins("2027-01-05T12:00+01:00")
async def test_ED6_what_is_too_many_is_never_removed_by_the_system(world: World) -> None:
    await world.load(customer_record(TRACKING))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    with pytest.raises(Refused) as refused:
        await run("place_order", time=IN_TIME)
    assert refused.value.code == "not_enabled"
    await run("override_surplus", licences=["T-1"])
    booked = await run("place_order")
    assert "surplus" in warning_codes(booked)
    await world.sleep_until(FEBRUARY)
    assert task_types(await in_state(run, "surplus_resolution")) == ["surplus"]
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
    assert await licences_left(world) == {"T-1"}
    await run.confirm("surplus", note="the customer keeps it")
    assert await licences_left(world) == {"T-1"}

"""Kinds act on each other, as whole runs: editions and licences, packages and channels, transfers, hosting (X3, X4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.customers import licence
from tests.harness import Refused, Run, World, world
from tests.licence_runs import held, left, refusal
from tests.scenes import (
    TRACKING,
    VOUCHERS,
    at,
    codes,
    downgrade,
    in_state,
    muster,
    open_surplus,
    types,
    until,
    warning,
)

PROOF = {"reference": "T-1"}
IN_TIME = "2027-01-10T12:00+01:00"
FEBRUARY = "2027-02-01T00:00+01:00"

# Surplus of an edition.


async def ended_at_once(w: World, kind: str, subject: str) -> Run:
    """A licence that the edition includes is given up."""
    run = await w.request(kind, "K-1001", subject)
    if run.first["state"] == "feature_warning":
        await run("acknowledge_warning")
    await run("place_order")
    return run


async def ended_by_ticket(w: World, kind: str, subject: str) -> Run:
    """Key Accounting ends on the day that sales agree on (SUP3)."""
    run = await w.request(kind, "K-1001", kind)
    granted = await run.confirm("support_ticket", decision="granted", at="2027-01-31", note="agreed")
    assert granted["state"] == "scheduled"
    return run


REGISTERS = [{"licence": f"P-{number}", "product": "pos_wawi"} for number in range(1, 5)]
START = {"editions": {"jtl": "jtl_advanced", "wms": "wms_pro"}}
ENTERPRISE = {"editions": {"jtl": "jtl_enterprise", "wms": "wms_pro"}}

SURPLUS: list[tuple[str, str, dict[str, Any], str, Any, Any]] = [
    ("SH3", "shipping_module", muster(TRACKING), "jtl_advanced", "T-1", ended_at_once),
    ("POS3", "pos", muster(*REGISTERS), "jtl_advanced", "P-2", ended_at_once),
    ("WE4", "wms_module", muster(licence("M-1", "wms_module")), "wms_start", "M-1", ended_at_once),
    ("API1", "rest_api", muster(licence("A-1", "wawi_api"), **START), "jtl_start", "A-1", ended_at_once),
    (
        "SUP3",
        "key_accounting",
        muster(licence("S-1", "key_accounting"), **ENTERPRISE),
        "jtl_pro",
        "S-1",
        ended_by_ticket,
    ),
]


@pytest.mark.parametrize(
    ("rule", "kind", "record", "target", "subject", "end"), SURPLUS, ids=[f"{one[0]}-{one[1]}" for one in SURPLUS]
)
async def test_ED7_X3_surplus_ends_in_a_run_of_its_own_kind_that_tells_the_editions_run(
    tmp_path: Path, rule: str, kind: str, record: dict[str, Any], target: str, subject: str, end: Any
) -> None:
    """Told as soon as the end is booked or made, the edition's run checks again by itself and may be ordered."""
    async with world(tmp_path) as w:
        await w.load(record)
        await w.sleep_until("2027-01-05T12:00+01:00")
        run = await downgrade(w, target, target.partition("_")[0])
        checked = await run("acknowledge_warning")
        assert (checked["state"], len(open_surplus(checked))) == ("surplus_resolution", 1)
        assert subject in checked["surplus"][0]["candidates"]
        assert "place_order" not in checked["enabled"]
        own = await end(w, kind, subject)
        ready = await in_state(run, "order")
        assert open_surplus(ready) == []
        booked = await run("place_order", time=IN_TIME)
        assert (booked["state"], at(booked["effective_at"])) == ("scheduled", at(FEBRUARY))
        await w.sleep_until(FEBRUARY)
        applied = await in_state(run, "applied")
        assert (open_surplus(applied), applied["tasks"]) == ([], [])
        assert (await own.status())["kind"] == kind
        assert subject not in await left(w)


async def test_SUP3_X13_leaving_enterprise_with_key_accounting_names_its_run_in_the_revocation(tmp_path: Path) -> None:
    """Both dates side by side; declined, it stays in surplus; revoked, the edition's run is back in surplus."""
    async with world(tmp_path) as w:
        await w.load(muster(licence("S-1", "key_accounting"), **ENTERPRISE))
        await w.sleep_until("2027-01-05T12:00+01:00")
        run = await downgrade(w, "jtl_pro")
        assert "Key Accounting" in warning(run.first, "features_lost")
        await run("acknowledge_warning")
        declined = await w.request("key_accounting", "K-1001", "key_accounting")
        await declined.confirm("support_ticket", decision="declined", note="the contract runs")
        assert open_surplus(await run("recheck_licences")) == ["S-1"]

        agreed = await w.request("key_accounting", "K-1001", "key_accounting")
        await agreed.confirm("support_ticket", decision="granted", at="2027-03-31")
        ready = await in_state(run, "order")
        assert "S-1" in warning(ready, "surplus_gap")
        await run("place_order", time=IN_TIME)
        asked = await run("request_revocation", explanation="oh")
        assert "key_accounting/K-1001/key_accounting (2027-04-01, scheduled)" in asked["tasks"][0]["instructions"]
        await run.reject("revocation")

        await agreed("request_revocation", explanation="we keep it", time="2027-01-11T12:00+01:00")
        await agreed.confirm("revocation", decision="granted")
        assert open_surplus(await until(run, lambda status: open_surplus(status))) == ["S-1"]
        await w.sleep_until(FEBRUARY)
        assert types(await in_state(run, "surplus_resolution")) == ["surplus"]  # X2: the edition changes all the same
        assert await left(w) == {"S-1"}


async def test_ED9_the_customer_comes_back_and_the_check_is_made_on_fresh_data(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(TRACKING, {"licence": "T-2", "product": "track_and_trace"}))
        run = await downgrade(w)
        assert open_surplus(await run("acknowledge_warning")) == ["T-1", "T-2"]
        assert open_surplus(await run("recheck_licences")) == ["T-1", "T-2"]
        await w.load(muster(TRACKING))  # ended in the customer centre, and nobody told the run
        again = await run("recheck_licences")
        assert (again["state"], open_surplus(again)) == ("surplus_resolution", ["T-1"])
        await w.load(muster())
        assert (await run("recheck_licences"))["state"] == "order"


async def test_ED8_shop_licences_are_named_but_stand_against_no_order_and_end_in_their_own_process(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        abonnement = licence("SL-1", "shop_licence", contract="abonnement", term_ends="2027-01-31")
        await w.load(muster(abonnement))
        run = await downgrade(w)
        assert "SL-1" in warning(run.first, "knock_on")
        ready = await run("acknowledge_warning")
        assert (ready["state"], ready["surplus"]) == ("order", [])
        await run("place_order", time=IN_TIME)
        await w.sleep_until(FEBRUARY)
        await in_state(run, "applied")
        assert await left(w) == {"SL-1"}
        shop = await w.request("shop_licence", "K-1001", "SL-1")
        assert (shop.first["state"], shop.first["kind"]) == ("order", "shop_licence")


# What a customer cannot take back alone.

ORDERED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("edition", {"subject": "jtl", "target": "jtl_advanced"}, {}),
    ("order_package", {"subject": "orders", "target": 1000}, {}),
    ("wms_user", {"subject": "U-1"}, {}),
    ("voucher", {"subject": "V-1"}, {"effective_on": "2027-03-01"}),
    ("hosting", {"subject": "H-1"}, {}),
]


@pytest.mark.parametrize(("kind", "request_", "order"), ORDERED, ids=[one[0] for one in ORDERED])
async def test_G3_once_ordered_no_customer_takes_it_back_alone(
    tmp_path: Path, kind: str, request_: dict[str, Any], order: dict[str, Any]
) -> None:
    async with world(tmp_path) as w:
        paid = {"term_ends": "2027-03-31"}
        await held(w, VOUCHERS, licence("U-1", **paid), licence("H-1", "hosting", **paid))
        run = await w.request(kind, "K-1001", **request_)
        if run.first["state"] == "feature_warning":
            await run("acknowledge_warning")
        booked = await run("place_order", time="2026-12-20T12:00+01:00", **order)
        assert (booked["state"], "abandon" in booked["enabled"]) == ("scheduled", False)
        assert (await refusal(run, "abandon")).code == "not_enabled"
        asked = await run("request_revocation", explanation="by mistake")
        assert (asked["state"], types(asked)) == ("scheduled", ["revocation"])  # G4: a person decides
        assert asked["effective_at"] == booked["effective_at"]
        await w.sleep_until(booked["effective_at"])
        assert (await in_state(run, "applied"))["effective_at"] == booked["effective_at"]


# A marketplace that moves.

MOVE = {"target": "K-1002", "explanation": "the shop moves"}


async def transfer(w: World) -> Run:
    """A transfer, asked for and not decided."""
    await w.load(muster(licence("M-1", "marketplace"), licence("M-2", "marketplace")), muster(customer="K-1002"))
    return await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)


async def test_MOV2_while_a_transfer_is_open_the_account_is_not_deactivated(tmp_path: Path) -> None:
    """In each state of the transfer; another account may go; and so may this one once the transfer is abandoned."""
    async with world(tmp_path) as w:
        moving = await transfer(w)
        steps: list[tuple[str, Any]] = [
            ("support_ticket", None),
            ("support_ticket", lambda: moving.confirm("support_ticket", decision="granted")),
            ("scheduled", lambda: moving.confirm("appointment", at="2027-01-12T10:00:00+01:00")),
            ("scheduled", lambda: w.sleep_until("2027-01-12T10:00+01:00")),
        ]
        for state, step in steps:
            if step is not None:
                await step()
            assert (await moving.status())["state"] == state
            no = (await w.request("marketplace", "K-1001", "M-1")).first
            assert (no["state"], no["refusal"]["code"], no["refusal"]["rule"]) == ("refused", "use_support", "MOV2")
            assert "marketplace_transfer" in no["refusal"]["text"]
        assert (await w.request("marketplace", "K-1001", "M-2")).first["state"] == "order"
        assert await left(w) == {"M-1", "M-2"}
        await moving("abandon")
        assert (await w.request("marketplace", "K-1001", "M-1")).first["state"] == "order"


async def test_MOV2_a_transfer_asked_for_meanwhile_stops_the_order_of_a_deactivation(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace")), muster(customer="K-1002"))
        run = await w.request("marketplace", "K-1001", "M-1")
        assert run.first["state"] == "order"
        await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        stopped = await run("place_order")
        assert (stopped["state"], stopped["refusal"]["code"]) == ("refused", "use_support")
        assert await left(w) == {"M-1"}


async def test_X4_MOV1_package_0_waits_until_the_moved_account_is_decoupled(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace")), muster(customer="K-1002"))
        package = await w.request("order_package", "K-1001", "orders", target=0)
        assert open_surplus(package.first) == ["M-1"]
        moving = await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        await moving.confirm("support_ticket", decision="granted")
        moment = (await w.env.get_current_time() + timedelta(days=2)).isoformat()
        await moving.confirm("appointment", at=moment)
        await w.sleep_until(moment)
        assert open_surplus(await package.status()) == ["M-1"]  # agreed is not gone
        await moving.confirm("perform", proof=PROOF)
        assert (await in_state(package, "feature_warning"))["surplus"] == []


# Hosting and its add-ons.


async def test_ADD2_an_add_on_that_ends_by_itself_meanwhile_is_asked_about_no_more(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        paid = {"term_ends": "2027-01-31"}
        addons = [licence(name, "hosting_addon", parent="H-1", **paid) for name in ("A-1", "A-2")]
        await held(w, licence("H-1", "hosting", term_ends="2027-03-31"), *addons)
        await w.sleep_until("2027-01-20T12:00+01:00")
        run = await w.request("hosting", "K-1001", "H-1")
        await run("acknowledge_warning")
        addon = await w.request("hosting_addon", "K-1001", "A-1")
        await addon("place_order", details={"mailbox": "shop"})
        no = await refusal(run, "place_order", details={"addons": {"A-1": "end"}})
        assert (no.code, no.rule) == ("details_missing", "ADD2")
        await w.sleep_until(FEBRUARY)
        assert (await in_state(addon, "applied"))["kind"] == "hosting_addon"
        assert "A-1" not in warning(await until(run, lambda one: "A-1" not in str(one["warnings"])), "addons_remain")
        placed = await run("place_order", details={"addons": {"A-2": "keep"}})
        assert placed["state"] == "scheduled"
        await w.sleep_until("2027-04-01T00:00+02:00")
        await in_state(run, "applied")
        assert await left(w) == {"A-2"}


async def test_ADD2_ending_an_add_on_leaves_its_hosting(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        paid = {"term_ends": "2027-01-31"}
        await held(w, licence("H-1", "hosting", **paid), licence("A-1", "hosting_addon", parent="H-1", **paid))
        addon = await w.request("hosting_addon", "K-1001", "A-1")
        await addon("place_order", details={"mailbox": "shop"})
        await w.sleep_until(FEBRUARY)
        await in_state(addon, "applied")
        assert await left(w) == {"H-1"}


async def test_PR1_modules_and_users_end_one_by_one(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        paid = {"term_ends": "2027-01-31"}
        await held(w, *(licence(f"PU-{number}", "production_user", **paid) for number in (1, 2)), VOUCHERS)
        run = await w.request("production", "K-1001", "PU-1")
        await run("place_order")
        await w.sleep_until(FEBRUARY)
        await in_state(run, "applied")
        assert await left(w) == {"PU-2", "V-1"}


async def test_ED6_what_is_too_many_is_never_removed_by_the_system(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(TRACKING))
        run = await downgrade(w)
        await run("acknowledge_warning")
        with pytest.raises(Refused) as no:
            await run("place_order", time=IN_TIME)
        assert no.value.code == "not_enabled"
        await run("override_surplus", licences=["T-1"])
        booked = await run("place_order", time=IN_TIME)
        assert "surplus" in codes(booked)
        await w.sleep_until(FEBRUARY)
        assert types(await in_state(run, "surplus_resolution")) == ["surplus"]
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
        assert await left(w) == {"T-1"}
        await run.confirm("surplus", note="the customer keeps it")
        assert await left(w) == {"T-1"}

"""Licences with a form, with add-ons, with an unknown cost, and shops, as whole runs (ADD, HOS, PR, SL, SHH)."""

from pathlib import Path

import pytest

from tests.adapters.customers import licence
from tests.runs.harness import Refused, Run, world
from tests.runs.licence_runs import FEBRUARY, held, left, refusal
from tests.runs.scenes import codes, types

# Details and add-ons.


async def test_ADD1_an_addon_needs_the_details_of_its_form_in_request_or_order(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        addons = [
            licence(name, "hosting_addon", term_ends="2027-01-31", parent="H-1") for name in ("A-1", "A-2", "A-3")
        ]
        await held(w, licence("H-1", "hosting", term_ends="2027-01-31"), *addons)
        run = await w.request("hosting_addon", "K-1001", "A-1")
        for details in (None, {}, {"mailbox": ""}):
            no = await refusal(run, "place_order", **({} if details is None else {"details": details}))
            assert (no.code, no.rule) == ("details_missing", "ADD1"), details
        assert (await run("place_order", details={"mailbox": "shop"}))["state"] == "scheduled"
        run = await w.request("hosting_addon", "K-1001", "A-2", details={"mailbox": "shop"})
        assert (await run("place_order"))["state"] == "scheduled"
        run = await w.request("hosting_addon", "K-1001", "A-3")
        await w.request("hosting_addon", "K-1001", "A-3", details={"mailbox": "shop"})
        assert (await run("place_order"))["state"] == "scheduled"
        with pytest.raises(Refused) as no_more:
            await w.request("hosting_addon", "K-1001", "A-3", details={"mailbox": "other"})
        assert no_more.value.code == "not_enabled"
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert await left(w) == {"H-1"}


async def test_ADD2_HOS3_hosting_asks_for_each_addon_whether_it_ends_or_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        addons = [licence(name, "hosting_addon", term_ends="2027-01-31", parent="H-1") for name in ("A-1", "A-2")]
        await held(w, licence("H-1", "hosting", term_ends="2027-01-31"), *addons)
        run = await w.request("hosting", "K-1001", "H-1")
        assert (run.first["state"], set(codes(run.first))) == ("feature_warning", {"backup", "addons_remain"})
        await run("acknowledge_warning")
        for addons_said in ({}, {"A-1": "end"}, {"A-1": "end", "A-2": "perhaps"}):
            no = await refusal(run, "place_order", details={"addons": addons_said})
            assert (no.code, no.rule) == ("details_missing", "ADD2"), addons_said
        placed = await run("place_order", details={"addons": {"A-1": "end", "A-2": "keep"}})
        assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == {"A-2"}


# Cost that nobody knows (X5).


UNKNOWN = [
    ("PR2", "production", licence("PR2", "plan_and_produce")),
    ("PR2", "production", licence("PR2-module", "production_module")),
    ("WM2", "wawi_module", licence("WM2", "wawi_module", included=False)),
    ("X5", "wms_module", licence("X5", "wms_module", included=False)),
    ("SL1", "shop_licence", licence("SL1", "shop_licence")),
    ("CO5", "connector", licence("CO5", "connector_shopware6", booked_via="shopify")),
]


async def test_X5_where_nobody_knows_the_cost_a_person_is_asked_and_a_cancellation_then_needs_a_term(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        await held(w, *(one for _, _, one in UNKNOWN))
        for rule, kind, one in UNKNOWN:
            await cost_is_clarified(await w.request(kind, "K-1001", one["licence"]), rule)


async def cost_is_clarified(run: Run, rule: str) -> None:
    """Cost first, then the term that a cancellation needs, then the order."""
    asked = run.first
    assert (asked["state"], asked["cost_effect"], asked["waiting_for"]) == ("order", "unknown", ["operator"]), rule
    assert [(task["type"], task["decisions"]) for task in asked["tasks"]] == [
        ("clarify_cost", ["cancellation", "deactivation", "none"])
    ], rule
    assert "place_order" not in asked["enabled"], rule
    for wrong in ({}, {"decision": "granted"}):
        assert (await refusal(run, "confirm_task", **wrong)).code == "malformed", rule
    said = await run.confirm("clarify_cost", decision="cancellation")
    assert (said["cost_effect"], types(said)) == (
        "cancellation",
        ["clarify_term"],
    ), rule
    said = await run.confirm("clarify_term", at="2027-01-31")
    assert said["effective_at"] == FEBRUARY, rule
    assert (await run("place_order"))["state"] == "scheduled", rule


async def test_POS5_a_register_without_JTL_Wawi_is_paid_since_April_2026_and_ends_at_its_term(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("POS-1", "pos_standalone", term_ends="2027-01-31"))
        run = await w.request("pos", "K-1001", "POS-1")
        assert (run.first["catalogue"], run.first["cost_effect"]) == ("2026-04-01", "cancellation")
        assert (run.first["term_ends"], run.first["effective_at"], codes(run.first)) == ("2027-01-31", FEBRUARY, [])
        assert (await run("place_order"))["state"] == "scheduled"
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert await left(w) == set()


@pytest.mark.parametrize("decision", ["deactivation", "none"])
async def test_X5_clarified_as_no_saving_it_ends_at_the_moment_placed(tmp_path: Path, decision: str) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", "plan_and_produce", term_ends="2027-01-31"))
        run = await w.request("production", "K-1001", "L-1")
        said = await run.confirm("clarify_cost", decision=decision)
        assert (said["cost_effect"], said["effective_at"], said["tasks"]) == (decision, None, [])
        assert "no_saving" in codes(said)
        placed = await run("place_order")
        assert placed["cost_effect"] == decision
        await w.env.sleep(1)
        assert (await run.status())["state"] == "applied"


async def test_G7_PR1_a_production_user_lowers_the_cost(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", "production_user", term_ends="2027-01-31"))
        run = await w.request("production", "K-1001", "L-1")
        assert (run.first["state"], run.first["cost_effect"]) == ("order", "cancellation")
        assert run.first["effective_at"] == FEBRUARY


# Shops.


async def test_SL2_SL5_an_abonnement_ends_at_its_term_and_the_hosting_is_another_contract(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        hosting = licence("H-1", "shop_hosting", term_ends="2027-01-31")
        await held(w, licence("L-1", "shop_licence", contract="abonnement", term_ends="2027-01-31"), hosting)
        run = await w.request("shop_licence", "K-1001", "L-1")
        assert (run.first["state"], set(codes(run.first))) == ("order", {"two_contracts"})
        assert (await run("place_order"))["effective_at"] == FEBRUARY
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == {"H-1"}


async def test_SHH2_a_change_of_tariff_needs_the_new_contract_and_the_old_one_runs_on(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("H-1", "shop_hosting", term_ends="2027-01-31"))
        run = await w.request("shop_hosting", "K-1001", "H-1", target="Shop L")
        assert run.first["state"] == "feature_warning"
        assert {"backup", "old_contract_runs_on"} <= set(codes(run.first))
        await run("acknowledge_warning")
        no = await refusal(run, "place_order")
        assert (no.code, no.rule) == ("details_missing", "SHH2")
        still = await run.status()
        assert (still["state"], "old_contract_runs_on" in codes(still)) == ("order", True)
        placed = await run("place_order", details={"new_contract": "V-2"})
        assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)


async def test_HOS3_shop_hosting_without_a_target_just_ends(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("H-1", "shop_hosting", term_ends="2027-01-31"))
        run = await w.request("shop_hosting", "K-1001", "H-1")
        assert "backup" in codes(run.first)
        assert "old_contract_runs_on" not in codes(run.first)
        await run("acknowledge_warning")
        assert (await run("place_order"))["state"] == "scheduled"

"""Licences with a form, with add-ons, with an unknown cost, and shops, as whole runs (ADD, HOS, PR, SL, SHH)."""

import pytest

from tests.adapters.customers import licence
from tests.runs.documents import FEBRUARY, task_types, warning_codes
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import licences_left, load_customer, mails_when, refusal_of

# Details and add-ons.


async def test_ADD1_an_addon_needs_the_details_of_its_form_in_request_or_order(world: World) -> None:
    addons = [licence(name, "hosting_addon", term_ends="2027-01-31", parent="H-1") for name in ("A-1", "A-2", "A-3")]
    await load_customer(world, licence("H-1", "hosting", term_ends="2027-01-31"), *addons)
    run = await world.request("hosting_addon", "K-1001", "A-1")
    for details in (None, {}, {"mailbox": ""}):
        refused = await refusal_of(run, "place_order", **({} if details is None else {"details": details}))
        assert (refused.code, refused.rule) == ("details_missing", "ADD1"), details
    assert (await run("place_order", details={"mailbox": "shop"}))["state"] == "scheduled"
    run = await world.request("hosting_addon", "K-1001", "A-2", details={"mailbox": "shop"})
    assert (await run("place_order"))["state"] == "scheduled"
    run = await world.request("hosting_addon", "K-1001", "A-3")
    await world.request("hosting_addon", "K-1001", "A-3", details={"mailbox": "shop"})
    assert (await run("place_order"))["state"] == "scheduled"
    with pytest.raises(Refused) as no_more:
        await world.request("hosting_addon", "K-1001", "A-3", details={"mailbox": "other"})
    assert no_more.value.code == "not_enabled"
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert await licences_left(world) == {"H-1"}


async def test_ADD2_HOS3_hosting_asks_for_each_addon_whether_it_ends_or_stays(world: World) -> None:
    addons = [licence(name, "hosting_addon", term_ends="2027-01-31", parent="H-1") for name in ("A-1", "A-2")]
    await load_customer(world, licence("H-1", "hosting", term_ends="2027-01-31"), *addons)
    run = await world.request("hosting", "K-1001", "H-1")
    assert run.first["state"] == "feature_warning"
    assert {"backup", "addons_remain"} <= set(warning_codes(run.first))
    await run("acknowledge_warning")
    for decisions in ({}, {"A-1": "end"}, {"A-1": "end", "A-2": "perhaps"}):
        refused = await refusal_of(run, "place_order", details={"addons": decisions})
        assert (refused.code, refused.rule) == ("details_missing", "ADD2"), decisions
    decided = {"addons": {"A-1": "end", "A-2": "keep"}}
    refused = await refusal_of(run, "place_order", details=decided)
    assert (refused.code, refused.rule) == ("details_missing", "ADD1")
    placed = await run("place_order", details=decided | {"mailbox": "shop"})
    assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    (left,) = (await world.record("K-1001"))["licences"]
    assert (left["licence"], left["parent"]) == ("A-2", None)
    written = await mails_when(run, lambda mails: len(mails) > 2)
    received = [mail for mail in written if mail.subject.startswith("Eingangsbestätigung")]
    assert len(received) == 1
    told = [mail.body for mail in written if mail not in received]
    assert all("Damit endet auch: Zusatzleistung zum Hosting (A-1)." in body for body in told)
    assert all("Gebucht bleibt und kostet weiter: Zusatzleistung zum Hosting (A-2)." in body for body in told)


@pytest.mark.parametrize("first", ["addon", "hosting"])
async def test_ADD2_an_addon_that_ends_by_itself_is_counted_once_whichever_was_ordered_first(
    world: World, first: str
) -> None:
    priced = {"A-1": ("8.00", "2027-01-31"), "A-2": ("5.00", "2027-02-28")}
    addons = [
        licence(name, "hosting_addon", term_ends=ends, parent="H-1", price_per_month=price)
        for name, (price, ends) in priced.items()
    ]
    hosting = licence("H-1", "hosting", term_ends="2027-02-28", price_per_month="50.00")
    await load_customer(world, hosting, *addons)
    details = {"addons": {"A-1": "end", "A-2": "end"}, "mailbox": "shop"}

    async def end_hosting() -> Run:
        run = await world.request("hosting", "K-1001", "H-1", details=details)
        await run("acknowledge_warning")
        await run("place_order")
        return run

    async def end_addon() -> None:
        await (await world.request("hosting_addon", "K-1001", "A-1"))("place_order", details={"mailbox": "shop"})

    if first == "addon":
        await end_addon()
        run = await end_hosting()
    else:
        run = await end_hosting()
        await end_addon()
    await world.sleep_until("2027-03-01T00:00+01:00")
    assert await licences_left(world) == set()
    ours = "/hosting/K-1001/H-1"
    written = await mails_when(run, lambda mails: sum(ours in mail.body for mail in mails) > 2)
    told = [mail.body for mail in written if ours in mail.body and not mail.subject.startswith("Eingangsbestätigung")]
    booked, made = sorted(told, key=lambda body: "wir bestätigen" not in body)
    assert "55,00" in made and "63,00" not in made
    assert ("63,00" in booked) == (first == "hosting")  # nothing else was booked then
    assert ("Für sich gekündigt und hier nicht mitgezählt: " in booked) == (first == "addon")


# Cost that nobody knows (X5).


UNKNOWN = [
    ("PR2", "production", licence("PR2", "plan_and_produce")),
    ("PR2", "production", licence("PR2-module", "production_module")),
    ("WM2", "wawi_module", licence("WM2", "wawi_module", included=False)),
    ("X5", "wms_module", licence("X5", "wms_module", included=False)),
    ("CO5", "connector", licence("CO5", "connector_shopware6", booked_via="shopify")),
]


async def test_X5_where_nobody_knows_the_cost_a_person_is_asked_and_a_cancellation_then_needs_a_term(
    world: World,
) -> None:
    await load_customer(world, *(record for _, _, record in UNKNOWN))
    for rule, kind, record in UNKNOWN:
        await cost_is_clarified(await world.request(kind, "K-1001", record["licence"]), rule)


@pytest.mark.parametrize(
    ("decision", "state", "code"), [("abonnement", "order", None), ("subscription", "refused", "subscription")]
)
async def test_SL1_SL2_of_a_shop_licence_without_a_contract_a_person_says_which_it_is(
    world: World, decision: str, state: str, code: str | None
) -> None:
    await load_customer(world, licence("S-1", "shop_licence", term_ends="2027-01-31"))
    run = await world.request("shop_licence", "K-1001", "S-1")
    assert (run.first["state"], run.first["cost_effect"]) == ("order", "unknown")
    [task] = run.first["tasks"]
    assert (task["type"], task["decisions"]) == ("clarify", ["abonnement", "subscription"])
    assert "Abonnement oder eine Subscription" in task["instructions"]
    answer = await run.confirm("clarify", decision=decision)
    assert (answer["state"], answer["refusal"] and answer["refusal"]["code"]) == (state, code)


async def cost_is_clarified(run: Run, rule: str) -> None:
    """Cost first, then the term that a cancellation needs, then the order."""
    answer = run.first
    assert (answer["state"], answer["cost_effect"], answer["waiting_for"]) == ("order", "unknown", ["operator"]), rule
    assert [(task["type"], task["decisions"]) for task in answer["tasks"]] == [
        ("clarify_cost", ["cancellation", "deactivation", "none"])
    ], rule
    assert "place_order" not in answer["enabled"], rule
    for wrong in ({}, {"decision": "granted"}):
        assert (await refusal_of(run, "confirm_task", **wrong)).code == "malformed", rule
    answer = await run.confirm("clarify_cost", decision="cancellation")
    assert (answer["cost_effect"], task_types(answer)) == (
        "cancellation",
        ["clarify_term"],
    ), rule
    answer = await run.confirm("clarify_term", at="2027-01-31")
    assert answer["effective_at"] == FEBRUARY, rule
    assert (await run("place_order"))["state"] == "scheduled", rule


async def test_POS5_a_register_without_JTL_Wawi_is_paid_since_April_2026_and_ends_at_its_term(world: World) -> None:
    await load_customer(world, licence("POS-1", "pos_standalone", term_ends="2027-01-31"))
    run = await world.request("pos", "K-1001", "POS-1")
    assert (run.first["catalogue"], run.first["cost_effect"]) == ("2026-04-01", "cancellation")
    assert (run.first["term_ends"], run.first["effective_at"]) == ("2027-01-31", FEBRUARY)
    assert warning_codes(run.first) == ["notice_unknown"]
    assert (await run("place_order"))["state"] == "scheduled"
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert await licences_left(world) == set()


@pytest.mark.parametrize("decision", ["deactivation", "none"])
async def test_X5_clarified_as_no_saving_it_ends_at_the_moment_placed(world: World, decision: str) -> None:
    await load_customer(world, licence("L-1", "plan_and_produce", term_ends="2027-01-31"))
    run = await world.request("production", "K-1001", "L-1")
    answer = await run.confirm("clarify_cost", decision=decision)
    assert (answer["cost_effect"], answer["effective_at"], answer["tasks"]) == (decision, None, [])
    assert "no_saving" in warning_codes(answer)
    placed = await run("place_order")
    assert placed["cost_effect"] == decision
    await world.env.sleep(1)
    assert (await run.status())["state"] == "applied"


async def test_G7_PR1_a_production_user_lowers_the_cost(world: World) -> None:
    await load_customer(world, licence("L-1", "production_user", term_ends="2027-01-31"))
    run = await world.request("production", "K-1001", "L-1")
    assert (run.first["state"], run.first["cost_effect"]) == ("order", "cancellation")
    assert run.first["effective_at"] == FEBRUARY


# Shops.


async def test_SL2_SL5_an_abonnement_ends_at_its_term_and_the_hosting_is_another_contract(world: World) -> None:
    hosting = licence("H-1", "shop_hosting", term_ends="2027-01-31")
    await load_customer(world, licence("L-1", "shop_licence", contract="abonnement", term_ends="2027-01-31"), hosting)
    run = await world.request("shop_licence", "K-1001", "L-1")
    assert (run.first["state"], set(warning_codes(run.first))) == ("order", {"two_contracts", "notice_unknown"})
    assert (await run("place_order"))["effective_at"] == FEBRUARY
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    assert await licences_left(world) == {"H-1"}


async def test_SHH2_a_change_of_tariff_needs_the_new_contract_and_the_old_one_runs_on(world: World) -> None:
    await load_customer(world, licence("H-1", "shop_hosting", term_ends="2027-01-31"))
    run = await world.request("shop_hosting", "K-1001", "H-1", target="Shop L")
    assert run.first["state"] == "feature_warning"
    assert {"backup", "old_contract_runs_on"} <= set(warning_codes(run.first))
    await run("acknowledge_warning")
    refused = await refusal_of(run, "place_order")
    assert (refused.code, refused.rule) == ("details_missing", "SHH2")
    still = await run.status()
    assert (still["state"], "old_contract_runs_on" in warning_codes(still)) == ("order", True)
    placed = await run("place_order", details={"new_contract": "V-2"})
    assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)


async def test_HOS3_shop_hosting_without_a_target_just_ends(world: World) -> None:
    await load_customer(world, licence("H-1", "shop_hosting", term_ends="2027-01-31"))
    run = await world.request("shop_hosting", "K-1001", "H-1")
    assert "backup" in warning_codes(run.first)
    assert "old_contract_runs_on" not in warning_codes(run.first)
    await run("acknowledge_warning")
    assert (await run("place_order"))["state"] == "scheduled"

"""Steps outside our reach, as whole runs: nothing is applied without proof (X9)."""

from datetime import timedelta

from tests.adapters.customers import licence
from tests.runs.documents import mails, task_types, timeline_events, warning_codes
from tests.runs.harness import World
from tests.runs.steps import in_state, licences_left, load_customer, refusal_of, server_day

PARTNERS = [
    {"id": "P-1", "name": "Lager Nord", "role": "fulfiller"},
    {"id": "P-2", "name": "Kaufhaus Ost", "role": "merchant"},
]


async def test_MP3_MP4_X9_pilot_and_third_party_stand_beside_the_order_and_hold_applied_back(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", pilot=True, third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    assert set(warning_codes(run.first)) == {"pilot_sign_off", "third_party_too", "no_saving"}
    assert task_types(run.first) == []
    chosen = await server_day(world) + timedelta(days=3)
    placed = await run("place_order", effective_on=str(chosen))
    assert (placed["state"], placed["waiting_for"]) == ("scheduled", ["third_party", "date"])
    assert task_types(placed) == ["third_party", "third_party"]
    assert all(task["proof_required"] for task in placed["tasks"])
    assert "Kaufland" in placed["tasks"][1]["instructions"]
    assert "hand_in_proof" in placed["enabled"]
    await world.sleep_until(f"{chosen}T00:00+01:00")
    waiting = await in_state(run, "third_party")
    assert waiting["waiting_for"] == ["third_party"]
    assert waiting["effective_at"] == placed["effective_at"]
    pilot, third = (task["task"] for task in waiting["tasks"])
    assert (await refusal_of(run, "confirm_task", task=pilot)).code == "proof_missing"
    assert (await refusal_of(run, "confirm_task")).code == "unknown_task"
    await run("confirm_task", task=pilot, proof={"reference": "T-1"})
    assert (await run.status())["state"] == "third_party"
    done = await run("confirm_task", task=third, proof={"reference": "T-2"})
    assert (done["state"], done["tasks"]) == ("applied", [])
    assert await licences_left(world) == set()


async def test_X9_the_customer_hands_in_proof_and_an_operator_confirms_it(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    refused = await refusal_of(run, "hand_in_proof", task="t-none", reference="mail")
    assert refused.code == "not_enabled"
    placed = await run("place_order", effective_on=str(await server_day(world) + timedelta(days=30)))
    task = placed["tasks"][0]["task"]
    assert (await refusal_of(run, "hand_in_proof", task="t-none", reference="mail")).code == "unknown_task"
    handed = await run("hand_in_proof", task=task, reference="mail of 3 January")
    assert handed["waiting_for"] == ["operator", "date"]
    assert "mail of 3 January" in handed["tasks"][0]["instructions"]
    rejected = await run("reject_task", task=task, note="unreadable")
    assert task_types(rejected) == ["third_party"]
    assert "unreadable" in rejected["tasks"][0]["instructions"]
    assert rejected["state"] == "scheduled"
    again = await run("hand_in_proof", task=task, reference="the letter")
    assert "the letter" in again["tasks"][0]["instructions"]
    confirmed = await run("confirm_task", task=task)
    assert (task_types(confirmed), confirmed["waiting_for"]) == ([], ["date"])
    await world.env.sleep(timedelta(days=31))
    assert (await run.status())["state"] == "applied"


async def test_X9_without_proof_customer_and_operators_are_reminded_and_nothing_is_applied(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    await run("place_order")
    await world.env.sleep(timedelta(days=50))
    status = await run.status()
    assert (status["state"], status["waiting_for"]) == ("third_party", ["third_party"])
    assert timeline_events(status).count("task_due") >= 6
    # operators learn of it by a notice, which no run sends
    assert [mail.to for mail in mails(world)].count("kontakt@muster.example") >= 6


async def test_CO4_X9_a_connector_booked_via_shopify_ends_there_with_proof(world: World) -> None:
    await load_customer(world, licence("C-1", "connector_shopify", booked_via="shopify"))
    run = await world.request("connector", "K-1001", "C-1")
    assert (run.first["state"], run.first["waiting_for"]) == ("third_party", ["third_party"])
    assert task_types(run.first) == ["third_party"]
    assert "place_order" not in run.first["enabled"]
    assert {"hand_in_proof", "abandon"} <= set(run.first["enabled"])
    done = await run.confirm("third_party", proof={"reference": "Shopify mail"})
    assert (done["state"], done["waiting_for"]) == ("external", [])
    assert await licences_left(world) == set()


async def test_CO4_abandoned_at_shopify_the_connector_stays(world: World) -> None:
    await load_customer(world, licence("C-1", "connector_shopify", booked_via="shopify"))
    run = await world.request("connector", "K-1001", "C-1")
    assert (await run("abandon"))["state"] == "abandoned"
    assert await licences_left(world) == {"C-1"}


async def test_X9_who_does_nothing_at_the_third_party_is_reminded_and_the_run_is_abandoned(world: World) -> None:
    await load_customer(world, licence("E-1", "ecomdata"), licence("C-1", "connector_shopify", booked_via="shopify"))
    idle = await world.request("ecomdata", "K-1001", "E-1")
    active = await world.request("connector", "K-1001", "C-1")
    await active("hand_in_proof", task=await active.task("third_party"), reference="mail")
    await world.env.sleep(timedelta(days=31))
    assert (await idle.status())["state"] == "abandoned"
    assert "remind" in timeline_events(await idle.status())
    waiting = await active.status()
    assert (waiting["state"], waiting["waiting_for"]) == ("third_party", ["operator"])
    assert await licences_left(world) == {"E-1", "C-1"}


async def test_ECO1_ECO2_ecomdata_is_handed_over_and_ends_external_with_proof_only(world: World) -> None:
    await load_customer(world, licence("E-1", "ecomdata"))
    run = await world.request("ecomdata", "K-1001", "E-1")
    assert (run.first["state"], run.first["cost_effect"]) == ("third_party", "unknown")
    assert (await refusal_of(run, "confirm_task")).code == "proof_missing"
    assert (await refusal_of(run, "place_order")).code == "not_enabled"
    await run("hand_in_proof", task=await run.task("third_party"), reference="ecomDATA 77")
    assert (await run.status())["waiting_for"] == ["operator"]
    assert (await run.confirm("third_party"))["state"] == "external"
    assert await licences_left(world) == set()


async def test_API3_API4_the_api_warns_of_integrations_and_the_pilot_is_left_too(world: World) -> None:
    await load_customer(world, licence("A-1", "wawi_api"))
    run = await world.request("rest_api", "K-1001", "A-1")
    assert (run.first["state"], run.first["cost_effect"]) == ("feature_warning", "unknown")
    assert {"integrations_end", "pilot_sign_off"} <= set(warning_codes(run.first))
    assert task_types(await run("acknowledge_warning")) == ["clarify_cost"]
    assert "no_saving" in warning_codes(await run.confirm("clarify_cost", decision="none"))
    placed = await run("place_order")
    assert task_types(placed) == ["third_party"]
    await world.env.sleep(1)
    assert (await in_state(run, "third_party"))["enabled"] == ["hand_in_proof"]
    assert (await run.confirm("third_party", proof={"reference": "signed off"}))["state"] == "applied"


# The Fulfillment Network.


async def test_FFN5_each_partner_is_a_task_and_all_must_be_confirmed(world: World) -> None:
    await load_customer(world, partners=PARTNERS)
    run = await world.request("fulfillment", "K-1001", "ffn")
    assert run.first["state"] == "order"
    placed = await run("place_order")
    assert (placed["state"], task_types(placed)) == ("third_party", ["third_party", "third_party"])
    first, second = placed["tasks"]
    assert ("P-1" in first["instructions"], "P-2" in second["instructions"]) == (True, True)
    assert (await run("confirm_task", task=first["task"], proof={"reference": "1"}))["state"] == "third_party"
    done = await run("confirm_task", task=second["task"], proof={"reference": "2"})
    assert (done["state"], done["tasks"]) == ("applied", [])
    assert done["effective_at"] is not None


async def test_FFN2_open_operations_and_stock_must_be_gone_first(world: World) -> None:
    busy = [PARTNERS[0] | {"open_operations": 2, "stock": 40}, PARTNERS[1]]
    await load_customer(world, partners=busy)
    run = await world.request("fulfillment", "K-1001", "ffn")
    assert (run.first["state"], run.first["waiting_for"]) == ("surplus_resolution", ["customer"])
    reasons = [entry["reason"] for entry in run.first["surplus"]]
    assert [("2" in reasons[0], "40" in reasons[1])] == [(True, True)]
    assert "place_order" not in run.first["enabled"]
    assert "override_surplus" not in run.first["enabled"]
    assert (await run("recheck_licences"))["state"] == "surplus_resolution"
    await world.load({"customer": "K-1002", "name": "x"})
    assert (await run("abandon"))["state"] == "abandoned"
    await load_customer(world, partners=PARTNERS)
    again = await world.request("fulfillment", "K-1001", "ffn")
    assert (again.first["state"], again.first["surplus"]) == ("order", [])


async def test_FFN1_without_recorded_partners_a_person_is_asked(world: World) -> None:
    await load_customer(world)
    run = await world.request("fulfillment", "K-1001", "ffn")
    assert (run.first["state"], task_types(run.first)) == ("order", ["clarify"])
    assert "place_order" not in run.first["enabled"]
    assert (await refusal_of(run, "confirm_task")).code == "malformed"
    answer = await run.reject("clarify", note="nobody knows")
    assert (answer["refusal"]["code"], "place_order" in answer["enabled"]) == ("declined", False)
    assert task_types(await run("recheck_licences")) == ["clarify"]
    answer = await run.confirm("clarify", note="one partner, Lager Sued")
    assert "place_order" in answer["enabled"]
    placed = await run("place_order")
    assert (placed["state"], task_types(placed)) == ("third_party", ["third_party"])
    assert (await run.confirm("third_party", proof={"reference": "x"}))["state"] == "applied"


async def test_X11_a_network_exit_can_be_revoked_until_the_last_partner_has_confirmed(world: World) -> None:
    await load_customer(world, partners=PARTNERS)
    run = await world.request("fulfillment", "K-1001", "ffn")
    await run("place_order")
    answer = await run("request_revocation", explanation="by mistake")
    assert sorted(task_types(answer)) == ["revocation", "third_party", "third_party"]
    assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"

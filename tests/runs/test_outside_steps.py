"""Steps outside our reach, as whole runs: nothing is applied without proof (X9)."""

from datetime import timedelta
from pathlib import Path

from tests.adapters.customers import licence
from tests.runs.harness import world
from tests.runs.licence_runs import held, left, refusal, today
from tests.runs.scenes import codes, events, in_state, mails, types

PARTNERS = [
    {"id": "P-1", "name": "Lager Nord", "role": "fulfiller"},
    {"id": "P-2", "name": "Kaufhaus Ost", "role": "merchant"},
]


async def test_MP3_MP4_X9_pilot_and_third_party_stand_beside_the_order_and_hold_applied_back(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("M-1", "marketplace", pilot=True, third_party="Kaufland"))
        run = await w.request("marketplace", "K-1001", "M-1")
        assert set(codes(run.first)) == {"pilot_sign_off", "third_party_too", "no_saving"}
        assert types(run.first) == []
        chosen = await today(w) + timedelta(days=3)
        placed = await run("place_order", effective_on=str(chosen))
        assert (placed["state"], placed["waiting_for"]) == ("scheduled", ["third_party", "date"])
        assert types(placed) == ["third_party", "third_party"]
        assert all(task["proof_required"] for task in placed["tasks"])
        assert "Kaufland" in placed["tasks"][1]["instructions"]
        assert "hand_in_proof" in placed["enabled"]
        await w.sleep_until(f"{chosen}T00:00+01:00")
        waiting = await in_state(run, "third_party")
        assert waiting["waiting_for"] == ["third_party"]
        assert waiting["effective_at"] == placed["effective_at"]
        pilot, third = (task["task"] for task in waiting["tasks"])
        assert (await refusal(run, "confirm_task", task=pilot)).code == "proof_missing"
        assert (await refusal(run, "confirm_task")).code == "unknown_task"
        await run("confirm_task", task=pilot, proof={"reference": "T-1"})
        assert (await run.status())["state"] == "third_party"
        done = await run("confirm_task", task=third, proof={"reference": "T-2"})
        assert (done["state"], done["tasks"]) == ("applied", [])
        assert await left(w) == set()


async def test_X9_the_customer_hands_in_proof_and_an_operator_confirms_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("M-1", "marketplace", third_party="Kaufland"))
        run = await w.request("marketplace", "K-1001", "M-1")
        no = await refusal(run, "hand_in_proof", task="t-none", reference="mail")
        assert no.code == "not_enabled"
        placed = await run("place_order", effective_on=str(await today(w) + timedelta(days=30)))
        task = placed["tasks"][0]["task"]
        assert (await refusal(run, "hand_in_proof", task="t-none", reference="mail")).code == "unknown_task"
        handed = await run("hand_in_proof", task=task, reference="mail of 3 January")
        assert handed["waiting_for"] == ["operator", "date"]
        assert "mail of 3 January" in handed["tasks"][0]["instructions"]
        rejected = await run("reject_task", task=task, note="unreadable")
        assert types(rejected) == ["third_party"]
        assert "unreadable" in rejected["tasks"][0]["instructions"]
        assert rejected["state"] == "scheduled"
        again = await run("hand_in_proof", task=task, reference="the letter")
        assert "the letter" in again["tasks"][0]["instructions"]
        confirmed = await run("confirm_task", task=task)
        assert (types(confirmed), confirmed["waiting_for"]) == ([], ["date"])
        await w.env.sleep(timedelta(days=31))
        assert (await run.status())["state"] == "applied"


async def test_X9_without_proof_customer_and_operators_are_reminded_and_nothing_is_applied(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("M-1", "marketplace", third_party="Kaufland"))
        run = await w.request("marketplace", "K-1001", "M-1")
        await run("place_order")
        await w.env.sleep(timedelta(days=50))
        status = await run.status()
        assert (status["state"], status["waiting_for"]) == ("third_party", ["third_party"])
        assert events(status).count("task_due") >= 6
        to = [who for who, _, _ in mails(w)]
        assert len([who for who in to if who == "kontakt@muster.example"]) >= 6
        assert len([who for who in to if who != "kontakt@muster.example"]) >= 6


async def test_CO4_X9_a_connector_booked_via_shopify_ends_there_with_proof(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("C-1", "connector_shopify", booked_via="shopify"))
        run = await w.request("connector", "K-1001", "C-1")
        assert (run.first["state"], run.first["waiting_for"]) == ("third_party", ["third_party"])
        assert types(run.first) == ["third_party"]
        assert "place_order" not in run.first["enabled"]
        assert {"hand_in_proof", "abandon"} <= set(run.first["enabled"])
        done = await run.confirm("third_party", proof={"reference": "Shopify mail"})
        assert (done["state"], done["waiting_for"]) == ("external", [])
        assert await left(w) == set()


async def test_CO4_abandoned_at_shopify_the_connector_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("C-1", "connector_shopify", booked_via="shopify"))
        run = await w.request("connector", "K-1001", "C-1")
        assert (await run("abandon"))["state"] == "abandoned"
        assert await left(w) == {"C-1"}


async def test_X9_who_does_nothing_at_the_third_party_is_reminded_and_the_run_is_abandoned(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("E-1", "ecomdata"), licence("C-1", "connector_shopify", booked_via="shopify"))
        idle = await w.request("ecomdata", "K-1001", "E-1")
        active = await w.request("connector", "K-1001", "C-1")
        await active("hand_in_proof", task=await active.task("third_party"), reference="mail")
        await w.env.sleep(timedelta(days=31))
        assert (await idle.status())["state"] == "abandoned"
        assert "remind" in events(await idle.status())
        waiting = await active.status()
        assert (waiting["state"], waiting["waiting_for"]) == ("third_party", ["operator"])
        assert await left(w) == {"E-1", "C-1"}


async def test_ECO1_ECO2_ecomdata_is_handed_over_and_ends_external_with_proof_only(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("E-1", "ecomdata"))
        run = await w.request("ecomdata", "K-1001", "E-1")
        assert (run.first["state"], run.first["cost_effect"]) == ("third_party", "unknown")
        assert (await refusal(run, "confirm_task")).code == "proof_missing"
        assert (await refusal(run, "place_order")).code == "not_enabled"
        await run("hand_in_proof", task=await run.task("third_party"), reference="ecomDATA 77")
        assert (await run.status())["waiting_for"] == ["operator"]
        assert (await run.confirm("third_party"))["state"] == "external"
        assert await left(w) == set()


async def test_API3_API4_the_api_warns_of_integrations_and_the_pilot_is_left_too(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("A-1", "wawi_api"))
        run = await w.request("rest_api", "K-1001", "A-1")
        assert (run.first["state"], run.first["cost_effect"]) == ("feature_warning", "none")
        assert {"integrations_end", "pilot_sign_off", "no_saving"} <= set(codes(run.first))
        assert (await run("acknowledge_warning"))["state"] == "order"
        placed = await run("place_order")
        assert types(placed) == ["third_party"]
        await w.env.sleep(1)
        assert (await in_state(run, "third_party"))["enabled"] == ["hand_in_proof"]
        assert (await run.confirm("third_party", proof={"reference": "signed off"}))["state"] == "applied"


# The Fulfillment Network.


async def test_FFN5_each_partner_is_a_task_and_all_must_be_confirmed(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, partners=PARTNERS)
        run = await w.request("fulfillment", "K-1001", "ffn")
        assert run.first["state"] == "order"
        placed = await run("place_order")
        assert (placed["state"], types(placed)) == ("third_party", ["third_party", "third_party"])
        first, second = placed["tasks"]
        assert ("P-1" in first["instructions"], "P-2" in second["instructions"]) == (True, True)
        assert (await run("confirm_task", task=first["task"], proof={"reference": "1"}))["state"] == "third_party"
        done = await run("confirm_task", task=second["task"], proof={"reference": "2"})
        assert (done["state"], done["tasks"]) == ("applied", [])
        assert done["effective_at"] is not None


async def test_FFN2_open_operations_and_stock_must_be_gone_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        busy = [PARTNERS[0] | {"open_operations": 2, "stock": 40}, PARTNERS[1]]
        await held(w, partners=busy)
        run = await w.request("fulfillment", "K-1001", "ffn")
        assert (run.first["state"], run.first["waiting_for"]) == ("surplus_resolution", ["customer"])
        reasons = [entry["reason"] for entry in run.first["surplus"]]
        assert [("2" in reasons[0], "40" in reasons[1])] == [(True, True)]
        assert "place_order" not in run.first["enabled"]
        assert "override_surplus" not in run.first["enabled"]
        assert (await run("recheck_licences"))["state"] == "surplus_resolution"
        await w.load({"customer": "K-1002", "name": "x"})
        assert (await run("abandon"))["state"] == "abandoned"
        await held(w, partners=PARTNERS)
        again = await w.request("fulfillment", "K-1001", "ffn")
        assert (again.first["state"], again.first["surplus"]) == ("order", [])


async def test_FFN1_without_recorded_partners_a_person_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w)
        run = await w.request("fulfillment", "K-1001", "ffn")
        assert (run.first["state"], types(run.first)) == ("order", ["clarify"])
        assert "place_order" not in run.first["enabled"]
        assert (await refusal(run, "confirm_task")).code == "malformed"
        said = await run.reject("clarify", note="nobody knows")
        assert (said["refusal"]["code"], "place_order" in said["enabled"]) == ("declined", False)
        assert types(await run("recheck_licences")) == ["clarify"]
        said = await run.confirm("clarify", note="one partner, Lager Sued")
        assert "place_order" in said["enabled"]
        placed = await run("place_order")
        assert (placed["state"], types(placed)) == ("third_party", ["third_party"])
        assert (await run.confirm("third_party", proof={"reference": "x"}))["state"] == "applied"


async def test_X11_a_network_exit_can_be_revoked_until_the_last_partner_has_confirmed(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, partners=PARTNERS)
        run = await w.request("fulfillment", "K-1001", "ffn")
        await run("place_order")
        asked = await run("request_revocation", explanation="by mistake")
        assert sorted(types(asked)) == ["revocation", "third_party", "third_party"]
        assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"

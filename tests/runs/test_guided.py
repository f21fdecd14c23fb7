"""Guided mode, as whole runs: a person clicks, with exact instructions, and confirms with proof (X12)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.customers import licence
from tests.runs.harness import Run, World, world
from tests.runs.licence_runs import FEBRUARY, held, left, refusal
from tests.runs.scenes import in_state, mails, muster, types, until

GUIDED = {"customer_centre": "guided"}
IN_TIME = "2027-01-10T12:00+01:00"
PROOF = {"reference": "T-1"}


def booked_mails(w: World) -> list[str]:
    """What the customer was told of the booking, in order."""
    return [body for _, subject, body in mails(w) if subject.startswith("Vorgemerkt")]


async def edition_ordered(w: World, **fields: Any) -> Run:
    """An edition's run, ordered in time for February and waiting to be booked by hand."""
    await w.load(muster(**fields))
    run = await w.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order", time=IN_TIME)
    return run


async def test_ED3_X12_an_order_stays_in_order_until_a_person_has_booked_it_with_proof(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        waiting = await run.status()
        assert (waiting["state"], waiting["waiting_for"]) == ("order", ["operator"])
        assert waiting["effective_at"] == FEBRUARY
        task = waiting["tasks"][0]
        assert (types(waiting), task["proof_required"]) == (["perform"], True)
        assert task["due_at"] == waiting["order_by"] == "2027-01-17T23:00:00Z"
        assert "Paketkonfiguration" in task["instructions"]
        assert waiting["enabled"] == ["request_revocation"]
        for event in ("abandon", "place_order", "recheck_licences"):
            assert (await refusal(run, event)).code == "not_enabled", event
        no = await refusal(run, "confirm_task")
        assert (no.code, no.rule) == ("proof_missing", "X12")
        done = await run.confirm("perform", proof=PROOF)
        assert (done["state"], done["waiting_for"], done["tasks"]) == ("scheduled", ["date"], [])
        assert done["effective_at"] == FEBRUARY
        await w.sleep_until("2027-01-31T12:00+01:00")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_X12_the_click_path_is_in_the_customers_language(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", term_ends="2027-01-31"), licence("L-2", term_ends="2027-01-31"))
        german = await w.request("wms_user", "K-1001", "L-1")
        text = (await german("place_order"))["tasks"][0]["instructions"]
        await held(w, licence("L-1"), licence("L-2", term_ends="2027-01-31"), language="en")
        english = await w.request("wms_user", "K-1001", "L-2")
        translated = (await english("place_order"))["tasks"][0]["instructions"]
        assert "L-1" in text
        assert "L-2" in translated
        assert text.replace("L-1", "") != translated.replace("L-2", "")
        assert "Kündigen" in text


async def test_X12_a_paid_licence_is_booked_by_hand_due_on_its_date(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", term_ends="2027-01-31"))
        run = await w.request("wms_user", "K-1001", "L-1")
        waiting = await run("place_order")
        assert (waiting["state"], waiting["tasks"][0]["due_at"]) == ("order", FEBRUARY)
        assert (await run.confirm("perform", proof=PROOF))["state"] == "scheduled"
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == set()


async def test_X12_an_included_licence_has_no_booking_and_is_deactivated_by_hand_on_its_day(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", "vouchers"))
        run = await w.request("voucher", "K-1001", "L-1")
        await run("acknowledge_warning")
        placed = await run("place_order", effective_on="2027-02-01")
        assert (placed["state"], placed["waiting_for"], placed["tasks"]) == ("scheduled", ["date"], [])
        await w.sleep_until("2027-02-01T00:00+01:00")
        due = await run.status()
        assert (due["state"], due["waiting_for"], types(due)) == ("scheduled", ["operator"], ["perform"])
        assert due["tasks"][0]["due_at"] == FEBRUARY
        assert await left(w) == {"L-1"}
        assert (await refusal(run, "request_revocation", explanation="x")).code == "too_late"
        assert (await refusal(run, "confirm_task")).code == "proof_missing"
        done = await run.confirm("perform", proof=PROOF)
        assert (done["state"], done["effective_at"]) == ("applied", FEBRUARY)
        assert await left(w) == set()


async def test_X11_granted_before_the_booking_closes_the_perform_and_revokes(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        asked = await run("request_revocation", explanation="by mistake")
        assert sorted(types(asked)) == ["perform", "revocation"]
        assert asked["state"] == "order"
        assert "request_revocation" not in asked["enabled"]
        done = await run.confirm("revocation", decision="granted")
        assert (done["state"], done["tasks"]) == ("revoked", [])
        await w.sleep_until("2027-02-02T00:00+01:00")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


async def test_X11_a_booked_order_is_withdrawn_by_hand_and_the_date_waits_for_it(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        await run.confirm("perform", proof=PROOF)
        await run("request_revocation", explanation="by mistake")
        withdrawing = await run.confirm("revocation", decision="granted")
        assert (withdrawing["state"], types(withdrawing)) == ("scheduled", ["perform"])
        assert withdrawing["waiting_for"] == ["operator"]
        await w.sleep_until("2027-02-02T00:00+01:00")
        assert types(await in_state(run, "scheduled")) == ["perform"]
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        assert (await refusal(run, "confirm_task")).code == "proof_missing"
        assert (await run.confirm("perform", proof=PROOF))["state"] == "revoked"
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


async def test_X11_declined_leaves_the_booking_to_be_made(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        await run("request_revocation", explanation="by mistake")
        assert types(await run.confirm("revocation", decision="declined", note="in use")) == ["perform"]
        assert (await run.confirm("perform", proof=PROOF))["state"] == "scheduled"


async def test_a_rejected_perform_stays_open_with_the_note_and_is_escalated(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        before = len(mails(w))
        rejected = await run.reject("perform", note="the button is missing")
        assert (rejected["state"], types(rejected)) == ("order", ["perform"])
        assert "the button is missing" in rejected["tasks"][0]["instructions"]
        await w.env.sleep(2)
        assert [to for to, _, _ in mails(w)[before:]] != []
        assert (await run.confirm("perform", proof=PROOF))["state"] == "scheduled"


@pytest.mark.parametrize(
    ("confirmed_at", "effective_at", "late"),
    [
        ("2027-01-17T23:59:00+01:00", "2027-01-31T23:00:00Z", False),
        ("2027-01-18T00:00:00+01:00", "2027-02-28T23:00:00Z", True),
        ("2027-02-20T12:00:00+01:00", "2027-03-31T22:00:00Z", True),
    ],
)
async def test_a_booking_made_too_late_holds_for_the_date_that_the_click_gives(
    tmp_path: Path, confirmed_at: str, effective_at: str, late: bool
) -> None:
    async with world(tmp_path, **GUIDED) as w:
        run = await edition_ordered(w)
        await w.sleep_until("2027-02-21T12:00+01:00")
        done = await run.confirm("perform", proof=PROOF | {"confirmed_by": "Ops", "confirmed_at": confirmed_at})
        if not late:
            await w.env.sleep(5)
            assert (await run.status())["state"] == "applied"
            return
        assert (done["state"], done["effective_at"], types(done)) == ("scheduled", effective_at, ["clarify_term"])
        assert done["waiting_for"] == ["operator", "date"]
        assert [step["rule"] for step in done["why"]] == ["X12", "D8", "D5", "D3"]
        assert done["why"][1]["value"] == confirmed_at[:10]
        rejected = await run.reject("clarify_term", note="still asking")
        assert (rejected["state"], types(rejected)) == ("scheduled", ["clarify_term"])
        assert "still asking" in rejected["tasks"][0]["instructions"]
        said = await run.confirm("clarify_term", at="2027-04-30")
        assert (said["state"], said["effective_at"], said["tasks"]) == ("scheduled", "2027-04-30T22:00:00Z", [])
        await until(run, lambda _: len(booked_mails(w)) == 2)
        moved, clarified = booked_mails(w)
        assert "erst nach dem Stichtag" in moved
        assert "Welcher Tag gilt, ist jetzt geklärt. Sie gilt ab dem 1. Mai 2027." in clarified
        await w.sleep_until("2027-04-30T12:00+02:00")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        await w.sleep_until("2027-05-01T00:00+02:00")
        assert (await run.status())["state"] == "applied"


async def test_a_paid_licence_booked_after_its_date_waits_for_a_person_to_say_which_holds(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", term_ends="2027-01-31"))
        run = await w.request("wms_user", "K-1001", "L-1")
        await run("place_order")
        await w.sleep_until("2027-02-03T12:00+01:00")
        assert (await run.status())["state"] == "order"
        late = await run.confirm("perform", proof=PROOF)
        assert (late["state"], types(late)) == ("scheduled", ["clarify_term"])
        await w.env.sleep(timedelta(days=3))
        assert await left(w) == {"L-1"}
        said = await run.confirm("clarify_term", at="2027-02-28")
        assert said["effective_at"] == "2027-02-28T23:00:00Z"
        await w.sleep_until("2027-03-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == set()


async def test_WMU4_a_reassignment_by_hand(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", term_ends="2027-01-31", assigned_to="wms"))
        run = await w.request("wms_user", "K-1001", "L-1")
        waiting = await run("reassign", to="wms_mobile")
        assert (waiting["state"], types(waiting)) == ("order", ["perform"])
        assert (await w.record("K-1001"))["licences"][0]["assigned_to"] == "wms"
        assert (await run.reject("perform", note="later"))["state"] == "order"
        done = await run.confirm("perform", proof=PROOF)
        assert done["state"] == "reassigned"
        assert (await w.record("K-1001"))["licences"][0]["assigned_to"] == "wms_mobile"


async def test_X12_single_kinds_may_differ(tmp_path: Path) -> None:
    async with world(tmp_path, customer_centre_modes="wms_user=guided") as w:
        await held(w, licence("L-1", term_ends="2027-01-31"), licence("H-1", "shop_hosting", term_ends="2027-01-31"))
        by_hand = await w.request("wms_user", "K-1001", "L-1")
        assert types(await by_hand("place_order")) == ["perform"]
        automatic = await w.request("shop_hosting", "K-1001", "H-1")
        await automatic("acknowledge_warning")
        assert (await automatic("place_order"))["state"] == "scheduled"


async def test_what_a_person_performs_shows_details_and_services_of_the_order(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("A-1", "hosting_addon", term_ends="2027-01-31"))
        run = await w.request("hosting_addon", "K-1001", "A-1")
        waiting = await run("place_order", details={"mailbox": "shop-23"})
        assert "shop-23" in waiting["tasks"][0]["instructions"]


async def test_outside_steps_open_once_the_order_is_booked(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("M-1", "marketplace", third_party="Kaufland"))
        run = await w.request("marketplace", "K-1001", "M-1")
        placed = await run("place_order", effective_on="2027-02-01")
        assert (placed["state"], types(placed)) == ("scheduled", ["third_party"])
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert sorted(types(await run.status())) == ["perform", "third_party"]
        await run.confirm("third_party", proof=PROOF)
        assert (await run.confirm("perform", proof=PROOF))["state"] == "applied"


async def test_what_is_clicked_first_waits_for_the_third_party(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("M-1", "marketplace", third_party="Kaufland"))
        run = await w.request("marketplace", "K-1001", "M-1")
        await run("place_order")
        await in_state(run, "scheduled")
        clicked = await run.confirm("perform", proof=PROOF)
        assert (clicked["state"], types(clicked)) == ("third_party", ["third_party"])
        assert await left(w) == set()
        assert (await run.confirm("third_party", proof=PROOF))["state"] == "applied"


async def test_CO4_nothing_is_clicked_where_it_ends_at_shopify(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("C-1", "connector_shopify", booked_via="shopify"))
        run = await w.request("connector", "K-1001", "C-1")
        assert types(run.first) == ["third_party"]
        assert (await run.confirm("third_party", proof=PROOF))["state"] == "external"


async def test_X11_an_open_revocation_passes_on_when_the_day_to_click_comes(tmp_path: Path) -> None:
    async with world(tmp_path, **GUIDED) as w:
        await held(w, licence("L-1", "vouchers"))
        run = await w.request("voucher", "K-1001", "L-1")
        await run("acknowledge_warning")
        await run("place_order", effective_on="2027-02-01")
        await run("request_revocation", explanation="by mistake")
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert types(await run.status()) == ["perform"]
        ticket = Run(w, w.env.client.get_workflow_handle("misclick/K-1001/voucher.L-1"), {})
        assert "by mistake" in (await ticket.status())["tasks"][0]["instructions"]
        assert (await run.confirm("perform", proof=PROOF))["state"] == "applied"

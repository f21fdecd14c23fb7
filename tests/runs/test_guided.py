"""Guided mode, as whole runs: a person clicks, with exact instructions, and confirms with proof (X12)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import FEBRUARY, Mail, mails, task_types, warning_codes, warning_text
from tests.runs.harness import Run, World
from tests.runs.steps import in_state, licences_left, load_customer, mails_when, refusal_of, status_when

GUIDED = {"customer_centre": "guided"}
IN_TIME = "2027-01-10T12:00+01:00"
PROOF = {"reference": "T-1"}


BOOKED = ("Wechsel vorgemerkt", "Kündigungsbestätigung", "Vorgemerkt")
"""How the mail of a booking is called."""


def booked_mails(world: World) -> list[str]:
    """What the customer was told of the booking, in order."""
    return [body for _, subject, body in mails(world) if subject.startswith(BOOKED)]


async def edition_ordered(world: World, **fields: Any) -> Run:
    """An edition's run, ordered in time for February and waiting to be booked by hand."""
    await world.load(customer_record(**fields))
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order", time=IN_TIME)
    return run


@pytest.mark.settings(**GUIDED)
async def test_ED3_X12_an_order_stays_in_order_until_a_person_has_booked_it_with_proof(world: World) -> None:
    run = await edition_ordered(world)
    waiting = await run.status()
    assert (waiting["state"], waiting["waiting_for"]) == ("order", ["operator"])
    assert waiting["effective_at"] == FEBRUARY
    task = waiting["tasks"][0]
    assert (task_types(waiting), task["proof_required"]) == (["perform"], True)
    assert task["due_at"] == waiting["order_by"] == "2027-01-17T23:00:00Z"
    assert "Paketkonfiguration" in task["instructions"]
    assert waiting["enabled"] == ["request_revocation", "abandon"]
    for event in ("place_order", "recheck_licences"):
        assert (await refusal_of(run, event)).code == "not_enabled", event
    refused = await refusal_of(run, "confirm_task")
    assert (refused.code, refused.rule) == ("proof_missing", "X12")
    done = await run.confirm("perform", proof=PROOF)
    assert (done["state"], done["waiting_for"], done["tasks"]) == ("scheduled", ["date"], [])
    assert done["effective_at"] == FEBRUARY
    await world.sleep_until("2027-01-31T12:00+01:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(**GUIDED)
async def test_ED14_X12_the_second_order_of_one_configurator_does_not_overwrite_the_first(world: World) -> None:
    """Whoever books the package reads which edition is booked, and the edition's run then names the package."""
    run = await edition_ordered(world, order_package=2500)
    package = await world.request("order_package", "K-1001", "orders", target=100)
    await package("acknowledge_warning")
    waiting = await package("place_order")
    assert "noch nicht vorgemerkt" in waiting["tasks"][0]["instructions"]
    booked = await run.confirm("perform", proof=PROOF)
    assert (booked["state"], booked["effective_at"]) == ("scheduled", FEBRUARY)
    told = await status_when(package, lambda status: "knock_on" in warning_codes(status))
    assert "JTL Advanced" in warning_text(told, "knock_on")
    assert "JTL Advanced" in told["tasks"][0]["instructions"]
    assert (await package.confirm("perform", proof=PROOF))["state"] == "scheduled"
    both = await status_when(run, lambda status: "Auftragspaket" in warning_text(status, "knock_on"))
    assert both["effective_at"] == FEBRUARY
    await world.sleep_until("2027-02-01T00:00+01:00")
    record = await world.record("K-1001")
    assert (record["editions"]["jtl"], record["order_package"]) == ("jtl_advanced", 100)


@pytest.mark.settings(**GUIDED)
async def test_X12_the_click_path_is_in_the_customers_language(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31"), licence("L-2", term_ends="2027-01-31"))
    german = await world.request("wms_user", "K-1001", "L-1")
    text = (await german("place_order"))["tasks"][0]["instructions"]
    await load_customer(world, licence("L-1"), licence("L-2", term_ends="2027-01-31"), language="en")
    english = await world.request("wms_user", "K-1001", "L-2")
    translated = (await english("place_order"))["tasks"][0]["instructions"]
    assert "L-1" in text
    assert "L-2" in translated
    assert text.replace("L-1", "") != translated.replace("L-2", "")
    assert "Kündigen" in text


@pytest.mark.settings(**GUIDED)
async def test_D7_X12_a_paid_licence_is_booked_by_hand_at_once_and_ends_on_the_day_found(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31"))
    run = await world.request("wms_user", "K-1001", "L-1")
    assert "notice_unknown" in warning_codes(run.first)
    waiting = await run("place_order")
    assert (waiting["state"], waiting["effective_at"]) == ("order", FEBRUARY)
    assert waiting["tasks"][0]["due_at"][:16] == waiting["timeline"][-1]["at"][:16]  # at once
    found = await run.confirm("perform", proof=PROOF, at="2027-02-28")
    assert (found["state"], found["effective_at"]) == ("scheduled", "2027-02-28T23:00:00Z")
    assert "notice_unknown" not in warning_codes(found)
    await world.sleep_until("2027-03-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    assert await licences_left(world) == set()


@pytest.mark.settings(**GUIDED)
async def test_X12_an_included_licence_has_no_booking_and_is_deactivated_by_hand_on_its_day(world: World) -> None:
    await load_customer(world, licence("L-1", "vouchers"))
    run = await world.request("voucher", "K-1001", "L-1")
    await run("acknowledge_warning")
    placed = await run("place_order", effective_on="2027-02-01")
    assert (placed["state"], placed["waiting_for"], placed["tasks"]) == ("scheduled", ["date"], [])
    await world.sleep_until("2027-02-01T00:00+01:00")
    due = await run.status()
    assert (due["state"], due["waiting_for"], task_types(due)) == ("scheduled", ["operator"], ["perform"])
    assert due["tasks"][0]["due_at"] == "2027-02-01T23:00:00Z"  # by the end of that day
    assert await licences_left(world) == {"L-1"}
    assert due["enabled"] == ["request_revocation", "abandon"]
    assert (await refusal_of(run, "confirm_task")).code == "proof_missing"
    done = await run.confirm("perform", proof=PROOF)
    assert (done["state"], done["effective_at"]) == ("applied", FEBRUARY)
    assert await licences_left(world) == set()


@pytest.mark.settings(**GUIDED)
async def test_X11_granted_before_the_booking_closes_the_perform_and_revokes(world: World) -> None:
    run = await edition_ordered(world)
    answer = await run("request_revocation", explanation="by mistake")
    assert sorted(task_types(answer)) == ["perform", "revocation"]
    assert answer["state"] == "order"
    assert "request_revocation" not in answer["enabled"]
    done = await run.confirm("revocation", decision="granted")
    assert (done["state"], done["tasks"]) == ("revoked", [])
    await world.sleep_until("2027-02-02T00:00+01:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(**GUIDED)
async def test_X11_a_booked_order_is_withdrawn_by_hand_and_the_date_waits_for_it(world: World) -> None:
    run = await edition_ordered(world)
    await run.confirm("perform", proof=PROOF)
    await run("request_revocation", explanation="by mistake")
    withdrawing = await run.confirm("revocation", decision="granted")
    assert (withdrawing["state"], task_types(withdrawing)) == ("scheduled", ["perform"])
    assert withdrawing["waiting_for"] == ["operator"]
    await world.sleep_until("2027-02-02T00:00+01:00")
    assert task_types(await in_state(run, "scheduled")) == ["perform"]
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    assert (await refusal_of(run, "confirm_task")).code == "proof_missing"
    assert (await run.confirm("perform", proof=PROOF))["state"] == "revoked"
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(**GUIDED)
async def test_X11_declined_leaves_the_booking_to_be_made(world: World) -> None:
    run = await edition_ordered(world)
    await run("request_revocation", explanation="by mistake")
    assert task_types(await run.confirm("revocation", decision="declined", note="in use")) == ["perform"]
    assert (await run.confirm("perform", proof=PROOF))["state"] == "scheduled"


@pytest.mark.settings(**GUIDED)
async def test_a_rejected_perform_stays_open_with_the_note_and_is_escalated(world: World) -> None:
    run = await edition_ordered(world)
    before = len(mails(world))
    rejected = await run.reject("perform", note="the button is missing")
    assert (rejected["state"], task_types(rejected)) == ("order", ["perform"])
    assert "the button is missing" in rejected["tasks"][0]["instructions"]
    await mails_when(run, lambda mails: len(mails) > before)
    assert (await run.confirm("perform", proof=PROOF))["state"] == "scheduled"


@pytest.mark.parametrize(
    ("confirmed_at", "effective_at", "late"),
    [
        ("2027-01-17T23:59:00+01:00", "2027-01-31T23:00:00Z", False),
        ("2027-01-18T00:00:00+01:00", "2027-02-28T23:00:00Z", True),
        ("2027-02-20T12:00:00+01:00", "2027-03-31T22:00:00Z", True),
    ],
)
@pytest.mark.settings(**GUIDED)
async def test_a_booking_made_too_late_holds_for_the_date_that_the_click_gives(
    world: World, confirmed_at: str, effective_at: str, late: bool
) -> None:
    run = await edition_ordered(world)
    await world.sleep_until("2027-02-21T12:00+01:00")
    proof = PROOF | {"confirmed_by": "Ops", "confirmed_at": confirmed_at}
    done = await run.confirm("perform", proof=proof, confirm_anyway=True, note="reported late")
    if not late:
        await world.env.sleep(5)
        assert (await run.status())["state"] == "applied"
        return
    assert (done["state"], done["effective_at"], task_types(done)) == ("scheduled", effective_at, ["clarify_term"])
    assert done["waiting_for"] == ["operator", "date"]
    assert [step["rule"] for step in done["why"]] == ["X12", "D8", "D5", "D3"]
    assert done["why"][1]["value"] == confirmed_at[:10]
    rejected = await run.reject("clarify_term", note="still asking")
    assert (rejected["state"], task_types(rejected)) == ("scheduled", ["clarify_term"])
    assert "still asking" in rejected["tasks"][0]["instructions"]
    answer = await run.confirm("clarify_term", at="2027-04-30")
    assert (answer["state"], answer["effective_at"], answer["tasks"]) == ("scheduled", "2027-04-30T22:00:00Z", [])
    await status_when(run, lambda _: len(booked_mails(world)) == 2)
    moved, clarified = booked_mails(world)
    assert "erst nach dem Stichtag" in moved
    assert "Welcher Tag gilt, haben wir jetzt geklärt. Das gilt ab dem 1. Mai 2027." in clarified
    await world.sleep_until("2027-04-30T12:00+02:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    await world.sleep_until("2027-05-01T00:00+02:00")
    assert (await run.status())["state"] == "applied"


@pytest.mark.settings(**GUIDED)
async def test_a_paid_licence_booked_after_its_date_waits_for_a_person_to_say_which_holds(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31"))
    run = await world.request("wms_user", "K-1001", "L-1")
    await run("place_order")
    await world.sleep_until("2027-02-03T12:00+01:00")
    assert (await run.status())["state"] == "order"
    late = await run.confirm("perform", proof=PROOF)
    assert (late["state"], task_types(late)) == ("scheduled", ["clarify_term"])
    await world.env.sleep(timedelta(days=3))
    assert await licences_left(world) == {"L-1"}
    answer = await run.confirm("clarify_term", at="2027-02-28")
    assert answer["effective_at"] == "2027-02-28T23:00:00Z"
    await world.sleep_until("2027-03-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    assert await licences_left(world) == set()


@pytest.mark.settings(**GUIDED)
async def test_WMU4_a_reassignment_by_hand(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31", assigned_to="wms"))
    run = await world.request("wms_user", "K-1001", "L-1")
    waiting = await run("reassign", to="wms_mobile")
    assert (waiting["state"], task_types(waiting)) == ("order", ["perform"])
    assert (await world.record("K-1001"))["licences"][0]["assigned_to"] == "wms"
    assert (await run.reject("perform", note="later"))["state"] == "order"
    done = await run.confirm("perform", proof=PROOF)
    assert done["state"] == "reassigned"
    assert (await world.record("K-1001"))["licences"][0]["assigned_to"] == "wms_mobile"


@pytest.mark.settings(customer_centre_modes="wms_user=guided")
async def test_X12_single_kinds_may_differ(world: World) -> None:
    await load_customer(
        world, licence("L-1", term_ends="2027-01-31"), licence("H-1", "shop_hosting", term_ends="2027-01-31")
    )
    by_hand = await world.request("wms_user", "K-1001", "L-1")
    assert task_types(await by_hand("place_order")) == ["perform"]
    automatic = await world.request("shop_hosting", "K-1001", "H-1")
    await automatic("acknowledge_warning")
    assert (await automatic("place_order"))["state"] == "scheduled"


@pytest.mark.settings(**GUIDED)
async def test_what_a_person_performs_shows_details_and_services_of_the_order(world: World) -> None:
    await load_customer(world, licence("A-1", "hosting_addon", term_ends="2027-01-31"))
    run = await world.request("hosting_addon", "K-1001", "A-1")
    waiting = await run("place_order", details={"mailbox": "shop-23"})
    assert "shop-23" in waiting["tasks"][0]["instructions"]


@pytest.mark.settings(**GUIDED)
async def test_outside_steps_open_once_the_order_is_booked(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    placed = await run("place_order", effective_on="2027-02-01")
    assert (placed["state"], task_types(placed)) == ("scheduled", ["third_party"])
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert sorted(task_types(await run.status())) == ["perform", "third_party"]
    await run.confirm("third_party", proof=PROOF)
    assert (await run.confirm("perform", proof=PROOF))["state"] == "applied"


@pytest.mark.settings(**GUIDED)
async def test_what_is_clicked_first_waits_for_the_third_party(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    await run("place_order")
    await in_state(run, "scheduled")
    clicked = await run.confirm("perform", proof=PROOF)
    assert (clicked["state"], task_types(clicked)) == ("third_party", ["third_party"])
    assert await licences_left(world) == set()
    assert (await run.confirm("third_party", proof=PROOF))["state"] == "applied"


@pytest.mark.settings(**GUIDED)
async def test_CO4_nothing_is_clicked_where_it_ends_at_shopify(world: World) -> None:
    await load_customer(world, licence("C-1", "connector_shopify", booked_via="shopify"))
    run = await world.request("connector", "K-1001", "C-1")
    assert task_types(run.first) == ["third_party"]
    assert (await run.confirm("third_party", proof=PROOF))["state"] == "external"


@pytest.mark.settings(**GUIDED)
async def test_X11_X12_an_open_revocation_passes_on_when_somebody_has_clicked_and_not_before(world: World) -> None:
    await load_customer(world, licence("L-1", "vouchers"))
    run = await world.request("voucher", "K-1001", "L-1")
    await run("acknowledge_warning")
    await run("place_order", effective_on="2027-02-01")
    await run("request_revocation", explanation="by mistake")
    await world.sleep_until("2027-02-01T00:00+01:00")
    due = await run.status()
    assert sorted(task_types(due)) == ["perform", "revocation"]
    perform = next(task for task in due["tasks"] if task["type"] == "perform")
    assert "Der Kunde bittet um Rücknahme" in perform["instructions"]
    assert (await run.confirm("perform", proof=PROOF))["state"] == "applied"
    ticket = world.run("misclick/K-1001/voucher.L-1")
    assert "by mistake" in (await ticket.status())["tasks"][0]["instructions"]


async def to_be_switched_off(world: World) -> Run:
    """A register whose switching off was ordered two days ago, and has not been clicked yet."""
    await load_customer(world, licence("P-1", "pos_wawi"))
    run = await world.request("pos", "K-1001", "P-1")
    await run("place_order")
    await world.env.sleep(timedelta(days=2))
    assert task_types(await run.status()) == ["perform"]
    return run


@pytest.mark.settings(**GUIDED)
async def test_X11_X12_what_nobody_has_clicked_can_be_revoked_after_its_day(world: World) -> None:
    run = await to_be_switched_off(world)
    assert sorted(task_types(await run("request_revocation", explanation="by mistake"))) == ["perform", "revocation"]
    done = await run.confirm("revocation", decision="granted", note="still in use")
    assert (done["state"], done["tasks"]) == ("revoked", [])
    assert await licences_left(world) == {"P-1"}


@pytest.mark.settings(**GUIDED)
async def test_X12_what_nobody_has_clicked_can_be_abandoned_and_who_was_to_click_is_told(world: World) -> None:
    run = await to_be_switched_off(world)
    done = await run("abandon")
    assert (done["state"], done["effective_at"], done["tasks"]) == ("abandoned", None, [])
    assert await licences_left(world) == {"P-1"}
    await status_when(run, lambda _: any(subject.startswith("Nicht mehr klicken") for _, subject, _ in mails(world)))


@pytest.mark.settings(**GUIDED)
async def test_X11_once_it_is_clicked_it_is_too_late(world: World) -> None:
    await load_customer(world, licence("M-1", "marketplace", third_party="Kaufland"))
    run = await world.request("marketplace", "K-1001", "M-1")
    await run("place_order")
    await in_state(run, "scheduled")
    assert (await run.confirm("perform", proof=PROOF))["enabled"] == ["hand_in_proof"]
    assert (await refusal_of(run, "request_revocation", explanation="x")).code == "too_late"
    assert (await refusal_of(run, "abandon")).code == "not_enabled"


@pytest.mark.settings(**GUIDED)
async def test_ED10_an_order_that_nobody_has_booked_can_be_abandoned(world: World) -> None:
    run = await edition_ordered(world)
    assert (await run("abandon"))["state"] == "abandoned"
    await world.sleep_until("2027-02-02T00:00+01:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.settings(**GUIDED)
async def test_X12_a_switching_off_that_is_clicked_later_shows_the_day_of_the_click(world: World) -> None:
    run = await to_be_switched_off(world)
    placed = (await run.status())["effective_at"]
    done = await run.confirm("perform", proof=PROOF)
    assert (done["state"], [step["rule"] for step in done["why"]]) == ("applied", ["X6", "X12", "X12"])
    assert done["effective_at"][:10] > placed[:10]


@pytest.mark.settings(**GUIDED, notice={})
async def test_operators_are_told_of_a_booking_to_click_and_once_that_it_is_still_open(world: World) -> None:
    run = await edition_ordered(world)
    task = await run.task("perform")

    def told(sent: list[Mail]) -> list[str]:
        return [mail.subject.split(":")[0] for mail in sent if mail.to == world.settings.operator_mail]

    (new,) = [mail for mail in await mails_when(run, told) if mail.to == world.settings.operator_mail]
    assert new.subject.startswith("Neue Aufgabe: ") and f"/desk/tasks/{task}" in new.body
    for note in ("one", "two", "three"):
        await run.reject("perform", note=note)
    await mails_when(run, lambda sent: len(told(sent)) > 1)
    await run.confirm("perform", proof=PROOF)
    assert sorted(told(mails(world))) == ["Neue Aufgabe", "Noch offen"]

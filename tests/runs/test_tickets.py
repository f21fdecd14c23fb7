"""What only a person at the vendor decides, as whole runs: tickets, and nothing promised (MIS, SVC, SUP, MOV)."""

from datetime import timedelta

import pytest

from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import FEBRUARY, task_types, timeline_events, warning_codes
from tests.runs.harness import Refused, World
from tests.runs.steps import in_state, licences_left, load_customer, mails_when, refusal_of

ENTERPRISE = {"editions": {"jtl": "jtl_enterprise"}}


# Mis-clicks.


@pytest.mark.parametrize("subject", ["L-1", "never-booked", "edition.jtl", "x" * 64])
async def test_G4_MIS1_MIS2_a_misclick_is_a_ticket_about_anything_and_promises_nothing(
    world: World, subject: str
) -> None:
    await load_customer(world, licence("L-1", "vouchers"))
    run = await world.request("misclick", "K-1001", subject, explanation="wrong button", details={"meant": "JTL-POS"})
    assert (run.first["state"], run.first["waiting_for"]) == ("support_ticket", ["operator"])
    assert warning_codes(run.first) == ["no_promise"]
    assert run.first["enabled"] == ["abandon"]
    ticket = run.first["tasks"][0]
    assert (ticket["type"], ticket["decisions"]) == ("support_ticket", ["granted", "declined"])
    about = "Wechsel auf eine niedrigere Edition (JTL-Edition)" if subject == "edition.jtl" else subject
    assert all(word in ticket["instructions"] for word in (about, "wrong button", "JTL-POS"))
    assert (await refusal_of(run, "confirm_task", decision="perhaps")).code == "malformed"
    done = await run.confirm("support_ticket", decision="granted", note="put back")
    assert (done["state"], done["refusal"], done["tasks"]) == ("applied", None, [])
    assert done["timeline"][-1]["note"] == "Entscheidung im Einzelfall: bewilligt. Dazu: put back"
    assert await licences_left(world) == {"L-1"}


@pytest.mark.parametrize("by", ["decision", "rejection"])
async def test_MIS_declined_ends_the_run_refused_with_the_reason(world: World, by: str) -> None:
    await load_customer(world)
    run = await world.request("misclick", "K-1001", "L-1", explanation="wrong button")
    if by == "decision":
        done = await run.confirm("support_ticket", decision="declined", note="in force already")
    else:
        done = await run.reject("support_ticket", note="in force already")
    assert (done["state"], done["refusal"]["code"]) == ("refused", "declined")
    assert "in force already" in done["refusal"]["text"]
    written = await mails_when(run, lambda mails: len(mails) > 1)
    assert {mail.to for mail in written} == {"kontakt@muster.example"}
    (mail,) = [mail for mail in written if not mail.subject.startswith("Eingangsbestätigung")]
    assert "in force already" in mail.body


async def test_MIS1_a_misclick_without_its_case_in_words_is_malformed(world: World) -> None:
    await load_customer(world)
    for wrong in ({}, {"explanation": ""}, {"explanation": "x", "target": "y"}):
        first = (await world.request("misclick", "K-1001", "L-1", **wrong)).first
        assert (first["state"], first["refusal"]["code"]) == ("refused", "malformed"), wrong


async def test_MIS_the_clock_stands_still_while_a_person_is_awaited(world: World) -> None:
    await load_customer(world)
    run = await world.request("misclick", "K-1001", "L-1", explanation="wrong button")
    await world.env.sleep(timedelta(days=60))
    status = await run.status()
    assert (status["state"], task_types(status)) == ("support_ticket", ["support_ticket"])
    assert "remind" not in timeline_events(status)
    assert timeline_events(status).count("task_due") >= 8
    assert (await run("abandon"))["state"] == "abandoned"


# Setup service, support.


async def test_SVC1_a_setup_service_is_decided_by_accounting(world: World) -> None:
    await load_customer(world, licence("O-1", "setup_service"), licence("O-2", "setup_service"))
    run = await world.request("setup_service", "K-1001", "O-1", explanation="not needed")
    assert (run.first["state"], task_types(run.first)) == ("support_ticket", ["support_ticket"])
    assert "place_order" not in run.first["enabled"]
    assert (await run.confirm("support_ticket", decision="granted", note="credited"))["state"] == "applied"
    assert await licences_left(world) == {"O-2"}
    run = await world.request("setup_service", "K-1001", "O-2", explanation="not needed")
    assert (await run.confirm("support_ticket", decision="declined", note="done already"))["state"] == "refused"
    assert await licences_left(world) == {"O-2"}
    assert (await world.request("setup_service", "K-1001", "O-2")).first["refusal"]["code"] == "malformed"


async def test_SUP2_the_support_level_is_always_refused(world: World) -> None:
    await load_customer(world)
    run = await world.request("support_level", "K-1001", "support")
    refused = run.first["refusal"]
    assert (run.first["state"], refused["rule"], refused["code"]) == ("refused", "SUP2", "support_level")
    assert "Silber" in refused["text"]
    assert [refused["text"] in mail.body for mail in await mails_when(run, bool)] == [True]


async def test_SUP3_key_accounting_needs_a_day_unless_a_term_is_recorded(world: World) -> None:
    await load_customer(world, licence("S-1", "key_accounting"), **ENTERPRISE)
    run = await world.request("key_accounting", "K-1001", "key_accounting")
    assert run.first["state"] == "support_ticket"
    assert (await refusal_of(run, "confirm_task", decision="granted")).code == "malformed"
    granted = await run.confirm("support_ticket", decision="granted", at="2027-01-31", note="agreed")
    assert (granted["state"], granted["effective_at"]) == ("scheduled", FEBRUARY)
    await world.sleep_until("2027-01-31T12:00+01:00")
    assert await licences_left(world) == {"S-1"}
    await world.sleep_until("2027-02-01T00:00+01:00")
    done = await run.status()
    assert (done["state"], done["effective_at"]) == ("applied", FEBRUARY)
    assert [step["rule"] for step in done["why"]] == ["SUP3", "SUP3"]
    assert await licences_left(world) == set()


async def test_SUP3_with_a_recorded_term_the_grant_alone_is_enough(world: World) -> None:
    await load_customer(world, licence("S-1", "key_accounting", term_ends="2027-01-31"), **ENTERPRISE)
    run = await world.request("key_accounting", "K-1001", "key_accounting")
    assert (run.first["term_ends"], run.first["cost_effect"]) == ("2027-01-31", "cancellation")
    granted = await run.confirm("support_ticket", decision="granted")
    assert (granted["state"], granted["effective_at"]) == ("scheduled", FEBRUARY)
    assert "request_revocation" in granted["enabled"]
    await run("request_revocation", explanation="by mistake")
    assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"
    await world.sleep_until("2027-02-02T00:00+01:00")
    assert await licences_left(world) == {"S-1"}


async def test_SUP3_X10_another_booking_during_the_wait_ends_it(world: World) -> None:
    await load_customer(world, licence("S-1", "key_accounting", term_ends="2027-01-31"), **ENTERPRISE)
    run = await world.request("key_accounting", "K-1001", "key_accounting")
    granted = await run.confirm("support_ticket", decision="granted")
    assert "supersede" in granted["enabled"]
    assert (await run("supersede", booking="B-9"))["state"] == "superseded"
    await world.sleep_until("2027-02-02T00:00+01:00")
    assert await licences_left(world) == {"S-1"}


async def test_SUP3_declined_or_not_held(world: World) -> None:
    await load_customer(world, licence("S-1", "key_accounting"), **ENTERPRISE)
    run = await world.request("key_accounting", "K-1001", "key_accounting")
    assert (await run.confirm("support_ticket", decision="declined", note="no"))["state"] == "refused"
    await load_customer(world)
    run = await world.request("key_accounting", "K-1001", "key_accounting")
    assert run.first["refusal"]["code"] == "not_held"


# A marketplace account that moves.

MOVE = {"target": "K-1002", "explanation": "the shop moves"}
OTHER = customer_record(customer="K-1002", email="anderer@kunde.example")


async def test_MOV1_granted_appointed_and_decoupled_at_its_time(world: World) -> None:
    await world.load(customer_record(licence("M-1", "marketplace")), OTHER)
    run = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    assert (run.first["state"], task_types(run.first)) == ("support_ticket", ["support_ticket"])
    assert (run.first["cost_effect"], run.first["effective_at"]) == ("none", None)
    assert warning_codes(run.first) == ["moved_by_appointment"]
    blocked = await world.request("marketplace", "K-1001", "M-1")
    assert (blocked.first["state"], blocked.first["refusal"]["code"]) == ("refused", "use_support")
    granted = await run.confirm("support_ticket", decision="granted")
    assert (granted["state"], task_types(granted)) == ("support_ticket", ["appointment"])
    assert (await refusal_of(run, "confirm_task")).code == "malformed"
    agreed = await run.confirm("appointment", at="2027-01-12T10:00:00+01:00")
    assert (agreed["state"], agreed["effective_at"]) == ("scheduled", "2027-01-12T09:00:00Z")
    assert agreed["enabled"] == ["abandon"]
    await world.sleep_until("2027-01-12T10:00+01:00")
    due = await run.status()
    assert (due["state"], due["waiting_for"], task_types(due)) == ("scheduled", ["operator"], ["perform"])
    assert "abandon" in due["enabled"]
    assert (await refusal_of(run, "confirm_task")).code == "proof_missing"
    again = await run.reject("perform", note="customer not reachable")
    assert (again["state"], task_types(again)) == ("support_ticket", ["appointment"])
    await run.confirm("appointment", at="2027-01-13T10:00:00+01:00")
    await world.sleep_until("2027-01-13T10:00+01:00")
    done = await run.confirm("perform", proof={"reference": "T-9"})
    assert (done["state"], done["enabled"]) == ("applied", [])
    assert done["effective_at"] == "2027-01-13T09:00:00Z"
    written = await mails_when(run, lambda written: any("Jetzt anbinden" in mail.subject for mail in written))
    to_other = [mail for mail in written if mail.to == OTHER["email"]]
    assert sorted(mail.subject.partition(":")[0] for mail in to_other) == [
        "Ein Marktplatz zieht zu Ihnen um", "Ein Marktplatz zieht zu Ihnen um", "Jetzt anbinden", "Termin entfallen",
    ]  # fmt: skip
    assert not any("/cancellations/" in mail.body for mail in to_other)
    assert await licences_left(world) == set()


async def test_MOV1_no_appointment_found_ends_refused_and_the_customer_may_abandon(world: World) -> None:
    await world.load(customer_record(licence("M-1", "marketplace"), licence("M-2", "marketplace")), OTHER)
    run = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    await run.confirm("support_ticket", decision="granted")
    done = await run.reject("appointment", note="no date suits")
    assert (done["state"], done["refusal"]["code"]) == ("refused", "declined")
    run = await world.request("marketplace_transfer", "K-1001", "M-2", **MOVE)
    await run.confirm("support_ticket", decision="granted")
    moment = await world.env.get_current_time() + timedelta(hours=1)
    await run.confirm("appointment", at=moment.isoformat())
    await world.env.sleep(timedelta(hours=2))
    assert task_types(await in_state(run, "scheduled")) == ["perform"]
    assert (await run("abandon"))["state"] == "abandoned"
    assert await licences_left(world) == {"M-1", "M-2"}


NO_NEW_ACCOUNT: list[tuple[str, str, str | None]] = [
    ("MOV2", "unknown_customer", "K-9999"),
    ("MOV2", "unknown_customer", "no such / customer"),
    ("OP0-6", "not_bookable", "K-1003"),
    ("G1", "malformed", "K-1001"),
    ("G1", "malformed", None),
]


async def test_MOV2_OP0_6_G1_the_other_account_must_be_able_to_take_it(world: World) -> None:
    accounts = [licence(f"M-{number}", "marketplace") for number in range(len(NO_NEW_ACCOUNT))]
    await world.load(customer_record(*accounts), OTHER, customer_record(customer="K-1003", order_package=0))
    for number, (rule, code, target) in enumerate(NO_NEW_ACCOUNT):
        more = {"target": target} if target else {}
        run = await world.request("marketplace_transfer", "K-1001", f"M-{number}", explanation="x", **more)
        assert (run.first["state"], run.first["refusal"]["code"]) == ("refused", code), target
        assert run.first["refusal"]["rule"] in (rule, "contract"), target


async def test_a_declined_transfer_ends_refused_and_another_request_starts_anew(world: World) -> None:
    await world.load(customer_record(licence("M-1", "marketplace")), OTHER)
    run = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    assert (await run.confirm("support_ticket", decision="declined", note="no"))["state"] == "refused"
    again = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    assert again.first["state"] == "support_ticket"
    with pytest.raises(Refused) as refused:
        await world.request("marketplace_transfer", "K-1001", "M-1", **(MOVE | {"target": "K-1003"}))
    assert refused.value.code == "not_enabled"

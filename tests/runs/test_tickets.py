"""What only a person at the vendor decides, as whole runs: tickets, and nothing promised (MIS, SVC, SUP, MOV)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.customers import licence
from tests.runs.harness import Refused, world
from tests.runs.licence_runs import FEBRUARY, held, left, refusal
from tests.runs.scenes import codes, events, in_state, mails, muster, types

ENTERPRISE = {"editions": {"jtl": "jtl_enterprise"}}


# Mis-clicks.


@pytest.mark.parametrize("subject", ["L-1", "never-booked", "edition.jtl", "x" * 64])
async def test_G4_MIS1_MIS2_a_misclick_is_a_ticket_about_anything_and_promises_nothing(
    tmp_path: Path, subject: str
) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", "vouchers"))
        run = await w.request("misclick", "K-1001", subject, explanation="wrong button", details={"meant": "JTL-POS"})
        assert (run.first["state"], run.first["waiting_for"]) == ("support_ticket", ["operator"])
        assert codes(run.first) == ["no_promise"]
        assert run.first["enabled"] == ["abandon"]
        ticket = run.first["tasks"][0]
        assert (ticket["type"], ticket["decisions"]) == ("support_ticket", ["granted", "declined"])
        assert all(word in ticket["instructions"] for word in (subject, "wrong button", "JTL-POS"))
        assert (await refusal(run, "confirm_task", decision="perhaps")).code == "malformed"
        done = await run.confirm("support_ticket", decision="granted", note="put back")
        assert (done["state"], done["refusal"], done["tasks"]) == ("applied", None, [])
        assert done["timeline"][-1]["note"] == "support_ticket, granted, put back"
        assert await left(w) == {"L-1"}


@pytest.mark.parametrize("by", ["decision", "rejection"])
async def test_MIS_declined_ends_the_run_refused_with_the_reason(tmp_path: Path, by: str) -> None:
    async with world(tmp_path) as w:
        await held(w)
        run = await w.request("misclick", "K-1001", "L-1", explanation="wrong button")
        if by == "decision":
            done = await run.confirm("support_ticket", decision="declined", note="in force already")
        else:
            done = await run.reject("support_ticket", note="in force already")
        assert (done["state"], done["refusal"]["code"]) == ("refused", "declined")
        assert "in force already" in done["refusal"]["text"]
        told = [(to, body) for to, _, body in mails(w)]
        assert [to for to, _ in told] == ["kontakt@muster.example"]
        assert "in force already" in told[0][1]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("malformed", {}),
        ("malformed", {"explanation": ""}),
        ("malformed", {"explanation": "x", "target": "y"}),
    ],
)
async def test_MIS1_a_misclick_without_its_case_in_words_is_malformed(
    tmp_path: Path, code: str, more: dict[str, Any]
) -> None:
    async with world(tmp_path) as w:
        await held(w)
        run = await w.request("misclick", "K-1001", "L-1", **more)
        assert (run.first["state"], run.first["refusal"]["code"]) == ("refused", code)


async def test_MIS_the_clock_stands_still_while_a_person_is_awaited(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w)
        run = await w.request("misclick", "K-1001", "L-1", explanation="wrong button")
        await w.env.sleep(timedelta(days=60))
        status = await run.status()
        assert (status["state"], types(status)) == ("support_ticket", ["support_ticket"])
        assert "remind" not in events(status)
        assert events(status).count("task_due") >= 8
        assert (await run("abandon"))["state"] == "abandoned"


# Setup service, support.


async def test_SVC1_a_setup_service_is_decided_by_accounting(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("O-1", "setup_service"), licence("O-2", "setup_service"))
        run = await w.request("setup_service", "K-1001", "O-1", explanation="not needed")
        assert (run.first["state"], types(run.first)) == ("support_ticket", ["support_ticket"])
        assert "place_order" not in run.first["enabled"]
        assert (await run.confirm("support_ticket", decision="granted", note="credited"))["state"] == "applied"
        assert await left(w) == {"O-2"}
        run = await w.request("setup_service", "K-1001", "O-2", explanation="not needed")
        assert (await run.confirm("support_ticket", decision="declined", note="done already"))["state"] == "refused"
        assert await left(w) == {"O-2"}
        assert (await w.request("setup_service", "K-1001", "O-2")).first["refusal"]["code"] == "malformed"


async def test_SUP2_the_support_level_is_always_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w)
        run = await w.request("support_level", "K-1001", "support")
        refused = run.first["refusal"]
        assert (run.first["state"], refused["rule"], refused["code"]) == ("refused", "SUP2", "support_level")
        assert "Silber" in refused["text"]
        assert [refused["text"] in body for _, _, body in mails(w)] == [True]


async def test_SUP3_key_accounting_needs_a_day_unless_a_term_is_recorded(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("S-1", "key_accounting"), **ENTERPRISE)
        run = await w.request("key_accounting", "K-1001", "key_accounting")
        assert run.first["state"] == "support_ticket"
        assert (await refusal(run, "confirm_task", decision="granted")).code == "malformed"
        granted = await run.confirm("support_ticket", decision="granted", at="2027-01-31", note="agreed")
        assert (granted["state"], granted["effective_at"]) == ("scheduled", FEBRUARY)
        await w.sleep_until("2027-01-31T12:00+01:00")
        assert await left(w) == {"S-1"}
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == set()


async def test_SUP3_with_a_recorded_term_the_grant_alone_is_enough(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("S-1", "key_accounting", term_ends="2027-01-31"), **ENTERPRISE)
        run = await w.request("key_accounting", "K-1001", "key_accounting")
        assert (run.first["term_ends"], run.first["cost_effect"]) == ("2027-01-31", "cancellation")
        granted = await run.confirm("support_ticket", decision="granted")
        assert (granted["state"], granted["effective_at"]) == ("scheduled", FEBRUARY)
        assert "request_revocation" in granted["enabled"]
        await run("request_revocation", explanation="by mistake")
        assert (await run.confirm("revocation", decision="granted"))["state"] == "revoked"
        await w.sleep_until("2027-02-02T00:00+01:00")
        assert await left(w) == {"S-1"}


async def test_SUP3_X10_another_booking_during_the_wait_ends_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("S-1", "key_accounting", term_ends="2027-01-31"), **ENTERPRISE)
        run = await w.request("key_accounting", "K-1001", "key_accounting")
        granted = await run.confirm("support_ticket", decision="granted")
        assert "supersede" in granted["enabled"]
        assert (await run("supersede", booking="B-9"))["state"] == "superseded"
        await w.sleep_until("2027-02-02T00:00+01:00")
        assert await left(w) == {"S-1"}


async def test_SUP3_declined_or_not_held(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("S-1", "key_accounting"), **ENTERPRISE)
        run = await w.request("key_accounting", "K-1001", "key_accounting")
        assert (await run.confirm("support_ticket", decision="declined", note="no"))["state"] == "refused"
        await held(w)
        run = await w.request("key_accounting", "K-1001", "key_accounting")
        assert run.first["refusal"]["code"] == "not_held"


# A marketplace account that moves.

MOVE = {"target": "K-1002", "explanation": "the shop moves"}
OTHER = muster(customer="K-1002")


async def test_MOV1_granted_appointed_and_decoupled_at_its_time(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace")), OTHER)
        run = await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        assert (run.first["state"], types(run.first)) == ("support_ticket", ["support_ticket"])
        assert (run.first["cost_effect"], run.first["effective_at"]) == ("none", None)
        blocked = await w.request("marketplace", "K-1001", "M-1")
        assert (blocked.first["state"], blocked.first["refusal"]["code"]) == ("refused", "use_support")
        granted = await run.confirm("support_ticket", decision="granted")
        assert (granted["state"], types(granted)) == ("support_ticket", ["appointment"])
        assert (await refusal(run, "confirm_task")).code == "malformed"
        agreed = await run.confirm("appointment", at="2027-01-12T10:00:00+01:00")
        assert (agreed["state"], agreed["effective_at"]) == ("scheduled", "2027-01-12T09:00:00Z")
        assert agreed["enabled"] == ["abandon"]
        await w.sleep_until("2027-01-12T10:00+01:00")
        due = await run.status()
        assert (due["state"], due["waiting_for"], types(due)) == ("scheduled", ["operator"], ["perform"])
        assert "abandon" in due["enabled"]
        assert (await refusal(run, "confirm_task")).code == "proof_missing"
        again = await run.reject("perform", note="customer not reachable")
        assert (again["state"], types(again)) == ("support_ticket", ["appointment"])
        await run.confirm("appointment", at="2027-01-13T10:00:00+01:00")
        await w.sleep_until("2027-01-13T10:00+01:00")
        done = await run.confirm("perform", proof={"reference": "T-9"})
        assert (done["state"], done["enabled"]) == ("applied", [])
        assert await left(w) == set()


async def test_MOV1_no_appointment_found_ends_refused_and_the_customer_may_abandon(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace"), licence("M-2", "marketplace")), OTHER)
        run = await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        await run.confirm("support_ticket", decision="granted")
        done = await run.reject("appointment", note="no date suits")
        assert (done["state"], done["refusal"]["code"]) == ("refused", "declined")
        run = await w.request("marketplace_transfer", "K-1001", "M-2", **MOVE)
        await run.confirm("support_ticket", decision="granted")
        moment = await w.env.get_current_time() + timedelta(hours=1)
        await run.confirm("appointment", at=moment.isoformat())
        await w.env.sleep(timedelta(hours=2))
        assert types(await in_state(run, "scheduled")) == ["perform"]
        assert (await run("abandon"))["state"] == "abandoned"
        assert await left(w) == {"M-1", "M-2"}


@pytest.mark.parametrize(
    ("rule", "code", "target", "package"),
    [
        ("MOV2", "unknown_customer", "K-9999", 2500),
        ("MOV2", "unknown_customer", "no such / customer", 2500),
        ("OP0-6", "not_bookable", "K-1002", 0),
        ("G1", "malformed", "K-1001", 2500),
        ("G1", "malformed", None, 2500),
    ],
)
async def test_MOV2_the_other_account_must_be_able_to_take_it(
    tmp_path: Path, rule: str, code: str, target: str | None, package: int
) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace")), OTHER | {"order_package": package})
        run = await w.request(
            "marketplace_transfer", "K-1001", "M-1", explanation="x", **({"target": target} if target else {})
        )
        assert (run.first["state"], run.first["refusal"]["code"]) == ("refused", code)
        assert run.first["refusal"]["rule"] in (rule, "contract")


async def test_a_declined_transfer_ends_refused_and_another_request_starts_anew(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(licence("M-1", "marketplace")), OTHER)
        run = await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        assert (await run.confirm("support_ticket", decision="declined", note="no"))["state"] == "refused"
        again = await w.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
        assert again.first["state"] == "support_ticket"
        with pytest.raises(Refused) as no:
            await w.request("marketplace_transfer", "K-1001", "M-1", **(MOVE | {"target": "K-1003"}))
        assert no.value.code == "not_enabled"

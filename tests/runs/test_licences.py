"""Licences that end one by one, as whole runs: what is refused, asked, warned of, and when each ends (X6)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalogue.formats import day
from tests.adapters.customers import licence, licences_of
from tests.runs.harness import world
from tests.runs.licence_runs import FEBRUARY, held, left, now, refusal, today
from tests.runs.scenes import codes, mails, muster, types, until

# Requests that are refused.

SUBSCRIPTION = {"contract": "subscription", "term_ends": "2027-05-31"}

REFUSED: list[tuple[str, str, str, dict[str, Any], dict[str, str]]] = [
    ("WMU2", "inclusive_user", "wms_user", licence("L-1", included=True), {}),
    ("SH2", "not_available", "shipping_module", licence("L-1", "track_and_trace"), {"jtl": "jtl_advanced"}),
    ("WMM1", "not_available", "wms_module", licence("L-1", "wms_module"), {"wms": "wms_start"}),
    ("API1", "not_available", "rest_api", licence("L-1", "wawi_api"), {"jtl": "jtl_start"}),
    ("SL2", "subscription", "shop_licence", licence("L-1", "shop_licence", **SUBSCRIPTION), {}),
    ("SVC1", "use_support", "wawi_module", licence("L-1", "setup_service"), {}),
    ("G1", "not_held", "voucher", licence("L-1", "wms_user"), {}),
    ("G2", "not_held", "voucher", licence("L-2", "vouchers"), {}),
]


async def test_a_request_that_the_rules_refuse_ends_the_run(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        records = [
            muster(one, customer=rule, editions={"jtl": "jtl_pro", "wms": "wms_pro"} | editions)
            for rule, _, _, one, editions in REFUSED
        ]
        await w.load(*records)
        for rule, code, kind, one, _ in REFUSED:
            first = (await w.request(kind, rule, "L-1")).first
            assert (first["state"], first["refusal"]["rule"], first["refusal"]["code"]) == ("refused", rule, code)
            assert (first["waiting_for"], first["enabled"]) == ([], [])
            assert ("31. Mai 2027" in first["refusal"]["text"]) == (code == "subscription")
            assert licences_of(await w.record(rule)) == {one["licence"]}


# What is paid ends at its term (X6).


async def test_G2_D7_WMU3_X6_a_paid_licence_ends_on_the_day_after_its_last_usable_day(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", term_ends="2027-01-31", assigned_to="wms", label="Picker"))
        run = await w.request("wms_user", "K-1001", "L-1")
        assert (run.first["state"], run.first["cost_effect"]) == ("order", "cancellation")
        assert (run.first["term_ends"], run.first["effective_at"]) == ("2027-01-31", FEBRUARY)
        assert run.first["order_by"] is None
        assert set(codes(run.first)) == {"reassign_instead"}
        assert run.first["enabled"] == ["recheck_licences", "place_order", "reassign", "abandon"]
        placed = await run("place_order")
        assert (placed["state"], placed["waiting_for"]) == ("scheduled", ["date"])
        assert placed["effective_at"] == FEBRUARY
        await w.sleep_until("2027-01-31T23:59+01:00")
        assert (await run.status())["state"] == "scheduled"
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"
        assert await left(w) == set()


async def test_X6_a_run_that_took_a_past_term_as_an_answer_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it replays: without the marker that newer runs write (`workflows.patches`)."""
    monkeypatch.setattr("workflows.patches.workflow.patched", lambda _: False)
    async with world(tmp_path) as w:
        await held(w, licence("L-1"))
        run = await w.request("wms_user", "K-1001", "L-1")
        await run.signal("confirm_task", {"by": "otto", "at": "2020-01-31"})
        seen = await until(run, lambda status: types(status) == [])
        assert (seen["state"], "place_order" in seen["enabled"]) == ("order", True)


async def test_WMU4_reassigning_changes_the_record_and_ends_the_run(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", term_ends="2027-01-31", assigned_to="wms"))
        run = await w.request("wms_user", "K-1001", "L-1")
        for to in ("wms", "fork-lift", ""):
            assert (await refusal(run, "reassign", to=to)).code == "malformed"
        done = await run("reassign", to="wms_mobile")
        assert (done["state"], done["waiting_for"]) == ("reassigned", [])
        assert (await w.record("K-1001"))["licences"][0]["assigned_to"] == "wms_mobile"
        await until(run, lambda _: mails(w))
        ((_, subject, body),) = mails(w)
        assert subject.startswith("Umgestellt: ")
        assert "JTL-WMS Mobile" in body


@pytest.mark.parametrize("term", [None, "2026-10-31"])
async def test_X6_a_paid_licence_whose_term_is_missing_or_past_is_asked_about(tmp_path: Path, term: str | None) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1") | ({"term_ends": term} if term else {}))
        run = await w.request("wms_user", "K-1001", "L-1")
        assert (run.first["state"], run.first["waiting_for"]) == ("order", ["operator"])
        assert "place_order" not in run.first["enabled"]
        assert types(run.first) == ["clarify_term"]
        if term:
            assert day("de", date.fromisoformat(term)) in run.first["tasks"][0]["instructions"]
        assert (await refusal(run, "place_order")).code == "not_enabled"
        assert (await refusal(run, "confirm_task")).code == "malformed"
        yesterday = (await w.env.get_current_time()).date() - timedelta(days=2)
        past = await refusal(run, "confirm_task", at=yesterday.isoformat())
        assert (past.code, past.rule, types(await run.status())) == ("malformed", "X6", ["clarify_term"])
        await run.signal("confirm_task", {"by": "otto", "at": "2020-01-31"})
        seen = await until(run, lambda status: status["timeline"][-1]["event"] == "confirm_task")
        assert (types(seen), seen["effective_at"]) == (["clarify_term"], None)
        said = await run.confirm("clarify_term", at="2027-01-31")
        assert (said["effective_at"], said["tasks"]) == (FEBRUARY, [])
        assert (await run("place_order"))["effective_at"] == FEBRUARY


async def test_X6_a_rejected_question_leaves_the_run_unorderable_until_it_is_asked_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1"))
        run = await w.request("wms_user", "K-1001", "L-1")
        said = await run.reject("clarify_term", note="no contract found")
        assert (said["refusal"]["code"], said["tasks"]) == ("declined", [])
        assert "no contract found" in said["refusal"]["text"]
        assert {"recheck_licences", "abandon"} <= set(said["enabled"])
        assert "place_order" not in said["enabled"]
        again = await run("recheck_licences")
        assert (again["refusal"], types(again)) == (None, ["clarify_term"])


async def test_X6_a_term_that_runs_out_before_the_order_is_asked_about_by_itself(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        last = await today(w) + timedelta(days=3)
        await held(w, licence("L-1", term_ends=last.isoformat()))
        run = await w.request("wms_user", "K-1001", "L-1")
        assert "place_order" in run.first["enabled"]
        await w.sleep_until(f"{last + timedelta(days=1)}T00:00+01:00")
        later = await run.status()
        assert (later["state"], later["waiting_for"]) == ("order", ["operator"])
        assert types(later) == ["clarify_term"]
        assert day("de", last) in later["tasks"][0]["instructions"]
        assert "place_order" not in later["enabled"]
        await run.confirm("clarify_term", at=(last + timedelta(days=30)).isoformat())
        placed = await run("place_order")
        assert placed["state"] == "scheduled"
        assert datetime.fromisoformat(placed["effective_at"]).date() == last + timedelta(days=30)


# What is included ends at once, or on a day chosen (X6).


INCLUDED = [
    ("VOU2", "voucher", "vouchers", True),
    ("SH1", "shipping_module", "shipping_labels", False),
    ("SH2", "shipping_module", "track_and_trace", False),
    ("MP1", "marketplace", "marketplace", False),
    ("CO1", "connector", "connector_shopware6", False),
    ("WM1", "wawi_module", "wawi_module", False),
    ("POS1", "pos", "pos_wawi", False),
    ("WMM1", "wms_module", "wms_module", False),
]


async def test_G5_G9_X6_an_included_licence_is_deactivated_without_a_saving_at_the_moment_placed(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        await held(w, *(licence(rule, product) for rule, _, product, _ in INCLUDED))
        for rule, kind, _, warns in INCLUDED:
            run = await w.request(kind, "K-1001", rule)
            document = run.first
            if warns:
                assert document["state"] == "feature_warning", rule
                document = await run("acknowledge_warning")
            assert (document["state"], document["cost_effect"]) == ("order", "deactivation"), rule
            assert "no_saving" in codes(document), rule
            assert (document["effective_at"], document["order_by"]) == (None, None), rule
            moment = await now(w)
            placed = await run("place_order", time=moment)
            assert datetime.fromisoformat(placed["effective_at"]) == datetime.fromisoformat(moment), rule
            await w.env.sleep(1)
            assert (await run.status())["state"] == "applied", rule
        assert await left(w) == set()


async def test_X6_an_included_licence_ends_on_a_later_day_that_the_customer_chooses(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", "vouchers"))
        run = await w.request("voucher", "K-1001", "L-1")
        await run("acknowledge_warning")
        for wrong in (await today(w) - timedelta(days=1), await today(w), "tomorrow", 7, ["2027-02-01"]):
            no = await refusal(run, "place_order", effective_on=wrong if not isinstance(wrong, date) else str(wrong))
            assert no.code == "malformed", wrong
        placed = await run("place_order", effective_on="2027-02-01")
        assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)
        await w.sleep_until("2027-01-31T12:00+01:00")
        assert await left(w) == {"L-1"}
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await run.status())["state"] == "applied"


async def test_X6_a_paid_licence_takes_no_day_chosen(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", term_ends="2027-01-31"))
        run = await w.request("wms_user", "K-1001", "L-1")
        no = await refusal(run, "place_order", effective_on="2027-02-01")
        assert (no.code, no.rule) == ("malformed", "X6")


@pytest.mark.parametrize(("edition", "saving"), [("jtl_advanced", True), ("jtl_pro", False)])
async def test_VOU1_VOU2_vouchers_save_something_below_pro_and_the_loss_is_acknowledged(
    tmp_path: Path, edition: str, saving: bool
) -> None:
    async with world(tmp_path) as w:
        await held(w, licence("L-1", "vouchers", term_ends="2027-01-31"), editions={"jtl": edition})
        run = await w.request("voucher", "K-1001", "L-1")
        effect = "cancellation" if saving else "deactivation"
        assert (run.first["state"], run.first["cost_effect"]) == ("feature_warning", effect)
        assert set(codes(run.first)) == {"user_management_lost"} | (set() if saving else {"no_saving"})
        assert run.first["enabled"] == ["acknowledge_warning", "abandon"]
        assert (await refusal(run, "place_order")).code == "not_enabled"
        ready = await run("acknowledge_warning")
        assert (ready["state"], ready["effective_at"]) == ("order", FEBRUARY if saving else None)

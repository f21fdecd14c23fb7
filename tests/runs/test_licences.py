"""Licences that end one by one, as whole runs: what is refused, asked, warned of, and when each ends (X6)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from catalogue.formats import day
from tests.adapters.customers import licence, licences_of
from tests.runs.customers import customer_record
from tests.runs.documents import FEBRUARY, task_types, warning_codes
from tests.runs.harness import World
from tests.runs.steps import (
    in_state,
    licences_left,
    load_customer,
    mails_when,
    refusal_of,
    server_day,
    server_time,
    status_when,
)

# Requests that are refused.

SUBSCRIPTION = {"contract": "subscription", "term_ends": "2027-05-31"}

REFUSED: list[tuple[str, str, str, dict[str, Any], dict[str, str]]] = [
    ("WMU2", "inclusive_user", "wms_user", licence("L-1", included=True), {}),
    ("SL2", "subscription", "shop_licence", licence("L-1", "shop_licence", **SUBSCRIPTION), {}),
    ("SVC1", "use_support", "wawi_module", licence("L-1", "setup_service"), {}),
    ("G1", "not_held", "voucher", licence("L-1", "wms_user"), {}),
    ("G2", "not_held", "voucher", licence("L-2", "vouchers"), {}),
]


async def test_a_request_that_the_rules_refuse_ends_the_run(world: World) -> None:
    records = [
        customer_record(record, customer=rule, editions={"jtl": "jtl_pro", "wms": "wms_pro"} | editions)
        for rule, _, _, record, editions in REFUSED
    ]
    await world.load(*records)
    for rule, code, kind, record, _ in REFUSED:
        first = (await world.request(kind, rule, "L-1")).first
        assert (first["state"], first["refusal"]["rule"], first["refusal"]["code"]) == ("refused", rule, code)
        assert (first["waiting_for"], first["enabled"]) == ([], [])
        assert ("31. Mai 2027" in first["refusal"]["text"]) == (code == "subscription")
        assert licences_of(await world.record(rule)) == {record["licence"]}


# What is held can be ended, whatever is recorded of it (X5).

ASKED_ABOUT: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    ("left-over", "shipping_module", licence("L-1", "track_and_trace"), {"jtl": "jtl_advanced"}),
    ("priced", "voucher", licence("L-1", "vouchers", price_per_month="19.00", term_ends="2027-05-31"), {}),
]


@pytest.mark.parametrize(("customer", "kind", "record", "editions"), ASKED_ABOUT, ids=[row[0] for row in ASKED_ABOUT])
async def test_X5_what_is_held_otherwise_than_the_catalogue_says_ends_once_a_person_says_what_it_costs(
    world: World, customer: str, kind: str, record: dict[str, Any], editions: dict[str, str]
) -> None:
    await world.load(customer_record(record, editions={"jtl": "jtl_pro"} | editions))
    run = await world.request(kind, "K-1001", "L-1")
    first = await run("acknowledge_warning") if run.first["state"] == "feature_warning" else run.first
    assert (first["state"], first["cost_effect"], task_types(first)) == ("order", "unknown", ["clarify_cost"])
    assert (first["effective_at"], "place_order" in first["enabled"]) == (None, False)
    answered = await run.confirm("clarify_cost", decision="deactivation")
    assert (answered["tasks"], "place_order" in answered["enabled"]) == ([], True)
    await run("place_order")
    assert (await in_state(run, "applied"))["cost_effect"] == "deactivation"
    assert await licences_left(world) == set()


# What is paid ends at its term (X6).


async def test_G2_D7_WMU3_X6_a_paid_licence_ends_on_the_day_after_its_last_usable_day(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31", assigned_to="wms", label="Picker"))
    run = await world.request("wms_user", "K-1001", "L-1")
    assert (run.first["state"], run.first["cost_effect"]) == ("order", "cancellation")
    assert (run.first["term_ends"], run.first["effective_at"]) == ("2027-01-31", FEBRUARY)
    assert run.first["order_by"] is None
    assert set(warning_codes(run.first)) == {"reassign_instead", "notice_unknown"}
    assert run.first["enabled"] == ["recheck_licences", "place_order", "reassign", "abandon"]
    placed = await run("place_order")
    assert (placed["state"], placed["waiting_for"]) == ("scheduled", ["date"])
    assert placed["effective_at"] == FEBRUARY
    await world.sleep_until("2027-01-31T23:59+01:00")
    assert (await run.status())["state"] == "scheduled"
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"
    assert await licences_left(world) == set()


async def test_WMU4_reassigning_changes_the_record_and_ends_the_run(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31", assigned_to="wms"))
    run = await world.request("wms_user", "K-1001", "L-1")
    for to in ("wms", "fork-lift", ""):
        assert (await refusal_of(run, "reassign", to=to)).code == "malformed"
    done = await run("reassign", to="wms_mobile")
    assert (done["state"], done["waiting_for"]) == ("reassigned", [])
    assert (await world.record("K-1001"))["licences"][0]["assigned_to"] == "wms_mobile"
    ((_, subject, body),) = await mails_when(run, bool)
    assert subject.startswith("Umgestellt: ")
    assert "JTL-WMS Mobile" in body


@pytest.mark.parametrize("term", [None, "2026-10-31"])
async def test_X6_a_paid_licence_whose_term_is_missing_or_past_is_asked_about(world: World, term: str | None) -> None:
    await load_customer(world, licence("L-1") | ({"term_ends": term} if term else {}))
    run = await world.request("wms_user", "K-1001", "L-1")
    assert (run.first["state"], run.first["waiting_for"]) == ("order", ["operator"])
    assert "place_order" not in run.first["enabled"]
    assert task_types(run.first) == ["clarify_term"]
    if term:
        assert day("de", date.fromisoformat(term)) in run.first["tasks"][0]["instructions"]
    assert (await refusal_of(run, "place_order")).code == "not_enabled"
    assert (await refusal_of(run, "confirm_task")).code == "malformed"
    yesterday = (await world.env.get_current_time()).date() - timedelta(days=2)
    past = await refusal_of(run, "confirm_task", at=yesterday.isoformat())
    assert (past.code, past.rule, task_types(await run.status())) == ("malformed", "X6", ["clarify_term"])
    await run.signal("confirm_task", {"by": "otto", "at": "2020-01-31"})
    seen = await status_when(run, lambda status: status["timeline"][-1]["event"] == "confirm_task")
    assert (task_types(seen), seen["effective_at"]) == (["clarify_term"], None)
    answer = await run.confirm("clarify_term", at="2027-01-31")
    assert (answer["effective_at"], answer["tasks"]) == (FEBRUARY, [])
    assert (await run("place_order"))["effective_at"] == FEBRUARY


async def test_X6_a_rejected_question_leaves_the_run_unorderable_until_it_is_asked_again(world: World) -> None:
    await load_customer(world, licence("L-1"))
    run = await world.request("wms_user", "K-1001", "L-1")
    answer = await run.reject("clarify_term", note="no contract found")
    assert (answer["refusal"]["code"], answer["tasks"]) == ("declined", [])
    assert "no contract found" in answer["refusal"]["text"]
    assert {"recheck_licences", "abandon"} <= set(answer["enabled"])
    assert "place_order" not in answer["enabled"]
    again = await run("recheck_licences")
    assert (again["refusal"], task_types(again)) == (None, ["clarify_term"])


async def test_X6_a_term_that_runs_out_before_the_order_is_asked_about_by_itself(world: World) -> None:
    last = await server_day(world) + timedelta(days=3)
    await load_customer(world, licence("L-1", term_ends=last.isoformat()))
    run = await world.request("wms_user", "K-1001", "L-1")
    assert "place_order" in run.first["enabled"]
    await world.sleep_until(f"{last + timedelta(days=1)}T00:00+01:00")
    later = await run.status()
    assert (later["state"], later["waiting_for"]) == ("order", ["operator"])
    assert task_types(later) == ["clarify_term"]
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
    world: World,
) -> None:
    await load_customer(world, *(licence(rule, product) for rule, _, product, _ in INCLUDED))
    for rule, kind, _, warns in INCLUDED:
        run = await world.request(kind, "K-1001", rule)
        document = run.first
        if warns:
            assert document["state"] == "feature_warning", rule
            document = await run("acknowledge_warning")
        assert (document["state"], document["cost_effect"]) == ("order", "deactivation"), rule
        assert "no_saving" in warning_codes(document), rule
        assert (document["effective_at"], document["order_by"]) == (None, None), rule
        moment = await server_time(world)
        placed = await run("place_order", time=moment)
        assert datetime.fromisoformat(placed["effective_at"]) == datetime.fromisoformat(moment), rule
        await world.env.sleep(1)
        assert (await run.status())["state"] == "applied", rule
    assert await licences_left(world) == set()


async def test_X6_an_included_licence_ends_on_a_later_day_that_the_customer_chooses(world: World) -> None:
    await load_customer(world, licence("L-1", "vouchers"))
    run = await world.request("voucher", "K-1001", "L-1")
    await run("acknowledge_warning")
    for wrong in (await server_day(world) - timedelta(days=1), await server_day(world), "tomorrow", 7, ["2027-02-01"]):
        refused = await refusal_of(
            run, "place_order", effective_on=wrong if not isinstance(wrong, date) else str(wrong)
        )
        assert refused.code == "malformed", wrong
    placed = await run("place_order", effective_on="2027-02-01")
    assert (placed["state"], placed["effective_at"]) == ("scheduled", FEBRUARY)
    await world.sleep_until("2027-01-31T12:00+01:00")
    assert await licences_left(world) == {"L-1"}
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await run.status())["state"] == "applied"


async def test_X6_a_paid_licence_takes_no_day_chosen(world: World) -> None:
    await load_customer(world, licence("L-1", term_ends="2027-01-31"))
    run = await world.request("wms_user", "K-1001", "L-1")
    refused = await refusal_of(run, "place_order", effective_on="2027-02-01")
    assert (refused.code, refused.rule) == ("malformed", "X6")


@pytest.mark.parametrize(("edition", "saving"), [("jtl_advanced", True), ("jtl_pro", False)])
async def test_VOU1_VOU2_vouchers_save_something_below_pro_and_the_loss_is_acknowledged(
    world: World, edition: str, saving: bool
) -> None:
    term = {"term_ends": "2027-01-31"} if saving else {}
    await load_customer(world, licence("L-1", "vouchers", **term), editions={"jtl": edition})
    run = await world.request("voucher", "K-1001", "L-1")
    effect = "cancellation" if saving else "deactivation"
    assert (run.first["state"], run.first["cost_effect"]) == ("feature_warning", effect)
    assert set(warning_codes(run.first)) == {"user_management_lost", "notice_unknown" if saving else "no_saving"}
    assert run.first["enabled"] == ["acknowledge_warning", "abandon"]
    assert (await refusal_of(run, "place_order")).code == "not_enabled"
    ready = await run("acknowledge_warning")
    assert (ready["state"], ready["effective_at"]) == ("order", FEBRUARY if saving else None)

"""The notice of paid licences: unknown and said to be, or given by the catalogue and kept, or missed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from catalogue.texts import say
from states.kinds.registry import KINDS
from states.model.facts import Check, RunSettings
from states.model.offers import Notice, Source
from states.model.request import Request
from states.views.outlook import outlook
from states.views.preview import played, preview
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    EDITION,
    NOTICE,
    NOW,
    PAID,
    LoneRun,
    document_of,
    moment,
    warning_codes,
    warning_text,
)
from tests.rules.checks import AT, SHIPPED, ask, customer

GUIDED = PAID | {"mode": "guided"}
"""Paid until 31 January 2027, by hand; nobody knows its notice."""
KNOWN = PAID | {"notice": 14}
"""The same where the catalogue gives fourteen days: 17 January is the last day in time."""
EFFECTIVE = moment("2027-01-31 23:00")
PROOF = {"proof": {"reference": "B-1"}}
LAST_DAY = moment("2027-01-31 22:59")
"""23:59 of the last usable day in Berlin."""


def ordered(says: dict[str, Any], now: datetime = NOW) -> LoneRun:
    run = LoneRun("wms_user", says, now=now)
    assert run.send("place_order") is None
    return run


def kept(days: int) -> Any:
    """The shipped catalogue with a notice for WMS users."""
    sold = SHIPPED.products["wms_user"]
    given = sold.model_copy(update={"notice": Notice(days=days, source=Source(label="S", at="made up"))})
    return SHIPPED.model_copy(update={"products": SHIPPED.products | {"wms_user": given}})


# Nobody knows it.


@pytest.mark.parametrize("now", [NOW, LAST_DAY])
def test_D7_notice_unknown_is_said_before_the_order_with_the_date(now: datetime) -> None:
    run = LoneRun("wms_user", PAID, now=now)
    assert run.state == "order" and "place_order" in run.chart.enabled()
    assert "2027-01-31T23:00:00+00:00" in warning_text(run, "notice_unknown")
    assert run.send("place_order") is None
    assert (run.state, "notice_unknown" in warning_codes(run)) == ("scheduled", True)


@pytest.mark.parametrize("language", ["de", "en"])
def test_D7_the_warning_names_the_date_and_that_it_may_be_later(language: str) -> None:
    text = say(language, "warning.notice_unknown", {"effective_at": "2027-01-31T23:00:00+00:00"})
    said = {"de": ("1. Februar 2027", "später"), "en": ("1 February 2027", "later")}
    assert all(words in text for words in said[language])


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("voucher", {"cost_effect": "deactivation"}),
        ("edition", {"cost_effect": "cancellation", "date_rule": "notice"}),
        ("wms_user", KNOWN),
        ("wms_user", PAID | {"term_ends": None}),
        ("production", {"cost_effect": "unknown"}),
    ],
)
def test_D7_it_is_said_of_nothing_else(kind: str, says: dict[str, Any]) -> None:
    """Not where nothing is saved, the notice rule holds, the catalogue gives one, or there is no date yet."""
    run = LoneRun(kind, says, **EDITION) if kind == "edition" else LoneRun(kind, says)
    assert "notice_unknown" not in warning_codes(run)


def test_D7_SUP3_it_is_said_of_a_recorded_term_until_sales_have_agreed_on_the_day() -> None:
    run = LoneRun("key_accounting", PAID, subject="key_accounting")
    assert "notice_unknown" in warning_codes(run)
    assert run.confirm("support_ticket", decision="granted") is None
    assert (document_of(run).effective_at, warning_codes(run)) == (EFFECTIVE, [])


def test_SUP3_X6_a_recorded_term_that_runs_out_undecided_is_no_date_any_more_and_a_day_is_needed() -> None:
    run = LoneRun("key_accounting", PAID, subject="key_accounting")
    assert (document_of(run).effective_at, run.chart.timers()["term_ran_out"]) == (EFFECTIVE, EFFECTIVE)
    assert run.wait(EFFECTIVE)[-1] == "term_ran_out"
    assert (document_of(run).effective_at, warning_codes(run)) == (None, [])
    (task,) = document_of(run).tasks
    assert (task.type, task.at) == ("support_ticket", "needed")
    assert "term_ran_out" not in run.chart.timers()
    assert run.confirm("support_ticket", decision="granted", at="2027-02-28") is None


@pytest.mark.parametrize("kind", ["misclick", "setup_service"])
def test_MIS2_SVC1_a_term_is_nothing_to_wait_for_where_a_person_decides_without_a_date(kind: str) -> None:
    run = LoneRun(kind, {"cost_effect": "unknown", "term_ends": "2027-01-31"})
    assert run.state == "support_ticket" and "term_ran_out" not in run.chart.timers()


def test_D7_a_cost_that_a_person_clarified_makes_no_difference() -> None:
    run = LoneRun("production", {"cost_effect": "unknown", "term_ends": "2027-01-31", "questions": (ASK_COST,)})
    run.confirm("clarify_cost", decision="cancellation")
    assert "notice_unknown" in warning_codes(run)


@pytest.mark.parametrize("now", [NOW, LAST_DAY])
def test_D7_X12_it_is_to_be_clicked_at_once_and_not_at_the_last_midnight(now: datetime) -> None:
    run = ordered(GUIDED, now)
    assert (run.task("perform").due_at, run.task("perform").values["notice_unknown"]) == (now, True)
    assert "Klicken Sie sofort" in document_of(run, say).tasks[0].instructions


def test_D7_X12_as_planned_where_the_person_found_no_other_day() -> None:
    run = ordered(GUIDED)
    run.confirm("perform", **PROOF)
    assert (run.state, run.order.effective_at, run.booking().effective_at) == ("scheduled", EFFECTIVE, EFFECTIVE)
    assert run.memory.tasks == () and "notice_unknown" in warning_codes(run)


@pytest.mark.parametrize("at", ["2027-02-28", "2027-02-28T12:00:00+01:00"])
def test_D7_X12_the_last_usable_day_that_the_person_found_moves_the_date(at: str) -> None:
    run = ordered(GUIDED)
    run.confirm("perform", at=at, **PROOF)
    found = moment("2027-02-28 23:00")
    assert (run.state, run.order.effective_at, run.booking().effective_at) == ("scheduled", found, found)
    assert run.notice("scheduled")["effective_at"] == "2027-02-28T23:00:00+00:00"
    (line,) = [line for line in run.memory.timeline if line.event == "date_found"]
    assert (line.note, line.values) == ("note.date_found", {"effective_at": "2027-02-28T23:00:00+00:00"})
    assert "notice_unknown" not in warning_codes(run)
    assert run.chart.timers()["date_reached"] == found


def test_D7_X12_the_moment_of_the_click_moves_it_too_and_a_person_says_to_when() -> None:
    """Clicked after the last midnight: which day holds must be said."""
    run = ordered(GUIDED)
    run.now = moment("2027-02-03")
    run.confirm("perform", proof={"reference": "B-1", "confirmed_at": "2027-02-01T08:00:00+01:00"})
    assert (run.state, run.order.effective_at, run.order.late) == ("scheduled", None, True)
    run.confirm("clarify_term", at="2027-02-28")
    assert run.order.effective_at == moment("2027-02-28 23:00")
    assert "notice_unknown" not in warning_codes(run)


@pytest.mark.parametrize(("at", "code"), [("2027-01-03", "malformed"), ("2027-01-04", None)])
def test_X6_no_day_found_lies_before_the_order(at: str, code: str | None) -> None:
    run = ordered(GUIDED)
    refusal = run.confirm("perform", at=at, confirm_anyway=True, note="so it says there", **PROOF)
    assert (refusal and refusal.code) == code


def test_D7_X12_the_day_found_holds_for_an_edition_too() -> None:
    says = {"cost_effect": "cancellation", "date_rule": "notice", "mode": "guided"}
    run = LoneRun("edition", says, subject="jtl", target="jtl_start")
    run.acknowledge()
    assert run.send("place_order") is None
    run.confirm("perform", at="2027-02-28", confirm_anyway=True, note="so it says there", **PROOF)
    assert (run.order.effective_at, document_of(run).order_by) == (moment("2027-02-28 23:00"), None)


# The catalogue gives it.


@pytest.mark.parametrize(
    ("now", "effective_at", "asked"),
    [
        (moment("2027-01-17 22:59"), EFFECTIVE, ()),  # 23:59 of the 17th in Berlin
        (moment("2027-01-17 23:00"), None, ("clarify_term",)),
    ],
)
def test_D7_a_notice_that_is_given_must_be_kept_and_one_missed_is_asked_about(
    now: datetime, effective_at: datetime | None, asked: tuple[str, ...]
) -> None:
    run = LoneRun("wms_user", KNOWN, now=now)
    document = document_of(run)
    assert (document.effective_at, tuple(task.type for task in document.tasks)) == (effective_at, asked)
    assert document.order_by == (moment("2027-01-17 23:00") if effective_at else None)
    assert ("place_order" in run.chart.enabled()) == (not asked)
    assert document.why[-1].rule == ("X6" if effective_at else "D7")
    if asked:
        assert run.task("clarify_term").values["notice"] == 14
        run.confirm("clarify_term", at="2027-02-28")
        assert document_of(run).effective_at == moment("2027-02-28 23:00")


def test_D7_X12_the_day_that_a_person_names_instead_holds_until_it_ends_whatever_the_notice() -> None:
    run = LoneRun("wms_user", KNOWN | {"mode": "guided"}, now=moment("2027-01-18"))
    run.confirm("clarify_term", at="2027-02-28")
    named = moment("2027-02-28 23:00")
    assert (document_of(run).effective_at, document_of(run).order_by) == (named, None)
    assert run.chart.timers()["term_ran_out"] == named
    assert run.send("place_order") is None
    assert (document_of(run).order_by, run.task("perform").due_at) == (None, named)


@pytest.mark.parametrize(
    ("effect", "chosen", "order_by"),
    [
        ("deactivation", {"effective_on": "2027-03-01"}, None),
        ("none", {"effective_on": "2027-03-01"}, None),
        ("cancellation", {}, moment("2027-01-17 23:00")),
    ],
)
def test_D7_a_notice_holds_for_what_is_paid_and_for_nothing_else(
    effect: str, chosen: dict[str, Any], order_by: datetime | None
) -> None:
    run = LoneRun("wms_user", KNOWN | {"cost_effect": effect})
    assert run.send("place_order", **chosen) is None
    assert document_of(run).order_by == order_by


def test_D7_the_run_wakes_when_the_notice_can_no_longer_be_kept_and_asks() -> None:
    run = LoneRun("wms_user", KNOWN)
    assert run.chart.timers()["term_ran_out"] == moment("2027-01-17 23:00")
    run.wait(moment("2027-01-18"))
    assert run.task("clarify_term").values == {"recorded": "2027-01-31", "notice": 14}


def test_D7_X12_what_must_be_clicked_is_due_when_the_notice_ends_and_a_later_click_is_late() -> None:
    run = ordered(KNOWN | {"mode": "guided"})
    assert run.task("perform").due_at == moment("2027-01-17 23:00")
    run.now = moment("2027-01-17 23:00")
    run.confirm("perform", **PROOF)
    assert (run.order.effective_at, run.order.late) == (None, True) and run.task("clarify_term")


@pytest.mark.parametrize(("days", "questions"), [(0, []), (68, []), (69, ["clarify_term"])])
def test_D7_the_check_reads_the_notice_off_the_catalogue(days: int, questions: list[str]) -> None:
    """Asked on 24 November, with a term until 31 January: 68 days before."""
    assert datetime(2026, 11, 24, 12, tzinfo=UTC) == AT
    check = ask("wms_user", customer({"product": "wms_user", "term_ends": "2027-01-31"}), catalogue=kept(days))
    assert (check.notice, [question.type for question in check.questions]) == (days, questions)
    assert ask("wms_user", customer({"product": "wms_user"})).notice is None


@pytest.mark.parametrize(("included", "effect", "notice"), [(True, "unknown", 14), (False, "cancellation", 14)])
def test_D7_X5_the_notice_counts_too_if_the_answer_is_that_the_cost_falls(
    included: bool, effect: str, notice: int
) -> None:
    """What is recorded as included and has a price contradicts itself."""
    held = {"product": "wms_user", "term_ends": "2027-01-31", "price_per_month": "9.00", "included": included}
    check = ask("wms_user", customer(held), catalogue=kept(14))
    assert (check.cost_effect, check.notice) == (effect, notice)
    run = LoneRun("wms_user", check.model_dump(exclude_unset=True))
    if effect == "unknown":
        run.confirm("clarify_cost", decision="cancellation")
    assert document_of(run).order_by == moment("2027-01-17 23:00")


def test_D7_a_preview_says_both() -> None:
    request = Request(kind="wms_user", customer="K-1", subject="L-1")
    record = customer({"product": "wms_user", "term_ends": "2027-01-31"})
    shown = [
        preview(KINDS["wms_user"], request, ask("wms_user", record, catalogue=version), AT, RunSettings(), say)
        for version in (SHIPPED, kept(14))
    ]
    assert [answer.order_by for answer in shown] == [None, moment("2027-01-17 23:00")]
    assert ["notice_unknown" in {warning.code for warning in answer.warnings} for answer in shown] == [True, False]
    assert date(2027, 1, 17).isoformat() in [step.value for step in shown[1].why]


# What decides when it ends, before it is ordered.

AGREED = {"date_rule": "agreed"}
INCLUDED_WITH_TERM = {"cost_effect": "deactivation", "term_ends": "2027-01-31", "notice": 14}
ANNUAL = NOTICE | {"term_ends": "2027-06-30", "questions": (ASK_TERM,)}


@pytest.mark.parametrize(
    ("rule", "kind", "says", "now", "timing"),
    [
        ("D1", "edition", NOTICE, NOW, "notice"),
        ("X14", "edition", ANNUAL, NOW, "annual_term"),
        ("D7", "wms_user", PAID, NOW, "term"),
        ("D7", "wms_user", KNOWN, moment("2027-01-17 22:59"), "term_notice"),
        ("D7", "wms_user", KNOWN, moment("2027-01-17 23:00"), "notice_missed"),
        ("D7", "wms_user", KNOWN, EFFECTIVE, "unclear"),
        ("X6", "voucher", INCLUDED_WITH_TERM, moment("2027-01-18"), "at_once"),
        ("SUP3", "key_accounting", PAID, NOW, "term"),
        ("SUP3", "key_accounting", AGREED | {"cost_effect": "cancellation"}, NOW, "agreed"),
        ("SUP3", "key_accounting", AGREED | {"cost_effect": "deactivation"}, NOW, "agreed"),
        ("MOV1", "marketplace_transfer", AGREED | {"cost_effect": "none"}, NOW, "agreed"),
    ],
)
def test_D7_SUP3_MOV1_X6_X14_what_decides_when_it_ends(
    rule: str, kind: str, says: dict[str, Any], now: datetime, timing: str
) -> None:
    about = {
        "edition": EDITION,
        "key_accounting": {"subject": "key_accounting"},
        "marketplace_transfer": {"target": "K"},
    }
    request = Request(**({"kind": kind, "customer": "K-1", "subject": "L-1"} | about.get(kind, {})))
    chart = played(KINDS[kind], request, Check(**({"catalogue": "v1"} | says)), now, RunSettings())
    assert outlook(chart).timing == timing, rule


def test_X14_who_is_asked_about_an_annual_term_is_told_of_no_notice_that_was_missed() -> None:
    run = LoneRun("edition", ANNUAL, **EDITION)
    run.acknowledge()
    assert run.task("clarify_term").values == {"product": "P", "recorded": "R"}

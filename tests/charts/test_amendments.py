"""Another target over a booked order, another catalogue, surplus, news of other runs: each on its chart alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from states.chart.notifications import left_to_end
from states.model.effects import CheckLicences, Notify, Tell
from states.model.facts import Question, Receipt, Refusal, RunSettings
from states.model.request import LicenceChanged
from states.rules.surplus_resolution import with_licence_news
from states.views.receipts import facts_of
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    DAY,
    EDITION,
    GONE,
    LIMIT,
    NOTICE,
    NOW,
    PACKAGE,
    PAID,
    ROW_LIMIT,
    ROW_UNAVAILABLE,
    TOLD,
    TOLD_TERM,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    over_standing,
    scheduled,
)

EFFECTIVE = moment("2027-01-31 23:00")
ENDING = UNAVAILABLE.model_copy(update={"ends_at": EFFECTIVE})


LOOKS_AT_NEWS = [
    edition,
    lambda: scheduled(edition()),
    lambda: LoneRun("edition", NOTICE, **EDITION),
    lambda: LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting"),
]
"""Runs where news of the customer's licences may matter."""


# A change of target (X10).


def test_X10_before_an_order_another_target_begins_again_without_anything_said_before():
    run = edition({"questions": (ASK_TERM,)}, target="jtl_advanced")
    run.confirm("clarify_term", at="2027-06-30")
    run.wait(NOW + 2 * DAY)
    assert run.memory.acknowledged and run.memory.clarified_term is not None
    assert run.request(target="jtl_start") is None
    memory = run.memory
    assert (memory.acknowledged, memory.clarified_term, memory.standing, memory.order) == (False, None, None, None)
    assert memory.idle_since == run.now and run.chart.timers()["abandon"] == run.now + 30 * DAY
    line = memory.timeline[-1]
    assert (line.event, line.note, line.values) == ("requested", "note.target_changed", {"target": "jtl_start"})


def test_X10_open_questions_about_the_former_target_are_closed():
    run = edition({"questions": (ASK_TERM,)}, target="jtl_advanced")
    assert run.task("clarify_term")
    run.says["questions"] = ()
    run.request(target="jtl_start")
    assert run.memory.tasks == ()


def test_X10_a_target_that_is_not_possible_changes_nothing():
    run = edition(target="jtl_advanced")
    run.says["refusal"] = GONE
    before = run.memory.timeline
    assert run.request(target="jtl_start") == GONE
    assert (run.state, run.memory.request.target, run.memory.timeline) == ("order", "jtl_advanced", before)


def test_X10_a_target_asked_about_is_judged_at_the_moment_of_asking():
    run = edition(target="jtl_advanced")
    run.request(target="jtl_start", time="2027-01-04T12:00:00Z")
    proposal = next(effect for effect in reversed(run.effects) if isinstance(effect, CheckLicences) and effect.proposal)
    assert proposal.proposal is not None and proposal.proposal.target == "jtl_start"
    assert proposal.order_at == moment("2027-01-04 12:00")
    assert proposal.version is None
    assert run.memory.last_customer_at == moment("2027-01-04 12:00")


def test_X10_where_the_answer_comes_too_late_the_target_is_not_enabled():
    run = edition(target="jtl_advanced")
    run.held_back = {"check_licences"}
    run.request(target="jtl_start")
    proposal = run.waiting.pop()
    run.held_back = {"place_order"}
    run.send("place_order")
    run.waiting.append(proposal)
    run.answer(proposal)
    assert run.chart.verdict == Refusal(rule="X10", code="not_enabled", values={"event": "requested"})
    assert run.memory.request.target == "jtl_advanced"


def test_X10_the_booked_order_stays_in_force_beneath_the_change():
    run = over_standing()
    standing = run.memory.standing
    assert standing is not None
    assert (standing.request.target, standing.order.effective_at, standing.check.catalogue) == (
        "jtl_advanced", EFFECTIVE, "v1",
    )  # fmt: skip
    assert standing.receipt == Receipt(key="k") and run.memory.order is None
    assert run.chart.enabled() == ("acknowledge_warning", "supersede", "request_revocation", "abandon")
    run.request(target="jtl_pro")
    assert run.memory.standing == standing


def test_X10_abandoning_a_change_puts_everything_back():
    run = edition({"surplus": (UNAVAILABLE,)}, target="jtl_advanced")
    run.send("override_surplus", licences=["L-9"])
    scheduled(run)
    before = run.memory.model_copy()
    run.says["surplus"] = ()
    run.request(target="jtl_start")
    assert run.memory.overridden == ()
    assert run.send("abandon") is None
    memory = run.memory
    assert (run.state, memory.standing) == ("scheduled", None)
    for name in ("request", "order", "check", "receipt", "overridden", "clarified_cost", "clarified_term"):
        assert getattr(memory, name) == getattr(before, name), name
    assert run.notices()[-1] == ("change_dropped", "customer")
    assert run.notice("change_dropped") == TOLD | left_to_end(memory)
    assert left_to_end(memory)
    line = next(line for line in memory.timeline if line.event == "change_dropped")
    assert (line.note, line.values) == ("note.change_dropped", {"target": "jtl_advanced"})
    assert run.send("request_revocation", explanation="all of it by mistake") is None
    assert run.task("revocation")


def test_X10_asked_again_for_the_standing_target_it_is_an_act_of_the_customers():
    run = over_standing()
    later = NOW + timedelta(minutes=2)
    assert run.request(target="jtl_advanced", time=later) is None
    line = run.memory.timeline[-1]
    assert (run.state, line.event, line.by, line.at) == ("scheduled", "requested", "c", later)
    refusal = run.request(target="jtl_start", time=NOW)
    assert refusal is not None and refusal.values["fault"] == "fault.before_previous"


def test_X10_what_a_person_clarified_for_the_standing_order_is_put_back():
    run = edition({"questions": (ASK_TERM,)}, target="jtl_advanced")
    run.confirm("clarify_term", at="2027-06-30")
    scheduled(run)
    run.says["questions"] = ()
    run.request(target="jtl_start")
    assert run.memory.clarified_term is None
    run.send("abandon")
    assert run.memory.clarified_term is not None and run.order.term == run.memory.clarified_term


def test_X10_a_cost_clarified_for_the_standing_order_is_put_back():
    run = LoneRun("shop_hosting", {"cost_effect": "unknown", "questions": (ASK_COST,)}, target="t-1")
    run.confirm("clarify_cost", decision="none")
    scheduled(run, effective_on="2027-03-01")
    run.says = {"catalogue": "v1"} | PAID
    run.request(target="t-2")
    assert run.memory.clarified_cost is None
    run.send("abandon")
    assert run.memory.clarified_cost == "none"


def test_X10_the_new_order_replaces_the_standing_one():
    run = over_standing()
    run.send("acknowledge_warning")
    scheduled(run)
    assert run.memory.standing is None and run.memory.order is not None
    assert run.memory.request.target == "jtl_start"


def test_X2_X10_the_customer_is_told_of_surplus_for_each_order_that_is_booked():
    run = scheduled(
        edition({"surplus": (UNAVAILABLE.model_copy(update={"ends_at": EFFECTIVE}),)}, target="jtl_advanced")
    )
    run.says["surplus"] = (UNAVAILABLE,)
    run.wait(EFFECTIVE - 2 * DAY)
    assert run.notices().count(("surplus_reminder", "customer")) == 1
    run.says["surplus"] = ()
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    scheduled(run)
    run.says["surplus"] = (UNAVAILABLE,)
    run.wait(moment("2027-02-26"))
    for _ in range(2):
        run.receive("licence_changed", None)
    assert run.notices().count(("surplus_reminder", "customer")) == 2


def test_X10_the_standing_orders_date_comes_first():
    run = over_standing()
    run.wait(moment("2027-01-20"))
    run.request(target="jtl_pro")
    assert run.wait(EFFECTIVE)[-1] == "standing_due"
    assert (run.state, run.memory.request.target, run.memory.standing) == ("applied", "jtl_advanced", None)


def test_X10_a_change_waiting_to_be_booked_by_hand_gives_way_on_the_date():
    run = scheduled(edition(target="jtl_advanced"))
    run.says["mode"] = "guided"
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.send("place_order")
    assert run.state == "placing" and run.task("perform")
    run.held_back = {"apply_change"}
    run.wait(EFFECTIVE)
    assert (run.state, run.memory.tasks, run.memory.request.target) == ("applying", (), "jtl_advanced")


def test_X10_a_change_whose_booking_is_in_repair_gives_way_on_the_date():
    run = over_standing()
    run.send("acknowledge_warning")
    run.held_back = {"place_order"}
    run.send("place_order")
    run.fails()
    assert run.state == "placing" and run.task("repair")
    run.held_back = {"apply_change"}
    run.wait(EFFECTIVE)
    assert (run.state, run.memory.tasks, run.memory.request.target) == ("applying", (), "jtl_advanced")


def test_X10_a_booking_of_the_change_under_way_is_awaited():
    run = over_standing()
    run.send("acknowledge_warning")
    run.held_back = {"place_order"}
    run.send("place_order")
    assert "standing_due" not in run.chart.timers()


def test_X10_a_change_that_the_record_stands_against_is_dropped():
    run = over_standing()
    run.says["refusal"] = GONE
    run.send("acknowledge_warning")
    assert (run.state, run.memory.request.target) == ("scheduled", "jtl_advanced")


def test_X10_a_refused_change_leaves_the_standing_order():
    run = over_standing()
    run.send("acknowledge_warning")
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "no"})
    run.send("place_order")
    assert (run.state, run.memory.order) == ("order", None)
    assert run.memory.refusal == run.refuses and run.memory.standing is not None
    run.send("recheck_licences")
    assert run.memory.refusal is None


def test_X11_a_revocation_over_a_standing_order_takes_that_back():
    run = over_standing()
    run.send("request_revocation", explanation="x")
    run.held_back = {"withdraw"}
    run.confirm("revocation", decision="granted")
    assert run.state == "withdrawing"


def test_X11_whoever_asks_for_a_revocation_over_a_standing_order_is_told_of_that_order():
    run = over_standing()
    about = {"target": "jtl_advanced", "effective_at": EFFECTIVE.isoformat(), "change_to": "jtl_start"}
    run.send("request_revocation", explanation="x")
    assert run.notice("revocation_received").items() >= about.items()
    assert run.task("revocation").values.items() >= about.items()
    run.reject("revocation", note="no")
    assert run.notice("declined").items() >= (about | {"revocation": True}).items()
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    assert run.state == "revoked" and run.notice("revoked").items() >= about.items()


def test_X11_the_receipt_of_a_revocation_is_about_the_order_that_stands():
    run = over_standing()
    receipts = {event: facts_of(run.chart, event, "r").run for event in ("revocation_requested", "declined", "revoked")}
    for facts in receipts.values():
        assert (facts["target"], facts["effective_at"], facts["stage"], facts["change_to"]) == (
            *("jtl_advanced", EFFECTIVE.isoformat(), "ordered", "jtl_start"),
        )
    assert [event for event, facts in receipts.items() if facts.get("revocation")] == ["declined"]
    assert facts_of(run.chart, "abandoned", "r").run["target"] == "jtl_start"


def test_X11_one_granted_while_the_change_is_booked_and_then_refused_takes_the_standing_order_back():
    run = over_standing()
    run.send("acknowledge_warning")
    run.held_back = {"place_order", "withdraw"}
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    run.refuses = Refusal(rule="D6", code="booking_refused")
    run.held_back = {"withdraw"}
    run.proceed()
    assert run.state == "withdrawing"
    assert run.notice("booking_refused") == TOLD | {"reason": ""}


def test_X10_an_upgrade_booked_elsewhere_ends_the_run_also_beneath_a_change():
    for run in (scheduled(edition()), over_standing()):
        assert run.send("supersede", booking="B-1") is None
        assert run.state == "superseded" and run.notices()[-1] == ("superseded", "customer")


# Orders and what is asked before them.


def test_X8_another_catalogue_begins_again_under_it():
    run = edition({"surplus": ()})
    run.send("recheck_licences")
    run.held_back = {"check_licences"}
    run.send("place_order", time="2027-01-04T12:00:00Z")
    check = run.waiting[0]
    assert isinstance(check, CheckLicences)
    assert (check.version, check.order_at) == ("v1", moment("2027-01-04 12:00"))
    run.answer(check=run.next_check(in_force="v2"))
    assert run.chart.verdict == Refusal(rule="X8", code="changed", values={"what": "catalogue"})
    assert (run.state, run.memory.order, run.memory.acknowledged) == ("received", None, False)
    line = next(line for line in run.memory.timeline if line.event == "catalogue_changed")
    assert (line.note, line.values) == ("note.catalogue_changed", {"catalogue": "v2"})
    again = run.waiting[0]
    assert isinstance(again, CheckLicences) and again.version == "v2"


def test_X8_ED10_begun_again_under_another_catalogue_the_customer_has_all_the_time_again():
    run = edition()
    run.wait(NOW + 2 * DAY)
    run.held_back = {"check_licences"}
    run.send("place_order")
    run.answer(check=run.next_check(in_force="v2"))
    run.release()
    assert (run.state, run.chart.timers()["abandon"]) == ("feature_warning", run.now + 30 * DAY)


def test_X8_the_same_catalogue_named_is_no_other():
    run = edition()
    run.says["in_force"] = "v1"
    scheduled(run)


def test_X2_X4_an_order_in_surplus_is_refused_naming_it():
    run = edition()
    run.says["surplus"] = (UNAVAILABLE, LIMIT)
    assert run.send("place_order") == Refusal(
        rule="X2", code="in_surplus", values={"surplus": [ROW_UNAVAILABLE, ROW_LIMIT]}
    )
    assert (run.state, run.memory.order) == ("surplus_resolution", None)
    run = LoneRun("order_package", NOTICE | {"warnings": ({"code": "package_zero"},)}, **PACKAGE)
    run.send("acknowledge_warning")
    run.says["surplus"] = (UNAVAILABLE,)
    refusal = run.send("place_order")
    assert refusal is not None and refusal.rule == "X4"


def test_X6_an_order_that_raises_a_question_is_not_taken():
    run = edition()
    run.says["questions"] = (ASK_TERM,)
    assert run.send("place_order") == Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})
    assert (run.state, run.memory.order) == ("order", None) and run.task("clarify_term")


def test_an_order_is_booked_as_it_was_placed():
    run = LoneRun("hosting", PAID | {"optional_services": ("s",), "warnings": ({"code": "backup"},)}, subject="H-1")
    run.send("acknowledge_warning")
    run.held_back = {"place_order"}
    run.send("place_order", details={"a": 1}, optional_services=["s"], time="2027-01-04T12:00:00Z")
    step = run.booking()
    assert (step.placed_at, step.effective_at, step.booked) == (moment("2027-01-04 12:00"), EFFECTIVE, True)
    assert (step.details, step.optional_services) == ({"a": 1}, ("s",))
    order = run.order
    assert (order.by, order.cost_effect, order.term, order.late) == ("c", "cancellation", None, False)
    line = run.memory.timeline[-1]
    assert (line.event, line.by, line.at, line.state) == ("place_order", "c", moment("2027-01-04 12:00"), "order")


def test_the_date_is_that_of_the_check_made_for_the_order():
    """X5: a licence found to be paid between the customer's look and the order ends at its term."""
    run = LoneRun("voucher", {"date_rule": "moment", "cost_effect": "deactivation"})
    run.says |= PAID
    scheduled(run)
    order = run.order
    assert (order.effective_at, order.cost_effect) == (EFFECTIVE, "cancellation")
    assert run.booking().effective_at == EFFECTIVE


def test_G5_what_costs_nothing_is_a_note_of_ours():
    run = scheduled(LoneRun("voucher", {"date_rule": "moment", "cost_effect": "deactivation"}))
    assert run.booking().booked is False
    assert run.booking().effective_at == NOW


def test_the_customer_is_told_of_the_booking_and_so_are_the_runs_that_wait_for_it():
    run = LoneRun("voucher", PAID)
    run.receipt = Receipt(key="k", tell=("edition/K-1/jtl",))
    scheduled(run)
    assert [effect for effect in run.effects if isinstance(effect, Tell)] == [
        Tell(runs=("edition/K-1/jtl",), state="scheduled").numbered(run.effects[-3].number)
    ]
    assert isinstance(run.effects[-1], Notify)
    assert run.notice("scheduled") == TOLD_TERM | {"steps": [], "notice_unknown": True}
    run.wait(EFFECTIVE)
    assert run.notice("applied") == TOLD_TERM


def test_each_effect_has_a_number_of_its_own():
    run = scheduled(edition())
    numbers = [effect.number for effect in run.effects]
    assert len(set(numbers)) == len(numbers) and 0 not in numbers


# Questions (X5, X6, X14).


def test_X5_cost_is_asked_before_the_term_and_a_cancellation_then_asks_for_it():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST, ASK_TERM)})
    assert [task.type for task in run.memory.tasks] == ["clarify_cost"]
    task = run.task("clarify_cost")
    assert task.values == {"product": "P", "recorded": "R"}
    assert not task.at_required
    run.confirm("clarify_cost", decision="cancellation")
    task = run.task("clarify_term")
    assert task.at_required
    run.confirm("clarify_term", at="2027-03-31T22:30:00Z")
    assert run.memory.clarified_term == date(2027, 4, 1) and "place_order" in run.chart.enabled()


@pytest.mark.parametrize("decision", ["deactivation", "none"])
def test_X5_what_costs_nothing_needs_no_term(decision):
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST, ASK_TERM)})
    run.confirm("clarify_cost", decision=decision)
    assert run.memory.tasks == () and "place_order" in run.chart.enabled()


def test_X5_declined_is_not_orderable_until_asked_again():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.reject("clarify_cost", "nobody knows")
    assert run.memory.refusal == Refusal(rule="X5", code="declined", values={"note": "nobody knows"})
    assert run.chart.enabled() == ("recheck_licences", "abandon") and run.memory.tasks == ()
    run.receive("licence_changed", None)
    assert run.memory.tasks == ()
    run.send("recheck_licences")
    assert run.memory.refusal is None and run.task("clarify_cost")


OF_COST: dict[str, Any] = {"cost_effect": "unknown", "questions": (ASK_COST,)}
OF_TERM: dict[str, Any] = PAID | {"term_ends": "2026-12-31", "questions": (ASK_TERM,)}
OF_ANNUAL: dict[str, Any] = NOTICE | {"questions": (ASK_TERM,)}
IN_WORDS = Question(type="clarify", rule="FFN1", values={"recorded": "R"})


@pytest.mark.parametrize(
    ("kind", "says", "type_", "answer", "otherwise"),
    [
        ("production", OF_COST, "clarify_cost", {"decision": "none"}, ASK_COST),
        ("voucher", OF_TERM, "clarify_term", {"at": "2027-06-30"}, {"term_ends": "2027-01-02"}),
        ("edition", OF_ANNUAL, "clarify_term", {"at": "2027-06-30"}, ASK_TERM),
        ("fulfillment", {"cost_effect": "none", "questions": (IN_WORDS,)}, "clarify", {"note": "one left"}, IN_WORDS),
    ],
)
@pytest.mark.parametrize("declined", [False, True])
def test_X5_X6_X14_FFN1_what_is_recorded_otherwise_by_now_is_asked_anew(kind, says, type_, answer, otherwise, declined):
    run = LoneRun(kind, says)
    if run.state == "feature_warning":
        run.acknowledge()
    assert (run.reject(type_) if declined else run.confirm(type_, **answer)) is None
    run.receive("licence_changed", None)
    assert run.tasks() == (), "the record says what it said"
    if isinstance(otherwise, Question):
        otherwise = {"questions": (otherwise.model_copy(update={"values": {"product": "P", "recorded": "S"}}),)}
    run.says |= otherwise
    run.receive("licence_changed", None)
    assert (run.memory.refusal, "place_order" in run.chart.enabled()) == (None, False)
    assert run.confirm(type_, **answer) is None
    assert "place_order" in run.chart.enabled()


def test_X5_what_was_declined_stays_so_until_asked_again_even_where_nothing_is_left_to_ask():
    run = LoneRun("voucher", PAID | {"term_ends": None})
    run.reject("clarify_term", "nobody knows")
    run.says |= {"cost_effect": "deactivation", "date_rule": "moment"}
    run.receive("licence_changed", None)
    assert (run.memory.tasks, "place_order" in run.chart.enabled()) == ((), False)
    run.send("recheck_licences")
    assert (run.memory.refusal, "place_order" in run.chart.enabled()) == (None, True)


def recorded(question: Question) -> Question:
    """The same question, of which the record says something else by now."""
    return question.model_copy(update={"values": {"product": "P", "recorded": "other"}})


PARTNERS = Question(type="clarify", rule="FFN1", text="clarify_partners")
ANSWERED: list[Any] = [
    ("clarify_cost", "production", {"cost_effect": "unknown", "questions": (ASK_COST,)},
     {"decision": "none"}, {"questions": (recorded(ASK_COST),)}),
    ("clarify_term", "voucher", PAID | {"term_ends": "2026-12-31"}, {"at": "2027-06-30"}, {"term_ends": "2027-01-03"}),
    ("clarify_term", "order_package", NOTICE | {"questions": (ASK_TERM,)}, {"at": "2027-06-30"},
     {"questions": (recorded(ASK_TERM),)}),
    ("clarify", "fulfillment", {"cost_effect": "none", "questions": (PARTNERS,)}, {"note": "one partner"},
     {"questions": (recorded(PARTNERS),)}),
]  # fmt: skip
"""What is asked, of what, how it is answered, and what the record says then."""


def answered(type_: str, kind: str, says: dict[str, Any], answer: dict[str, Any]) -> LoneRun:
    """A run whose one question has been answered, so that it can be ordered."""
    more: dict[str, Any] = {"order_package": {"subject": "orders", "target": 1}, "fulfillment": {"subject": "ffn"}}
    run = LoneRun(kind, says, **more.get(kind, {}))
    run.send("acknowledge_warning")
    assert run.confirm(type_, **answer) is None
    assert (run.memory.tasks, "place_order" in run.chart.enabled()) == ((), True)
    return run


@pytest.mark.parametrize(("type_", "kind", "says", "answer", "then"), ANSWERED)
def test_X5_X6_X14_FFN1_so_it_is_where_the_check_made_for_the_order_finds_it(type_, kind, says, answer, then):
    run = answered(type_, kind, says, answer)
    run.says |= then
    assert run.send("place_order") == Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})
    assert (run.state, run.memory.order) == ("order", None) and run.task(type_)


def test_X6_the_term_of_a_paid_licence_is_asked_anew_only_where_another_is_recorded():
    run = answered(
        "clarify_term", "voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)}, {"at": "2027-06-30"}
    )
    run.says["questions"] = (recorded(ASK_TERM),)
    run.receive("licence_changed", None)
    assert (run.memory.tasks, document_of(run).effective_at) == ((), moment("2027-06-30 22:00"))


def test_X5_a_booking_that_was_refused_stays_so_while_something_is_asked_anew():
    run = answered("clarify_term", "voucher", PAID | {"term_ends": "2026-12-31"}, {"at": "2027-06-30"})
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "no"})
    run.send("place_order")
    run.says["term_ends"] = "2027-01-03"
    run.receive("licence_changed", None)
    assert run.task("clarify_term") and run.memory.refusal == run.refuses


def test_X5_what_was_declined_is_asked_anew_where_the_record_says_something_else():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.reject("clarify_cost", "nobody knows")
    run.says["questions"] = (recorded(ASK_COST),)
    run.receive("licence_changed", None)
    assert run.memory.refusal is None
    assert run.task("clarify_cost").values == {"product": "P", "recorded": "other"}


def test_X5_an_open_question_says_what_is_recorded_now():
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,)})
    before = run.task("clarify").task
    now = {"text": "clarify_partners", "values": {"recorded": "S"}, "answers": {"abonnement": "cancellation"}}
    run.says["questions"] = (WHICH | now,)
    run.receive("licence_changed", None)
    task = run.task("clarify")
    assert (task.task, task.text, task.values, task.decisions) == (
        before, "clarify_partners", {"recorded": "S"}, ("abonnement",),
    )  # fmt: skip


def test_D7_only_who_is_asked_about_the_term_reads_which_notice_was_missed():
    run = LoneRun("voucher", PAID | {"notice": 30, "questions": (PARTNERS,)})
    assert run.task("clarify_term").values == {"recorded": "2027-01-31", "notice": 30}
    assert run.task("clarify").values == {}


def test_X5_what_is_asked_in_words_changes_nothing_of_the_cost_that_was_clarified():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST, PARTNERS)})
    run.confirm("clarify_cost", decision="none")
    run.confirm("clarify", note="one partner")
    assert (run.memory.tasks, document_of(run).cost_effect) == ((), "none")


def test_X5_SL1_an_answer_that_leaves_the_cost_unknown_leaves_it_to_be_clarified():
    which = WHICH | {"answers": {"abonnement": "unknown"}}
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (ASK_COST, which)})
    run.confirm("clarify", decision="abonnement")
    assert [task.type for task in run.memory.tasks] == ["clarify_cost"]
    assert "place_order" not in run.chart.enabled()


def test_SL1_an_answer_about_a_contract_recorded_otherwise_by_now_says_nothing_of_the_cost():
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,), "term_ends": "2027-01-31"})
    run.confirm("clarify", decision="abonnement")
    run.says["questions"] = (WHICH | {"values": {"recorded": "S"}},)
    run.receive("licence_changed", None)
    assert document_of(run).cost_effect == "unknown" and run.task("clarify")


def test_X5_beside_a_booked_order_nothing_but_its_date_is_asked():
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.now = EFFECTIVE
    run.confirm("perform", proof={"reference": "T"})
    run.says["questions"] = (ASK_COST, PARTNERS)
    run.receive("licence_changed", None)
    assert run.confirm("clarify_term", at="2027-02-28") is None
    assert (run.state, run.memory.tasks) == ("scheduled", ())


def test_X6_an_order_has_the_term_that_the_check_made_for_it_finds():
    run = answered("clarify_term", "voucher", PAID | {"term_ends": None}, {"at": "2027-06-30"})
    run.says |= {"term_ends": "2027-09-30", "notice": 14}
    scheduled(run)
    document = document_of(run)
    assert (document.effective_at, document.order_by) == (moment("2027-09-30 22:00"), moment("2027-09-16 22:00"))


def test_FFN1_a_note_is_asked_for_in_words():
    run = LoneRun(
        "fulfillment",
        {"cost_effect": "none", "questions": ({"type": "clarify", "rule": "FFN1", "text": "clarify_partners"},)},
        subject="ffn",
    )
    task = run.task("clarify")
    assert (task.text, task.values) == ("clarify_partners", {})
    assert "place_order" not in run.chart.enabled()


RUNS_OUT = Refusal(rule="SL2", code="subscription", values={"ends_on": "2027-01-31"})
WHICH = {
    "type": "clarify",
    "rule": "SL1",
    "text": "clarify_contract",
    "values": {"recorded": "R"},
    "answers": {"abonnement": "cancellation", "subscription": RUNS_OUT},
}


@pytest.mark.parametrize("term_ends", ["2027-01-31", None])
def test_SL1_an_abonnement_costs_until_its_term_which_is_asked_for_where_there_is_none(term_ends):
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,), "term_ends": term_ends})
    task = run.task("clarify")
    assert (task.text, task.decisions, task.values) == (
        "clarify_contract",
        ("abonnement", "subscription"),
        {"recorded": "R"},
    )
    assert "place_order" not in run.chart.enabled()
    run.confirm("clarify", decision="abonnement")
    if term_ends is None:
        run.confirm("clarify_term", at="2027-01-31")
    assert (run.memory.tasks, document_of(run).cost_effect) == ((), "cancellation")
    assert run.send("place_order") is None
    assert (run.state, run.order.effective_at) == ("scheduled", moment("2027-01-31 23:00"))


def test_SL1_what_was_answered_of_a_record_that_says_otherwise_by_now_means_nothing_for_the_cost():
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,), "term_ends": "2027-01-31"})
    run.confirm("clarify", decision="abonnement")
    assert document_of(run).cost_effect == "cancellation"
    run.says["questions"] = (WHICH | {"values": {"recorded": "S"}},)
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, document_of(run).effective_at) == ("unknown", None)
    assert run.task("clarify")


def test_X5_what_the_orders_own_check_finds_otherwise_is_asked_anew_before_it_is_booked():
    run = LoneRun("production", OF_COST)
    run.confirm("clarify_cost", decision="none")
    run.says["questions"] = (ASK_COST.model_copy(update={"values": {"product": "P", "recorded": "S"}}),)
    assert run.send("place_order") == Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})
    assert (run.state, run.task("clarify_cost").values["recorded"]) == ("order", "S")


def test_D6_X5_that_the_customer_centre_refused_is_said_until_he_orders_again_whatever_is_asked_anew():
    run = LoneRun("production", OF_COST, held_back=("place_order",))
    run.confirm("clarify_cost", decision="none")
    run.send("place_order")
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "no"})
    run.release()
    run.says["questions"] = (ASK_COST.model_copy(update={"values": {"product": "P", "recorded": "S"}}),)
    run.receive("licence_changed", None)
    assert run.task("clarify_cost") and run.memory.refusal == run.refuses


def test_X5_what_an_answer_leads_to_is_asked_when_the_licences_have_been_checked():
    run = LoneRun("production", OF_COST | {"questions": (ASK_COST, ASK_TERM)})
    run.held_back = {"check_licences"}
    run.send("recheck_licences")
    run.confirm("clarify_cost", decision="cancellation")
    assert (run.state, run.tasks("clarify_term")) == ("license_check", ())
    run.release()
    assert run.state == "order" and run.task("clarify_term")


def test_X5_FFN1_an_answer_in_words_leaves_what_was_said_of_the_cost():
    run = LoneRun("production", OF_COST | {"questions": (ASK_COST, IN_WORDS)})
    run.confirm("clarify_cost", decision="none")
    assert run.confirm("clarify", note="one left") is None
    assert "place_order" in run.chart.enabled()
    assert document_of(run).cost_effect == "none"


def test_D7_a_notice_that_is_missed_is_named_where_the_date_is_asked_for():
    run = LoneRun("voucher", PAID | {"notice": 30, "questions": (IN_WORDS,)})
    assert run.task("clarify_term").values == {"recorded": "2027-01-31", "notice": 30}
    assert run.task("clarify").values == {"recorded": "R"}


def test_SL2_a_subscription_ends_the_run_refused_with_its_expiry_and_tells_the_customer():
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,), "term_ends": "2027-01-31"})
    run.confirm("clarify", decision="subscription")
    assert (run.state, run.memory.refusal) == ("refused", RUNS_OUT)
    assert run.notice("refused")["refusal"] == {"code": "subscription", "values": {"ends_on": "2027-01-31"}}


def test_SL1_another_decision_than_those_asked_for_is_malformed():
    run = LoneRun("shop_licence", {"cost_effect": "unknown", "questions": (WHICH,)})
    for decision in ("cancellation", None):
        refusal = run.confirm("clarify", decision=decision, note="n")
        assert refusal is not None and refusal.code == "malformed"
    assert run.memory.clarified_note is None


def test_a_refused_check_ends_the_run_and_tells_the_customer():
    run = LoneRun("voucher", PAID, held_back=("check_licences",))
    run.answer(check=run.next_check(refusal=GONE, settings=RunSettings()))
    assert (run.state, run.memory.refusal) == ("refused", GONE)
    assert run.notices() == [("refused", "customer")]


@pytest.mark.parametrize("run", LOOKS_AT_NEWS)
def test_a_refusal_found_in_passing_changes_nothing(run):
    there = run()
    before, check = there.state, there.memory.check
    there.says["refusal"] = GONE
    there.receive("licence_changed", None)
    assert (there.state, there.memory.check) == (before, check)


# Surplus (X2, X3, X4).


def test_X2_news_of_a_licence_leads_on_by_itself():
    run = edition({"surplus": (UNAVAILABLE,)})
    run.says["surplus"] = ()
    run.receive("licence_changed", None)
    assert run.state == "order"


@pytest.mark.parametrize("run", LOOKS_AT_NEWS)
def test_X3_news_is_looked_at_wherever_it_matters(run):
    there = run()
    checks = len([effect for effect in there.effects if isinstance(effect, CheckLicences)])
    there.receive("licence_changed", None)
    assert len([effect for effect in there.effects if isinstance(effect, CheckLicences)]) == checks + 1


def test_X2_surplus_left_after_the_change_is_an_operators_task():
    run = scheduled(edition())
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE, ENDING, LIMIT))
    run.wait(EFFECTIVE)
    assert run.state == "leftover" and run.chart.public_state == "surplus_resolution"
    task = run.task("surplus")
    assert (task.text, task.values) == ("surplus", {"surplus": [ROW_UNAVAILABLE, ROW_LIMIT]})
    assert run.memory.overridden == ()
    assert run.chart.waiting_for() == ("operator",) and run.chart.enabled() == ("recheck_licences",)
    run.says["surplus"] = (UNAVAILABLE,)
    run.send("recheck_licences")
    check = next(effect for effect in reversed(run.effects) if isinstance(effect, CheckLicences))
    assert check.after and check.version == "v1" and run.state == "leftover"
    run.says["surplus"] = ()
    run.receive("licence_changed", None)
    assert run.state == "applied"


def test_X2_overrides_end_with_the_change_and_the_operator_settles_what_is_left():
    run = edition({"surplus": (UNAVAILABLE,)})
    run.send("override_surplus", licences=["L-9"])
    scheduled(run)
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    run.wait(EFFECTIVE)
    assert run.task("surplus").values == {"surplus": [ROW_UNAVAILABLE]}
    assert run.confirm("surplus") is None
    assert run.state == "applied"


@pytest.mark.parametrize("surplus", [(), (ENDING,)])
def test_X2_X3_what_ends_by_itself_needs_no_task(surplus):
    run = scheduled(edition())
    run.receipt = Receipt(key="k", surplus=surplus)
    run.wait(EFFECTIVE)
    assert run.state == "applied" and run.check.surplus == surplus


def test_X4_a_channel_there_again_holds_the_order_on_its_date():
    run = LoneRun("order_package", NOTICE | {"warnings": ({"code": "package_zero"},)}, **PACKAGE)
    run.send("acknowledge_warning")
    scheduled(run)
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,), held=True)
    run.wait(EFFECTIVE)
    assert run.state == "held" and run.chart.public_state == "surplus_resolution"
    assert run.task("surplus").text == "surplus_channels" and run.task("surplus").values == {
        "surplus": [ROW_UNAVAILABLE]
    }
    run.receive("licence_changed", None)
    assert run.state == "held"
    run.receipt = Receipt(key="k")
    assert run.confirm("surplus") is None
    assert run.state == "applied"


def test_X13_a_revocation_lists_what_was_ended_for_its_sake():
    run = edition({"surplus": (UNAVAILABLE, LIMIT)})
    assert [(entry.licence, entry.values) for entry in run.memory.once_surplus] == [
        ("L-9", {"kind": "voucher"}), ("L-1", {"kind": "pos"}), ("L-2", {"kind": "pos"}),
    ]  # fmt: skip
    run.says["surplus"] = (ENDING,)
    run.receive("licence_changed", LicenceChanged(licence="L-2", state="applied"))
    scheduled(run)
    run.send("request_revocation", explanation="x")
    assert run.task("revocation").values["cancelled"] == [
        {
            "called": "voucher (L-9)", "run": "voucher/K-1/L-9", "ends_at": "2027-01-31T23:00:00+00:00",
            "state": "scheduled",
        },
        {
            "called": "pos_wawi (L-2)", "run": "pos/K-1/L-2", "ends_at": "2027-01-04T11:00:00+00:00",
            "state": "applied",
        },
    ]  # fmt: skip
    run.confirm("revocation", decision="granted")
    assert run.notice("revoked") == TOLD | {"cancelled": ["voucher (L-9)", "pos_wawi (L-2)"]}


def test_X13_a_licence_gone_without_news_is_listed_without_a_date():
    run = edition({"surplus": (UNAVAILABLE,)})
    run.says["surplus"] = ()
    run.send("recheck_licences")
    scheduled(run)
    run.send("request_revocation", explanation="x")
    assert run.task("revocation").values["cancelled"] == [
        {"called": "voucher (L-9)", "run": "voucher/K-1/L-9", "ends_at": None, "state": "applied"}
    ]


def test_news_of_a_licence_replaces_the_former_of_the_same():
    run = edition()
    first = with_licence_news(run.memory, LicenceChanged(licence="L-1", state="scheduled"), NOW)
    run.memory.licence_news = first
    run.memory.licence_news = with_licence_news(run.memory, LicenceChanged(licence="L-2", state="applied"), NOW)
    again = with_licence_news(run.memory, LicenceChanged(licence="L-1", state="applied"), NOW + DAY)
    assert [(news.licence, news.state, news.at) for news in again] == [
        ("L-2", "applied", NOW), ("L-1", "applied", NOW + DAY),
    ]  # fmt: skip

"""Corners of the charts, one rule each: where two things meet that seldom do."""

from datetime import date, timedelta
from typing import Any

import pytest

from states.chart.admission import parse
from states.chart.orders import ask_which_date
from states.chart.revocation import date_has_come, revocable
from states.chart.surplus import open_leftover
from states.chart.turn import Answer
from states.model.effects import ApplyChange, CheckLicences, Tell, Withdraw
from states.model.facts import Question, Receipt, Refusal, RunSettings
from states.model.request import LicenceChanged, Request
from states.rules.effective_date import date_for, effective_at
from states.rules.surplus_resolution import cancellations_for_run, resolved_flags, with_licence_news
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    DAY,
    EDITION,
    GONE,
    INCLUDED,
    LIMIT,
    NOTICE,
    NOW,
    PACKAGE,
    PAID,
    TOLD,
    TOLD_TERM,
    UNAVAILABLE,
    LoneRun,
    edition,
    moment,
    over_standing,
    scheduled,
)

EFFECTIVE = moment("2027-01-31 23:00")
OUTSIDE = {"outside": ({"what": "pilot", "rule": "MP3"},)}
SHOPIFY = {"outside": ({"what": "shopify", "rule": "CO4"},)}
NO = Refusal(rule="D6", code="booking_refused", values={"reason": "no"})
ZERO = NOTICE | {"warnings": ({"code": "package_zero"},)}


def refused_booking(run: LoneRun) -> LoneRun:
    """The customer centre said no to the order."""
    run.refuses = NO
    run.send("place_order")
    run.refuses = None
    assert (run.state, run.memory.refusal) == ("order", NO)
    return run


def news(run: LoneRun) -> None:
    """A licence of the customer has changed."""
    run.receive("licence_changed", None)


# Guards.


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("features_lost", "feature_warning"),
        ("user_management_lost", "feature_warning"),
        ("integrations_end", "feature_warning"),
        ("backup", "feature_warning"),
        ("package_zero", "feature_warning"),
        ("overage", "feature_warning"),
        ("no_saving", "order"),
    ],
)
def test_what_is_lost_is_acknowledged_first(code, state):
    assert LoneRun("voucher", PAID | {"warnings": ({"code": code},)}).state == state


def test_CO4_what_was_ordered_here_ends_here_even_where_a_step_at_shopify_turns_up():
    run = LoneRun("connector", INCLUDED)
    run.says |= SHOPIFY
    scheduled(run)
    run.wait(NOW)
    assert run.state == "third_party"
    run.confirm("third_party", proof={"reference": "mail"})
    assert run.state == "applied"


def test_a_refused_booking_may_be_ordered_again_and_is_then_forgotten():
    run = refused_booking(LoneRun("voucher", PAID))
    assert "place_order" in run.chart.enabled()
    run.held_back = {"check_licences"}
    run.send("place_order")
    assert run.memory.refusal is None
    run.release()
    assert (run.state, run.memory.refusal) == ("scheduled", None)


def test_X11_a_refused_booking_without_a_standing_order_has_nothing_to_take_back():
    run = edition(held_back=("place_order",))
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    run.refuses = NO
    run.release()
    assert run.state == "revoked" and not [effect for effect in run.effects if isinstance(effect, Withdraw)]


def test_X10_without_a_standing_order_none_is_due():
    run = LoneRun("shop_hosting", PAID | {"mode": "guided"}, target="t-1")
    run.send("place_order", details={"new_contract": "C"})
    assert run.state == "placing" and "standing_due" not in run.chart.possible()


@pytest.mark.parametrize("at", ["license_check", "ordering"])
def test_G2_what_is_not_held_any_more_is_refused_where_no_order_stands(at):
    run = LoneRun("edition", NOTICE, **EDITION)
    if at == "ordering":
        run.send("acknowledge_warning")
    run.says["refusal"] = GONE
    run.send("acknowledge_warning" if at == "license_check" else "place_order")
    assert (run.state, run.memory.refusal) == ("refused", GONE)


def test_X11_granted_over_an_unclicked_change_takes_the_standing_order_back_by_hand():
    run = over_standing(mode="guided")
    run.send("acknowledge_warning")
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    assert run.state == "withdrawing"
    assert [task.text for task in run.memory.tasks] == ["perform_withdraw"]
    assert "request_revocation" not in run.chart.enabled()


def test_X11_granted_while_the_booking_keeps_failing_takes_back_what_may_be_booked():
    run = LoneRun("voucher", PAID, held_back=("place_order", "withdraw"))
    run.send("place_order")
    run.fails()
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    assert run.state == "withdrawing"


@pytest.mark.parametrize("change", [False, True])
def test_X11_X10_granted_before_the_booking_fails_it_takes_back_what_may_be_booked_with_what_stands(change):
    """Whoever was granted it before the date is not ended on that date all the same."""
    run = over_standing() if change else edition()
    run.acknowledge()
    run.held_back = {"place_order", "withdraw"}
    assert run.send("place_order") is None
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    assert (run.state, run.memory.revoking) == ("placing", True)
    run.fails()
    assert (run.state, run.memory.revoking) == ("withdrawing", False)
    run.wait(EFFECTIVE + DAY)
    run.release()
    assert (run.state, run.memory.tasks) == ("revoked", ())
    assert ("revoked", "customer") in run.notices() and ("applied", "customer") not in run.notices()


def test_X11_a_check_that_fails_meanwhile_leaves_the_booking_under_way():
    run = edition()
    run.held_back = {"place_order", "check_licences"}
    run.send("place_order")
    run.answer(next(effect for effect in run.waiting if isinstance(effect, CheckLicences)))
    run.receive("licence_changed", None)
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    check = next(effect for effect in run.waiting if isinstance(effect, CheckLicences))
    run.waiting.remove(check)
    run.receive("answered", Answer(check, error="down"))
    assert (run.state, run.memory.revoking) == ("placing", True)


# What is asked.


def test_X8_a_run_is_judged_by_its_own_version():
    run = edition()
    run.send("recheck_licences")
    checks = [effect for effect in run.effects if isinstance(effect, CheckLicences)]
    assert [check.version for check in checks] == [None, "v1", "v1"]
    scheduled(run)
    run.wait(EFFECTIVE)
    assert next(effect for effect in run.effects if isinstance(effect, ApplyChange)).catalogue == "v1"


@pytest.mark.parametrize("run", [edition, lambda: scheduled(edition())])
def test_X8_a_catalogue_that_comes_into_force_meanwhile_does_not_judge_a_run_by_itself(run):
    there = run()
    there.says["in_force"] = "v2"
    for _ in range(2):
        there.receive("licence_changed", None)
        assert next(each for each in reversed(there.effects) if isinstance(each, CheckLicences)).version == "v1"


def test_nobody_is_told_where_nobody_waits():
    assert not [effect for effect in scheduled(LoneRun("voucher", PAID)).effects if isinstance(effect, Tell)]


def test_X12_what_was_booked_by_hand_the_customer_centre_ends_by_itself():
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.confirm("perform", proof={"reference": "T"})
    run.wait(EFFECTIVE)
    assert run.state == "applied"


def test_the_settings_come_with_the_first_check_and_stand_in_the_run_alone():
    run = LoneRun("edition", NOTICE, held_back=("check_licences",), **EDITION)
    settings = RunSettings(zone="UTC")
    run.answer(check=run.next_check(settings=settings))
    assert (run.memory.settings, run.check.settings) == (settings, None)
    assert effective_at(run.memory) == moment("2027-02-01")
    run.request(target="jtl_advanced")
    run.answer(check=run.next_check(settings=settings, term_ends="2027-09-30"))
    assert run.check == run.next_check(term_ends="2027-09-30")


@pytest.mark.parametrize(("reset", "name"), [(None, "r"), ("again", "again")])
def test_a_run_that_was_reset_before_its_first_check_names_what_it_does_anew(reset: str | None, name: str) -> None:
    run = LoneRun("voucher", PAID | {"questions": (ASK_TERM,)}, held_back=("check_licences",))
    run.answer(check=run.next_check(settings=RunSettings(), run_id=reset))
    assert run.memory.names() == (name,)
    assert run.memory.name_of(run.effects[-1].number) == name


def test_X10_a_request_for_another_target_counts_as_an_act_of_the_customer():
    run = edition()
    run.wait(NOW + 8 * DAY)
    assert run.memory.reminders == 1
    run.request(target="jtl_advanced")
    assert (run.memory.last_customer_at, run.memory.reminders) == (NOW + 8 * DAY, 0)
    assert run.memory.timeline[-1].by == "c"


def test_X10_what_was_refused_for_the_former_target_does_not_hold_for_the_new_one():
    run = refused_booking(edition())
    run.request(target="jtl_advanced")
    assert run.memory.refusal is None


def test_X10_questions_about_the_former_target_are_closed_at_once():
    run = LoneRun("shop_hosting", {"cost_effect": "unknown", "questions": (ASK_COST,)}, target="t-1")
    run.held_back = {"check_licences"}
    run.request(target="t-2")
    run.answer()
    assert (run.state, run.memory.tasks) == ("license_check", ())


def test_a_question_is_asked_after_a_refused_booking_too():
    run = refused_booking(LoneRun("voucher", PAID))
    run.says |= {"term_ends": None, "questions": (ASK_TERM,)}
    news(run)
    assert run.task("clarify_term")


def test_X2_what_came_into_surplus_while_it_was_booked_stands_against_the_next_order():
    run = edition(held_back=("place_order",))
    run.send("place_order")
    run.says["surplus"] = (UNAVAILABLE,)
    news(run)
    run.refuses = NO
    run.release()
    assert (run.state, run.memory.refusal) == ("order", NO)
    assert "place_order" not in run.chart.enabled()
    assert run.send("recheck_licences") is None
    assert run.state == "surplus_resolution"


def test_X6_a_term_that_the_orders_own_check_finds_takes_the_place_of_the_one_said():
    run = LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    run.confirm("clarify_term", at="2027-06-30")
    run.says |= {"term_ends": "2027-03-31", "questions": ()}
    scheduled(run)
    assert (run.order.effective_at, run.order.term) == (moment("2027-03-31 22:00"), None)


def test_every_open_question_but_the_term_is_asked_beside_the_cost():
    partners = Question(type="clarify", rule="FFN1")
    run = LoneRun(
        "production", {"cost_effect": "cancellation", "date_rule": "term", "questions": (ASK_COST, ASK_TERM, partners)}
    )
    assert [task.type for task in run.memory.tasks] == ["clarify_cost", "clarify"]


def test_empty_details_are_none():
    assert scheduled(LoneRun("voucher", PAID), details={}).order.details is None


def test_FFN1_once_clarified_the_exit_can_be_ordered():
    run = LoneRun(
        "fulfillment", {"cost_effect": "none", "questions": ({"type": "clarify", "rule": "FFN1"},)}, subject="ffn"
    )
    run.confirm("clarify", note="one partner")
    assert "place_order" in run.chart.enabled()


# Dates.


@pytest.mark.parametrize(("ends", "orderable"), [("2027-01-04", True), ("2027-01-03", False)])
def test_X6_the_last_usable_day_itself_still_runs(ends, orderable):
    run = LoneRun("voucher", PAID | {"term_ends": ends})
    assert ("place_order" in run.chart.enabled()) is orderable


def test_X6_the_term_of_an_included_licence_says_nothing():
    run = LoneRun("voucher", INCLUDED | {"term_ends": "2027-01-31"})
    assert effective_at(run.memory) is None
    assert scheduled(run).order.effective_at == NOW


def test_X5_a_term_clarified_counts_only_where_the_cost_falls():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST, ASK_TERM)})
    run.confirm("clarify_cost", decision="none")
    run.memory.clarified_term = moment("2027-06-30").date()
    assert date_for(run.memory, NOW) is None


# What a run waits for.


def test_X11_not_revocable_from_the_very_moment_of_the_date():
    run = scheduled(edition())
    run.memory.now = EFFECTIVE - timedelta(seconds=1)
    assert revocable(run.memory, run.chart.traits)
    run.memory.now = EFFECTIVE
    assert not revocable(run.memory, run.chart.traits)


def test_X11_the_date_has_not_come_for_what_is_not_booked():
    assert not date_has_come(over_standing().memory, EFFECTIVE)
    run = edition(held_back=("place_order",))
    run.send("place_order")
    assert not date_has_come(run.memory, EFFECTIVE)


def test_X11_nothing_can_be_revoked_while_it_is_applied():
    run = scheduled(edition(held_back=("apply_change",)))
    run.wait(EFFECTIVE)
    assert "revocation_granted" not in run.chart.possible()


def test_while_licences_are_checked_a_customer_may_leave():
    run = edition()
    run.held_back = {"check_licences"}
    run.send("recheck_licences")
    assert run.chart.enabled() == ("abandon",)


def test_an_effect_that_nobody_waits_for_may_need_repair_too():
    run = scheduled(edition())
    run.receive("answered", Answer(Withdraw(number=9), error="down"))
    news(run)
    assert run.task("repair") and run.chart.waiting_for() == ("date", "repair")
    assert run.confirm("repair", decision="skip", note="called") is None
    assert run.state == "scheduled"


def test_a_question_about_a_late_booking_goes_with_its_date():
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    run.now = moment("2027-01-20")
    run.confirm("perform", proof={"reference": "T"})
    assert run.reject("clarify_term") is None and run.task("clarify_term")
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    run.wait(moment("2027-02-28 23:00"))
    assert run.state == "leftover" and [task.type for task in run.memory.tasks] == ["surplus"]


def test_a_question_goes_where_surplus_comes_first_or_the_record_answers_it():
    run = edition({"questions": (ASK_TERM,)})
    run.says["questions"] = ()
    news(run)
    assert (run.state, run.memory.tasks) == ("order", ())
    run = edition({"questions": (ASK_TERM,)})
    run.says["surplus"] = (UNAVAILABLE,)
    news(run)
    assert (run.state, run.memory.tasks) == ("surplus_resolution", ())


def test_X10_a_standing_order_without_a_date_is_not_due():
    run = LoneRun("shop_hosting", PAID | {"mode": "guided"}, target="t-1")
    run.send("place_order", details={"new_contract": "C"})
    run.now = EFFECTIVE
    run.confirm("perform", proof={"reference": "T"})
    run.says["term_ends"] = "2027-06-30"
    run.request(target="t-2")
    assert run.memory.standing is not None and "standing_due" not in run.chart.timers()


def test_MOV1_nobodys_clock_runs_while_an_appointment_is_awaited():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at="2027-03-10T10:00+01:00")
    assert set(run.chart.timers()) == {"date_reached"}


def test_X11_the_clock_stands_still_while_a_revocation_is_decided():
    run = over_standing()
    assert run.memory.idle_since is not None
    run.send("request_revocation", explanation="x")
    assert run.memory.idle_since is None


def test_X9_after_the_date_nobody_abandons_what_waits_for_a_proof():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(EFFECTIVE)
    assert run.state == "third_party" and "abandon" not in run.chart.timers()
    assert run.memory.idle_since is None


def test_an_answer_that_nobody_waits_for_changes_nothing():
    run = edition()
    run.says["surplus"] = (UNAVAILABLE,)
    assert run.send("place_order") is not None
    before = run.memory.model_copy()
    assert run.chart.receive("answered", Answer(Withdraw(), receipt=Receipt(key="k")), run.now) == ()
    assert run.chart.verdict is None and run.memory == before


def test_an_end_leaves_no_task_open():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.send("supersede", booking="B-1")
    assert (run.state, run.memory.tasks) == ("superseded", ())


# Admission.


@pytest.mark.parametrize("error", [RecursionError, OverflowError, ValueError, TypeError])
def test_whatever_a_payload_breaks_is_malformed(error):
    class Odd(Request):
        """A shape that cannot be read."""

        @classmethod
        def model_validate(cls, *_: Any, **__: Any) -> Any:
            raise error("odd \ud800")

    refusal = parse(Odd, ({},))
    assert isinstance(refusal, Refusal)
    (fault,) = refusal.values["fault"]
    assert (refusal.code, fault) == ("malformed", {"field": None, "what": "other", "said": "odd \\ud800"})


def test_X10_over_a_standing_order_its_target_drops_the_change_where_another_is_not_possible():
    run = scheduled(edition(target="jtl_advanced"))
    standing = run.memory.request
    run.request(target="jtl_start")
    run.held_back = {"check_licences"}
    run.send("acknowledge_warning")
    assert run.state == "license_check" and run.chart.would_refuse("requested", standing, run.now) is None
    enabled = ["supersede", "request_revocation", "abandon"]
    values = {"event": "requested", "state": "license_check", "enabled": enabled}
    other = standing.model_copy(update={"target": "jtl_pro"})
    assert run.chart.would_refuse("requested", other, run.now) == Refusal(rule="X10", code="not_enabled", values=values)


def test_X10_while_the_change_is_booked_its_standing_target_is_not_possible():
    run = scheduled(edition(target="jtl_advanced"))
    standing = run.memory.request
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.held_back = {"place_order"}
    run.send("place_order")
    values = {"event": "requested", "state": "order", "enabled": ["request_revocation"]}
    assert run.chart.would_refuse("requested", standing, run.now) == Refusal(
        rule="X10", code="not_enabled", values=values
    )


def leftover() -> LoneRun:
    """An edition that has changed with something left."""
    run = scheduled(edition())
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    run.wait(EFFECTIVE)
    return run


def held() -> LoneRun:
    """A package 0 that a channel holds."""
    run = LoneRun("order_package", ZERO, **PACKAGE)
    run.send("acknowledge_warning")
    scheduled(run)
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,), held=True)
    run.wait(EFFECTIVE)
    return run


def unproved() -> LoneRun:
    """A marketplace after its date, without the proof."""
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(EFFECTIVE)
    return run


@pytest.mark.parametrize(("run", "state"), [(leftover, "leftover"), (held, "held"), (unproved, "third_party")])
def test_X11_after_the_date_a_revocation_is_too_late_whatever_is_left_to_do(run, state):
    there = run()
    refusal = there.send("request_revocation", explanation="x")
    assert there.state == state and refusal is not None and refusal.code == "too_late"


def test_FFN5_an_exit_is_revocable_until_the_last_partner_has_confirmed():
    run = LoneRun("fulfillment", {"cost_effect": "none"}, subject="ffn")
    run.send("place_order")
    assert run.send("request_revocation", explanation="x") is None


def test_X11_while_it_is_taken_back_a_second_revocation_is_not_possible_and_not_too_late():
    run = scheduled(edition(held_back=("withdraw",)))
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    run.now = run.memory.now = EFFECTIVE + DAY
    refusal = run.send("request_revocation", explanation="x")
    assert refusal is not None and refusal.code == "not_enabled"


def test_WMU4_a_mobile_user_is_assigned_back():
    run = LoneRun("wms_user", PAID | {"current": "wms_mobile"})
    assert run.send("reassign", to="wms") is None
    assert run.state == "reassigned"


def test_the_first_event_of_a_customer_may_be_of_any_moment():
    run = edition()
    run.memory.last_customer_at = None
    assert run.send("recheck_licences", time="2026-12-31T00:00:00Z") is None
    run.memory.last_customer_at = None
    assert run.request(target="jtl_advanced", time="2026-12-31T00:00:00Z") is None


def test_X4_what_was_asked_before_is_pointless_while_the_order_is_tried_again():
    run = held()
    run.held_back = {"apply_change"}
    run.send("recheck_licences")
    assert run.state == "applying"
    values = {"event": "surplus_settled", "state": "scheduled", "enabled": []}
    assert run.confirm("surplus") == Refusal(rule="contract", code="not_enabled", values=values)


# Tasks.


def test_X12_what_is_asked_by_hand_has_a_number_of_its_own():
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    before = run.memory.number
    run.send("place_order")
    step = run.task("perform").step
    assert step is not None and step.number == before + 4
    assert run.memory.number == before + 5


def test_X6_the_term_said_after_a_late_booking_stands_in_the_order():
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    run.now = moment("2027-01-20")
    run.confirm("perform", proof={"reference": "T"})
    run.confirm("clarify_term", at="2027-03-31")
    assert run.order.term == date(2027, 3, 31)


def test_X9_the_reminder_says_where_the_run_stands():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(NOW + 7 * DAY)
    assert run.notice("reminder") == TOLD_TERM | {
        "state": "scheduled", "number": 1, "again": False, "steps": [{"what": "pilot", "name": None}],
    }  # fmt: skip


def test_X9_a_proof_was_handed_in_when_the_customer_says():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.now = NOW + 2 * DAY
    at = (NOW + DAY).isoformat()
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail", time=at)
    proof = run.task("third_party").proof
    assert proof is not None and proof.confirmed_at == NOW + DAY


def test_X11_a_revocation_may_be_declined_without_words():
    run = scheduled(edition())
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="declined")
    assert run.notice("declined") == TOLD | {"note": "", "revocation": True}


def test_two_effects_that_keep_failing_are_two_tasks_and_the_same_one_is_one():
    run = scheduled(edition())
    for number in (8, 9, 9):
        run.receive("answered", Answer(ApplyChange(catalogue="v1", number=number), error="down"))
    assert len(run.memory.tasks) == 2


def test_another_type_is_another_task():
    run = scheduled(edition())
    run.send("request_revocation", explanation="x")
    ask_which_date(run.chart.turn(), run.order)
    open_leftover(run.chart.turn())
    assert [task.type for task in run.memory.tasks] == ["revocation", "clarify_term", "surplus"]


# Paths.


@pytest.mark.parametrize(
    ("kind", "says", "more"),
    [
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO1"},)}, {}),
        ("fulfillment", {"cost_effect": "none"}, {"subject": "ffn"}),
        ("setup_service", {}, {"explanation": "e"}),
    ],
)
def test_X12_what_a_person_has_done_elsewhere_is_not_clicked_again(kind, says, more):
    run = LoneRun(kind, says | {"mode": "guided"}, **more)
    if kind == "fulfillment":
        run.send("place_order")
    if kind == "setup_service":
        run.confirm("support_ticket", decision="granted")
    else:
        run.confirm("third_party", proof={"reference": "mail"})
    assert run.state in ("external", "applied")


def test_MIS_a_granted_ticket_changes_no_record():
    run = LoneRun("misclick", {}, explanation="e", held_back=("apply_change",))
    run.confirm("support_ticket", decision="granted")
    assert run.state == "applied"


def test_SUP3_the_day_is_asked_for_on_the_ticket_itself():
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    run.receive("answered", Answer(Withdraw(number=9), error="down"))
    assert [task.at_required for task in run.memory.tasks] == [True, False]


def test_MOV1_a_rejected_decoupling_is_that_of_the_step_by_hand():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at="2027-01-11T10:00+01:00")
    run.receive("answered", Answer(Withdraw(number=9), error="down"))
    run.wait(moment("2027-01-11 09:00"))
    assert run.reject("repair") is None and run.state == "decoupling"
    assert run.reject("perform") is None and run.state == "appointing"
    assert [task.type for task in run.memory.tasks] == ["repair", "appointment"]


@pytest.mark.parametrize(("target", "state"), [(0, "license_check"), (100, "feature_warning")])
def test_OP4_package_zero_looks_at_the_channels_first(target, state):
    run = LoneRun("order_package", ZERO, subject="orders", target=target, held_back=("check_licences",))
    run.answer()
    assert run.state == state


def test_X4_news_of_a_channel_is_looked_at_before_and_tried_again_on_the_date():
    run = LoneRun("order_package", ZERO | {"surplus": (UNAVAILABLE,)}, **PACKAGE)
    run.says["surplus"] = ()
    news(run)
    assert run.state == "feature_warning"
    run = held()
    run.receipt = Receipt(key="k")
    news(run)
    assert run.state == "applied"


def test_FFN1_recorded_partners_are_the_steps():
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": (PARTNER,)}, subject="ffn")
    assert not revocable(run.memory, run.chart.traits)
    run.send("place_order")
    assert run.task("third_party").subject == "P-1"


PARTNER = {"what": "partner", "rule": "FFN5", "subject": "P-1"}


# Surplus.


def test_X2_X3_a_limit_is_resolved_when_as_many_are_named_or_end_as_are_too_many():
    two = LIMIT.model_copy(update={"too_many": 2})
    none = LIMIT.model_copy(update={"too_many": 0, "ending": {"L-1": NOW, "L-2": NOW}})
    for named, flags in (("L-9",), [False, False, True]), (("L-1",), [False, True, True]), (("L-1", "L-2"), [True] * 3):
        assert resolved_flags((two, LIMIT, none), named) == flags, named
    assert resolved_flags((LIMIT, UNAVAILABLE), ("", "L-9")) == [False, True]


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ("applied", [("pos_wawi (L-2)", "pos/K-1/L-2", "2027-01-04T11:00:00+00:00", "applied")]),
        ("external", [("pos_wawi (L-2)", "pos/K-1/L-2", "2027-01-04T11:00:00+00:00", "applied")]),
        ("scheduled", []),
    ],
)
def test_X13_which_candidate_has_ended_only_its_own_run_can_say(state, listed):
    run = edition({"surplus": (LIMIT,)})
    run.memory.licence_news = with_licence_news(run.memory, LicenceChanged(licence="L-2", state=state), NOW)
    run.says["surplus"] = ()
    run.send("recheck_licences")
    scheduled(run)
    run.send("request_revocation", explanation="x")
    assert [tuple(ended.values()) for ended in run.task("revocation").values["cancelled"]] == listed


def test_X13_ED5_what_ends_for_a_revoked_order_is_called_by_its_products_label():
    """A licence whose end is booked, one that is gone, and of a limit one that ends with the rest."""
    labelled = {"kind": "voucher", "product": "JTL-Vouchers"}
    ending = UNAVAILABLE.model_copy(update={"ends_at": EFFECTIVE, "values": labelled})
    gone = UNAVAILABLE.model_copy(update={"licence": "L-8", "values": labelled})
    limit = LIMIT.model_copy(update={"ending": {"L-3": EFFECTIVE}, "values": {"kind": "pos", "product": "Kasse"}})
    run = edition({"surplus": (ending, gone, limit)})
    run.says["surplus"] = (ending, limit)
    run.send("recheck_licences")
    run.send("override_surplus", licences=["L-1"])
    scheduled(run)
    run.send("request_revocation", explanation="x")
    date = EFFECTIVE.isoformat()
    assert [tuple(ended.values()) for ended in run.task("revocation").values["cancelled"]] == [
        ("JTL-Vouchers (L-9)", "voucher/K-1/L-9", date, "scheduled"),
        ("JTL-Vouchers (L-8)", "voucher/K-1/L-8", None, "applied"),
        ("Kasse (L-3)", "pos/K-1/L-3", date, "scheduled"),
    ]


def test_X13_news_of_a_booking_gives_no_date_and_a_booked_end_its_own():
    ending = UNAVAILABLE.model_copy(update={"ends_at": EFFECTIVE})
    plain = UNAVAILABLE.model_copy(update={"licence": "L-8", "values": {}})
    run = edition({"surplus": (UNAVAILABLE, plain)})
    for state in ("scheduled", "applied"):
        run.memory.licence_news = with_licence_news(run.memory, LicenceChanged(licence="L-9", state=state), NOW)
        run.says["surplus"] = (ending,)
        run.send("recheck_licences")
        assert [(ended.licence, ended.ends_at, ended.state) for ended in cancellations_for_run(run.memory)] == [
            ("L-9", EFFECTIVE, "scheduled")
        ]
    run.memory.licence_news = with_licence_news(run.memory, LicenceChanged(licence="L-9", state="scheduled"), NOW)
    run.says["surplus"] = ()
    run.send("recheck_licences")
    assert [(ended.licence, ended.ends_at, ended.state) for ended in cancellations_for_run(run.memory)] == [
        ("L-9", None, "applied")
    ]


# While the order is checked.


def test_D6_an_order_shows_the_date_of_its_own_moment_at_once():
    run = edition()
    run.wait(moment("2027-01-20"))
    run.held_back = {"check_licences"}
    assert run.send("place_order", time="2027-01-16T00:00:00Z") is None
    assert run.state == "ordering" and run.order.effective_at == EFFECTIVE


def test_X14_an_order_shows_the_term_clarified_at_once():
    run = edition({"questions": (ASK_TERM,)})
    run.confirm("clarify_term", at="2027-06-30")
    run.held_back = {"check_licences"}
    assert run.send("place_order") is None
    assert run.state == "ordering" and run.order.term == date(2027, 6, 30)

"""What a run waits for, when it wakes, whose clock runs, which tasks it holds: each on its chart alone."""

from datetime import timedelta
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.reminders import escalation_at
from states.chart.revocation import date_has_come, revocable
from states.chart.task_types import decisions_of
from states.chart.tasks import open_outside_steps
from states.model.effects import ApplyChange, AssignLicence, CheckLicences, Decouple, HandOver, Notify, Withdraw
from states.model.facts import Receipt, RunSettings
from states.model.request import RejectTask
from states.rules.effective_date import effective_at
from states.rules.run_values import origin_facts
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
    ROW_LIMIT,
    ROW_UNAVAILABLE,
    TOLD,
    TOLD_LATER,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    over_standing,
    scheduled,
)

OUTSIDE = {"outside": ({"what": "pilot", "rule": "MP3", "name": "JTL", "values": {"a": 1}},)}
EFFECTIVE = moment("2027-01-31 23:00")


def guided(kind: str, says: dict, **more) -> LoneRun:
    """A run whose steps a person does by hand."""
    return LoneRun(kind, says | {"mode": "guided", "click_paths": {"order": ("one", "two")}}, **more)


# Whom it waits for.


@pytest.mark.parametrize(
    ("run", "waits"),
    [
        (lambda: LoneRun("edition", NOTICE, **EDITION), ("customer",)),
        (lambda: LoneRun("edition", NOTICE, held_back=("check_licences",), **EDITION), ("system",)),
        (lambda: edition({"surplus": (UNAVAILABLE,)}), ("customer",)),
        (edition, ("customer",)),
        (lambda: edition({"questions": (ASK_TERM,)}), ("operator",)),
        (lambda: LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)}), ("operator",)),
        (lambda: scheduled(edition()), ("date",)),
        (lambda: scheduled(LoneRun("marketplace", PAID | OUTSIDE)), ("third_party", "date")),
        (lambda: LoneRun("misclick", {}, explanation="e"), ("operator",)),
        (lambda: LoneRun("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO1"},)}), ("third_party",)),
    ],
)
def test_a_run_waits_for(run, waits):
    assert run().chart.waiting_for() == waits


def test_X9_a_proof_handed_in_waits_for_the_operator():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    assert run.chart.waiting_for() == ("operator", "date")


def test_a_failing_effect_waits_for_repair_and_not_for_the_system():
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    assert run.chart.waiting_for() == ("system",)
    run.fails("no answer")
    assert run.chart.waiting_for() == ("repair",)
    task = run.task("repair")
    assert decisions_of(task) == ("retry", "skip", "end")
    assert task.values == {"action": "place_order", "error": "no answer"}
    assert run.notices() == []  # operators are told by the notice of the task
    line = run.memory.timeline[-1]
    assert (line.event, line.note) == ("step_failed", "note.step_failed")
    assert line.values == {"action": "place_order", "error": "no answer"}


def test_without_a_first_check_nothing_can_be_skipped():
    run = LoneRun("voucher", PAID, held_back=("check_licences",))
    run.fails()
    assert decisions_of(run.task("repair")) == ("retry", "end")
    assert run.confirm("repair", decision="retry") is None
    assert [effect.number for effect in run.effects if isinstance(effect, CheckLicences)] == [1, 1]
    run.release()
    run.held_back = {"check_licences"}
    run.send("recheck_licences")
    run.fails()
    assert "skip" in decisions_of(run.task("repair"))


def test_an_effect_that_is_skipped_counts_as_done():
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.fails()
    assert run.confirm("repair", decision="skip", note="booked by mail") is None
    assert run.state == "scheduled"
    assert run.memory.receipt == Receipt(key="skipped")
    skipped = next(line for line in run.memory.timeline if line.event == "skipped")
    assert (skipped.note, skipped.values) == ("note.skipped", {})


def test_a_run_given_up_in_repair_has_ended():
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.fails()
    assert run.confirm("repair", decision="end", note="n") is None
    assert (run.state, run.chart.waiting_for(), run.chart.enabled(), run.chart.possible()) == (
        "given_up", (), (), frozenset(),
    )  # fmt: skip
    assert run.chart.timers() == {} and run.memory.tasks == ()


# What a customer could send.


@pytest.mark.parametrize(
    ("run", "enabled"),
    [
        (lambda: LoneRun("edition", NOTICE, **EDITION), ("acknowledge_warning", "abandon")),
        (lambda: edition({"surplus": (UNAVAILABLE,)}), ("recheck_licences", "override_surplus", "abandon")),
        (edition, ("recheck_licences", "place_order", "abandon")),
        (lambda: edition({"questions": (ASK_TERM,)}), ("recheck_licences", "abandon")),
        (lambda: LoneRun("wms_user", PAID), ("recheck_licences", "place_order", "reassign", "abandon")),
        (lambda: scheduled(edition()), ("supersede", "request_revocation")),
        (
            lambda: scheduled(LoneRun("marketplace", PAID | OUTSIDE)),
            ("hand_in_proof", "supersede", "request_revocation"),
        ),
        (lambda: LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2"), ("abandon",)),
    ],
)
def test_just_those_events_are_enabled(run, enabled):
    assert run().chart.enabled() == enabled


def test_neither_leaving_nor_a_second_order_is_enabled_while_one_is_on_its_way():
    """ED10: also where an order stands beneath the change."""
    run = scheduled(edition(target="jtl_advanced"))
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.held_back = {"check_licences"}
    run.send("place_order")
    assert run.state == "ordering"
    assert run.chart.enabled() == ("request_revocation",)


def test_X11_a_revocation_is_asked_for_once_at_a_time():
    run = scheduled(edition())
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    assert "request_revocation" not in run.chart.enabled()
    task = run.task("revocation")
    assert task.text == "revocation"
    assert task.values == {
        "explanation": "clicked wrongly", "effective_at": "2027-01-31T23:00:00+00:00", "by_hand": False,
        "cancelled": [],
    }  # fmt: skip
    assert run.reject("revocation", "not this time") is None
    assert run.notices()[-1] == ("declined", "customer")
    assert run.notice("declined") == TOLD | {"note": "not this time", "revocation": True}
    assert "request_revocation" in run.chart.enabled()


@pytest.mark.parametrize(
    ("waits_for", "state", "can_be_revoked"),
    [("place_order", "placing", True), ("withdraw", "withdrawing", False), ("apply_change", "applying", False)],
)
def test_X11_revocable_from_the_order_to_the_date(waits_for, state, can_be_revoked):
    run = edition(held_back=(waits_for,))
    run.send("place_order")
    if state == "withdrawing":
        run.send("request_revocation", explanation="x")
        run.confirm("revocation", decision="granted")
    if state == "applying":
        run.wait(EFFECTIVE)
    assert (run.state, revocable(run.memory, run.chart.traits)) == (state, can_be_revoked)


def test_X11_the_standing_orders_date_counts_while_a_change_is_under_way():
    run = scheduled(edition(target="jtl_advanced"))
    run.now = run.memory.now = moment("2027-01-20")
    run.request(target="jtl_start")
    assert run.state == "feature_warning" and revocable(run.memory, run.chart.traits)
    assert not date_has_come(run.memory, EFFECTIVE - DAY)
    assert run.chart.timers()["standing_due"] == EFFECTIVE


# Revocations.


def test_X11_a_granted_revocation_takes_the_booking_back():
    run = scheduled(edition())
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    assert run.state == "revoked"
    assert isinstance(run.effects[-3], Withdraw) and run.receipts()[-1] == "revoked"
    assert run.notices()[-1] == ("revoked", "customer") and run.notice("revoked") == TOLD | {"cancelled": []}


def test_X11_one_granted_while_the_booking_is_on_its_way_is_taken_up_with_its_answer():
    run = edition(held_back=("place_order",))
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    assert ("revocation_granted" in run.chart.possible()) and "granted" not in run.chart.possible()
    assert run.confirm("revocation", decision="granted") is None
    assert (run.state, run.memory.revoking, run.memory.tasks) == ("placing", True, ())
    assert "request_revocation" not in run.chart.enabled()
    run.held_back = {"withdraw"}
    run.proceed()
    assert (run.state, run.memory.revoking) == ("withdrawing", False)
    run.release()
    assert run.state == "revoked"


def test_X11_one_taken_up_by_a_refused_booking_ends_the_run():
    run = edition(held_back=("place_order",))
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    run.refuses = GONE.model_copy(update={"code": "booking_refused", "values": {"reason": "because"}})
    run.release()
    assert (run.state, run.memory.order, run.memory.revoking) == ("revoked", None, False)
    assert run.notice("booking_refused") == TOLD | {"reason": "because"}


def test_X11_one_granted_before_anybody_clicked_ends_the_run_at_once():
    run = guided("voucher", PAID)
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    assert run.confirm("revocation", decision="granted") is None
    assert run.state == "revoked" and not [effect for effect in run.effects if isinstance(effect, Withdraw)]


def test_X11_an_open_one_passes_to_a_misclick_on_the_date():
    run = scheduled(edition())
    run.send("request_revocation", explanation="clicked wrongly")
    assert run.wait(EFFECTIVE)[-1] == "date_reached"
    assert run.state == "applied"
    (ticket,) = [effect.request for effect in run.effects if isinstance(effect, HandOver)]
    assert (ticket.kind, ticket.customer, ticket.subject) == ("misclick", "K-1", "edition.jtl")
    assert (ticket.explanation, ticket.by, ticket.details) == ("clicked wrongly", "c", {"run": "edition/K-1/jtl"})
    line = next(line for line in run.memory.timeline if line.event == "revocation_passed_on")
    assert (line.note, line.values) == ("note.revocation_passed_on", {"run": "misclick/K-1/edition.jtl"})
    assert run.notice("applied")["passed_on"] == "misclick/K-1/edition.jtl"


def to_be_switched_off(**says: Any) -> LoneRun:
    """What costs nothing is to be switched off by hand, and its day has come."""
    run = guided("marketplace", INCLUDED | says)
    run.send("place_order")
    run.wait(NOW)
    assert run.state == "applying" and run.task("perform")
    return run


def test_X11_X12_until_a_person_has_switched_it_off_it_can_be_taken_back_and_no_longer():
    run = to_be_switched_off(**OUTSIDE)
    run.wait(NOW + 2 * DAY)
    assert {"request_revocation", "abandon"} <= set(run.chart.enabled())
    run.held_back = {"apply_change"}
    assert run.confirm("perform", proof={"reference": "T"}) is None
    for state in ("applying", "third_party"):
        assert (run.state, set(run.chart.enabled()) & {"request_revocation", "abandon"}) == (state, set())
        refusal = run.send("request_revocation", explanation="x")
        assert refusal is not None and (refusal.rule, refusal.code) == ("X11", "too_late")
        run.release()


def test_X11_X12_one_that_is_open_when_a_person_has_made_the_change_passes_to_a_misclick():
    run = to_be_switched_off()
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    assert run.confirm("perform", proof={"reference": "T"}) is None
    assert (run.state, run.tasks("revocation")) == ("applied", ())
    (ticket,) = [effect.request for effect in run.effects if isinstance(effect, HandOver)]
    assert (ticket.subject, ticket.explanation) == ("marketplace.L-1", "clicked wrongly")
    assert run.notice("applied")["passed_on"] == ticket.workflow_id


def test_X11_X12_one_that_is_open_when_a_person_has_booked_stays_open():
    run = guided("voucher", PAID)
    run.send("place_order")
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    assert run.confirm("perform", proof={"reference": "T"}) is None
    assert run.state == "scheduled" and run.task("revocation")
    assert not [effect for effect in run.effects if isinstance(effect, HandOver)]


def test_X11_while_one_that_was_granted_waits_for_the_booking_no_second_is_asked_for():
    run = edition(held_back=("place_order",))
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    assert run.state == "placing" and "request_revocation" not in run.chart.enabled()


def test_X11_while_a_standing_order_is_taken_back_no_second_is_asked_for():
    run = over_standing()
    run.send("request_revocation", explanation="x")
    run.held_back = {"withdraw"}
    run.confirm("revocation", decision="granted")
    assert run.state == "withdrawing" and run.chart.enabled() == ()


def test_FFN5_a_partner_of_whom_no_name_is_known_is_counted_too():
    partners = [{"what": "partner", "rule": "FFN1"}, {"what": "partner", "rule": "FFN1", "name": "B", "subject": "P-2"}]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    assert run.task("revocation").values["partners"] == []
    run.confirm("revocation", decision="declined")
    run.confirm_task(run.memory.tasks[0], proof={"reference": "mail"})
    run.send("request_revocation", explanation="x")
    assert run.task("revocation").values["partners"] == ["-"]


def test_X11_the_misclick_that_took_it_over_says_where_it_began():
    passed_on = LoneRun("misclick", {}, explanation="e", details={"run": "edition/K-1/jtl"})
    assert origin_facts(passed_on.memory)["run"] == "edition/K-1/jtl"
    assert "passed_on" not in scheduled(LoneRun("voucher", PAID)).notice("scheduled")


@pytest.mark.parametrize(
    "run", ["edition/K-2/jtl", "edition", "edition/K-1", "Edition/K-1/jtl", "x y/K-1/jtl", 7, None]
)
def test_X11_what_is_no_run_of_the_same_customer_is_not_named_as_one(run):
    ticket = LoneRun("misclick", {}, explanation="e", details={"run": run})
    said = origin_facts(ticket.memory)
    assert (said["run"], said["given"]) == (None, {"run": run})


def test_FFN5_X13_a_revocation_names_the_partners_with_whom_it_has_ended():
    """What one of them has confirmed does not come back with the rest."""
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in ("P-1", "P-2")]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.confirm_task(run.memory.tasks[0], proof={"reference": "mail"})
    run.send("request_revocation", explanation="we stay")
    values = run.task("revocation").values
    assert (values["partners"], values["explanation"], values["cancelled"]) == (["P-1"], "we stay", [])
    run.confirm("revocation", decision="granted")
    assert (run.state, run.notice("revoked")["partners"]) == ("revoked", ["P-1"])


def test_FFN5_a_partner_whose_name_is_not_known_is_counted_too():
    partners = [{"what": "partner", "rule": "FFN1", "subject": "P-1"}, {"what": "partner", "rule": "FFN1", "name": "N"}]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.confirm_task(run.memory.tasks[0], proof={"reference": "mail"})
    run.send("request_revocation", explanation="we stay")
    assert run.task("revocation").values["partners"] == ["-"]


def test_FFN5_before_any_partner_has_confirmed_all_of_it_is_taken_back():
    partners = [{"what": "partner", "rule": "FFN1", "name": "P-1", "subject": "P-1"}]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.send("request_revocation", explanation="we stay")
    assert run.task("revocation").values["partners"] == []
    run.confirm("revocation", decision="granted")
    assert (run.notice("revoked")["partners"], run.notice("revoked")["cancelled"]) == ([], [])


# The customer's clock.


def test_ED10_who_does_nothing_is_reminded_each_week_and_abandons_after_thirty_days():
    run = edition()
    assert run.chart.timers() == {
        "abandon": NOW + 30 * DAY, "remind": NOW + 7 * DAY, "order_by_passed": moment("2027-01-16 23:00"),
    }  # fmt: skip
    fired = run.wait(NOW + 30 * DAY)
    assert fired == ["remind", "order_by_passed", "order_by_passed", "remind", "remind", "remind", "abandon"]
    assert run.notices() == [
        ("reminder", "customer"), *[("reminder_urgent", "customer")] * 3, ("abandoned", "customer"),
    ]  # fmt: skip
    about: dict[str, Any] = {"state": "order", "steps": [], "standing": False}
    about |= {"abandons_on": "2027-02-03T11:00:00+00:00"}
    assert [
        effect.values for effect in run.effects if isinstance(effect, Notify) and effect.template.startswith("reminder")
    ] == [
        TOLD | about | {"number": 1, "again": False, "last": False},
        TOLD_LATER | about | {"number": 2, "again": False, "last": False},
        TOLD_LATER | about | {"number": 3, "again": True, "last": False},
        TOLD_LATER | about | {"number": 4, "again": True, "last": True},
    ]
    assert (run.state, run.memory.reminders) == ("abandoned", 4)
    assert [line.note for line in run.memory.timeline if line.event == "remind"] == ["note.reminded"] * 4


def test_the_clock_starts_anew_when_the_customer_acts():
    run = edition()
    run.wait(NOW + 8 * DAY)
    assert run.memory.reminders == 1
    run.send("recheck_licences")
    assert run.memory.reminders == 0
    assert run.chart.timers()["abandon"] == NOW + 38 * DAY
    assert run.chart.timers()["remind"] == NOW + 15 * DAY


def test_the_clock_stands_still_while_an_operator_is_awaited():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert "abandon" not in run.chart.timers()
    assert run.memory.idle_since is None
    run.wait(NOW + 3 * DAY)
    run.confirm("clarify_cost", decision="none")
    assert run.chart.timers()["abandon"] == NOW + 33 * DAY


def test_the_time_already_spent_counts_when_the_clock_goes_on():
    run = LoneRun("edition", NOTICE, **EDITION)
    run.wait(NOW + 2 * DAY)
    assert run.send("acknowledge_warning") is None
    run.wait(NOW + 4 * DAY)
    run.says["questions"] = (ASK_TERM,)
    run.receive("licence_changed", None)
    assert run.task("clarify_term")
    assert (run.memory.idle_since, run.memory.idle_spent) == (None, 2 * DAY)
    run.wait(NOW + 6 * DAY)
    run.confirm("clarify_term", at="2027-06-30")
    assert run.chart.timers()["abandon"] == NOW + 34 * DAY


def test_X9_at_a_third_party_the_customers_clock_runs_until_a_proof_is_handed_in():
    run = LoneRun("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO1"},)})
    assert run.memory.idle_since == NOW
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    assert run.memory.idle_since is None


def test_nobodys_clock_runs_where_nothing_can_be_abandoned():
    run = scheduled(edition())
    assert run.memory.idle_since is None
    assert set(run.chart.timers()) == {"date_reached", "recheck_due"}


# Timers.


def test_X2_an_edition_is_checked_again_five_days_before_its_date():
    run = scheduled(edition())
    assert run.chart.timers() == {"date_reached": EFFECTIVE, "recheck_due": EFFECTIVE - 5 * DAY}
    run.says["surplus"] = (UNAVAILABLE, LIMIT)
    assert run.wait(EFFECTIVE - 5 * DAY) == ["recheck_due"]
    assert run.memory.rechecked and set(run.chart.timers()) == {"date_reached"}
    assert run.notices()[-1] == ("surplus_reminder", "customer")
    assert run.notice("surplus_reminder") == TOLD | {"surplus": [ROW_UNAVAILABLE, ROW_LIMIT]}


def test_X2_surplus_that_ends_by_itself_needs_no_reminder_nor_does_news_before_the_check():
    run = scheduled(edition())
    run.says["surplus"] = (UNAVAILABLE,)
    run.receive("licence_changed", None)
    assert ("surplus_reminder", "customer") not in run.notices()
    run.says["surplus"] = (UNAVAILABLE.model_copy(update={"ends_at": EFFECTIVE}),)
    run.wait(EFFECTIVE - 5 * DAY)
    assert ("surplus_reminder", "customer") not in run.notices()


@pytest.mark.parametrize(("placed", "rechecked"), [("2027-01-16 22:59", False), ("2027-01-16 23:00", True)])
def test_X2_an_order_within_the_days_of_the_recheck_needs_none(placed, rechecked):
    run = edition({"settings": RunSettings(recheck_before=timedelta(days=15))})
    run.wait(moment(placed))
    scheduled(run)
    assert run.memory.rechecked is rechecked


def test_X2_only_editions_are_checked_again():
    assert set(scheduled(LoneRun("voucher", PAID)).chart.timers()) == {"date_reached"}


def test_X6_a_recorded_term_that_runs_out_before_the_order_is_asked_about():
    run = LoneRun("voucher", PAID)
    assert run.chart.timers()["term_ran_out"] == EFFECTIVE
    run.wait(EFFECTIVE - 3 * DAY)
    run.send("recheck_licences")
    assert run.wait(EFFECTIVE)[-1] == "term_ran_out"
    assert run.task("clarify_term").values == {"recorded": "2027-01-31"}
    assert "term_ran_out" not in run.chart.timers()
    run.confirm("clarify_term", at="2027-06-30")
    assert run.chart.timers()["term_ran_out"] == moment("2027-06-30 22:00")


@pytest.mark.parametrize("lost_in", ["feature_warning", "order"])
def test_G2_nobody_is_reminded_or_asked_while_the_licence_is_not_in_the_record(lost_in):
    warned = {"warnings": ({"code": "user_management_lost"},)} if lost_in == "feature_warning" else {}
    run = LoneRun("voucher", PAID | warned)
    assert run.state == lost_in
    run.says["refusal"] = GONE
    run.receive("licence_changed", None)
    fired = run.wait(EFFECTIVE + DAY)
    assert "remind" in fired and ("term_ran_out" in fired) == (lost_in == "order")
    assert (run.state, run.notices(), run.memory.tasks) == (lost_in, [], ())
    assert run.send("abandon") is None
    assert run.notices() == [("abandoned", "customer")]


def test_G2_what_is_loaded_again_is_asked_about_and_brought_to_mind_again():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert run.tasks("clarify_cost")
    run.says["refusal"] = GONE
    run.receive("licence_changed", None)
    assert (run.state, run.memory.tasks) == ("order", ())
    del run.says["refusal"]
    run.receive("licence_changed", None)
    run.confirm("clarify_cost", decision="deactivation")
    run.wait(run.now + 8 * DAY)
    assert run.notices() == [("reminder", "customer")]


def test_G2_who_orders_what_is_not_in_the_record_any_more_is_told_so():
    run = LoneRun("voucher", PAID)
    run.says["refusal"] = GONE
    run.receive("licence_changed", None)
    run.send("place_order")
    assert (run.state, run.notices()) == ("refused", [("refused", "customer")])


@pytest.mark.parametrize(
    "run",
    [
        lambda: LoneRun("voucher", INCLUDED | {"term_ends": "2027-01-31"}),
        lambda: scheduled(LoneRun("voucher", PAID)),
        edition,
        lambda: LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,), "term_ends": "2027-01-31"}),
    ],
)
def test_X6_a_term_counts_only_where_the_date_comes_from_it(run):
    assert "term_ran_out" not in run().chart.timers()


def test_the_date_shown_moves_on_by_itself_with_a_line():
    run = edition()
    assert run.wait(moment("2027-01-17 23:00"))[-1] == "order_by_passed"
    line = run.memory.timeline[-1]
    assert (line.event, line.note) == ("order_by_passed", "note.order_by_passed")
    assert line.values == {"effective_at": "2027-02-28T23:00:00+00:00"}


@pytest.mark.parametrize("boundary", ["inclusive", "strict"])
def test_X1_no_line_says_that_the_date_moved_where_the_boundary_day_begins_or_ends_without_it(boundary):
    """The run wakes twice, for the warning of the boundary day too; the date moves at one of them."""
    run = edition({"settings": RunSettings(boundary=boundary, abandon_after=90 * DAY)})
    moved = []
    for at in ("2027-01-16 23:00", "2027-01-17 23:00", "2027-02-13 23:00", "2027-02-14 23:00"):
        before, lines = effective_at(run.memory), len(run.memory.timeline)
        run.wait(moment(at))
        written = [line.event for line in run.memory.timeline[lines:] if line.event == "order_by_passed"]
        assert len(written) == (effective_at(run.memory) != before), at
        moved += written
    assert len(moved) == 2


@pytest.mark.parametrize("run", [lambda: LoneRun("voucher", PAID), lambda: scheduled(edition())])
def test_where_no_deadline_runs_nothing_moves(run):
    assert "order_by_passed" not in run().chart.timers()


# Tasks in time.


def test_a_task_is_brought_to_mind_before_it_is_due_and_again_each_week():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed", "cost_effect": "none"}, target="K-2")
    due, told = moment("2027-01-06 23:00"), moment("2027-01-05 23:00")
    assert run.chart.timers() == {"task_due": told}
    run.wait(told)
    task = run.task("support_ticket")
    assert task.escalated == 1 and run.chart.timers() == {"task_due": told + 7 * DAY}
    assert (task.due_at, run.notices()) == (due, [])
    assert run.memory.timeline[-1].note == "note.escalated"


@pytest.mark.parametrize(
    ("due", "reminded"),
    [
        (22 * DAY, [7, 14, 21, 28]),
        (21.5 * DAY, [7, 20.5, 27.5]),
        (9 * DAY, [8, 15, 22]),
        (2 * DAY, [1, 8]),
        (DAY, [0.5, 7.5]),
        (-DAY, [1, 8]),
        (0 * DAY, [1, 8]),
    ],
)
def test_a_task_is_brought_to_mind_once_a_week_and_while_there_is_still_time_to_do_it(due, reminded):
    run = guided("voucher", PAID)
    run.send("place_order")
    task = run.task("perform").model_copy(update={"due_at": NOW + due})
    moments = []
    for _ in reminded:
        moments.append(escalation_at(run.memory, task))
        task = task.model_copy(update={"reminded_at": moments[-1]})
    assert moments == [NOW + days * DAY for days in reminded]


def test_tasks_that_are_brought_to_mind_together_are_one_line_that_counts_them():
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in ("P-1", "P-2")]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.wait(run.chart.timers()["task_due"])
    line = run.memory.timeline[-1]
    assert (line.event, line.times) == ("task_due", 2)


@pytest.mark.parametrize(("days", "told"), [(13, 1), (14, 2), (15, 2), (20, 2), (21, 3)])
def test_ED10_after_a_reset_the_customer_is_not_reminded_again_of_what_came_before_it(days: int, told: int):
    run = edition()
    run.chart.pass_over_reminders(NOW + days * DAY)
    run.now = NOW + days * DAY
    assert run.memory.reminders == told
    assert run.wait(NOW + 7 * (told + 1) * DAY)[-1] == "remind"
    assert run.notice("reminder_urgent")["number"] == told + 1


@pytest.mark.parametrize(("late", "told"), [(-timedelta(minutes=1), 0), (timedelta(0), 1)])
def test_after_a_reset_a_task_is_not_brought_to_mind_again(late: timedelta, told: int):
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed", "cost_effect": "none"}, target="K-2")
    due = run.chart.timers()["task_due"]
    run.chart.pass_over_reminders(due + late)
    assert run.task("support_ticket").escalated == told
    assert run.chart.timers()["task_due"] == due + 7 * told * DAY


def reminders(run: LoneRun) -> list[str]:
    """The mails by which the customer was reminded."""
    return [name for name, to in run.notices() if name.startswith("reminder") and to == "customer"]


def test_X9_who_was_reminded_of_his_order_is_reminded_of_its_steps_a_week_later_at_the_earliest():
    run = LoneRun("marketplace", PAID | OUTSIDE | {"term_ends": "2027-01-15"})
    run.wait(NOW + 7 * DAY)
    scheduled(run)
    assert run.wait(moment("2027-01-15")) == ["task_due"]
    assert (run.task("third_party").escalated, reminders(run)) == (1, ["reminder"])
    assert run.wait(moment("2027-01-22"))[-1] == "task_due"
    assert reminders(run) == ["reminder", "reminder_urgent"]


def test_X9_of_steps_that_are_due_on_different_days_the_customer_hears_once_a_week():
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in ("P-1", "P-2")]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.wait(NOW + 8 * DAY)
    first = run.memory.tasks[0]
    assert run.send("hand_in_proof", task=first.task, reference="mail") is None
    assert run.would_take("reject_task", RejectTask(by="o", task=first.task, note="unreadable")) is None
    told = []
    for day in range(9, 24):
        before = len(reminders(run))
        run.wait(NOW + day * DAY + DAY / 2)
        told += [day] * (len(reminders(run)) - before)
    assert told == [13, 20]


def test_X9_while_the_customers_own_clock_runs_it_alone_reminds_him():
    outside = {"outside": ({"what": "ecomdata", "rule": "ECO1"},)}
    run = LoneRun("ecomdata", outside | {"settings": RunSettings(task_due={"third_party": "P2D"})})
    assert "task_due" in run.wait(NOW + 6 * DAY)
    assert reminders(run) == []
    run.wait(NOW + 7 * DAY)
    assert reminders(run) == ["reminder"]


def test_the_customers_clock_runs_on_while_something_is_mended_that_he_need_not_wait_for():
    run = edition()
    before = run.chart.timers()["abandon"]
    run.held_back = {"check_licences"}
    run.receive("licence_changed", None)
    run.fails()
    assert (run.chart.waiting_for(), run.chart.timers()["abandon"]) == (("customer", "repair"), before)


# A booking that nobody has clicked in time (X12).

DEADLINE = moment("2027-01-17 23:00")
MARCH = moment("2027-02-28 23:00")


def unbooked() -> LoneRun:
    """An edition's order that waits to be booked by hand."""
    run = edition({"mode": "guided"})
    run.send("place_order")
    return run


def test_X12_operators_hear_before_the_deadline_of_a_booking():
    run = unbooked()
    run.wait(DEADLINE - timedelta(minutes=1))
    assert run.task("perform").escalated == 1
    assert run.memory.timeline[-1].at == DEADLINE - DAY


def test_X12_a_deadline_that_passes_with_the_booking_open_is_said_at_once():
    run = unbooked()
    asked = run.task("perform").values
    assert run.wait(DEADLINE)[-1] == "booking_overdue"
    moved = {"effective_at": MARCH.isoformat(), "missed": EFFECTIVE.isoformat()}
    assert run.task("perform").values == asked | moved
    line = run.memory.timeline[-1]
    assert (line.event, line.note, line.values) == ("booking_overdue", "note.booking_overdue", moved)
    assert run.notices()[-1] == ("booking_overdue", "customer")
    told = run.notice("booking_overdue")
    assert (told["missed"], told["effective_at"]) == (EFFECTIVE.isoformat(), MARCH.isoformat())
    document = document_of(run)
    assert (document.state, document.effective_at, document.order_by) == ("order", MARCH, moment("2027-02-14 23:00"))
    assert [step.rule for step in document.why] == ["X12", "D8", "D5", "D3"]
    assert run.task("perform").due_at == document.order_by
    said = {"effective_at": MARCH.isoformat(), "missed": EFFECTIVE.isoformat()}
    values = run.task("perform").values
    assert (values["target"], {name: values[name] for name in said}) == ("jtl_start", said)
    line = run.memory.timeline[-1]
    assert (line.event, line.note, line.values) == ("booking_overdue", "note.booking_overdue", said)
    assert run.wait(moment("2027-02-14 23:00"))[-1] == "booking_overdue"
    assert document_of(run).effective_at == moment("2027-03-31 22:00")
    assert run.notice("booking_overdue")["missed"] == MARCH.isoformat()


@pytest.mark.parametrize("said_at", [DEADLINE + 2 * DAY, moment("2027-02-16")])  # one deadline has passed, or two
@pytest.mark.parametrize(
    ("clicked", "shown", "late"),
    [
        (DEADLINE - timedelta(minutes=1), EFFECTIVE, False),
        (DEADLINE, MARCH, True),
        (DEADLINE + 2 * DAY, MARCH, True),
    ],
)
def test_X12_what_was_clicked_in_time_keeps_its_date_however_late_it_is_said(clicked, shown, late, said_at):
    run = unbooked()
    run.wait(said_at)
    run.confirm("perform", proof={"reference": "T", "confirmed_at": clicked}, confirm_anyway=True, note="found late")
    assert (run.state, run.order.effective_at, run.order.late) == ("scheduled", shown, late)
    assert (run.order.planned_at, run.order.overdue_at) == (None, None)
    assert run.booking().effective_at == shown
    assert next(step.rule for step in document_of(run).why) == ("X12" if late else "D6")


def test_X12_what_was_clicked_in_time_keeps_its_date_however_often_its_deadline_has_passed():
    run = unbooked()
    assert run.wait(moment("2027-02-15")).count("booking_overdue") == 2
    proof = {"reference": "T", "confirmed_at": DEADLINE - timedelta(minutes=1)}
    assert run.confirm("perform", proof=proof, confirm_anyway=True, note="nobody had said so") is None
    assert (run.order.effective_at, run.order.late) == (EFFECTIVE, False)


def test_X12_the_day_that_the_person_found_is_the_date_whatever_deadline_was_missed():
    run = unbooked()
    run.wait(DEADLINE + 2 * DAY)
    run.confirm("perform", at="2027-03-31", proof={"reference": "T"}, confirm_anyway=True, note="so it says there")
    document = document_of(run)
    assert (document.state, document.effective_at) == ("scheduled", moment("2027-03-31 22:00"))
    assert (run.order.planned_at, run.order.overdue_at) == (None, None)
    assert "X12" not in [step.rule for step in document.why]


def test_X12_without_a_notice_rule_no_date_is_claimed_once_it_is_missed():
    run = guided("voucher", PAID)
    run.send("place_order")
    assert run.wait(EFFECTIVE)[-1] == "booking_overdue"
    document = document_of(run)
    assert (document.effective_at, [step.rule for step in document.why]) == (None, ["X12"])
    assert run.notice("booking_overdue")["effective_at"] is None
    assert "booking_overdue" not in run.chart.timers()
    assert run.confirm("perform", proof={"reference": "T", "confirmed_at": EFFECTIVE - DAY}) is None
    assert (run.wait(EFFECTIVE), run.state, run.order.effective_at) == (["date_reached"], "applied", EFFECTIVE)


def test_X9_for_a_third_party_the_customer_is_reminded_too():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(NOW + 14 * DAY)
    assert run.notices()[1:] == [("reminder", "customer"), ("reminder_urgent", "customer")]
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    assert run.reject("third_party", "unreadable") is None
    assert run.notices()[3:] == [("proof_rejected", "customer")]
    run.wait(NOW + 27 * DAY)
    assert run.notices()[4:] == [("reminder_urgent", "customer")]
    assert run.task("third_party").note == "unreadable"
    assert "note" not in run.notice("reminder_urgent")


def test_a_rejected_task_stays_open_with_its_note_and_is_escalated():
    run = guided("voucher", PAID)
    run.send("place_order")
    assert run.reject("perform", "page is down") is None
    task = run.task("perform")
    assert (task.note, task.escalated) == ("page is down", 1)
    assert run.notices() == []


def test_only_what_is_due_is_escalated():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(NOW + 6.5 * DAY)
    run.send("request_revocation", explanation="x")
    run.wait(NOW + 7 * DAY)
    assert (run.task("third_party").escalated, run.task("revocation").escalated) == (1, 0)
    assert run.chart.timers()["task_due"] == moment("2027-01-11 23:00")  # a day before it is due


def test_the_same_task_is_not_opened_twice_and_each_has_a_name_of_its_own():
    run = LoneRun("marketplace", PAID | {"outside": (*OUTSIDE["outside"], {"what": "third_party", "rule": "MP4"})})
    scheduled(run)
    names = [task.task for task in run.memory.tasks]
    assert len(set(names)) == 2 and all(name.startswith("t-") and len(name) == 18 for name in names)
    open_outside_steps(run.chart.turn())
    assert [task.task for task in run.memory.tasks] == names
    assert [(task.subject, task.text, task.values) for task in run.memory.tasks] == [
        ("pilot", "third_party_pilot", {"name": "JTL", "a": 1}),
        ("third_party", "third_party_third_party", {"name": None}),
    ]


def test_names_of_tasks_differ_from_run_to_run():
    first, second = edition({"questions": (ASK_TERM,)}), edition({"questions": (ASK_TERM,)}, customer="K-2")
    assert first.memory.tasks[0].task != second.memory.tasks[0].task


# By hand (X12).


def test_X12_a_booking_by_hand_says_what_to_do():
    run = guided("hosting", PAID | {"optional_services": ("s", "t"), "service_labels": {"s": "Set up"}}, subject="H-1")
    run.send("acknowledge_warning")
    run.send("place_order", details={"a": 1}, optional_services=["s", "t"])
    task = run.task("perform")
    assert task.values == {
        "product": "hosting", "subject": "H-1", "target": None, "effective_at": "2027-01-31T23:00:00+00:00",
        "click_path": ["one", "two"], "addon_path": [], "details": {"a": 1}, "optional_services": ["Set up (s)", "t"],
        "notice_unknown": True,
    }  # fmt: skip
    assert (task.text, task.due_at) == ("perform_order", NOW)
    assert run.chart.waiting_for() == ("operator",)
    run.held_back = {"place_order"}
    assert run.confirm("perform", proof={"reference": "T-1"}) is None
    proof = run.booking().proof
    assert proof is not None and (proof.confirmed_by, proof.confirmed_at) == ("o", NOW)
    assert task.step is not None and run.booking().number == task.step.number


def test_X12_who_confirmed_and_when_may_be_said():
    run = guided("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.wait(NOW + DAY)
    run.confirm("perform", proof={"reference": "T", "confirmed_by": "p", "confirmed_at": NOW + DAY / 24})
    proof = run.booking().proof
    assert proof is not None and (proof.confirmed_by, proof.confirmed_at) == ("p", NOW + DAY / 24)


@pytest.mark.parametrize(
    ("says", "by_hand", "text"),
    [(PAID, ["perform_order"], None), (INCLUDED, ["perform_end"], "perform_end")],
)
def test_X12_G5_what_costs_is_booked_by_hand_and_what_does_not_is_ended_by_hand(says, by_hand, text):
    run = guided("voucher", says)
    run.send("place_order")
    run.wait(NOW)
    assert [task.text for task in run.memory.tasks] == by_hand
    if text:
        assert run.state == "applying" and run.task("perform").due_at == moment("2027-01-04 23:00")
        assert isinstance(run.task("perform").step, ApplyChange)


def test_X12_an_order_by_hand_is_due_at_its_deadline():
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    assert run.task("perform").due_at == moment("2027-01-17 23:00")
    assert run.task("perform").values["target"] == "jtl_start"


def test_X12_a_withdrawal_and_a_new_assignment_by_hand():
    run = guided("voucher", PAID)
    run.send("place_order")
    run.confirm("perform", proof={"reference": "T"})
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    task = run.task("perform")
    assert (task.text, type(task.step), task.due_at) == ("perform_withdraw", Withdraw, EFFECTIVE)
    run = guided("wms_user", PAID)
    run.send("reassign", to="wms_mobile")
    task = run.task("perform")
    assert isinstance(task.step, AssignLicence)
    assert (task.text, task.step.to, task.due_at) == ("perform_reassign", "wms_mobile", moment("2027-01-05 23:00"))
    assert task.values["target"] == "wms_mobile"


def test_X12_what_costs_nothing_is_withdrawn_by_itself():
    run = scheduled(guided("voucher", INCLUDED), effective_on="2027-02-10")
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    assert run.state == "revoked"


@pytest.mark.parametrize(
    ("mode", "says", "can_be_stopped"),
    [("guided", INCLUDED, True), ("automatic", INCLUDED, False), ("guided", PAID, False), ("automatic", PAID, False)],
)
def test_X12_what_is_scheduled_can_be_abandoned_only_where_a_person_makes_the_change(mode, says, can_be_stopped):
    """What is booked, the customer centre ends by itself (G3)."""
    run = LoneRun("voucher", says | {"mode": mode})
    run.send("place_order", **({} if says is PAID else {"effective_on": "2027-02-10"}))
    if run.tasks("perform"):
        run.confirm("perform", proof={"reference": "T"})
    assert (run.state, "abandon" in run.chart.enabled()) == ("scheduled", can_be_stopped)


SWITCHED_OFF = "2027-02-10"


def switched_off_by_hand(made: bool = False) -> LoneRun:
    """A voucher on the day after that on which a person is to switch it off; `made`: it has been clicked by now."""
    run = scheduled(guided("voucher", INCLUDED), effective_on=SWITCHED_OFF)
    run.held_back = {"apply_change"}
    run.wait(moment(SWITCHED_OFF) + DAY)
    if made:
        run.confirm("perform", proof={"reference": "T"})
    assert run.state == "applying"
    return run


def test_X11_X12_what_a_person_switches_off_is_revocable_until_it_is_clicked_be_its_day_past():
    run = switched_off_by_hand()
    assert run.chart.enabled() == ("request_revocation", "abandon")
    assert run.send("request_revocation", explanation="x") is None
    assert run.task("revocation").values["by_hand"] is True
    assert run.confirm("revocation", decision="granted") is None
    assert (run.state, run.notices()[-2:]) == ("revoked", [("revoked", "customer"), ("perform_dropped", "operator")])


def test_X11_X12_what_a_person_has_switched_off_is_too_late_to_take_back():
    run = switched_off_by_hand(made=True)
    assert run.chart.enabled() == ()
    refusal = run.send("request_revocation", explanation="x")
    assert refusal is not None and (refusal.rule, refusal.code) == ("X11", "too_late")


def test_X11_X12_what_a_person_is_to_switch_off_and_cannot_is_revocable_no_more_once_it_is_made():
    """Clicked, and our record could not follow: it is in repair."""
    run = switched_off_by_hand(made=True)
    run.fails()
    assert "request_revocation" not in run.chart.enabled() and "abandon" not in run.chart.enabled()


def test_X11_X12_one_that_is_open_when_a_person_has_switched_it_off_passes_to_a_misclick():
    run = switched_off_by_hand()
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    run.held_back = set()
    assert [effect for effect in run.effects if isinstance(effect, HandOver)] == []
    run.confirm("perform", proof={"reference": "T"})
    assert run.state == "applied"
    (ticket,) = [effect.request for effect in run.effects if isinstance(effect, HandOver)]
    assert (ticket.kind, ticket.explanation) == ("misclick", "clicked wrongly")


def test_X11_X12_one_that_is_open_when_a_person_has_booked_the_order_stays_open():
    run = guided("voucher", PAID)
    run.send("place_order")
    run.send("request_revocation", explanation="x")
    run.confirm("perform", proof={"reference": "T"})
    assert run.state == "scheduled" and run.task("revocation")
    assert [effect for effect in run.effects if isinstance(effect, HandOver)] == []


def test_X11_what_is_booked_by_hand_is_revocable_until_its_date_only():
    run = scheduled_by_hand()
    assert "request_revocation" in run.chart.enabled()
    run.held_back = {"apply_change"}
    run.wait(EFFECTIVE)
    assert (run.state, run.chart.enabled()) == ("applying", ())


def scheduled_by_hand() -> LoneRun:
    """A voucher that a person has booked."""
    run = guided("voucher", PAID)
    run.send("place_order")
    run.confirm("perform", proof={"reference": "T"})
    assert run.state == "scheduled"
    return run


def test_ED10_X12_what_nobody_has_booked_or_switched_off_is_no_order_once_it_is_abandoned():
    for run in (guided("voucher", PAID), scheduled(guided("voucher", INCLUDED), effective_on=SWITCHED_OFF)):
        if run.state == "order":
            run.send("place_order")
        assert run.send("abandon") is None
        document = document_of(run)
        assert (document.state, document.effective_at, document.why) == ("abandoned", None, ())


def test_X12_a_change_that_nobody_has_booked_is_dropped_and_the_standing_order_stays():
    run = edition({"mode": "guided"}, target="jtl_advanced")
    run.send("place_order")
    run.confirm("perform", proof={"reference": "T"})
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.send("place_order")
    assert run.send("abandon") is None
    assert (run.state, run.memory.request.target, run.memory.tasks) == ("scheduled", "jtl_advanced", ())
    assert run.notice("perform_dropped")["target"] == "jtl_start"


def test_X12_a_move_that_is_being_made_is_not_abandoned():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2", held_back=("decouple",))
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at=NOW + DAY)
    run.wait(NOW + DAY)
    assert "abandon" in run.chart.enabled()
    run.confirm("perform", proof={"reference": "T"})
    assert (run.state, run.chart.enabled()) == ("decoupling", ())


def test_a_late_click_moves_a_notice_date():
    """docs/contract.md, `perform`: booked by hand after the deadline, the date is the one that the click gives."""
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    run.now = moment("2027-01-17 23:00")
    run.confirm("perform", proof={"reference": "T"})
    assert run.booking().effective_at == moment("2027-02-28 23:00")
    order = run.order
    assert (order.effective_at, order.late) == (moment("2027-02-28 23:00"), True)
    assert "late_booking" in run.lines()
    task = run.task("clarify_term")
    assert (task.subject, task.values, task.at_required) == ("late", {"recorded": "2027-02-28T23:00:00+00:00"}, True)
    assert run.chart.waiting_for() == ("operator", "date")
    assert run.confirm("clarify_term", at="2027-03-31") is None
    order = run.order
    assert (run.state, order.effective_at, order.late) == ("scheduled", moment("2027-03-31 22:00"), False)
    assert run.booking().effective_at == moment("2027-03-31 22:00")


def test_a_click_in_time_leaves_the_date():
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    run.now = moment("2027-01-17 22:59")
    run.confirm("perform", proof={"reference": "T"})
    assert not run.order.late
    assert run.booking().effective_at == EFFECTIVE and run.memory.tasks == ()


def test_a_late_click_of_a_licence_leaves_its_date_to_a_person():
    run = guided("voucher", PAID)
    run.send("place_order")
    run.now = EFFECTIVE
    run.confirm("perform", proof={"reference": "T"})
    order = run.order
    assert (order.effective_at, order.late) == (None, True)
    assert run.booking().effective_at == EFFECTIVE
    assert run.task("clarify_term").values == {"recorded": "-"}
    assert run.chart.waiting_for() == ("operator",) and set(run.chart.timers()) == {"task_due"}
    run.confirm("clarify_term", at="2027-02-28T12:00:00Z")
    assert run.order.effective_at == moment("2027-02-28 23:00")


def test_X9_a_step_outside_holds_the_end_back_until_it_is_proved():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    run.wait(EFFECTIVE)
    assert run.state == "third_party"
    assert run.confirm("third_party", proof={"reference": "mail"}) is None
    assert run.state == "applied"


def test_X9_only_the_last_proof_leads_on():
    partners = tuple({"what": "partner", "rule": "FFN5", "subject": name} for name in ("P-1", "P-2"))
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    assert run.state == "third_party" and run.order.effective_at is None
    run.now = NOW + DAY
    for task in run.memory.tasks:
        assert run.state == "third_party"
        run.confirm_task(task, proof={"reference": "mail"})
    assert run.state == "applied" and run.order.effective_at == NOW + DAY


def test_FFN1_without_recorded_partners_there_is_one_step_for_the_network():
    run = LoneRun("fulfillment", {"cost_effect": "none"}, subject="ffn")
    run.send("place_order")
    task = run.task("third_party")
    assert (task.subject, task.text, task.values) == ("network", "third_party_partner", {"name": "-"})
    assert "request_revocation" in run.chart.enabled()


# The transfer of a marketplace account (MOV1).


def test_MOV1_a_transfer_is_granted_agreed_and_decoupled():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2", explanation="sold")
    assert origin_facts(run.memory)["explanation"] == "sold"
    assert run.task("support_ticket").text == "support_ticket_transfer"
    run.confirm("support_ticket", decision="granted")
    task = run.task("appointment")
    assert task.at_required
    assert task.values == {"target": "K-2", "subject": "L-1"}
    assert run.chart.public_state == "support_ticket" and run.memory.agreed_at is None
    run.confirm("appointment", at="2027-01-11T10:00+01:00")
    assert run.memory.agreed_at == moment("2027-01-11 09:00") and not revocable(run.memory, run.chart.traits)
    assert run.wait(moment("2027-01-11 09:00")) == ["date_reached"]
    task = run.task("perform")
    assert isinstance(task.step, Decouple)
    assert (task.text, task.due_at) == ("perform_decouple", moment("2027-01-11 09:00"))
    assert run.reject("perform", "not reached") is None
    assert (run.state, run.memory.agreed_at) == ("appointing", None)
    assert run.send("abandon") is None


@pytest.mark.parametrize("mode", ["automatic", "guided"])
def test_MOV1_before_it_is_decoupled_nothing_is_ordered_that_could_be_taken_back(mode):
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed", "mode": mode}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at="2027-01-11T10:00+01:00")
    assert (run.state, run.chart.enabled()) == ("scheduled", ("abandon",))


def test_MOV1_a_declined_transfer_says_which_rule_and_note():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    assert origin_facts(run.memory)["explanation"] is None
    run.reject("support_ticket", "unknown account")
    refusal = run.memory.refusal
    assert run.state == "refused" and refusal is not None
    assert (refusal.rule, refusal.code, refusal.values) == ("MOV1", "declined", {"note": "unknown account"})


# Tickets.


def test_MIS1_a_ticket_holds_the_case_in_the_customers_words():
    run = LoneRun("misclick", {}, explanation="wrong button", details={"meant": "the other"})
    task = run.task("support_ticket")
    assert task.text == "support_ticket_misclick"
    said = origin_facts(run.memory)
    assert (said["explanation"], said["meant"], said["given"]) == ("wrong button", "the other", None)
    run.confirm("support_ticket", decision="granted")
    assert run.state == "applied"
    plain = origin_facts(LoneRun("misclick", {}).memory)
    assert (plain["explanation"], plain["meant"]) == (None, "-")


@pytest.mark.parametrize(
    ("kind", "rule"), [("misclick", "MIS2"), ("setup_service", "SVC1"), ("key_accounting", "SUP3")]
)
def test_MIS2_SVC1_SUP3_a_declined_ticket_is_refused_without_a_promise(kind, rule):
    run = LoneRun(kind, {}, explanation="e")
    run.confirm("support_ticket", decision="declined")
    refusal = run.memory.refusal
    assert refusal is not None and (refusal.rule, refusal.values) == (rule, {"note": ""})


def test_SVC1_a_granted_service_changes_the_record():
    run = LoneRun("setup_service", {}, explanation="e", held_back=("apply_change",))
    run.confirm("support_ticket", decision="granted")
    assert run.state == "applying"


@pytest.mark.parametrize(
    ("kind", "more", "text", "words"),
    [
        ("misclick", {}, "support_ticket_misclick", "Kundencenter"),
        ("setup_service", {}, "support_ticket_setup_service", "Für die Buchhaltung"),
        ("key_accounting", {"subject": "key_accounting"}, "support_ticket_key_accounting", "Für den Vertrieb"),
        ("marketplace_transfer", {"target": "K-2"}, "support_ticket_transfer", "Umzug eines Marktplatzes"),
    ],
)
def test_MIS1_SVC1_SUP3_MOV1_a_ticket_says_whose_decision_it_is(kind, more, text, words):
    run = LoneRun(kind, {"date_rule": "agreed"}, explanation="e", **more)
    assert run.task("support_ticket").text == text
    assert words in document_of(run, say).tasks[0].instructions


@pytest.mark.parametrize(
    ("says", "payload", "agreed"),
    [
        ({"date_rule": "agreed"}, {"at": "2027-03-31"}, "2027-03-31 22:00"),
        ({"date_rule": "agreed"}, {"at": "2027-03-31T10:00:00Z"}, "2027-03-31 22:00"),
        (PAID, {}, "2027-01-31 23:00"),
        (PAID, {"at": "2027-03-31"}, "2027-03-31 22:00"),
    ],
)
def test_SUP3_key_accounting_ends_on_the_day_agreed_or_at_its_term(says, payload, agreed):
    run = LoneRun("key_accounting", says, subject="key_accounting")
    assert run.task("support_ticket").at_required is (says is not PAID)
    assert run.confirm("support_ticket", decision="granted", **payload) is None
    assert (run.state, run.memory.agreed_at) == ("scheduled", moment(agreed))


def test_connectors_booked_at_shopify_end_there_with_proof():
    """CO4: no order of ours, and the record follows at once."""
    run = LoneRun("connector", INCLUDED | {"mode": "guided", "outside": ({"what": "shopify", "rule": "CO4"},)})
    assert run.state == "third_party" and "abandon" in run.chart.enabled()
    run.confirm("third_party", proof={"reference": "mail"})
    assert run.state == "external"


def test_WMU4_a_user_is_assigned_elsewhere_instead():
    run = LoneRun("wms_user", PAID, held_back=("reassign",))
    run.send("reassign", to="wms_mobile")
    assert run.state == "reassigning" and run.chart.public_state == "order"
    run.refuses = GONE
    run.release()
    assert run.state == "order"
    run.refuses = None
    run.send("reassign", to="wms_mobile")
    assert run.state == "reassigned"


def test_package_zero_is_acknowledged_after_the_channels_and_only_once():
    """OP0-1, OP0-4."""
    zero = NOTICE | {"warnings": ({"code": "package_zero"},)}
    run = LoneRun("order_package", zero | {"surplus": (UNAVAILABLE,)}, **PACKAGE)
    assert run.state == "surplus_resolution"
    run.says["surplus"] = ()
    run.send("recheck_licences")
    assert run.state == "feature_warning"
    run.send("acknowledge_warning")
    assert run.state == "order" and run.memory.acknowledged
    run.send("recheck_licences")
    assert run.state == "order"

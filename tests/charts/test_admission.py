"""Whether an event can be taken: what the person saw, when they acted, what the state and the payload allow."""

from datetime import date, timedelta
from typing import Any

import pytest

from states.chart.admission import malformed, parse, task_meant
from states.model.facts import Question, Refusal
from states.model.request import Message, Request
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    DAY,
    INCLUDED,
    LIMIT,
    NOW,
    PAID,
    ROW_LIMIT,
    ROW_UNAVAILABLE,
    UNAVAILABLE,
    LoneRun,
    edition,
    moment,
    scheduled,
)

EFFECTIVE = "2027-01-31T23:00:00Z"


def parts_of(refusal: Refusal | None) -> Any:
    """A refusal as rule, code and values."""
    return refusal and (refusal.rule, refusal.code, refusal.values)


def rule_of(refusal: Refusal | None) -> Any:
    """The rule of a refusal and what is wrong."""
    return refusal and (refusal.rule, refusal.values["fault"])


# The payload.


@pytest.mark.parametrize(
    ("payloads", "fault"),
    [
        ((), "fault.no_payload"),
        (({"by": "c"}, {"by": "c"}), "fault.several_payloads"),
        (({},), [{"field": "by", "what": "missing"}]),
        ((None,), [{"field": None, "what": "object"}]),
        (
            ({"by": "c", "time": "1812-01-01T00:00:00Z"},),
            [{"field": "time", "what": "year", "first": "1970", "last": "2199"}],
        ),
        (
            ({"by": "c", "run_id": 3, "target": []},),
            [{"field": "run_id", "what": "text"}, {"field": "target", "what": "plain"}],
        ),
    ],
)
def test_a_wrong_payload_says_field_by_field_what_is_wrong(payloads, fault):
    refusal = parse(Message, payloads)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.rule) == ("malformed", "contract")
    assert refusal.values["fault"] == fault


def test_a_right_payload_is_its_message():
    assert parse(Message, ({"by": "c"},)) == Message(by="c")


def test_a_payload_that_cannot_be_walked_through_is_malformed_too():
    refusal = parse(Request, ({"kind": "k", "customer": "K", "subject": "S", "details": {"mailbox": "\ud800"}},))
    assert isinstance(refusal, Refusal) and refusal.code == "malformed"
    str(refusal.values["fault"]).encode()


# What the person saw.


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ({"run_id": "r", "target": "jtl_start", "effective_at": EFFECTIVE}, None),
        ({"run_id": "other"}, "run_id"),
        ({"target": "jtl_advanced"}, "target"),
        ({"effective_at": "2027-02-28T23:00:00Z"}, "effective_at"),
    ],
)
@pytest.mark.parametrize("event", ["recheck_licences", "place_order"])
def test_what_was_seen_must_still_hold(event, payload, what):
    refusal = edition().send(event, **payload)
    assert parts_of(refusal) == (what and ("contract", "changed", {"what": what}))


def test_the_date_seen_is_judged_at_the_moment_of_acting():
    """D3: on the 18th the February date is gone, even where the event says that it saw it."""
    run = edition()
    run.wait(moment("2027-01-20"))
    late = {"time": "2027-01-19T00:00:00Z", "effective_at": EFFECTIVE}
    assert parts_of(run.send("place_order", **late)) == ("contract", "changed", {"what": "effective_at"})
    assert run.send("place_order", **late | {"time": "2027-01-16T00:00:00Z"}) is None


def test_after_the_order_the_date_seen_is_the_orders_own():
    run = scheduled(edition())
    run.wait(moment("2027-01-20"))
    assert run.send("supersede", booking="B-1", effective_at=EFFECTIVE) is None


TERMS = [
    ("2027-01-03", False),
    ("2027-01-03T23:30:00+01:00", False),
    ("2027-01-04", True),  # today, which is the last usable day then
    ("2027-01-04T00:00:00+01:00", True),
]


@pytest.mark.parametrize(("at", "answers"), TERMS)
def test_X6_a_term_that_has_ended_is_no_answer(at: str, answers: bool) -> None:
    run = LoneRun("wms_user", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    refusal = run.confirm("clarify_term", at=at)
    assert rule_of(refusal) == (None if answers else ("X6", "fault.at_past"))
    assert ("place_order" in run.chart.enabled()) == answers


def test_X12_what_was_booked_late_may_hold_from_an_earlier_day():
    run = edition({"mode": "guided"})
    run.send("place_order")
    run.now = moment("2027-01-20 12:00")
    run.confirm("perform", proof={"reference": "T"})
    assert run.confirm("clarify_term", at="2027-01-10", confirm_anyway=True, note="it was over then") is None


@pytest.mark.parametrize(("at", "answers"), TERMS)
def test_SUP3_nothing_ends_before_its_end_was_asked_for_but_sales_may_write_it_down_later(at: str, answers: bool):
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    run.wait(NOW + 3 * DAY)
    refusal = run.confirm("support_ticket", decision="granted", at=at, confirm_anyway=True, note="agreed then")
    assert rule_of(refusal) == (None if answers else ("SUP3", "fault.at_past"))
    assert run.state == ("scheduled" if answers else "support_ticket")


def test_SUP3_a_recorded_term_that_has_run_out_before_the_grant_gives_no_date():
    run = LoneRun("key_accounting", PAID, subject="key_accounting")
    run.wait(moment("2027-01-31 23:00"))
    assert parts_of(run.confirm("support_ticket", decision="granted")) == (
        "contract", "malformed", {"fault": "fault.at_needed"},
    )  # fmt: skip
    assert run.confirm("support_ticket", decision="granted", at="2027-02-28") is None
    assert run.memory.agreed_at == moment("2027-02-28 23:00")


def test_SUP3_the_day_agreed_takes_the_place_of_the_recorded_term():
    run = LoneRun("key_accounting", PAID, subject="key_accounting")
    assert run.confirm("support_ticket", decision="granted", at="2027-02-28") is None
    assert run.chart.timers()["date_reached"] == moment("2027-02-28 23:00")


APPOINTMENTS = [
    ("2027-01-04T10:59:59Z", None),
    ("2027-01-03", None),
    ("2027-01-04T11:00:00Z", NOW),
    ("2027-01-04", None),  # its midnight is over
    ("2027-01-05T10:00:00+01:00", NOW + 22 * timedelta(hours=1)),
]


@pytest.mark.parametrize(("at", "agreed"), APPOINTMENTS)
def test_MOV1_an_appointment_that_is_over_is_none(at: str, agreed: Any):
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    refusal = run.confirm("appointment", at=at)
    assert rule_of(refusal) == (None if agreed else ("MOV1", "fault.at_past"))
    assert run.memory.agreed_at == agreed


@pytest.mark.parametrize(("at", "answers"), [("2027-01-04T11:05:00Z", True), ("2027-01-04T11:05:01Z", False)])
def test_X12_nobody_has_done_yet_what_is_to_come(at: str, answers: bool):
    run = LoneRun("voucher", PAID | {"mode": "guided"}, held_back=("place_order",))
    assert run.send("place_order") is None
    refusal = run.confirm("perform", proof={"reference": "T-1", "confirmed_at": at})
    assert rule_of(refusal) == (None if answers else ("X12", "fault.confirmed_at"))


def test_X6_the_date_seen_of_an_included_licence_is_the_day_chosen():
    run = LoneRun("voucher", INCLUDED)
    order = {"effective_on": "2027-01-10", "effective_at": "2027-01-09T23:00:00Z"}
    assert run.send("place_order", **order) is None
    assert run.order.effective_on == date(2027, 1, 10)


def test_an_event_is_never_before_the_customers_former_one():
    run = edition()
    before = (NOW - timedelta(seconds=1)).isoformat()
    values = {"fault": "fault.before_previous", "previous_at": NOW.isoformat()}
    assert parts_of(run.send("recheck_licences", time=before)) == ("contract", "malformed", values)
    assert parts_of(run.request(target="jtl_advanced", time=before)) == ("contract", "malformed", values)
    assert run.send("recheck_licences", time=NOW.isoformat()) is None
    assert run.request(target="jtl_advanced", time=NOW.isoformat()) is None


# What the state allows.


def test_what_is_not_enabled_says_what_is():
    run = edition()
    enabled = ["recheck_licences", "place_order", "abandon"]
    values = {"event": "override_surplus", "state": "order", "enabled": enabled}
    assert parts_of(run.send("override_surplus", licences=["L"])) == ("contract", "not_enabled", values)


def test_after_the_end_nothing_is_possible():
    run = edition()
    assert run.send("abandon") is None
    ended = ("X11", "ended", {"state": "abandoned"})
    assert parts_of(run.send("abandon")) == ended
    assert parts_of(run.chart.would_refuse("requested", run.memory.request, run.now)) == ended


def test_X11_a_revocation_is_possible_until_the_date_and_then_too_late():
    run = scheduled(edition(), time=NOW.isoformat())
    ask = {"explanation": "clicked wrongly"}
    too_late = ("X11", "too_late", {"effective_at": "2027-01-31T23:00:00+00:00"})
    run.now = moment("2027-01-31 22:59")
    run.memory.now = run.now
    assert parts_of(run.send("request_revocation", **ask, time="2027-01-31T23:00:00Z")) == too_late
    run.held_back = {"apply_change"}
    run.wait(moment("2027-01-31 23:00"))
    assert run.state == "applying"
    assert parts_of(run.send("request_revocation", **ask)) == too_late


def test_X11_before_anything_is_ordered_a_revocation_is_not_too_late_but_not_possible():
    assert parts_of(edition().send("request_revocation", explanation="x"))[1] == "not_enabled"


def test_X11_while_it_is_applied_one_is_too_late():
    run = scheduled(LoneRun("voucher", INCLUDED, held_back=("apply_change",)))
    assert run.wait(NOW + DAY) == ["date_reached"]
    assert parts_of(run.send("request_revocation", explanation="x")) == (
        "X11", "too_late", {"effective_at": NOW.isoformat()},
    )  # fmt: skip


# The order.


@pytest.mark.parametrize(
    ("says", "order", "refused"),
    [
        (INCLUDED, {"effective_on": "2027-01-05"}, None),
        (INCLUDED, {"effective_on": "2027-01-04"}, ("X6", {"fault": "fault.effective_on", "why": "not_later"})),
        (INCLUDED, {"effective_on": "2028-01-04"}, None),
        (
            INCLUDED,
            {"effective_on": "2028-01-05"},
            ("X6", {"fault": "fault.effective_on", "why": "too_far", "latest": "2028-01-04"}),
        ),
        (PAID, {"effective_on": "2027-01-05"}, ("X6", {"fault": "fault.effective_on", "why": "not_included"})),
        (
            INCLUDED | {"optional_services": ("s1", "s2")},
            {"optional_services": ["s1", "x", "y"]},
            ("ED10", {"fault": "fault.optional_service", "service": "x, y", "known": ["s1", "s2"]}),
        ),
        (INCLUDED | {"optional_services": ("s1", "s2")}, {"optional_services": ["s2"]}, None),
    ],
)
def test_day_and_services_of_an_order(says, order, refused):
    refusal = LoneRun("voucher", says).send("place_order", **order)
    assert parts_of(refusal) == (refused and (refused[0], "malformed", refused[1]))


def addons(*numbers: str, form: tuple[str, ...] | None = None) -> dict[str, Any]:
    """A hosting's add-ons, with what their form asks for."""
    return {"addons": [{"licence": number, "product": "P", "details_needed": form} for number in numbers]}


@pytest.mark.parametrize(
    ("says", "details", "missing"),
    [
        ({"details_needed": ()}, None, ("ADD1", ["details"])),
        ({"details_needed": ()}, {"any": ""}, ("ADD1", ["details"])),
        ({"details_needed": ()}, {"any": []}, ("ADD1", ["details"])),
        ({"details_needed": ()}, {"any": {}}, ("ADD1", ["details"])),
        ({"details_needed": ()}, {"any": None}, ("ADD1", ["details"])),
        ({"details_needed": ()}, {"any": "", "more": 0}, None),
        ({"details_needed": ("a", "b")}, {"b": "x"}, ("ADD1", ["a"])),
        ({"details_needed": ("a",)}, {"a": None}, ("ADD1", ["a"])),
        ({"details_needed": ("a",)}, {"a": ""}, ("ADD1", ["a"])),
        ({"details_needed": ("a",)}, {"a": []}, ("ADD1", ["a"])),
        ({"details_needed": ("a",)}, {"a": {}}, ("ADD1", ["a"])),
        ({"details_needed": ("a",)}, {"a": False}, None),
        ({"details_needed": ("new_contract",)}, {}, ("SHH2", ["new_contract"])),
        ({}, None, None),
        (addons("A-1", "A-2"), {"addons": {"A-1": "end"}}, ("ADD2", ["addons.A-2"])),
        (addons("A-1"), {"addons": {"A-1": "later"}}, ("ADD2", ["addons.A-1"])),
        (addons("A-1"), {"addons": "end"}, ("ADD2", ["addons.A-1"])),
        (addons("A-1", "A-2"), {"addons": {"A-1": "end", "A-2": "keep"}}, None),
        (addons("A-1", form=()), {"addons": {"A-1": "end"}}, ("ADD1", ["details"])),
        (addons("A-1", form=()), {"addons": {"A-1": "keep"}}, None),
        (addons("A-1", form=()), {"addons": {"A-1": "end"}, "any": "x"}, None),
        (addons("A-1", form=("m",)), {"addons": {"A-1": "end"}, "any": "x"}, ("ADD1", ["m"])),
        (addons("A-1", form=("m",)), {"addons": {"A-1": "end"}, "m": "x"}, None),
        (addons("A-1", form=("m",)), {"addons": {"A-1": "end"}, "A-1": {"m": "x"}}, None),
        (
            addons("A-1", "A-2", form=("m",)),
            {"addons": {"A-1": "end", "A-2": "end"}, "A-1": {"m": "x"}},
            ("ADD1", ["m"]),
        ),
        (
            addons("A-1", "A-2", form=()),
            {"addons": {"A-1": "end", "A-2": "end"}, "A-1": {"m": "x"}},
            ("ADD1", ["details"]),
        ),
        (addons("A-1", form=("m", "n")), {"addons": {"A-1": "end"}, "m": "x", "A-1": {"n": "y"}}, None),
    ],
)
def test_ADD1_ADD2_SHH2_details_that_an_order_needs(says, details, missing):
    refusal = LoneRun("hosting", PAID | says).send("place_order", details=details)
    any_at_all = missing == ("ADD1", ["details"])
    values = missing and {"missing": missing[1], "any": any_at_all}
    assert parts_of(refusal) == (missing and (missing[0], "details_missing", values))


def test_the_requests_details_count_and_the_orders_go_first():
    run = LoneRun("hosting", PAID | {"details_needed": ("a", "b")}, details={"a": 1, "b": 2})
    assert run.send("place_order", details={"a": 3}) is None
    assert run.order.details == {"a": 3, "b": 2}


# Overriding, reassigning, proofs.


@pytest.mark.parametrize(
    ("licences", "left"),
    [
        (["L-9"], [ROW_LIMIT]),
        (["L-2"], [ROW_UNAVAILABLE]),
        (["L-9", "L-2"], None),
        (["nobody"], [ROW_LIMIT, ROW_UNAVAILABLE]),
    ],
)
def test_X2_an_override_names_every_entry_that_is_not_resolved(licences, left):
    run = edition({"surplus": (LIMIT, UNAVAILABLE)})
    assert run.state == "surplus_resolution"
    refusal = run.send("override_surplus", licences=licences)
    values = {"fault": "fault.licences_missing", "surplus": left}
    assert parts_of(refusal) == (left and ("X2", "malformed", values))
    assert run.state == ("surplus_resolution" if left else "order")


def test_X2_what_was_overridden_before_need_not_be_named_again():
    run = edition({"surplus": (UNAVAILABLE,)})
    assert run.send("override_surplus", licences=["L-9"]) is None
    run.says["surplus"] = (UNAVAILABLE, LIMIT)
    assert parts_of(run.send("place_order"))[:2] == ("X2", "in_surplus")
    assert run.send("override_surplus", licences=["L-1"]) is None
    assert run.memory.overridden == ("L-9", "L-1")


@pytest.mark.parametrize(
    ("to", "refused"),
    [
        ("wms", ("WMU4", "malformed", {"fault": "fault.reassign_same"})),
        ("pos", ("WMU4", "malformed", {"fault": "fault.reassign_to"})),
        ("wms_mobile", None),
    ],
)
def test_WMU4_a_user_is_assigned_to_the_other(to, refused):
    run = LoneRun("wms_user", PAID | {"current": "wms"})
    assert parts_of(run.send("reassign", to=to)) == refused
    assert run.state == ("order" if refused else "reassigned")


def test_X9_a_proof_is_for_a_step_that_is_open():
    run = scheduled(LoneRun("marketplace", PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)}))
    task = run.task("third_party").task
    refusal = run.send("hand_in_proof", task="t-x", reference="mail")
    assert parts_of(refusal) == ("contract", "unknown_task", {"task": "t-x", "open": [task]})
    assert run.send("hand_in_proof", task=task, reference="mail") is None
    proof = run.task("third_party").proof
    assert proof is not None and (proof.reference, proof.confirmed_by, proof.confirmed_at) == ("mail", "c", NOW)


def test_X9_only_steps_outside_take_the_customers_proof():
    run = scheduled(LoneRun("marketplace", PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)}))
    assert run.send("request_revocation", explanation="x") is None
    other = run.task("revocation").task
    refusal = run.send("hand_in_proof", task=other, reference="mail")
    assert parts_of(refusal) == ("contract", "unknown_task", {"task": other, "open": [run.task("third_party").task]})


# A request on an open run.


def test_a_request_for_the_same_target_is_that_run_and_may_bring_other_details_before_the_order():
    run = edition()
    assert run.request(details={"a": 1}, explanation="e") is None
    assert (run.memory.request.details, run.memory.request.explanation) == ({"a": 1}, "e")
    assert run.request() is None
    assert run.memory.request.details == {"a": 1}
    scheduled(run)
    assert run.chart.would_refuse("requested", run.memory.request, run.now) is None
    plain = run.memory.request.model_copy(update={"details": None, "explanation": None})
    assert run.chart.would_refuse("requested", plain, run.now) is None
    other = run.memory.request.model_copy(update={"details": {"a": 2}})
    values = {"event": "requested", "state": "scheduled", "enabled": ["supersede", "request_revocation"]}
    assert parts_of(run.chart.would_refuse("requested", other, run.now)) == ("contract", "not_enabled", values)


def test_X10_another_target_is_possible_before_the_order_and_over_a_booked_one_and_nowhere_else():
    run = edition(target="jtl_advanced", held_back=("place_order",))
    other = Request(**{"kind": "edition", "customer": "K-1", "subject": "jtl", "target": "jtl_start"})
    assert run.chart.would_refuse("requested", other, run.now) is None
    run.send("place_order")
    assert run.state == "placing"
    refusal = run.chart.would_refuse("requested", other, run.now)
    assert refusal is not None and (refusal.rule, refusal.code) == ("X10", "not_enabled")
    assert refusal.values == {"event": "requested", "state": "order", "enabled": ["request_revocation"]}
    run.release()
    assert run.chart.would_refuse("requested", other, run.now) is None


def test_X10_the_standing_target_is_possible_where_the_change_can_be_dropped():
    run = scheduled(edition(target="jtl_advanced"))
    standing = run.memory.request
    assert run.request(target="jtl_start") is None
    assert run.memory.standing is not None
    assert run.chart.would_refuse("requested", standing, run.now) is None
    run.held_back = {"place_order"}
    run.send("acknowledge_warning")
    run.send("place_order")
    refusal = run.chart.would_refuse("requested", standing, run.now)
    assert refusal is not None and (refusal.rule, refusal.code) == ("X10", "not_enabled")


# Operators.


def test_a_task_may_be_left_unnamed_where_just_one_is_open():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    task = run.task("clarify_cost")
    assert task_meant(run.memory, None) == task
    assert task_meant(run.memory, task.task) == task
    unknown = task_meant(run.memory, "t-x")
    assert isinstance(unknown, Refusal)
    assert parts_of(unknown) == ("contract", "unknown_task", {"task": "t-x", "open": [task.task]})


def test_without_a_name_none_or_several_open_tasks_are_said():
    values = {"task": "-", "open": [], "fault": "fault.no_task"}
    none = task_meant(edition().memory, None)
    assert isinstance(none, Refusal) and parts_of(none) == ("contract", "unknown_task", values)
    run = scheduled(LoneRun("marketplace", PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)}))
    run.send("request_revocation", explanation="x")
    several = task_meant(run.memory, None)
    open_ = [task.task for task in run.memory.tasks]
    assert isinstance(several, Refusal) and len(open_) == 2
    assert several.values == {"task": "-", "open": open_, "fault": "fault.several_tasks"}


@pytest.mark.parametrize("decision", [None, "granted"])
def test_a_decision_that_the_task_does_not_know_is_refused(decision):
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    values = {"fault": "fault.decision", "decisions": ["cancellation", "deactivation", "none"]}
    assert parts_of(run.confirm("clarify_cost", decision=decision)) == ("contract", "malformed", values)


def test_a_task_without_decisions_takes_none():
    run = edition({"questions": (ASK_TERM,)})
    values = {"fault": "fault.decision", "decisions": []}
    assert parts_of(run.confirm("clarify_term", decision="x", at="2027-03-31")) == ("contract", "malformed", values)
    assert parts_of(run.confirm("clarify_term")) == ("contract", "malformed", {"fault": "fault.at_needed"})
    assert run.confirm("clarify_term", at="2027-03-31") is None


def test_SUP3_a_ticket_that_needs_a_day_needs_none_where_it_is_declined():
    run = LoneRun("key_accounting", {"date_rule": "agreed", "cost_effect": "cancellation"}, subject="key_accounting")
    assert parts_of(run.confirm("support_ticket", decision="granted")) == (
        "contract", "malformed", {"fault": "fault.at_needed"},
    )  # fmt: skip
    assert run.confirm("support_ticket", decision="declined") is None
    assert run.state == "refused"


@pytest.mark.parametrize(
    ("decision", "note", "needed"),
    [("retry", None, False), ("skip", None, True), ("end", None, True), ("end", "n", False)],
)
def test_repair_by_skip_or_end_needs_a_note(decision, note, needed):
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.fails()
    refusal = run.confirm("repair", decision=decision, note=note)
    assert parts_of(refusal) == (("contract", "malformed", {"fault": "fault.note_needed"}) if needed else None)


def test_FFN1_what_is_clarified_in_words_needs_them():
    run = LoneRun(
        "fulfillment", {"cost_effect": "none", "questions": (Question(type="clarify", rule="FFN1"),)}, subject="ffn"
    )
    assert parts_of(run.confirm("clarify")) == ("contract", "malformed", {"fault": "fault.note_needed"})
    assert run.confirm("clarify", note="one partner") is None
    assert run.memory.clarified_note == "one partner"


def test_X12_X9_what_was_done_by_hand_or_elsewhere_needs_proof():
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    assert parts_of(run.confirm("perform")) == ("X12", "proof_missing", {})
    assert run.confirm("perform", proof={"reference": "T-1"}) is None
    run = scheduled(LoneRun("marketplace", PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)}))
    assert parts_of(run.confirm("third_party")) == ("X9", "proof_missing", {})
    assert run.send("hand_in_proof", task=run.task("third_party").task, reference="mail") is None
    assert run.confirm("third_party") is None


def test_a_decision_made_pointless_by_what_is_under_way_is_refused():
    """X5: while the licences are checked again nobody can answer what was asked before."""
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.held_back = {"check_licences"}
    run.send("recheck_licences")
    assert run.state == "license_check"
    task = run.task("clarify_cost")
    assert run.confirm("clarify_cost", decision="none") is None
    assert task not in run.memory.tasks


def test_a_rejected_decision_that_cannot_be_taken_now_says_what_can():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed", "cost_effect": "none"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at="2027-01-05T10:00:00Z")
    run.wait(moment("2027-01-05 10:00"))
    assert run.state == "decoupling"
    assert run.confirm("perform", proof={"reference": "T"}) is None
    assert run.state == "applied"


def test_a_fault_is_a_refusal_with_the_rule_that_says_so():
    assert malformed("fault.x", a=1) == Refusal(rule="contract", code="malformed", values={"fault": "fault.x", "a": 1})

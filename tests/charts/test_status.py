"""The status document read off a chart: each field, and the words that it asks for, by key and values."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from catalogue.texts import say
from states.kinds.registry import KINDS
from states.model.facts import Check, OutsideStep, Receipt, Refusal, RunSettings, Warning
from states.model.request import Request
from states.rules.run_values import origin_facts
from states.views.preview import preview
from states.views.refusals import problem
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    DAY,
    EDITION,
    FACTS,
    FACTS_LATER,
    FACTS_TERM,
    GONE,
    INCLUDED,
    LIMIT,
    NOTICE,
    NOW,
    PAID,
    ROW_LIMIT,
    ROW_UNAVAILABLE,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    say_plainly,
    scheduled,
    warning_codes,
    warning_text,
)

EFFECTIVE = moment("2027-01-31 23:00")
LATER = moment("2027-02-28 23:00")
BERLIN = "'zone': 'Europe/Berlin'"
OUTSIDE = {"outside": ({"what": "pilot", "rule": "MP3"},)}


def test_the_document_says_what_the_run_is_about():
    run = edition({"language": "en", "term_ends": "2027-06-30"})
    document = document_of(run)
    assert (document.workflow_id, document.run_id, document.ui_url) == ("w", "r", "w/r")
    assert (document.kind, document.customer, document.subject, document.target) == (
        "edition",
        "K-1",
        "jtl",
        "jtl_start",
    )
    assert (document.state, document.waiting_for, document.catalogue) == ("order", ("customer",), "v1")
    assert (document.enabled, document.term_ends) == (("recheck_licences", "place_order", "abandon"), date(2027, 6, 30))
    assert (document.effective_at, document.order_by) == (EFFECTIVE, moment("2027-01-17 23:00"))
    assert (document.cost_effect, document.refusal, document.surplus, document.standing, document.tasks) == (
        "cancellation", None, (), None, (),
    )  # fmt: skip


def test_before_the_first_check_nothing_is_known_and_german_is_spoken():
    run = LoneRun("voucher", PAID, held_back=("check_licences",))
    document = document_of(run)
    assert (document.effective_at, document.catalogue, document.term_ends, document.cost_effect) == (
        None,
        None,
        None,
        "unknown",
    )
    assert (document.why, document.warnings, document.surplus) == ((), (), ())
    assert problem(run.chart, say_plainly, GONE, None).text.startswith("de refusal.not_held")


@pytest.mark.parametrize(("busy", "waits"), [(True, ("system",)), (False, ("customer",))])
def test_a_run_at_work_waits_for_the_system(busy, waits):
    assert document_of(edition(), busy=busy).waiting_for == waits


def test_an_end_shows_a_date_only_where_something_was_ordered():
    run = edition()
    run.send("abandon")
    document = document_of(run, busy=True)
    assert (document.waiting_for, document.effective_at, document.order_by, document.why) == ((), None, None, ())
    run = scheduled(edition())
    run.wait(EFFECTIVE)
    document = document_of(run)
    assert (document.state, document.effective_at, document.order_by) == (
        "applied",
        EFFECTIVE,
        moment("2027-01-17 23:00"),
    )
    assert [step.rule for step in document.why] == ["D6", "D8", "D5", "D2"]


def test_the_cost_shown_is_the_orders():
    run = scheduled(LoneRun("voucher", PAID))
    run.memory.check = run.next_check(cost_effect="unknown")
    assert document_of(run).cost_effect == "cancellation"
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert document_of(run).cost_effect == "unknown"
    run.confirm("clarify_cost", decision="none")
    assert document_of(run).cost_effect == "none"


# Warnings.


def test_the_checks_warnings_come_first():
    run = edition({"warnings": ({"code": "knock_on", "values": {"products": ["P"]}},)})
    assert [warning.code for warning in document_of(run).warnings] == ["knock_on"]
    assert warning_text(run, "knock_on") == f"de warning.knock_on {(FACTS | {'products': ['P']})}"


@pytest.mark.parametrize(
    ("says", "decision", "warned"),
    [
        ({}, "none", ["no_saving"]),
        ({}, "deactivation", ["no_saving"]),
        ({}, "cancellation", []),
        ({"warnings": ({"code": "no_saving"},)}, "none", ["no_saving"]),
    ],
)
def test_G9_a_cost_clarified_as_nothing_warns_that_nothing_is_saved(says, decision, warned):
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)} | says)
    run.confirm("clarify_cost", decision=decision)
    assert warning_codes(run) == warned


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        ("2027-01-16 22:59", []),
        ("2027-01-16 23:00", ["boundary_day"]),
        ("2027-01-17 22:59", ["boundary_day"]),
        ("2027-01-17 23:00", []),
    ],
)
def test_X1_the_boundary_day_warns_before_and_after_the_order(at, warned):
    run = edition()
    run.wait(moment(at))
    assert warning_codes(run) == warned
    scheduled(run)
    run.wait(run.now + DAY)
    assert warning_codes(run) == warned


@pytest.mark.parametrize(("boundary", "date", "other"), [("inclusive", EFFECTIVE, LATER), ("strict", LATER, EFFECTIVE)])
def test_X1_the_other_reading_stands_beside_it(boundary, date, other):
    run = edition({"settings": RunSettings(boundary=boundary)})
    run.wait(moment("2027-01-17 12:00"))
    values = (FACTS if date == EFFECTIVE else FACTS_LATER) | {"other_effective_at": other.isoformat()}
    values |= {"order_by": "2027-02-13T23:00:00+00:00", "last_day_unclear": None} if boundary == "strict" else {}
    values |= {"placed_on": "2027-01-17T12:00:00+00:00", "at_worst": LATER.isoformat()}
    assert warning_text(run, "boundary_day") == f"de warning.boundary_day {values}"
    assert [(step.rule, step.value, step.step.split()[1]) for step in document_of(run).why] == [
        ("D6", "2027-01-17T12:00:00+00:00", "why.placed"),
        ("D8", "2027-01-17", "why.day"),
        ("D5", "2027-01-17", f"why.last_day_{boundary}"),
        ("D2" if boundary == "inclusive" else "D3", (date + DAY).date().isoformat(), "why.result"),
        ("X1", (other + DAY).date().isoformat(), "why.other_reading"),
    ]
    texts = [step.step for step in document_of(run).why]
    assert texts[-2:] == [
        f"de why.result {{'effective_at': '{date.isoformat()}', 'zone': 'Europe/Berlin'}}",
        f"de why.other_reading {{'effective_at': '{other.isoformat()}', 'zone': 'Europe/Berlin'}}",
    ]


def test_X1_a_term_that_was_clarified_knows_no_boundary_day():
    run = edition({"questions": (ASK_TERM,)})
    run.wait(moment("2027-01-17 12:00"))
    assert warning_codes(run) == [] and document_of(run).effective_at is None
    assert [(step.step, step.value, step.rule) for step in document_of(run).why] == [("de why.annual {}", "-", "X14")]
    run.confirm("clarify_term", at="2027-06-30")
    assert warning_codes(run) == []


def test_ED5_X3_surplus_and_a_gap_are_said():
    soon = UNAVAILABLE.model_copy(update={"licence": "L-8", "ends_at": NOW})
    there = UNAVAILABLE.model_copy(update={"licence": "L-7", "ends_at": EFFECTIVE})
    ending = {"L-1": NOW, "L-2": NOW, "L-3": EFFECTIVE}
    limit = LIMIT.model_copy(update={"too_many": 0, "candidates": tuple(ending), "ending": ending})
    run = edition({"surplus": (UNAVAILABLE, LIMIT.model_copy(update={"too_many": 2}), soon, there, limit)})
    assert warning_codes(run) == ["surplus", "surplus_gap", "surplus_gap"]
    values = {"surplus": [ROW_UNAVAILABLE, ROW_LIMIT | {"number": 2}], "count": 3}
    assert warning_text(run, "surplus") == f"de warning.surplus {(FACTS | values)}"
    gaps = [warning.text for warning in document_of(run).warnings if warning.code == "surplus_gap"]
    dates = {"licence_ends_at": NOW.isoformat(), "effective_at": EFFECTIVE.isoformat()}
    rows = [ROW_UNAVAILABLE | {"names": ["voucher (L-8)"]}, ROW_LIMIT | {"number": 2}]
    assert gaps == [f"de warning.surplus_gap {(FACTS | {'surplus': [row]} | dates)}" for row in rows]


def test_X3_without_a_date_there_is_no_gap():
    soon = UNAVAILABLE.model_copy(update={"ends_at": NOW})
    assert warning_codes(edition({"surplus": (soon,), "questions": (ASK_TERM,)})) == []


def test_X10_a_change_later_than_the_standing_order_warns():
    run = scheduled(edition(target="jtl_advanced"))
    run.request(target="jtl_start")
    assert warning_codes(run) == []
    standing = document_of(run).standing
    assert standing is not None and (standing.target, standing.effective_at) == ("jtl_advanced", EFFECTIVE)
    run.wait(moment("2027-01-18"))
    values = FACTS_LATER | {"standing_at": EFFECTIVE.isoformat()}
    assert warning_text(run, "later_than_standing") == f"de warning.later_than_standing {values}"


# In which tense it is said.

SAVES_NOTHING = {"warnings": ({"code": "no_saving"},)}
"""A warning that is shown at every stage."""
PARTNER = {"outside": ({"what": "partner", "rule": "FFN5", "subject": "P-1"},)}


def ended(run: LoneRun) -> LoneRun:
    """The run after the date of its order."""
    run.wait(EFFECTIVE)
    return run


def with_a_leftover() -> LoneRun:
    """An edition that has changed and left a licence in surplus."""
    run = scheduled(edition(SAVES_NOTHING))
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    return ended(run)


def at_the_partner() -> LoneRun:
    """What ends when the partner has confirmed it, on no date before."""
    run = LoneRun("fulfillment", SAVES_NOTHING | PARTNER | {"cost_effect": "none"}, subject="ffn")
    assert run.send("place_order") is None
    return run


def assigned_elsewhere() -> LoneRun:
    """A user who is assigned elsewhere instead of ending."""
    run = LoneRun("wms_user", PAID | SAVES_NOTHING)
    assert run.send("reassign", to="wms_mobile") is None
    return run


@pytest.mark.parametrize(
    ("rule", "run", "state", "stage"),
    [
        ("ED4", lambda: edition(SAVES_NOTHING), "order", None),
        ("ED5", lambda: edition(SAVES_NOTHING | {"surplus": (UNAVAILABLE,)}), "surplus_resolution", None),
        ("ED11", lambda: scheduled(edition(SAVES_NOTHING)), "scheduled", "ordered"),
        ("ED11", lambda: ended(scheduled(edition(SAVES_NOTHING))), "applied", "made"),
        ("X2", with_a_leftover, "leftover", "made"),
        ("X9", lambda: scheduled(LoneRun("marketplace", PAID | SAVES_NOTHING | OUTSIDE)), "scheduled", "ordered"),
        ("X9", lambda: ended(scheduled(LoneRun("marketplace", PAID | SAVES_NOTHING | OUTSIDE))), "third_party", "made"),
        ("FFN5", at_the_partner, "third_party", "ordered"),
        ("WMU4", assigned_elsewhere, "reassigned", "made"),
    ],
)
def test_ED4_X9_FFN5_WMU4_a_warning_is_told_whether_it_is_ordered_or_made(rule, run, state, stage):
    run = run()
    assert run.state == state
    assert f"'stage': {stage!r}" in warning_text(run, "no_saving"), rule


@pytest.mark.parametrize("surplus", [(), (UNAVAILABLE,)])
def test_ED4_a_preview_is_told_that_nothing_is_ordered_yet(surplus):
    request = Request(**({"kind": "edition", "customer": "K-1"} | EDITION))
    check = Check(**({"catalogue": "v1", "surplus": surplus} | NOTICE | SAVES_NOTHING))
    shown = preview(KINDS["edition"], request, check, NOW, RunSettings(), say_plainly)
    assert shown.effective_at == EFFECTIVE
    assert "'stage': None" in next(warning.text for warning in shown.warnings if warning.code == "no_saving")
    assert ["'stage': None" in entry.reason for entry in shown.surplus] == [True] * len(surplus)


def test_WMU4_the_alternative_is_offered_until_it_is_taken():
    run = LoneRun("wms_user", PAID | {"warnings": ({"code": "reassign_instead"},)})
    assert "reassign_instead" in warning_codes(run)
    assert run.send("reassign", to="wms_mobile") is None
    assert (run.state, warning_codes(run)) == ("reassigned", [])


# Why this date.

NOTHING_CHARGED = {"date_rule": "moment", "cost_effect": "none"}


@pytest.mark.parametrize(
    ("rule", "kind", "says", "request_", "key"),
    [
        ("FFN5", "fulfillment", NOTHING_CHARGED, {"subject": "ffn"}, "partners"),
        ("ECO2", "ecomdata", NOTHING_CHARGED | {"outside": (OutsideStep(what="ecomdata", rule="ECO2"),)}, {},
         "third_party"),
        ("CO4", "connector", INCLUDED | {"outside": (OutsideStep(what="shopify", rule="CO4"),)}, {}, "third_party"),
        ("X6", "connector", INCLUDED, {}, "at_once"),
        ("X5", "production", {"date_rule": "moment", "cost_effect": "unknown", "questions": (ASK_COST,)}, {},
         "unclear"),
        ("MIS2", "misclick", NOTHING_CHARGED, {"explanation": "by mistake"}, "decided"),
        ("SVC1", "setup_service", NOTHING_CHARGED, {"explanation": "not wanted"}, "decided"),
    ],
)  # fmt: skip
def test_without_a_term_it_is_said_whose_word_ends_it(rule, kind, says, request_, key):
    (step,) = document_of(LoneRun(kind, says, **request_)).why
    assert (step.step.split()[1], step.value, step.rule) == (f"why.{key}", key, rule)


@pytest.mark.parametrize(
    ("run", "derivation"),
    [
        (lambda: LoneRun("voucher", PAID), [("why.term", "2027-01-31", "X6"), ("why.result", "2027-02-01", "X6")]),
        (lambda: LoneRun("voucher", INCLUDED), [("why.at_once", "at_once", "X6")]),
        (
            lambda: scheduled(LoneRun("voucher", INCLUDED), effective_on="2027-01-10"),
            [("why.chosen", "2027-01-10", "X6"), ("why.result", "2027-01-10", "X6")],
        ),
        (lambda: LoneRun("voucher", PAID | {"term_ends": None}), []),
        (
            lambda: edition({"questions": (ASK_TERM,)}),
            [("why.annual", "-", "X14")],
        ),
    ],
)
def test_a_date_is_derived_step_by_step(run, derivation):
    steps = document_of(run()).why
    assert [(step.step.split()[1], step.value, step.rule) for step in steps] == derivation


def test_D3_an_order_after_the_deadline_says_so():
    run = edition()
    run.wait(moment("2027-01-18"))
    assert [step.rule for step in document_of(run).why] == ["D6", "D8", "D5", "D3"]


@pytest.mark.parametrize(
    ("kind", "says", "rule"), [("edition", NOTICE, "X14"), ("voucher", PAID | {"term_ends": None}, "X6")]
)
def test_X6_X14_a_clarified_term_is_the_reason(kind, says, rule):
    more = EDITION if kind == "edition" else {}
    run = LoneRun(kind, says | {"questions": (ASK_TERM,)}, **more)
    if kind == "edition":
        run.send("acknowledge_warning")
    run.confirm("clarify_term", at="2027-06-30")
    for steps in (document_of(run).why, document_of(scheduled(run)).why):
        assert [(step.step, step.value, step.rule) for step in steps] == [
            (f"de why.clarified {{'term_ends': '2027-06-30', {BERLIN}}}", "2027-06-30", rule),
            (f"de why.result {{'effective_at': '2027-06-30T22:00:00+00:00', {BERLIN}}}", "2027-07-01", "X6"),
        ]


def test_SUP3_a_day_agreed_with_sales_is_the_reason():
    run = LoneRun("key_accounting", {"date_rule": "agreed", "cost_effect": "cancellation"}, subject="key_accounting")
    run.confirm("support_ticket", decision="granted", at="2027-03-31")
    assert [(step.step.split()[1], step.rule) for step in document_of(run).why] == [
        ("why.agreed", "SUP3"), ("why.result", "X6"),
    ]  # fmt: skip


def test_MOV1_an_agreed_moment_is_the_reason():
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    assert document_of(run).why == ()
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at="2027-01-11T10:00:00Z")
    assert [(step.step.split()[1], step.value, step.rule) for step in document_of(run).why] == [
        ("why.agreed", "2027-01-11T10:00:00+00:00", "MOV1"), ("why.result", "2027-01-11", "X6"),
    ]  # fmt: skip


# Tasks, surplus, timeline.


def test_a_task_with_its_instructions_the_last_note_and_the_proof():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    (entry,) = document_of(run).tasks
    task = run.task("third_party")
    assert (entry.task, entry.type, entry.due_at, entry.decisions, entry.proof_required) == (
        task.task, "third_party", EFFECTIVE, (), True,
    )  # fmt: skip
    values = FACTS_TERM | {"kind": "marketplace", "stage": "ordered"} | origin_facts(run.memory)
    values |= {"beside": [], "revocation_asked": False, "deadline": EFFECTIVE.isoformat(), "late": False, "name": None}
    texts = [f"de task.third_party_pilot {values}", f"de task.asked {values}"]
    assert entry.instructions.split("\n\n") == texts
    first, second = (f"de task.proof { ({'reference': name, 'by': 'c'}) }" for name in ("mail", "letter"))
    note = "de task.note {'note': 'unreadable'}"
    run.send("hand_in_proof", task=task.task, reference="mail")
    (entry,) = document_of(run).tasks
    assert entry.instructions.split("\n\n") == [*texts, first]
    run.reject("third_party", "unreadable")
    (entry,) = document_of(run).tasks
    assert entry.instructions.split("\n\n") == [*texts, note]
    run.send("hand_in_proof", task=task.task, reference="letter")
    (entry,) = document_of(run).tasks
    assert entry.instructions.split("\n\n") == [*texts, second, note]


def test_a_tasks_due_date_and_decisions():
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    (entry,) = document_of(run).tasks
    assert entry.due_at == moment("2027-01-17 23:00")
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert document_of(run).tasks[0].decisions == ("cancellation", "deactivation", "none")


def test_X11_a_revocation_is_to_be_decided_before_the_date():
    run = scheduled(edition())
    run.send("request_revocation", explanation="oh")
    assert [(task.type, task.due_at) for task in document_of(run).tasks] == [("revocation", moment("2027-01-05 23:00"))]
    partners = [{"what": "partner", "rule": "FFN1", "name": "P-1", "subject": "P-1"}]
    undated = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    undated.send("place_order")
    undated.send("request_revocation", explanation="oh")
    assert [task.due_at for task in document_of(undated).tasks] == [
        moment("2027-01-18 23:00"),
        moment("2027-01-05 23:00"),
    ]


def test_every_entry_of_surplus_with_whether_it_is_resolved():
    run = edition({"surplus": (UNAVAILABLE, LIMIT, UNAVAILABLE.model_copy(update={"licence": "L-8", "ends_at": NOW}))})
    run.memory.overridden = ("L-2",)
    assert [(entry.licence, entry.product, entry.candidates, entry.resolved) for entry in document_of(run).surplus] == [
        ("L-9", "voucher", (), False), (None, "pos_wawi", ("L-1", "L-2"), True), ("L-8", "voucher", (), True),
    ]  # fmt: skip
    assert document_of(run).surplus[0].reason == "de surplus.not_available {'stage': None, 'kind': 'voucher'}"


def test_a_line_of_the_timeline_holds_a_persons_words_or_a_text():
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.reject("clarify_cost", "nobody knows")
    run.now = run.memory.now = NOW + 8 * DAY
    run.receive("remind", None)
    first, *_, rejected, reminded = document_of(run).timeline
    assert (first.event, first.by, first.note, first.state) == ("begin", None, None, "license_check")
    assert (rejected.event, rejected.by, rejected.note, rejected.at, rejected.state) == (
        "reject_task",
        "o",
        "de note.decided {'type': 'clarify_cost', 'outcome': 'rejected', 'note': 'nobody knows'}",
        NOW,
        "order",
    )
    assert (reminded.event, reminded.note, reminded.at) == ("remind", "de note.reminded {}", NOW + 8 * DAY)


def test_a_persons_explanation_is_their_note():
    run = scheduled(edition())
    run.send("request_revocation", explanation="clicked wrongly", time="2027-01-04T11:30:00Z")
    line = document_of(run).timeline[-1]
    assert (line.event, line.note, line.at) == ("request_revocation", "clicked wrongly", moment("2027-01-04 11:30"))


# Refusals and problems.


def test_a_refusal_is_said_with_rule_code_and_text():
    run = LoneRun("voucher", PAID | {"refusal": Refusal(rule="G2", code="not_held", values={"subject": "L-1"})})
    refusal = document_of(run).refusal
    assert refusal is not None
    text = f"de refusal.not_held {(FACTS_TERM | {'kind': 'voucher'})}"
    assert (refusal.rule, refusal.code, refusal.text) == ("G2", "not_held", text)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("fault.at_needed", say("de", "fault.at_needed")),
        ("fault.at_needed: and more", "fault.at_needed: and more"),
        ("x fault.at_needed", "x fault.at_needed"),
        (3, "3"),
    ],
)
def test_a_fault_that_is_a_key_becomes_its_text(fault, text):
    answer = problem(edition().chart, say, Refusal(rule="contract", code="malformed", values={"fault": fault}), None)
    assert f": {text}. " in answer.text


def test_a_problem_says_what_is_enabled_and_how_the_run_stands():
    run = edition()
    current = document_of(run)
    answer = problem(run.chart, say_plainly, Refusal(rule="contract", code="not_enabled"), current)
    assert answer.text == f"de problem.not_enabled {FACTS}"
    assert (answer.code, answer.rule, answer.enabled) == (
        "not_enabled", "contract", ("recheck_licences", "place_order", "abandon"),
    )  # fmt: skip
    assert answer.current is not None and answer.current["effective_at"] == "2027-01-31T23:00:00Z"
    assert problem(run.chart, say_plainly, GONE, None).current is None


def test_a_refusal_without_any_text_is_its_code():
    def silent(language: str, key: str, values: Mapping[str, Any] | None = None) -> str:
        raise KeyError(key)

    assert problem(edition().chart, silent, GONE, None).text == "not_held"


# Previews.


def previewed(kind: str, says: dict[str, Any], at=NOW, **request):
    """What would happen."""
    run = LoneRun(kind, says, held_back=("check_licences",), **request)
    return preview(KINDS[kind], run.memory.request, run.next_check(), at, RunSettings(), say_plainly)


def test_a_preview_shows_the_date_now_and_after_the_next_deadline():
    lost = ({"feature": "f"},)
    cost = {"before": "2", "after": "1"}
    document = previewed(
        "edition", NOTICE | {"features_lost": lost, "cost": cost, "surplus": (UNAVAILABLE,)}, **EDITION
    )
    assert (document.effective_at, document.order_by) == (EFFECTIVE, moment("2027-01-17 23:00"))
    assert document.next is not None
    assert (document.next.effective_at, document.next.order_by) == (LATER, moment("2027-02-14 23:00"))
    assert [step.rule for step in document.why] == ["D6", "D8", "D5", "D2"]
    assert (document.cost_effect, document.catalogue, document.refusal) == ("cancellation", "v1", None)
    assert document.cost is not None and [feature.feature for feature in document.features_lost] == ["f"]
    assert [(entry.licence, entry.resolved) for entry in document.surplus] == [("L-9", False)]
    assert [warning.code for warning in document.warnings] == ["surplus"]


def test_a_preview_of_what_is_refused_shows_no_date():
    document = previewed("edition", NOTICE | {"refusal": GONE}, **EDITION)
    assert (document.effective_at, document.order_by, document.next, document.why) == (None, None, None, ())
    assert document.refusal is not None and document.refusal.code == "not_held"


def test_a_preview_of_a_term_has_no_deadline():
    document = previewed("voucher", PAID | {"warnings": (Warning(code="user_management_lost"),)})
    assert (document.effective_at, document.order_by, document.next) == (EFFECTIVE, None, None)


def test_a_preview_of_an_included_licence_ends_it_at_once():
    document = previewed("voucher", INCLUDED)
    assert document.effective_at == NOW and [step.step.split()[1] for step in document.why] == [
        "why.at_once",
        "why.result",
    ]


def test_a_preview_of_a_ticket_promises_nothing():
    document = previewed("misclick", {}, explanation="e")
    assert (document.effective_at, document.cost_effect) == (None, "unknown")


def test_a_preview_of_what_nobody_knows_shows_no_date():
    document = previewed("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert (document.effective_at, document.cost_effect) == (None, "unknown")


def test_a_preview_follows_the_settings_and_the_warning_that_comes_first():
    run = LoneRun("edition", NOTICE, held_back=("check_licences",), **EDITION)
    at = moment("2027-01-17 12:00")
    settings = RunSettings(boundary="strict", zone="UTC")
    document = preview(KINDS["edition"], run.memory.request, run.next_check(), at, settings, say_plainly)
    assert document.effective_at == moment("2027-03-01")


def test_a_preview_shows_the_date_also_where_surplus_stands_against_it():
    document = previewed("voucher", INCLUDED | {"surplus": (UNAVAILABLE,)})
    assert document.effective_at == NOW
    assert (
        previewed("fulfillment", {"cost_effect": "none", "surplus": (UNAVAILABLE,)}, subject="ffn").effective_at is None
    )


def test_X6_the_recorded_term_is_no_reason_where_the_licence_is_included():
    run = LoneRun("voucher", INCLUDED | {"term_ends": "2027-01-31"})
    assert [step.step.split()[1] for step in document_of(run).why] == ["why.at_once"]


def test_X3_a_gap_names_the_licence_where_there_is_one():
    gap = UNAVAILABLE.model_copy(update={"candidates": ("L-9", "L-8"), "ends_at": NOW})
    assert "'names': ['voucher (L-9)']" in warning_text(edition({"surplus": (gap,)}), "surplus_gap")


def test_a_line_without_a_note_stays_without():
    run = edition()
    run.chart.turn().write("e", by=None)
    run.memory.timeline = (run.memory.timeline[-1].model_copy(update={"values": {"a": 1}}),)
    assert document_of(run).timeline[0].note is None


def test_a_preview_reads_past_what_must_be_acknowledged():
    """VOU1: what is asked for is the date of an order, and the warning stands beside it."""
    document = previewed("voucher", INCLUDED | {"warnings": (Warning(code="user_management_lost"),)})
    assert document.effective_at == NOW and [warning.code for warning in document.warnings] == ["user_management_lost"]


@pytest.mark.parametrize("later", [{"cost_effect": "unknown"}, {"term_ends": None}, {"term_ends": "2027-12-31"}])
def test_whatever_a_later_check_finds_a_booked_date_keeps_its_reason(later):
    run = scheduled(LoneRun("voucher", PAID))
    run.memory.check = run.next_check(**later)
    steps = [("why.term", "2027-01-31"), ("why.result", "2027-02-01")]
    assert [(step.step.split()[1], step.value) for step in document_of(run).why] == steps


def test_X10_X14_a_change_whose_date_is_asked_about_is_not_compared_with_the_standing_one():
    run = scheduled(edition(target="jtl_advanced"))
    run.says["questions"] = (ASK_TERM,)
    run.request(target="jtl_start")
    assert document_of(run).effective_at is None and warning_codes(run) == []

"""What is said is never dropped: each field of a message is used and seen by whoever has the task, or is refused."""

from typing import Any

import pytest

from catalogue.texts import say
from states.model.facts import Refusal, RunSettings
from states.model.request import Reason
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    INCLUDED,
    PAID,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    over_standing,
    scheduled,
)
from tests.charts.test_moments import fault_of

LISTED = RunSettings(reasons=("cost", "season"))
OUTSIDE: dict[str, Any] = {"outside": ({"what": "pilot", "rule": "MP3"},)}


def instructions(run: LoneRun) -> str:
    """What the one who has the only open task reads."""
    (task,) = document_of(run, say).tasks
    return task.instructions


# A later request on an open run.


def test_MIS1_what_is_said_anew_is_read_by_whoever_has_the_ticket():
    run = LoneRun("misclick", {"settings": LISTED}, explanation="wrong button", details={"meant": "the other"})
    assert "wrong button" in instructions(run) and "the other" in instructions(run)
    assert run.request(explanation="the third button") is None
    assert run.request(details={"meant": "neither", "invoice": "R-7"}) is None
    assert run.request(reason={"code": "cost", "text": "too dear"}) is None
    read = instructions(run)
    for said in ("the third button", "neither", "R-7", "too dear (cost)"):
        assert said in read
    assert "wrong button" not in read and "the other" not in read
    notes = [line.note or "" for line in document_of(run, say).timeline if line.event == "requested"]
    for said in ("the third button", "R-7", "too dear (cost)"):
        assert any(said in note for note in notes), said


@pytest.mark.parametrize(
    ("kind", "says", "request_"),
    [
        ("production", {"cost_effect": "unknown", "questions": (ASK_COST,)}, {}),
        ("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)}, {}),
        ("marketplace_transfer", {"date_rule": "agreed"}, {"target": "K-2"}),
        ("setup_service", {}, {"explanation": "not needed"}),
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO2"},)}, {}),
    ],
)
def test_whoever_has_a_task_reads_what_the_customer_said(kind, says, request_):
    run = LoneRun(kind, says, **request_)
    assert run.request(explanation="as agreed on the phone", details={"mailbox": "a@b.example"}) is None
    assert "as agreed on the phone" in instructions(run)
    assert "a@b.example" in instructions(run)


def test_a_later_request_says_in_the_timeline_what_it_says_anew_and_no_more():
    run = edition(details={"a": 1}, explanation="e")
    assert run.request(details={"a": 2}, explanation=None) is None
    assert run.memory.timeline[-1].values == {"details": {"a": 2}}
    assert run.request(explanation="f") is None
    assert run.memory.timeline[-1].values == {"explanation": "f"}


def test_no_details_replace_the_former_ones():
    run = edition(details={"a": 1})
    assert run.request(details={}) is None
    assert run.memory.request.details == {}


def test_the_same_again_changes_nothing():
    run = edition(details={"a": 1}, explanation="e")
    before = list(run.memory.timeline)
    assert run.request() is None and run.request(details={"a": 1}, explanation="e") is None
    assert list(run.memory.timeline) == before


@pytest.mark.parametrize("said", [{"details": {"a": 2}}, {"explanation": "otherwise"}])
def test_what_an_order_was_placed_with_stays(said):
    run = scheduled(edition(details={"a": 1}, explanation="e"))
    refusal = run.request(**said)
    assert refusal is not None and refusal.code == "not_enabled"
    assert (run.memory.request.details, run.memory.request.explanation) == ({"a": 1}, "e")


def test_why_somebody_leaves_may_be_said_after_the_order_too():
    run = scheduled(edition({"settings": LISTED}))
    assert run.request(reason={"code": "season"}) is None
    assert run.memory.request.reason == Reason(code="season")
    assert run.state == "scheduled"


def test_X10_a_request_for_the_standing_target_changes_no_more_than_the_reason():
    run = over_standing(settings=LISTED)
    run.memory.settings = LISTED
    standing = run.memory.standing
    assert standing is not None
    refusal = run.request(target="jtl_advanced", explanation="never mind")
    assert refusal is not None and (refusal.rule, refusal.code) == ("X10", "not_enabled")
    assert run.request(target="jtl_advanced", reason={"code": "cost"}) is None
    assert run.state == "scheduled"
    assert run.memory.request == standing.request.model_copy(update={"reason": Reason(code="cost")})


def test_X10_what_was_written_goes_on_with_another_target():
    run = edition({"settings": LISTED}, target="jtl_advanced", explanation="we shrink", reason={"code": "cost"})
    document = {"target": "jtl_start", "explanation": None, "reason": None}
    assert run.request(**document) is None
    request = run.memory.request
    assert (request.target, request.explanation, request.reason) == ("jtl_start", "we shrink", Reason(code="cost"))
    assert run.request(target="jtl_advanced", explanation="not so much") is None
    assert run.memory.request.explanation == "not so much"
    assert any("not so much" in (line.note or "") for line in document_of(run, say).timeline)


# Why somebody leaves.


def test_a_reason_is_one_of_the_catalogues_list_and_never_a_condition():
    run = edition({"settings": LISTED})
    known = {"fault": "fault.reason", "code": "because", "known": ["cost", "season"]}
    assert run.request(reason={"code": "because"}) == Refusal(rule="contract", code="malformed", values=known)
    assert fault_of(run.request(reason={"code": "cost"})) is None
    shown = document_of(run).reason
    assert shown is not None and (shown.code, shown.text) == ("cost", None)
    assert fault_of(run.send("abandon", reason={"code": "because"})) == "fault.reason"
    assert fault_of(run.send("abandon", reason={"code": "season", "text": "over"})) is None
    assert run.memory.timeline[-1].note == "over (season)"


def test_a_start_with_a_reason_that_is_not_listed_is_refused():
    run = LoneRun("voucher", INCLUDED, held_back=("check_licences",), reason={"code": "because"})
    run.answer(check=run.next_check(settings=LISTED))
    assert run.state == "refused"
    assert fault_of(run.memory.refusal) == "fault.reason"


def test_a_reason_in_ones_own_words_stands_in_the_timeline():
    run = edition()
    assert run.send("abandon", reason="we keep it") is None
    assert run.memory.timeline[-1].note == "we keep it"


# What a message carries and nobody uses.


@pytest.mark.parametrize(
    ("kind", "says", "type_", "decision"),
    [
        ("production", {"cost_effect": "unknown", "questions": (ASK_COST,)}, "clarify_cost", "none"),
        ("misclick", {}, "support_ticket", "granted"),
        ("setup_service", {}, "support_ticket", "declined"),
        ("key_accounting", PAID, "support_ticket", "declined"),
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO2"},)}, "third_party", None),
    ],
)
def test_a_day_that_an_answer_does_not_use_is_refused(kind, says, type_, decision):
    answer: dict[str, Any] = {"decision": decision, "proof": {"reference": "r"}, "note": "n"}
    run = LoneRun(kind, says, explanation="e")
    assert fault_of(run.confirm(type_, **answer, at="2027-05-31")) == "fault.at_needless"
    assert run.confirm(type_, **answer) is None


def test_X2_an_override_names_nothing_that_does_not_stand_in_the_way():
    run = edition({"surplus": (UNAVAILABLE,)})
    values = {"fault": "fault.licences_unknown", "licences": ["L-77"]}
    refusal = run.send("override_surplus", licences=["L-9", "L-77"])
    assert refusal == Refusal(rule="X2", code="malformed", values=values)
    assert run.send("override_surplus", licences=["L-9"]) is None


def test_ADD2_an_order_decides_about_no_other_add_on():
    run = LoneRun("hosting", PAID | {"addons": ({"licence": "A-1", "product": "P"},)})
    details = {"addons": {"A-1": "end", "A-9": "end"}}
    values = {"fault": "fault.addons_unknown", "addons": ["A-9"]}
    assert run.send("place_order", details=details) == Refusal(rule="ADD2", code="malformed", values=values)
    none = LoneRun("hosting", PAID)
    assert fault_of(none.send("place_order", details={"addons": {"A-1": "end"}})) == "fault.addons_unknown"
    assert run.send("place_order", details={"addons": {"A-1": "end"}}) is None


def test_X9_proof_and_note_of_the_customer_are_in_the_timeline():
    run = scheduled(LoneRun("marketplace", PAID | OUTSIDE))
    task = run.task("third_party").task
    assert run.send("hand_in_proof", task=task, reference="mail of 4 January", note="by phone before") is None
    note = document_of(run, say).timeline[-1].note or ""
    assert "mail of 4 January" in note and "by phone before" in note

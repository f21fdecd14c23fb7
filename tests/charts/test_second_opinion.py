"""Four eyes: a decision that the setting names is taken up only when two people have taken it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.proposals import proposal_facts
from states.chart.second_opinion import NAMES, same_name
from states.kinds.registry import KINDS
from states.model.effects import Notify
from states.model.facts import Refusal, RunSettings
from states.model.memory import Memory
from states.model.request import ConfirmTask, RejectTask
from tests.charts.consequences import said_of
from tests.charts.explorer import Broken, explore
from tests.charts.lone_run import DAY, NOTICE, NOW, LoneRun, document_of, edition, moment, scheduled
from tests.charts.test_exploration import facts_of
from tests.kinds import module_of

PROOF = {"proof": {"reference": "T-1"}}


def four_eyes(*names: str) -> dict[str, Any]:
    """What a run is requested under."""
    return {"settings": RunSettings(second_opinion=names)}


def asked_back(*names: str) -> LoneRun:
    """A booked order that the customer wants to be taken back."""
    run = scheduled(edition(four_eyes(*names)))
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    return run


def by_hand() -> LoneRun:
    """An order that a person books, and a second one confirms."""
    run = edition(four_eyes("perform:confirmed") | {"mode": "guided"})
    assert run.send("place_order") is None
    return run


def code_of(refusal: Refusal | None) -> str | None:
    """Why not."""
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("open_run", "type_", "said", "facts"),
    [
        (
            lambda: by_hand(),
            "perform",
            PROOF | {"at": "2027-01-31", "note": "seen"},
            {"outcome": "confirmed", "at": "2027-01-31", "reference": "T-1", "note": "seen"},
        ),
        (lambda: asked_back("revocation:granted"), "revocation", {"decision": "granted"}, {"outcome": "granted"}),
    ],
)
def test_what_was_proposed_is_read_in_the_task(
    open_run: Any, type_: str, said: dict[str, Any], facts: dict[str, Any]
) -> None:
    run = open_run()
    assert run.confirm(type_, by="anna", **said) is None
    proposal = run.task(type_).proposed
    assert proposal is not None
    assert proposal_facts(proposal) == {"by": "anna", "proposed_at": NOW.isoformat()} | facts


def test_who_says_the_same_again_is_told_since_when_it_waits_for_a_second() -> None:
    run = asked_back("revocation:granted")
    first_at = run.now
    assert run.confirm("revocation", decision="granted", by="anna") is None
    run.wait(first_at + DAY)
    values = {"by": "anna", "proposed_at": first_at.isoformat()}
    refusal = run.confirm("revocation", decision="granted", by="Anna")
    assert refusal == Refusal(rule="contract", code="second_needed", values=values)


def test_a_rejection_that_needs_a_second_keeps_its_moment_and_its_words() -> None:
    run = asked_back("revocation:declined")
    acted = run.now + timedelta(minutes=2)
    rejection = RejectTask(by="anna", task=run.task("revocation").task, note="It stands", time=acted)
    assert run.would_take("reject_task", rejection) is None
    assert run.memory.timeline[-1].at == acted
    proposal = run.task("revocation").proposed
    assert proposal is not None and proposal_facts(proposal)["note"] == "It stands"
    assert run.confirm("revocation", by="otto", decision="declined") is None
    assert run.notice("declined")["note"] == "It stands"


@pytest.mark.parametrize(("named", "confirmed_by"), [({}, "anna"), ({"confirmed_by": "Ms Centre"}, "Ms Centre")])
@pytest.mark.parametrize("second", [{}, {"proof": {"reference": "T-2"}}])
def test_X12_a_proof_is_dated_by_the_first_and_confirmed_by_whom_he_names(
    named: dict[str, str], confirmed_by: str, second: dict[str, Any]
) -> None:
    run = by_hand()
    first_at = run.now
    assert run.confirm("perform", by="anna", proof={"reference": "T-1"} | named) is None
    run.wait(first_at + DAY)
    assert run.confirm("perform", by="otto", **second) is None
    proof = run.booking().proof
    assert run.state == "scheduled" and proof is not None
    assert proof.confirmed_at == first_at
    assert (proof.reference, proof.confirmed_by) == (("T-2", "otto") if second else ("T-1", confirmed_by))


def test_X11_another_decision_has_none_of_the_first_ones_words() -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna", note="a slip") is None
    assert run.confirm("revocation", decision="declined", by="otto") is None
    assert (run.state, run.notice("declined")["note"]) == ("scheduled", "")


def test_a_proof_that_only_the_second_names_is_taken() -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna") is None
    assert run.confirm("revocation", decision="granted", by="otto", proof={"reference": "mail"}) is None


def test_when_a_word_arrived_is_each_ones_own() -> None:
    run = asked_back("revocation:declined")
    assert run.confirm("revocation", decision="declined", by="anna", received_at=run.now) is None
    run.wait(run.now + DAY)
    assert run.confirm("revocation", decision="declined", by="otto") is None
    assert "delivered_late" not in run.lines()


def test_the_first_word_changes_nothing_and_the_second_carries_it_out() -> None:
    run = asked_back("revocation:granted")
    before = run.memory.model_copy()
    mails = len(run.effects)
    assert run.confirm("revocation", decision="granted", by="anna", note="a slip") is None
    assert apart_from_words(run.memory) == apart_from_words(before) and len(run.effects) == mails
    (line,) = run.memory.timeline[len(before.timeline) :]
    assert (line.event, line.by, line.note) == ("confirm_task", "anna", "note.proposed")
    assert run.confirm("revocation", decision="granted", by="otto") is None
    assert (run.state, run.tasks()) == ("revoked", ())
    (words,) = [line.note for line in document_of(run, say).timeline if line.by == "otto"]
    assert words is not None and "anna" in words and "a slip" in words


def apart_from_words(memory: Memory) -> dict[str, Any]:
    """What a run remembers but its timeline, the moment, and what is proposed."""
    dumped = memory.model_dump(exclude={"timeline", "now", "tasks"})
    return dumped | {"tasks": [task.model_copy(update={"proposed": None}) for task in memory.tasks]}


@pytest.mark.parametrize("name", ["anna", "Anna", " ANNA ", "an na", "an\u00a0na", "\u200banna", "ａｎｎａ"])
def test_second_needed_since_nobody_is_two(name: str) -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna") is None
    refusal = run.confirm("revocation", decision="granted", by=name)
    assert code_of(refusal) == "second_needed"
    proposed = run.task("revocation").proposed
    assert refusal is not None and proposed is not None
    assert refusal.values == {"by": "anna", "proposed_at": proposed.at.isoformat()}
    assert run.state == "scheduled" and run.tasks("revocation")


def test_two_are_two() -> None:
    assert not same_name("anna", "anne") and same_name("Straße", "STRASSE") and not same_name("anna", "otto")


def test_another_decision_that_needs_none_is_carried_out_at_once_and_says_nobody_else() -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna") is None
    assert run.confirm("revocation", decision="declined", by="otto") is None
    assert (run.state, run.tasks()) == ("scheduled", ())
    assert "first" not in (run.memory.timeline[-1].values or {})


def test_another_decision_that_needs_two_takes_the_proposals_place() -> None:
    run = asked_back("revocation:granted", "revocation:declined")
    assert run.confirm("revocation", decision="granted", by="anna") is None
    assert run.confirm("revocation", decision="declined", by="otto") is None
    proposed = run.task("revocation").proposed
    assert proposed is not None and (proposed.message.by, proposed.message.decision) == ("otto", "declined")
    assert code_of(run.confirm("revocation", decision="declined", by="otto")) == "second_needed"
    assert run.confirm("revocation", decision="declined", by="anna") is None
    assert (run.state, run.tasks()) == ("scheduled", ())


@pytest.mark.parametrize("by", ["anna", "otto"])
def test_a_rejection_withdraws_the_proposal_and_nothing_else(by: str) -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna") is None
    mails = len(run.effects)
    rejection = RejectTask(by=by, task=run.task("revocation").task, note="not so")
    assert run.would_take("reject_task", rejection) is None
    assert run.task("revocation").proposed is None and len(run.effects) == mails
    assert run.memory.timeline[-1].note == "note.proposal_withdrawn"
    assert run.confirm("revocation", decision="granted", by="otto") is None
    assert run.task("revocation").proposed is not None  # the first word again


def test_a_rejection_that_causes_what_needs_two_needs_two() -> None:
    run = asked_back("revocation:declined")
    assert run.reject("revocation") is None
    proposed = run.task("revocation").proposed
    assert proposed is not None and (proposed.message.decision, proposed.message.note) == ("declined", "no")
    assert not [mail for mail in run.effects if isinstance(mail, Notify) and mail.template == "declined"]
    assert run.confirm("revocation", decision="declined", by="otto") is None
    assert run.tasks() == ()


def test_what_the_second_leaves_unsaid_is_as_the_first_said_it() -> None:
    """When it was done, too: clicked in time is in time, however late the second person looks at it."""
    run = by_hand()
    clicked = moment("2027-01-16")
    run.wait(clicked)
    assert run.confirm("perform", by="anna", note="done", **PROOF) is None
    assert run.state == "placing"
    run.wait(clicked + 4 * DAY)
    assert run.confirm("perform", by="otto") is None
    assert run.state == "scheduled"
    assert run.order.effective_at == moment("2027-01-31").replace(hour=23) and not run.order.late


@pytest.mark.parametrize(
    ("second", "done"),
    [
        ({}, True),
        (PROOF, True),
        ({"proof": {"reference": "T-2", "confirmed_at": "2027-01-05T10:00:00+01:00"}}, False),
        ({"at": "2027-02-28", "confirm_anyway": True, "note": "so it says", **PROOF}, False),
    ],
    ids=["nothing", "a proof of his own", "another moment", "another day"],
)
def test_two_who_say_another_day_or_moment_have_not_decided_the_same(second: dict[str, Any], done: bool) -> None:
    run = by_hand()
    run.wait(moment("2027-01-06"))
    assert run.confirm("perform", by="anna", **PROOF) is None
    assert run.confirm("perform", by="otto", **second) is None
    assert (run.state == "scheduled") is done
    if not done:
        proposed = run.task("perform").proposed
        assert proposed is not None and proposed.message.by == "otto"


def test_when_the_first_word_arrived_is_none_of_the_seconds() -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna", received_at=run.now) is None
    run.wait(run.now + 2 * DAY)
    assert run.confirm("revocation", decision="granted", by="otto") is None
    assert run.state == "revoked" and "delivered_late" not in run.lines()


@pytest.mark.parametrize(("named", "shown"), [(None, "anna"), ("paula", "paula")])
def test_the_proof_of_what_two_confirmed_names_who_did_it_as_the_first_said(named: str | None, shown: str) -> None:
    run = by_hand()
    assert run.confirm("perform", by="anna", proof={"reference": "T-1", "confirmed_by": named}) is None
    assert run.confirm("perform", by="otto") is None
    proof = run.booking().proof
    assert proof is not None and (proof.reference, proof.confirmed_by) == ("T-1", shown)


def test_a_proof_of_the_seconds_own_leaves_when_it_was_done_to_the_first() -> None:
    run = by_hand()
    run.wait(moment("2027-01-06"))
    done = moment("2027-01-05")
    assert run.confirm("perform", by="anna", proof={"reference": "T-1", "confirmed_at": done}) is None
    assert run.confirm("perform", by="otto", proof={"reference": "T-2"}) is None
    proof = run.booking().proof
    assert proof is not None and (proof.reference, proof.confirmed_at) == ("T-2", done)


def test_a_new_proof_is_looked_at_anew() -> None:
    """Who confirmed the one before has not seen it."""
    outside: dict[str, Any] = {"outside": ({"what": "partner", "rule": "FFN5", "name": "Lager Nord"},)}
    run = LoneRun("fulfillment", four_eyes("third_party:confirmed") | {"date_rule": "moment"} | outside)
    while not run.tasks("third_party"):
        assert (
            run.send("acknowledge_warning" if "acknowledge_warning" in run.chart.enabled() else "place_order") is None
        )
        run.wait(run.now)
    task = run.task("third_party").task
    assert run.send("hand_in_proof", task=task, reference="mail 1") is None
    assert run.confirm("third_party", by="anna") is None and run.task("third_party").proposed
    assert run.send("hand_in_proof", task=task, reference="mail 2") is None
    assert run.task("third_party").proposed is None


def test_a_run_that_was_requested_without_it_goes_on_as_it_began() -> None:
    run = scheduled(edition(NOTICE))
    assert run.send("request_revocation", explanation="oh") is None
    assert run.confirm("revocation", decision="granted", by="anna") is None
    assert run.state == "revoked"


def test_what_is_proposed_is_the_operators_to_read() -> None:
    run = asked_back("revocation:granted")
    assert run.confirm("revocation", decision="granted", by="anna", note="a slip") is None
    document = document_of(run, say)
    (entry,) = document.tasks
    assert entry.proposed is not None
    assert entry.proposed.model_dump(exclude={"at"}) == {
        "by": "anna", "decision": "granted", "note": "a slip", "date": None, "reference": None,
    }  # fmt: skip
    assert "anna" in entry.instructions and "a slip" in entry.instructions
    assert document.timeline[-1].audience == "operators"


def proposed_by_anna(type_: str) -> tuple[dict[str, Any], str]:
    """What the task says of a first word, as data and in words."""
    if type_ == "perform":
        run = by_hand()
        said: dict[str, Any] = {"at": "2027-01-31", "proof": {"reference": "B-9"}}
    else:
        run = asked_back("revocation:granted")
        said = {"decision": "granted"}
    assert run.confirm(type_, by="anna", **said) is None
    (entry,) = document_of(run).tasks
    assert entry.proposed is not None
    return entry.proposed.model_dump(include={"decision", "date", "reference"}, mode="json"), entry.instructions


def test_the_second_person_reads_the_decision_the_day_and_the_proof_of_the_first() -> None:
    data, words = proposed_by_anna("revocation")
    assert data == {"decision": "granted", "date": None, "reference": None}
    assert "'outcome': 'granted'" in words
    data, words = proposed_by_anna("perform")
    assert data == {"decision": None, "date": "2027-01-31", "reference": "B-9"}
    assert "'outcome': 'confirmed'" in words


def test_the_consequence_says_that_a_second_person_is_needed_and_what_then_happens() -> None:
    run = asked_back("revocation:granted")
    run.memory.now = run.now

    def said(by: str) -> Any:
        trial = type(run.chart)(run.memory.model_copy())
        return said_of(run.memory, trial, "confirm_task", ConfirmTask(by=by, decision="granted", time=run.now))

    first = said("anna")
    assert (first.needs_second, first.state, len(first.closes)) == (True, "revoked", 1)
    assert run.confirm("revocation", decision="granted", by="anna") is None
    again, second = said("anna"), said("otto")
    assert again.refused.code == "second_needed" and again.state == "scheduled"
    assert (second.needs_second, second.refused, second.state) == (False, None, "revoked")


def test_the_setting_may_name_each_decision_of_each_type() -> None:
    assert {"repair:skip", "repair:end", "revocation:granted", "perform:confirmed", "clarify_cost:none"} <= {*NAMES}
    assert len(NAMES) == len({*NAMES})


TWO = ("support_ticket:granted", "revocation:granted", "repair:skip", "appointment:confirmed")


@pytest.mark.parametrize("kind", ["misclick", "marketplace_transfer", "setup_service"])
def test_no_such_decision_takes_effect_on_one_persons_word(kind: str) -> None:
    """Wherever a chart can get, under whatever happens in between (`tests.charts.explorer.check_two_people`)."""
    case = module_of(kind).CASES[0]
    facts = facts_of(kind, case, {**case.first, "catalogue": "v", "mode": "guided"})
    alone, together = explore(KINDS[kind], facts), explore(KINDS[kind], replace(facts, second_opinion=TWO))
    assert together.nodes > alone.nodes and together.reached == alone.reached


def test_the_exploration_finds_one_who_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("states.chart.second_opinion.name_in", lambda *_: None)
    case = module_of("misclick").CASES[0]
    facts = facts_of("misclick", case, {**case.first, "catalogue": "v"})
    with pytest.raises(Broken, match=r"one person's word|said to need a second person"):
        explore(KINDS["misclick"], replace(facts, second_opinion=TWO))


def test_the_exploration_finds_somebody_who_is_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("states.chart.second_opinion.same_name", lambda *_: True)
    case = module_of("misclick").CASES[0]
    facts = facts_of("misclick", case, {**case.first, "catalogue": "v"})
    with pytest.raises((Broken, ValueError), match=r"not possible|second_needed"):
        explore(KINDS["misclick"], replace(facts, second_opinion=TWO))

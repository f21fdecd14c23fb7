"""The base of every chart: strict about events, whole or not at all, and the names that outsiders know."""

from datetime import timedelta
from pathlib import Path

import pytest
from statemachine import State
from statemachine.exceptions import InvalidDefinition, TransitionNotAllowed

from states.chart import base, orders
from states.chart.base import Chart, UnknownState
from states.chart.callbacks import guards_of
from states.chart.state_names import AWAITED_EFFECT, PUBLIC_STATE
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.kinds.registry import KINDS
from states.kinds.voucher import VoucherEnd
from states.model.effects import ApplyChange, AssignLicence, BookOrder, CheckLicences, Decouple, Withdraw
from states.model.facts import Refusal, RunSettings
from states.model.memory import Memory
from states.model.request import (
    ConfirmTask,
    LicenceChanged,
    PlaceOrder,
    RecheckLicences,
    RejectTask,
    Request,
    Supersede,
)
from states.paths.licence_end import LicenceEnd
from states.views.diagram import mermaid
from tests.charts.lone_run import (
    ASK_TERM,
    DAY,
    EDITION,
    LIMIT,
    NOTICE,
    NOW,
    PAID,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
)

ROOT = Path(__file__).resolve().parents[2]
EFFECTIVE = moment("2027-01-31 23:00")


def memory(state: str = "received") -> Memory:
    """A memory as it is at first."""
    return Memory(state=state, request=Request(kind="voucher", customer="K", subject="s"), now=NOW, requested_at=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_the_diagram_on_a_kinds_page_is_the_charts(kind):
    page = (ROOT / "docs" / "kinds" / f"{kind}.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid(kind)}```\n" in page


def test_a_new_chart_has_asked_for_nothing_and_refused_nothing():
    chart = VoucherEnd(memory())
    assert (chart.verdict, chart.model) == (None, memory())


def test_a_state_that_a_chart_does_not_have_is_refused():
    with pytest.raises(UnknownState, match="VoucherEnd has no state 'leftover'"):
        VoucherEnd(memory("leftover"))


# The door.


def test_a_run_begins_with_a_check_of_the_record():
    chart = VoucherEnd(memory())
    assert chart.receive("start", None, NOW) == (CheckLicences(number=1),)
    assert chart.model == memory().model_copy(update={"number": 1})


@pytest.mark.parametrize(
    ("event", "message", "code"),
    [
        ("place_order", PlaceOrder(by="c"), None),
        ("place_order", PlaceOrder(by="c", effective_on="2027-02-01"), "malformed"),
        ("supersede", Supersede(by="c", booking="B-1"), "not_enabled"),
        ("requested", Request(**EDITION, kind="edition", customer="K-1"), None),
        ("requested", Request(**EDITION, kind="edition", customer="K-1", time=NOW - DAY), "malformed"),
        ("confirm_task", ConfirmTask(by="o", task="t-x"), "unknown_task"),
        ("reject_task", RejectTask(by="o", task="t-x", note="n"), "unknown_task"),
        ("licence_changed", LicenceChanged(licence="L-9", state="applied"), None),
        ("cancel_requested", None, None),
        ("remind", None, None),
    ],
)
def test_the_door_says_why_it_would_refuse_and_changes_nothing(event, message, code):
    run = edition()
    before = run.memory.model_copy(deep=True)
    refusal = run.chart.would_refuse(event, message, NOW + DAY)
    assert (refusal and refusal.code) == code
    assert run.memory == before


def test_an_event_is_judged_at_the_moment_that_is_told():
    """D3, docs/contract.md, `changed`: the date seen holds until the deadline, and no longer."""
    run = edition()
    message = PlaceOrder(by="c", effective_at=EFFECTIVE)
    assert run.chart.would_refuse("place_order", message, moment("2027-01-17 22:59")) is None
    refusal = run.chart.would_refuse("place_order", message, moment("2027-01-17 23:00"))
    assert refusal is not None and (refusal.code, refusal.values) == ("changed", {"what": "effective_at"})


def test_after_the_end_the_door_is_shut_to_everything():
    run = edition()
    run.send("abandon")
    ended = Refusal(rule="X11", code="ended", values={"state": "abandoned"})
    for event, message in (("place_order", PlaceOrder(by="c")), ("remind", None), ("requested", run.memory.request)):
        assert run.chart.would_refuse(event, message, NOW) == ended


def test_a_decision_that_would_be_refused_cannot_be_taken():
    run = edition()
    before = run.memory.model_copy()
    with pytest.raises(ValueError, match="confirm_task is refused: unknown_task"):
        run.chart.receive("confirm_task", ConfirmTask(by="o", task="t-x"), NOW)
    assert run.memory == before


def test_an_event_without_a_transition_fails_and_changes_nothing():
    run = edition()
    before = run.memory.model_copy()
    with pytest.raises(TransitionNotAllowed):
        run.chart.receive("withdrawn", None, NOW + DAY)
    assert run.memory == before and run.chart.verdict is None


def test_an_event_that_fails_half_way_changes_nothing(monkeypatch):
    run = edition()
    before = run.memory.model_copy()

    def breaks(turn: Turn, ended: bool) -> None:
        turn.ask(Withdraw())
        turn.memory.reminders = 7
        raise ArithmeticError("half way")

    with monkeypatch.context() as patched, pytest.raises(ArithmeticError, match="half way"):
        patched.setattr(base, "after_event", breaks)
        run.chart.receive("recheck_licences", RecheckLicences(by="c"), NOW + DAY)
    assert run.memory == before and run.state == "order"
    effects = run.chart.receive("recheck_licences", RecheckLicences(by="c"), NOW + DAY)
    assert effects == (CheckLicences(version="v1", number=before.number + 1),)


def test_a_fault_in_an_action_is_raised_and_no_event(monkeypatch):
    run = edition()
    run.held_back = {"check_licences"}
    run.send("place_order")

    def breaks(*_: object) -> None:
        raise ArithmeticError("in an action")

    monkeypatch.setattr(orders, "ask_or_open", breaks)
    with pytest.raises(ArithmeticError, match="in an action"):
        run.answer()
    assert run.state == "ordering"


# What a chart is.


def test_a_kind_may_not_edit_its_path():
    """A transition declared in a subclass would edit the path and all its siblings."""
    with pytest.raises(TypeError, match="Odd declares extra: a kind has traits only, a path is declared whole"):
        type("Odd", (LicenceEnd,), {"extra": State()})
    with pytest.raises(TypeError, match="Odd declares leave"):
        type("Odd", (LicenceEnd,), {"leave": State().to(State())})
    with pytest.raises(TypeError, match="Odd declares abandon"):
        type("Odd", (VoucherEnd,), {"abandon": LicenceEnd.abandon})


class Whole(Chart):
    """A path declared whole, with a callback that nobody has."""

    received = State(initial=True, enter="does_not_exist")
    over = State(final=True)
    leave = received.to(over)


def guessed(model: Memory) -> bool:
    """A guard of the memory alone."""
    return model.revoking


def clicks(model: Memory, traits: Traits) -> bool:
    """A guard of memory and traits."""
    return traits.clicked


class Guarded(Chart):
    """A path with each form of a guard, as it is and denied."""

    received = State(initial=True)
    over = State(final=True)
    if_guessed = received.to(over, cond=guessed)
    unless_guessed = received.to(over, unless=guessed)
    if_clicked = received.to(over, cond=clicks)
    unless_clicked = received.to(over, unless=clicks)
    if_both = received.to(over, cond=[guessed, clicks])


@pytest.mark.parametrize("revoking", [True, False])
@pytest.mark.parametrize("clicked", [True, False])
def test_what_is_possible_is_what_the_guards_let_through(revoking: bool, clicked: bool) -> None:
    own = {"if_guessed": revoking, "unless_guessed": not revoking, "if_clicked": clicked, "unless_clicked": not clicked}
    own["if_both"] = revoking and clicked
    there = memory().model_copy(update={"revoking": revoking})
    possible = guards_of(Guarded).possible(there, Traits(clicked=clicked))
    assert {event for event in possible if event in own} == {event for event, holds in own.items() if holds}


def test_a_callback_that_a_chart_does_not_have_is_said_with_its_name():
    with pytest.raises(InvalidDefinition, match=r"Received .*'does_not_exist'"):
        Whole(memory())


def test_the_names_that_outsiders_know():
    assert PUBLIC_STATE == {
        "ordering": "order", "placing": "order", "applying": "scheduled", "withdrawing": "scheduled",
        "reassigning": "order", "decoupling": "scheduled", "leftover": "surplus_resolution",
        "held": "surplus_resolution", "appointing": "support_ticket",
    }  # fmt: skip
    assert {
        "received": CheckLicences, "license_check": CheckLicences, "ordering": CheckLicences, "placing": BookOrder,
        "applying": ApplyChange, "withdrawing": Withdraw, "reassigning": AssignLicence, "decoupling": Decouple,
    } == AWAITED_EFFECT  # fmt: skip


# The clock, to the moment.


def test_the_time_spent_is_what_has_passed_and_never_less_than_nothing():
    for passed, spent in ((DAY / 24, DAY / 24), (-DAY / 24, 0 * DAY)):
        run = LoneRun("edition", NOTICE, **EDITION)
        run.send("acknowledge_warning")
        run.memory.idle_since = NOW
        run.now = NOW + passed
        run.says["questions"] = (ASK_TERM,)
        run.receive("licence_changed", None)
        assert (run.memory.idle_since, run.memory.idle_spent) == (None, spent)


def test_no_reminder_comes_with_the_end_itself():
    run = LoneRun("edition", NOTICE, **EDITION)
    run.memory.settings = RunSettings(remind_every=30 * DAY)
    assert "remind" not in run.chart.timers() and run.chart.timers()["abandon"] == NOW + 30 * DAY


@pytest.mark.parametrize("state", ["feature_warning", "license_check", "surplus_resolution", "order"])
def test_the_deadline_passes_wherever_nothing_is_ordered_yet(state):
    run = LoneRun("edition", NOTICE | {"surplus": (UNAVAILABLE,) if state == "surplus_resolution" else ()}, **EDITION)
    run.held_back = {"check_licences"} if state == "license_check" else set()
    if state != "feature_warning":
        run.send("acknowledge_warning")
    assert run.state == state and "order_by_passed" in run.chart.timers()


def test_a_run_never_waits_for_nobody():
    run = scheduled(LoneRun("voucher", PAID))
    run.memory.order = run.order.model_copy(update={"effective_at": None})
    assert run.memory.tasks == () and run.chart.waiting_for() == ("operator",)


def test_X14_no_deadline_passes_while_the_term_is_asked():
    assert "order_by_passed" not in edition({"questions": (ASK_TERM,)}).chart.timers()


@pytest.mark.parametrize(
    "run",
    [
        lambda: LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)}),
        lambda: LoneRun("voucher", PAID | {"term_ends": "2026-12-31", "questions": (ASK_TERM,)}),
        lambda: edition({"questions": (ASK_TERM,)}),
    ],
    ids=["unrecorded", "past", "annual"],
)
def test_X6_X14_a_term_that_was_clarified_and_has_run_out_is_asked_about_again(run):
    """Its last day still counts; an order after it would otherwise take effect before it was placed."""
    run = run()
    assert run.confirm("clarify_term", at="2027-01-20") is None
    over = moment("2027-01-20 23:00")
    run.wait(over - timedelta(seconds=1))
    assert "place_order" in run.chart.enabled() and run.tasks("clarify_term") == ()
    assert document_of(run).effective_at == over
    assert run.wait(over)[-1] == "term_ran_out"
    assert "place_order" not in run.chart.enabled() and len(run.tasks("clarify_term")) == 1
    assert document_of(run).effective_at is None
    assert run.confirm("clarify_term", at="2027-02-28") is None
    assert scheduled(run).order.effective_at == moment("2027-02-28 23:00")


# What is kept.


def test_details_and_explanation_are_each_replaced_and_kept_where_nothing_else_is_said():
    run = edition(details={"a": 1}, explanation="e")
    for fields in ({"details": {"b": 2}}, {"explanation": "f"}):
        run.receive("requested", Request(**EDITION, kind="edition", customer="K-1", by="c", **fields))
    assert (run.memory.request.details, run.memory.request.explanation) == ({"b": 2}, "f")


def test_what_was_once_in_surplus_is_remembered():
    run = edition({"surplus": (UNAVAILABLE,)})
    run.says["surplus"] = (LIMIT,)
    run.send("recheck_licences")
    assert [entry.licence for entry in run.memory.once_surplus] == ["L-9", "L-1", "L-2"]


def test_X2_after_the_change_only_the_surplus_is_taken_from_the_check():
    run = scheduled(edition({"current": "jtl_pro"}))
    run.receipt = run.receipt.model_copy(update={"surplus": (UNAVAILABLE,)})
    run.wait(EFFECTIVE)
    before = run.check
    run.says = {"catalogue": "v1", "current": "jtl_start", "surplus": (LIMIT,)}
    run.send("recheck_licences")
    assert run.check == before.model_copy(update={"surplus": (LIMIT,)})


def test_X10_what_was_refused_for_a_change_goes_with_it():
    run = scheduled(edition(target="jtl_advanced"))
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.refuses = Refusal(rule="D6", code="booking_refused")
    run.send("place_order")
    assert run.memory.refusal == run.refuses
    run.send("abandon")
    assert (run.state, run.memory.refusal, run.memory.acknowledged) == ("scheduled", None, False)


def test_X11_what_is_passed_on_is_open_no_more():
    run = scheduled(edition(held_back=("apply_change",)))
    run.send("request_revocation", explanation="x")
    run.wait(EFFECTIVE)
    assert (run.state, run.memory.tasks) == ("applying", ())

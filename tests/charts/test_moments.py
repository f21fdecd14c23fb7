"""When a person acted: what is said counts wherever it arrives, and nobody is told off for what he did not say."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from states.model.facts import Refusal, RunSettings
from states.model.request import CUSTOMER_MESSAGES, ConfirmTask, RejectTask, Request
from states.rules.moments import AHEAD
from tests.charts.lone_run import ASK_TERM, DAY, INCLUDED, NOW, PAID, LoneRun, edition, moment, scheduled

WEEK = timedelta(days=7)
TICK = timedelta(microseconds=1)
OUTSIDE = [(NOW - WEEK - TICK, "fault.too_old"), (NOW + AHEAD + TICK, "fault.future_time")]
WITHIN = [NOW - WEEK, NOW, NOW + AHEAD]


def fault_of(refusal: Refusal | None) -> Any:
    """What a malformed message is refused for; None where it is taken."""
    assert refusal is None or refusal.code == "malformed"
    return refusal and refusal.values["fault"]


def messages(time: datetime, **more: Any) -> list[tuple[str, Any]]:
    """One message of each sort that a person may send, at that moment."""
    said = {"by": "x", "time": time} | more
    return [
        ("place_order", CUSTOMER_MESSAGES["place_order"].model_validate(said)),
        ("requested", Request(kind="edition", customer="K-1", subject="jtl", target="jtl_start", **said)),
        ("confirm_task", ConfirmTask(**said)),
        ("reject_task", RejectTask(note="no", **said)),
    ]


@pytest.mark.parametrize(("time", "fault"), OUTSIDE)
def test_a_moment_out_of_bounds_is_refused_wherever_it_arrives(time, fault):
    run = edition()
    run.memory.last_customer_at = None
    limit = NOW - WEEK if fault == "fault.too_old" else NOW + AHEAD
    values = {"fault": fault, "time": time.isoformat(), "limit_at": limit.isoformat()}
    for event, message in messages(time):
        assert run.chart.would_refuse(event, message, NOW) == Refusal(rule="contract", code="malformed", values=values)


@pytest.mark.parametrize("time", WITHIN)
def test_a_moment_within_bounds_is_taken(time):
    run = edition()
    run.memory.last_customer_at = None
    for event, message in messages(time)[:2]:
        assert run.chart.would_refuse(event, message, NOW) is None


def test_how_old_a_moment_may_be_is_the_runs_own_setting():
    run = edition({"settings": RunSettings(max_event_age=timedelta(days=30))})
    run.memory.last_customer_at = None
    assert run.chart.would_refuse(*messages(NOW - timedelta(days=30))[0], NOW) is None
    assert fault_of(run.chart.would_refuse(*messages(NOW - timedelta(days=30) - TICK)[0], NOW)) == "fault.too_old"


def test_age_is_judged_by_when_a_portal_first_received_it():
    run = edition()
    run.memory.last_customer_at = None
    later = NOW + 3 * WEEK
    for event, message in messages(NOW - WEEK, received_at=NOW)[:2]:
        assert run.chart.would_refuse(event, message, later) is None
    for event, message in messages(NOW - WEEK - TICK, received_at=NOW):
        assert fault_of(run.chart.would_refuse(event, message, later)) == "fault.too_old"


def test_who_says_to_have_been_received_later_than_now_gains_nothing():
    ahead = NOW + 300 * DAY
    message = messages(ahead, received_at=ahead)[0][1].arrived(NOW)
    assert message.received_at == NOW
    assert fault_of(edition().chart.would_refuse("place_order", message, NOW)) == "fault.future_time"


@pytest.mark.parametrize(
    ("time", "fault"),
    [(NOW - WEEK, None), (NOW - WEEK - TICK, "fault.too_old"), (NOW + 300 * DAY, "fault.future_time")],
)
def test_a_start_by_hand_is_judged_by_the_settings_that_its_first_check_brings(time, fault):
    run = LoneRun("voucher", INCLUDED, held_back=("check_licences",), time=time, received_at=NOW)
    run.answer(check=run.next_check(settings=RunSettings(max_event_age=WEEK)))
    run.release()
    assert run.state == ("refused" if fault else "order")
    refusal = run.memory.refusal
    assert fault_of(refusal) == fault


# What was not said.


def test_an_event_without_time_is_never_before_the_customers_previous_one():
    run = LoneRun("voucher", PAID)
    said = NOW + timedelta(minutes=4)
    assert run.send("recheck_licences", time=said) is None
    assert run.send("place_order", received_at=NOW) is None
    assert run.order.placed_at == said
    assert run.memory.timeline[-2].at == said


@pytest.mark.parametrize("confirms", [True, False])
def test_an_operators_decision_without_time_counts_from_its_arrival_whatever_the_customers_clock_said(confirms):
    run = LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    assert run.send("recheck_licences", time=NOW + timedelta(minutes=4)) is None
    refusal = run.confirm("clarify_term", at="2027-01-31") if confirms else run.reject("clarify_term")
    assert refusal is None
    assert run.memory.timeline[-1].at == NOW


def test_an_event_without_time_is_as_old_as_its_first_receipt_and_never_too_old():
    run = LoneRun("voucher", INCLUDED)
    received = NOW + DAY
    run.now += 30 * WEEK
    run.memory.now = run.now
    assert run.send("place_order", received_at=received) is None
    assert run.order.placed_at == received
    line = next(line for line in run.memory.timeline if line.event == "delivered_late")
    assert (line.at, line.values) == (run.now, {"received_at": received.isoformat()}), (
        "nobody gains time by what nobody sees"
    )


def test_what_is_taken_at_once_needs_no_word_about_when_it_was_received():
    run = LoneRun("voucher", INCLUDED)
    run.now += AHEAD
    assert run.send("recheck_licences", received_at=NOW) is None
    assert "delivered_late" not in run.lines()
    run.now += TICK
    assert run.send("recheck_licences", received_at=NOW) is None
    assert "delivered_late" in run.lines()


def test_two_events_in_one_moment_keep_their_order_of_arrival():
    run = edition()
    assert run.send("recheck_licences", received_at=NOW) is None
    assert run.send("place_order", received_at=NOW) is None
    said = [line for line in run.memory.timeline if line.by]
    assert [line.event for line in said][-2:] == ["recheck_licences", "place_order"]
    assert {line.at for line in said[-2:]} == {NOW}


def test_what_the_customer_says_to_have_done_before_is_refused_by_order():
    run = edition()
    assert run.send("recheck_licences", time=NOW + timedelta(minutes=4)) is None
    assert fault_of(run.send("place_order", time=NOW + timedelta(minutes=3))) == "fault.before_previous"


def test_the_request_that_replaces_details_is_a_previous_event_too():
    run = edition()
    assert run.request(details={"a": 1}, time=NOW + timedelta(minutes=2)) is None
    assert fault_of(run.send("place_order", time=NOW)) == "fault.before_previous"


# What depends on a day is judged by the moment of acting, whatever has happened until the event is delivered.

TERM = {"term_ends": "2027-01-06"}
"""The last usable day lies in two days."""


@pytest.mark.parametrize(
    ("placed", "effective"),
    [("2027-01-05 12:00", "2027-01-06 23:00"), ("2027-01-06 22:59", "2027-01-06 23:00"), ("2027-01-06 23:00", None)],
)
def test_X6_a_term_is_judged_by_when_the_order_was_placed(placed, effective):
    run = LoneRun("wms_user", PAID | TERM)
    assert run.wait(NOW + 5 * DAY) == ["term_ran_out"]
    assert run.tasks("clarify_term")
    refusal = run.send("place_order", time=moment(placed))
    if effective is None:
        assert refusal is not None and refusal.code == "not_enabled"
        assert "place_order" not in run.chart.enabled()
    else:
        assert refusal is None
        assert (run.state, run.order.effective_at) == ("scheduled", moment(effective))
        assert run.order.placed_at < moment(effective)
        assert not run.tasks()


def test_X6_a_term_asked_about_since_does_not_move_the_date_of_an_order_placed_before():
    run = LoneRun("wms_user", PAID | TERM)
    run.wait(NOW + 4 * DAY)
    assert run.confirm("clarify_term", at="2027-03-31") is None
    assert run.send("place_order", time=moment("2027-01-05 12:00")) is None
    assert (run.order.effective_at, run.order.term) == (moment("2027-01-06 23:00"), None)


def test_X6_the_date_seen_holds_where_it_held_when_the_customer_acted():
    run = LoneRun("wms_user", PAID | TERM)
    run.wait(NOW + 5 * DAY)
    seen = {"effective_at": moment("2027-01-06 23:00"), "time": moment("2027-01-05 12:00")}
    assert run.send("place_order", **seen) is None


def test_X6_a_clarified_term_is_judged_by_when_the_operator_answered():
    run = LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    run.wait(NOW + 2 * DAY)
    yesterday = {"at": "2027-01-05", "time": moment("2027-01-05 12:00")}
    assert fault_of(run.confirm("clarify_term", at="2027-01-05")) == "fault.at_past"
    assert run.confirm("clarify_term", **yesterday) is None


def test_X12_a_booking_counts_from_when_the_operator_said_so_and_not_from_its_delivery():
    run = LoneRun(
        "edition",
        {"date_rule": "notice", "cost_effect": "cancellation", "mode": "guided"},
        subject="jtl",
        target="jtl_start",
    )
    run.acknowledge()
    assert run.send("place_order", time=NOW) is None
    run.now = run.memory.now = moment("2027-01-20 12:00")
    assert run.confirm("perform", proof={"reference": "T-1"}, received_at=moment("2027-01-16 12:00")) is None
    assert not run.order.late
    assert run.state == "scheduled"


def test_X11_a_revocation_asked_for_before_the_date_is_taken_and_passed_on():
    """While the runs of one month are spread, the date has come and nothing is made yet."""
    run = scheduled(LoneRun("voucher", PAID))
    date = run.order.effective_at
    assert date is not None
    run.now = run.memory.now = date + timedelta(minutes=1)
    ask = {"explanation": "clicked wrongly"}
    refusal = run.send("request_revocation", **ask, time=date)
    assert refusal is not None and refusal.code == "too_late"
    assert run.send("request_revocation", **ask, time=date - TICK) is None
    assert run.tasks("revocation"), "an open revocation is not dropped before it is passed on"
    run.receive("date_reached", None)
    assert "revocation_passed_on" in run.lines()

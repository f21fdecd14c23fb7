"""Which receipts a run asks for, and what they say of who sent what and when; each kind of case, in both modes."""

from typing import Any

import pytest

from states.chart.receipts import ARRIVALS, OUTCOMES
from states.model.effects import IssueReceipt, Notify
from states.model.facts import Refusal
from states.model.receipts import RECEIPT_EVENTS, ReceiptFacts
from states.views.receipts import receipt_facts, with_facts
from tests.charts.lone_run import (
    EDITION,
    NOTICE,
    NOW,
    PAID,
    LoneRun,
    edition,
    moment,
    over_standing,
    scheduled,
)
from tests.charts.test_outcome import held


def receipt(run: LoneRun, event: str) -> IssueReceipt:
    """The last receipt about something."""
    found = (effect for effect in reversed(run.effects) if isinstance(effect, IssueReceipt))
    return next(effect for effect in found if effect.event == event)


def facts_of(run: LoneRun) -> ReceiptFacts:
    """What a receipt would say now."""
    return receipt_facts(run.chart, "r-1")


@pytest.mark.parametrize("mode", ["automatic", "guided"])
def test_an_order_gets_its_receipt_when_it_arrives_and_not_when_it_is_booked(mode: str) -> None:
    run = LoneRun("voucher", PAID | {"mode": mode}, held_back=("place_order",))
    assert run.receipts() == []
    run.send("place_order", by="Erika")
    assert run.receipts() == ["ordered"] and run.state == "placing"
    ordered = receipt(run, "ordered")
    assert (ordered.by, ordered.placed_at, ordered.at) == ("Erika", NOW, NOW)


def test_it_says_when_the_order_was_placed_and_when_it_arrived() -> None:
    run = LoneRun("voucher", PAID)
    run.now = moment("2027-01-05 12:00")
    run.send("place_order", time="2027-01-05T09:00+00:00", received_at="2027-01-05T10:00+00:00")
    ordered = receipt(run, "ordered")
    assert (ordered.placed_at, ordered.at) == (moment("2027-01-05 09:00"), moment("2027-01-05 10:00"))


def test_one_that_its_own_check_refuses_has_none() -> None:
    run = LoneRun("voucher", PAID)
    run.held_back = {"check_licences"}
    assert run.send("place_order") is None and run.state == "ordering"
    run.answer(check=run.next_check(in_force="v2"))
    run.release()
    assert run.receipts() == [] and run.memory.order is None


def test_from_order_to_end_each_step_has_one_with_its_mail() -> None:
    run = scheduled(edition())
    run.send("request_revocation", explanation="Verklickt", by="Erika")
    run.confirm("revocation", decision="declined", note="Nein.")
    run.wait(moment("2027-02-01 12:00"))
    assert run.receipts() == ["ordered", "booked", "revocation_requested", "declined", "applied"]
    asked = receipt(run, "revocation_requested")
    assert (asked.by, asked.words, asked.placed_at, asked.at) == ("Erika", "Verklickt", NOW, NOW)
    assert (receipt(run, "declined").words, receipt(run, "declined").by) == ("Nein.", None)  # no operator's name
    mails = [mail for mail in run.effects if isinstance(mail, Notify) and mail.receipt is not None]
    numbers = [effect.number for effect in run.effects if isinstance(effect, IssueReceipt)]
    assert [mail.receipt for mail in mails] == numbers
    assert all(mail.number == number + 1 for mail, number in zip(mails, numbers, strict=True))


ELSEWHERE = {"outside": [{"what": "ecomdata", "rule": "ECO1"}]}


@pytest.mark.parametrize(("kind", "more"), [("misclick", {}), ("ecomdata", ELSEWHERE)])
def test_what_needs_no_order_gets_one_as_a_report(kind: str, more: dict[str, Any]) -> None:
    run = LoneRun(kind, {"cost_effect": "unknown", **more}, explanation="Versehen", by="Erika")
    assert run.receipts() == ["reported"]
    reported = receipt(run, "reported")
    assert (reported.by, reported.words, reported.placed_at) == ("Erika", "Versehen", NOW)


def test_a_report_arrived_when_a_portal_first_received_it() -> None:
    received = moment("2027-01-04 10:58")
    run = LoneRun("misclick", {"cost_effect": "unknown"}, explanation="Versehen", received_at=received)
    assert (receipt(run, "reported").placed_at, receipt(run, "reported").at) == (NOW, received)


def test_X11_a_revocation_says_when_the_customer_acted_and_when_it_arrived() -> None:
    run = scheduled(edition())
    run.now = moment("2027-01-05 12:00")
    acted, arrived = moment("2027-01-05 09:00"), moment("2027-01-05 10:00")
    assert run.send("request_revocation", explanation="Verklickt", time=acted, received_at=arrived) is None
    asked = receipt(run, "revocation_requested")
    assert (asked.placed_at, asked.at) == (acted, arrived)


def overdue() -> LoneRun:
    """An order that nobody has booked by hand in time."""
    run = edition({"mode": "guided"})
    run.send("place_order")
    run.wait(moment("2027-01-18"))
    return run


def agreed() -> LoneRun:
    """The move of a marketplace account whose moment is agreed."""
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at=moment("2027-01-11 12:00"))
    return run


@pytest.mark.parametrize("run", [overdue, held, agreed])
def test_X12_X4_MOV1_a_date_that_moves_or_is_agreed_has_its_receipt(run: Any) -> None:
    there = run()
    moved = receipt(there, "moved")
    assert (there.receipts()[-1], moved.words) == ("moved", None)


def test_D6_that_the_customer_centre_refuses_has_its_receipt_with_the_reason() -> None:
    run = LoneRun("voucher", PAID)
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "no payment method"})
    run.send("place_order")
    assert (run.receipts()[-1], receipt(run, "booking_refused").words) == ("booking_refused", "no payment method")


def test_who_has_sent_nothing_but_a_request_has_none_when_it_is_abandoned() -> None:
    run = edition()
    run.send("abandon")
    assert (run.state, run.receipts()) == ("abandoned", [])


def test_X10_a_change_that_is_dropped_is_told_with_a_receipt() -> None:
    run = over_standing()
    run.send("abandon")
    assert run.receipts()[-1] == "change_dropped"


def test_every_mail_has_one_event_and_every_event_a_mail() -> None:
    assert {*ARRIVALS.values(), *OUTCOMES.values()} == set(RECEIPT_EVENTS)
    assert not ARRIVALS.keys() & OUTCOMES.keys()


# What it says.


def test_ED4_what_was_acknowledged_is_named_with_who_and_when() -> None:
    warning = {"code": "features_lost", "values": {}}
    run = LoneRun("edition", NOTICE | {"warnings": [warning]}, held_back=("place_order",), **EDITION)
    run.send("acknowledge_warning", by="Erika")
    run.send("place_order")
    (heeded,) = facts_of(run).warnings
    assert (heeded.warning.code, heeded.heed, heeded.by, heeded.at) == ("features_lost", "acknowledged", "Erika", NOW)


def test_X1_on_the_boundary_day_the_other_reading_stands_beside_the_date() -> None:
    run = edition(held_back=("place_order",), now=moment("2027-01-17 09:00"))
    run.send("place_order")
    facts = facts_of(run)
    assert facts.run["effective_at"] == "2027-01-31T23:00:00+00:00"
    assert facts.other_effective_at == moment("2027-02-28 23:00")
    assert [reason.rule for reason in facts.why] == ["D6", "D8", "D5", "D2", "X1"]
    before = edition(held_back=("place_order",), now=moment("2027-01-16 09:00"))
    before.send("place_order")
    assert facts_of(before).other_effective_at is None


def test_a_receipt_that_is_asked_for_again_says_what_it_said() -> None:
    run = LoneRun("voucher", PAID)
    run.send("place_order")
    (first,) = with_facts((receipt(run, "ordered"),), run.chart, "r-1")
    run.wait(moment("2027-02-01 12:00"))
    assert with_facts((first,), run.chart, "other") == (first,)


def test_what_becomes_of_addons_stands_in_names_and_not_in_the_details() -> None:
    run = LoneRun("hosting_addon", PAID, held_back=("place_order",))
    run.send("place_order", details={"mailbox": "a@b.example", "addons": {"A-1": "end"}})
    assert facts_of(run).details == {"mailbox": "a@b.example"}

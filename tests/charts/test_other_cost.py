"""What a booked end costs or saves may change until its date: the customer is told, and the date stays (ED14, G9)."""

from datetime import date
from typing import Any

import pytest

from states.model.effects import Notify
from states.model.facts import Warning
from tests.charts.lone_run import INCLUDED, PAID, LoneRun, document_of, moment, scheduled

CHANGES_AT = "2027-01-31T23:00:00+00:00"
FALLS = Warning(
    code="knock_on",
    values={"changes_at": CHANGES_AT, "becomes": "paid_addon", "target": "JTL Advanced", "current": "JTL Pro"},
)


def switched_off(day: str) -> LoneRun:
    """A voucher that the edition includes, to be switched off on a day."""
    run = scheduled(LoneRun("voucher", INCLUDED), effective_on=day)
    assert run.order.effective_on == date.fromisoformat(day)
    return run


def told(run: LoneRun) -> list[dict[str, Any]]:
    """What was told of other costs, mail by mail."""
    return [
        {name: effect.values[name] for name in ("changes_at", "cost_effect") if name in effect.values}
        for effect in run.effects
        if isinstance(effect, Notify) and effect.template == "cost_changed"
    ]


def test_ED14_a_day_after_the_edition_falls_costs_until_then_and_the_customer_is_told_once() -> None:
    run = switched_off("2027-03-15")
    run.says["warnings"] = (FALLS,)
    for _ in range(2):
        run.receive("licence_changed", None)
    assert [mail["changes_at"] for mail in told(run)] == [CHANGES_AT]
    assert (run.lines().count("cost_changed"), run.state) == (1, "scheduled")
    assert run.order.effective_at == moment("2027-03-14 23:00")


@pytest.mark.parametrize("day", ["2027-01-15", "2027-02-01"])
def test_ED14_a_day_before_it_falls_or_the_very_day_costs_nothing(day: str) -> None:
    run = switched_off(day)
    run.says["warnings"] = (FALLS,)
    run.receive("licence_changed", None)
    assert told(run) == []


def test_ED14_the_customer_is_told_when_it_changes_to_what_and_again_where_that_is_another() -> None:
    run = switched_off("2027-03-15")
    run.says["warnings"] = (FALLS,)
    run.receive("licence_changed", None)
    facts = {"changes_at": CHANGES_AT, "becomes": "paid_addon", "new_edition": "JTL Advanced"}
    assert run.notice("cost_changed").items() >= facts.items()
    run.says["warnings"] = (FALLS.model_copy(update={"values": FALLS.values | {"target": "JTL Start"}}),)
    for _ in range(2):
        run.receive("licence_changed", None)
    assert run.notice("cost_changed")["new_edition"] == "JTL Start"
    assert [line.values for line in run.memory.timeline if line.event == "cost_changed"] == [
        facts, facts | {"new_edition": "JTL Start"},
    ]  # fmt: skip


def test_G9_ED14_what_costs_something_else_already_is_told_before_what_will() -> None:
    run = switched_off("2027-03-15")
    run.says |= {"cost_effect": "cancellation", "date_rule": "term", "warnings": (FALLS,)}
    run.receive("licence_changed", None)
    assert told(run) == [{"cost_effect": "cancellation"}]


def test_X12_ED14_of_an_end_whose_date_is_still_asked_about_nothing_is_said_of_what_it_costs_until_then() -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.wait(moment("2027-02-01 12:00"))
    run.confirm("perform", proof={"reference": "T"})
    assert (run.state, run.order.effective_at) == ("scheduled", None)
    run.says["warnings"] = (FALLS,)
    run.receive("licence_changed", None)
    assert (run.state, told(run)) == ("scheduled", [])


def test_G9_once_the_edition_has_fallen_the_end_saves_what_is_paid_until_then() -> None:
    """And nothing else of the order changes: it is still switched off on its day, and not booked as something paid."""
    run = switched_off("2027-03-15")
    run.says |= {"cost_effect": "cancellation", "date_rule": "term"}
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run)) == ("cancellation", [{"cost_effect": "cancellation"}])
    assert (run.order.date_rule, run.order.effective_at) == ("moment", moment("2027-03-14 23:00"))
    assert run.tasks("clarify_term") == ()


def test_G9_what_becomes_included_saves_nothing_any_more_and_is_cancelled_at_its_term_all_the_same() -> None:
    run = scheduled(LoneRun("voucher", PAID))
    run.says |= {"cost_effect": "deactivation", "date_rule": "moment", "term_ends": None}
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run)) == ("deactivation", [{"cost_effect": "deactivation"}])
    assert (run.order.date_rule, run.order.effective_at) == ("term", moment("2027-01-31 23:00"))


def test_X5_what_a_person_clarified_stays_while_nobody_else_knows() -> None:
    asked = {"cost_effect": "unknown", "questions": ({"type": "clarify_cost", "rule": "X5"},)}
    run = LoneRun("production", asked)
    run.confirm("clarify_cost", decision="deactivation")
    scheduled(run, effective_on="2027-03-15")
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run)) == ("deactivation", [])
    run.says |= {"cost_effect": "cancellation"}
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run)) == ("cancellation", [{"cost_effect": "cancellation"}])

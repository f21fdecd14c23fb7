"""What a booked end costs or saves may change until its date: the customer is told, and the date stays (ED14, G9)."""

from datetime import date
from typing import Any

import pytest

from states.model.effects import Notify
from states.model.facts import Warning
from tests.charts.lone_run import ASK_COST, INCLUDED, PAID, LoneRun, document_of, moment, scheduled

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


@pytest.mark.parametrize(("day", "mails"), [("2027-01-15", []), ("2027-02-01", []), ("2027-02-02", [CHANGES_AT])])
def test_ED14_an_end_until_the_edition_falls_costs_nothing(day: str, mails: list[str]) -> None:
    run = switched_off(day)
    run.says["warnings"] = (FALLS,)
    run.receive("licence_changed", None)
    assert [mail["changes_at"] for mail in told(run)] == mails


def test_ED14_the_mail_and_the_timeline_say_when_it_falls_to_what_and_what_it_is_then() -> None:
    run = switched_off("2027-03-15")
    run.says["warnings"] = (FALLS,)
    run.receive("licence_changed", None)
    said = {"changes_at": CHANGES_AT, "becomes": "paid_addon", "new_edition": "JTL Advanced"}
    assert run.memory.timeline[-1].values == said
    assert run.notice("cost_changed").items() >= said.items()


def test_ED14_of_two_changes_of_the_edition_the_one_named_first_is_told() -> None:
    run = switched_off("2027-03-15")
    later = FALLS.model_copy(update={"values": FALLS.values | {"changes_at": "2027-02-28T23:00:00+00:00"}})
    run.says["warnings"] = (FALLS, later)
    run.receive("licence_changed", None)
    assert [mail["changes_at"] for mail in told(run)] == [CHANGES_AT]


def test_X12_ED14_while_no_date_is_known_nothing_is_said_of_what_comes_before_it() -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.now = moment("2027-01-31 23:00")
    run.confirm("perform", proof={"reference": "T"})
    assert run.order.effective_at is None
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


def test_G9_each_time_that_it_means_something_else_for_the_cost_is_told() -> None:
    run = scheduled(LoneRun("voucher", PAID))
    for effect in ("deactivation", "cancellation", "unknown"):
        run.says["cost_effect"] = effect
        run.receive("licence_changed", None)
        assert document_of(run).cost_effect == effect
    assert [mail["cost_effect"] for mail in told(run)] == ["deactivation", "cancellation", "unknown"]


def clarified() -> LoneRun:
    """Booked as something that costs nothing, since a person said so."""
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.confirm("clarify_cost", decision="deactivation")
    return scheduled(run, effective_on="2027-03-15")


@pytest.mark.parametrize("recorded", ["R", "recorded otherwise"])
def test_X5_what_a_person_clarified_stays_while_nobody_else_knows(recorded: str) -> None:
    run = clarified()
    run.says["questions"] = (ASK_COST.model_copy(update={"values": {"product": "P", "recorded": recorded}}),)
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run), run.memory.tasks) == ("deactivation", [], ())


def test_X5_G9_what_the_record_says_by_now_is_told_whatever_a_person_clarified() -> None:
    run = clarified()
    run.says |= PAID | {"questions": ()}
    run.receive("licence_changed", None)
    assert (document_of(run).cost_effect, told(run)) == ("cancellation", [{"cost_effect": "cancellation"}])


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

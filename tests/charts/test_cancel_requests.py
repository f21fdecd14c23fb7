"""*Request Cancellation* in the web UI asks whether the case is to end, and ends nothing by itself."""

from typing import Any

import pytest

from catalogue.texts import say
from states.chart.cancel_requests import what_it_does
from states.model.facts import RunSettings
from states.views.audience import customer_view
from tests.charts.lone_run import DAY, GONE, NOTICE, NOW, PAID, LoneRun, document_of, edition, moment, scheduled


def asked(run: LoneRun) -> LoneRun:
    """Temporal has been asked to cancel it."""
    assert run.receive("cancel_requested", None) is None
    return run


def change_under_way() -> LoneRun:
    """Another target is asked for beside a booked order."""
    run = scheduled(edition())
    assert run.request(target="jtl_advanced") is None
    return run


def appointed() -> LoneRun:
    """The move of a marketplace has been agreed."""
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    assert run.confirm("appointment", at="2027-01-11T10:00+01:00") is None
    return run


def to_be_booked() -> LoneRun:
    """What is ordered is to be booked by hand."""
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    assert run.send("place_order") is None
    return run


CASES = [
    (edition, "ends", "abandoned"),
    (change_under_way, "drops_change", "scheduled"),
    (appointed, "drops_appointment", "abandoned"),
    (to_be_booked, "drops_order", "abandoned"),
]


@pytest.mark.parametrize(("open_run", "does", "state"), CASES)
def test_it_says_what_it_would_do_and_does_that(open_run: Any, does: str, state: str) -> None:
    run = asked(open_run())
    assert run.task("abandon").values == {"does": does}
    (entry,) = [task for task in document_of(run, say).tasks if task.type == "abandon"]
    assert (entry.decisions, entry.customer_text) == (("abandon", "go_on"), None)
    sentences = {
        "ends": "beendet die Anfrage",
        "drops_change": "verwirft die gewünschte Änderung",
        "drops_appointment": "hebt den vereinbarten Termin auf",
        "drops_order": "schon in Auftrag gegeben",
    }
    assert [name for name, sentence in sentences.items() if sentence in entry.instructions] == [does]
    assert run.confirm("abandon", by="Ms Ops", decision="abandon") is None
    assert (run.state, run.tasks("abandon")) == (state, ())
    decided = next(line for line in reversed(run.memory.timeline) if line.event == "confirm_task")
    assert (decided.by, decided.actor) == ("Ms Ops", "operator")


@pytest.mark.parametrize("how", ["go_on", "rejected"])
def test_who_says_that_it_goes_on_changes_nothing(how: str) -> None:
    run = edition()
    before = run.memory.model_dump(exclude={"tasks", "timeline", "number"})
    asked(run)
    refusal = run.reject("abandon") if how == "rejected" else run.confirm("abandon", decision="go_on")
    assert (refusal, run.memory.tasks) == (None, ())
    assert run.memory.model_dump(exclude={"tasks", "timeline", "number"}) == before
    assert run.notices() == []


def test_asked_again_it_is_one_question_and_after_its_answer_another() -> None:
    run = asked(asked(edition()))
    first = run.task("abandon").task
    run.confirm("abandon", decision="go_on")
    assert asked(run).task("abandon").task != first


@pytest.mark.parametrize(
    "ends",
    [
        lambda run: run.send("abandon"),
        lambda run: run.wait(run.now + run.memory.settings.abandon_after),
        lambda run: (run.says.update(refusal=GONE), run.send("recheck_licences")),
        lambda run: run.send("place_order"),
    ],
    ids=["the customer abandons", "his patience ends", "it is refused", "ordered"],
)
def test_the_question_goes_with_what_it_asks_about(ends: Any) -> None:
    run = asked(edition())
    ends(run)
    assert run.tasks("abandon") == ()
    assert "abandon" not in run.chart.possible() or run.chart.ended


def test_what_it_would_do_follows_the_run() -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    asked(run)
    assert run.task("abandon").values == {"does": "ends"}
    assert run.send("place_order") is None
    assert run.task("abandon").values == {"does": "drops_order"} == {"does": what_it_does(run.memory)}


def test_what_one_person_proposed_goes_where_it_would_do_something_else_by_now() -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided", "settings": RunSettings(second_opinion=("abandon:abandon",))})
    asked(run)
    assert run.confirm("abandon", by="anna", decision="abandon") is None
    assert run.task("abandon").proposed is not None
    assert run.send("place_order") is None
    assert run.task("abandon").proposed is None
    assert run.confirm("abandon", by="otto", decision="abandon") is None
    assert run.state == "placing", "he is the first who says so of an order"
    assert run.confirm("abandon", by="anna", decision="abandon") is None
    assert run.state == "abandoned"


def test_the_customers_clock_runs_on_and_he_hears_nothing() -> None:
    run, quiet = asked(edition()), edition()
    assert (run.memory.idle_since, run.chart.timers()["remind"]) == (
        quiet.memory.idle_since, quiet.chart.timers()["remind"],
    )  # fmt: skip
    assert run.chart.waiting_for() == ("customer", "operator"), "it is in operators' lists"
    document, other = document_of(run, say), document_of(quiet, say)
    assert (document.waiting_text, document.enabled) == (other.waiting_text, other.enabled)
    seen = customer_view(document.model_dump(mode="json"), "JTL")
    assert (seen["tasks"], len(seen["timeline"])) == ([], len(other.timeline))
    run.confirm("abandon", decision="go_on", note="a slip")
    after = customer_view(document_of(run, say).model_dump(mode="json"), "JTL")
    assert after["timeline"] == seen["timeline"]


def test_where_abandon_is_not_possible_it_is_a_line() -> None:
    run = scheduled(edition())
    run.now = NOW + DAY
    asked(run)
    line = run.memory.timeline[-1]
    assert (run.state, run.memory.tasks, line.at) == ("scheduled", (), NOW + DAY)
    assert (line.event, line.note, line.actor) == (
        "cancel_requested", "note.cancel_requested_not_possible", "operator",
    )  # fmt: skip


def test_while_the_first_check_is_under_way_it_is_a_line() -> None:
    run = asked(LoneRun("edition", NOTICE, held_back=("check_licences",), subject="jtl", target="jtl_start"))
    assert run.memory.timeline[-1].note == "note.cancel_requested_not_possible"


def test_runs_of_the_first_revision_end_at_once() -> None:
    run = asked(edition({"settings": RunSettings(revision=1)}))
    assert (run.state, run.memory.timeline[-1].by) == ("abandoned", "operator")


def test_it_is_due_within_a_working_day() -> None:
    assert asked(edition()).task("abandon").due_at == moment("2027-01-05 23:00")

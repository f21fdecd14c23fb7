"""Somebody was first: who decided a task that is not open any more, when and what."""

import pytest

from states.model.facts import Refusal, RunSettings
from states.model.request import ConfirmTask, RejectTask
from tests.charts.lone_run import DAY, LoneRun, edition, scheduled


def asked_back() -> LoneRun:
    """A booked order that the customer wants to be taken back."""
    run = scheduled(edition())
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    return run


def refused(run: LoneRun, task: str | None) -> Refusal:
    """Why somebody else's decision is not taken."""
    refusal = run.would_take("confirm_task", ConfirmTask(by="otto", task=task, decision="granted"))
    assert refusal is not None and refusal.code in ("unknown_task", "malformed")
    return refusal


@pytest.mark.parametrize("named", [True, False])
def test_it_says_who_decided_it_when_and_what(named: bool) -> None:
    run = asked_back()
    task = run.task("revocation").task
    assert run.confirm("revocation", by="anna", decision="declined", note="It stands") is None
    decided_at = run.now
    run.wait(run.now + DAY)
    run.receive("cancel_requested", None)
    assert run.memory.timeline[-1].task is None
    refusal = refused(run, task if named else None)
    values = refusal.values
    assert (values["task"], values["open"], "fault" in values) == (task if named else "-", [], not named)
    assert (values["decided_by"], values["decided_at"]) == ("anna", decided_at.isoformat())
    assert (values["type"], values["outcome"], values["note"]) == ("revocation", "declined", "It stands")


def test_a_task_that_is_open_or_never_was_has_been_decided_by_nobody() -> None:
    run = asked_back()
    first = run.task("revocation").task
    assert run.confirm("revocation", by="anna", decision="declined") is None
    assert run.send("request_revocation", explanation="once more") is None
    assert "decided_by" not in refused(run, "t-never").values
    assert refused(run, first).values["decided_by"] == "anna"
    assert run.confirm("revocation", by="otto", decision="declined") is None


def test_what_left_the_task_open_decided_nothing() -> None:
    """Rejected, and then not needed any more: nobody was first."""
    run = edition({"mode": "guided"})
    assert run.send("place_order") is None
    task = run.task("perform").task
    assert run.reject("perform") is None
    assert run.send("abandon") is None and run.state == "abandoned"
    assert [line.task for line in run.memory.timeline if line.task] == []
    assert task not in {line.task for line in run.memory.timeline}


def test_what_is_only_proposed_has_decided_nothing_and_what_two_decided_has() -> None:
    run = scheduled(edition({"settings": RunSettings(second_opinion=("revocation:declined",))}))
    assert run.send("request_revocation", explanation="oh") is None
    task = run.task("revocation").task
    assert run.confirm("revocation", by="anna", decision="declined") is None
    assert [line.task for line in run.memory.timeline if line.task] == []
    assert run.confirm("revocation", by="otto", decision="declined") is None
    values = refused(run, task).values
    assert (values["decided_by"], values["first"]) == ("otto", "anna")


def test_X11_after_the_end_an_operator_is_told_what_became_of_his_task_and_a_customer_that_it_has_ended() -> None:
    run = edition({"mode": "guided"})
    assert run.send("place_order") is None
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    dropped, decided = run.task("perform").task, run.task("revocation").task
    assert run.confirm("revocation", by="anna", decision="granted") is None and run.state == "revoked"
    assert refused(run, decided).values["decided_by"] == "anna"
    assert refused(run, None).values["decided_by"] == "anna"
    values = refused(run, dropped).values
    assert values == {"task": dropped, "open": [], "dropped": True}
    assert refused(run, "t-never").values == {"task": "t-never", "open": []}
    rejected = run.would_take("reject_task", RejectTask(by="otto", task=dropped, note="no"))
    assert rejected is not None and rejected.values == values
    of_customer = run.send("request_revocation", explanation="once more")
    assert of_customer is not None and of_customer.code == "ended"


def test_of_an_open_runs_task_that_nobody_needs_it_is_said_too_also_after_a_reset() -> None:
    run = edition({"mode": "guided"})
    assert run.send("place_order") is None
    task = run.task("perform").task
    run.memory.name_anew("run-2")
    assert run.send("abandon") is None
    assert refused(run, task).values["dropped"] is True

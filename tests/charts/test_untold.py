"""What the customer was to be told by mail and was not: a line, and one task for operators (docs/contract.md)."""

from datetime import timedelta
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.turn import Answer
from states.model.effects import Notify
from states.model.facts import Undelivered
from tests.charts.lone_run import DAY, LoneRun, document_of, edition, scheduled

REFUSED = Undelivered(why="refused", said="550")
NOWHERE = Undelivered(why="no_address")


def fail(run: LoneRun, number: int, undelivered: Undelivered = REFUSED, **mail: Any) -> Notify:
    """A mail of the run does not arrive."""
    effect = Notify(**({"template": "scheduled", "number": number} | mail))
    run.receive("answered", Answer(effect, undelivered=undelivered))
    return effect


def test_a_mail_that_does_not_arrive_is_a_line_and_a_task_and_the_run_stands_where_it_stood() -> None:
    run = scheduled(edition())
    run.effects.clear()
    fail(run, 8)
    (task,) = run.memory.tasks
    assert (task.type, task.due_at, run.effects) == ("tell_customer", run.now + timedelta(days=1), [])
    assert (run.state, run.chart.waiting_for()) == ("scheduled", ("operator", "date"))
    line = document_of(run, say).timeline[-1]
    assert line.event == "not_delivered"
    assert line.note == (
        "Nicht zugestellt: Bestätigung der Buchung an den Kunden; vom Mailserver endgültig abgelehnt (550)."
    )


def test_several_are_one_task_which_lists_them_each_once() -> None:
    run = scheduled(edition())
    fail(run, 8)
    first = run.task("tell_customer")
    for _ in range(2):
        fail(run, 9, NOWHERE, template="reminder")
    (task,) = run.memory.tasks
    assert task.task == first.task
    instructions = document_of(run, say).tasks[0].instructions
    assert instructions.count("\n- ") == 2
    assert "- Bestätigung der Buchung, " in instructions and "vom Mailserver endgültig abgelehnt (550)" in instructions
    assert "- Erinnerung, " in instructions and "keine Adresse hinterlegt" in instructions


def test_MOV1_a_mail_to_the_other_customer_names_him() -> None:
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed"}, target="K-2")
    fail(run, 8, to="other_customer", template="move_other")
    texts = [entry.instructions for entry in document_of(run, say).tasks if entry.type == "tell_customer"]
    assert "Mitteilung zum Umzug des Marktplatzes an den Kunden K-2, " in texts[0]


def test_the_operators_own_mail_is_a_line_and_no_task() -> None:
    run = scheduled(edition())
    run.effects.clear()
    fail(run, 8, to="operator", template="perform_dropped")
    assert (run.memory.tasks, run.memory.untold, run.effects) == ((), (), [])
    assert run.memory.timeline[-1].event == "not_delivered"


def test_told_needs_a_note_and_is_done_with_it() -> None:
    run = scheduled(edition())
    fail(run, 8)
    refusal = run.confirm("tell_customer", decision="told")
    assert refusal is not None and refusal.code == "malformed"
    assert run.confirm("tell_customer", decision="told", note="Frau Muster, telefonisch") is None
    assert (run.memory.tasks, run.memory.untold) == ((), ())
    assert document_of(run, say).timeline[-1].note == (
        "Kunde nicht erreicht: der Kunde ist verständigt. Dazu: Frau Muster, telefonisch"
    )
    fail(run, 9)
    assert [untold.mail.number for untold in run.memory.untold] == [9]


def test_retry_sends_them_again_under_their_keys_and_asks_again_where_they_do_not_arrive() -> None:
    run = scheduled(edition())
    mails = [fail(run, number) for number in (8, 9)]
    run.effects.clear()
    assert run.confirm("tell_customer", decision="retry") is None
    assert (run.memory.tasks, run.effects) == ((), mails)
    fail(run, 9)
    assert [untold.mail.number for untold in run.memory.untold] == [9]
    assert run.task("tell_customer").values["mails"][0]["why"] == "refused"


def test_rejected_it_stays_open_and_operators_are_reminded() -> None:
    run = scheduled(edition())
    fail(run, 8)
    run.effects.clear()
    assert run.reject("tell_customer", note="nobody answers") is None
    assert run.task("tell_customer").note == "nobody answers"
    assert (run.task("tell_customer").escalated, run.notices()) == (1, [])


def test_the_customers_clock_runs_on_while_a_person_is_to_tell_him() -> None:
    """Undelivered mail never holds up a run: it is abandoned when its time has come, and no sooner."""
    plain, untold = edition(), edition()
    fail(untold, 8)
    assert "operator" in untold.chart.waiting_for()
    assert untold.chart.timers()["abandon"] == plain.chart.timers()["abandon"]
    untold.wait(untold.now + 31 * DAY)
    assert untold.state == "abandoned"


def test_when_the_run_ends_the_task_ends_with_it_and_what_was_not_told_is_kept() -> None:
    run = edition()
    fail(run, 8)
    run.send("abandon")
    assert (run.state, run.memory.tasks) == ("abandoned", ())
    assert [untold.mail.number for untold in run.memory.untold] == [8]


@pytest.mark.parametrize("to", ["customer", "operator", "other_customer"])
def test_the_first_mail_to_each_opens_the_thread(to: str) -> None:
    run = edition()
    assert run.memory.written_to == ()
    turn = run.chart.turn()
    for _ in range(2):
        turn.ask(Notify(template="move_other", to=to))
    assert [effect.opens_thread for effect in turn.effects if isinstance(effect, Notify)] == [True, False]
    assert run.memory.written_to == (to,)

"""What runs do that began before a change: the old way stays beside the new one, so that they replay.

Each way asks `workflow.patched` only where the two part: a marker is written there, in new runs alone.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.admission import decision_of, task_meant, term_is_past
    from states.chart.base import Chart
    from states.chart.notifications import changes_at_once
    from states.chart.tasks import proofs_missing
    from states.chart.turn import Answer
    from states.model.effects import ApplyChange, AssignLicence, BookOrder
    from states.model.memory import Task
    from states.model.request import ConfirmTask, RejectTask


def before_judging(chart: Chart, message: Any) -> frozenset[str]:
    """Before a decision is judged: a last usable day that had passed was an answer (X6)."""
    if isinstance(message, ConfirmTask):
        task = task_meant(chart.model, message.task)
        memory = chart.model.model_copy(update={"now": workflow.now()})
        if isinstance(task, Task) and term_is_past(memory, task, message):
            return former("past-terms-taken", "past-terms-refused")
    return frozenset()


def former_ways(chart: Chart, event: str, message: Any) -> frozenset[str]:
    """The former ways in which an event is taken."""
    if event == "task_due" and chart.model.idle_since is not None:
        return former("two-reminders", "one-reminder")
    if isinstance(message, ConfirmTask | RejectTask):
        return of_decision(chart, message)
    return of_answer(chart, message) if isinstance(message, Answer) else frozenset()


def of_decision(chart: Chart, message: ConfirmTask | RejectTask) -> frozenset[str]:
    """A proof that was rejected stayed, and an agreed date was noted nowhere."""
    decision = decision_of(chart.turn(message), message)
    event = decision[1] if isinstance(decision, tuple) else ""
    if event == "proof_rejected":
        return former("proof-kept", "proof-rejected")
    if event == "give_up":
        return former("ends-not-told", "told-of-every-end")
    if event == "granted" and chart.traits.agrees:
        return former("date-not-noted", "agreed-date-noted")
    return frozenset()


def of_answer(chart: Chart, answer: Answer) -> frozenset[str]:
    """What an answer causes, by the effect that it answers.

    A change was told to other runs only at the end, weeks later where proofs were awaited. What ended with its order
    was told twice, as booked and as made. Of a user who was assigned elsewhere, and of a date clarified after a late
    booking, nobody was told. What a person had done by hand and our record refused counted as not done.
    """
    effect, receipt = answer.effect, answer.receipt
    if answer.refusal is not None and getattr(effect, "proof", None) is not None:
        return former("refused-by-hand", "done-by-hand-refused")
    if receipt is None:
        return frozenset()
    if isinstance(effect, ApplyChange) and receipt.tell and proofs_missing(chart.model):
        return former("told-at-the-end", "told-when-made")
    if isinstance(effect, BookOrder) and chart.model.state == "scheduled" and chart.model.order is not None:
        return former("date-not-told", "told-of-clarified-date")
    if isinstance(effect, BookOrder) and changes_at_once(chart.model, chart.traits):
        return former("two-mails", "one-mail-at-once")
    return former("ends-not-told", "told-of-every-end") if isinstance(effect, AssignLicence) else frozenset()


def former(way: str, patch: str) -> frozenset[str]:
    """The former way, unless the run began with the new one."""
    return frozenset() if workflow.patched(patch) else frozenset({way})

"""What runs do that began before a change: the old way stays beside the new one, so that they replay.

Each function asks `workflow.patched` only where the two ways part: a marker is written there, in new runs alone.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.admission import find_task, term_is_past
    from states.chart.lifecycle import Conduct
    from states.model.effects import ApplyChange, AssignLicence, BookOrder, Effect
    from states.model.memory import Task
    from states.model.request import ConfirmTask


def asked_by_time(chart: Conduct, due: str) -> str:
    """What a moment that has come asks of the chart: a customer whose own clock reminds was reminded twice."""
    twice = due == "task_due" and chart.clock_reminds() and not workflow.patched("one-reminder")
    return "task_due_twice" if twice else due


def asked(chart: Conduct, message: ConfirmTask) -> None:
    """Before a decision is judged: a last usable day that had passed was an answer (X6)."""
    task = find_task(chart, message.task)
    if isinstance(task, Task) and term_is_past(chart, task, message):
        chart.refuses_past_terms = workflow.patched("past-terms-refused")


def caused(chart: Conduct, event: str) -> str:
    """What an operator's decision causes: a proof that was rejected stayed, and an agreed date was noted nowhere."""
    if event == "proof_rejected" and not workflow.patched("proof-rejected"):
        return "stays_open"
    if event == "give_up":
        chart.tells_every_end = workflow.patched("told-of-every-end")
    if event == "granted" and chart.has_date:
        chart.notes_date = workflow.patched("agreed-date-noted")
    return event


def answered(chart: Conduct, effect: Effect, facts: dict[str, Any]) -> None:
    """What an answer causes, by the effect that it answers.

    A change was told to other runs only at the end, weeks later where proofs were awaited. What ended with its order
    was told twice, as booked and as made. Of a user who was assigned elsewhere, and of a date clarified after a late
    booking, nobody was told. What a person had done by hand and our record refused counted as not done.
    """
    if "refusal" in facts and getattr(effect, "proof", None) is not None:
        chart.mends_what_was_done = workflow.patched("done-by-hand-refused")
    receipt = facts.get("receipt")
    if receipt is None:
        return
    if isinstance(effect, ApplyChange) and receipt.tell and chart.proofs_missing():
        chart.tells_when_made = workflow.patched("told-when-made")
    elif isinstance(effect, BookOrder) and chart.model.state == "scheduled" and chart.model.order is not None:
        chart.tells_clarified = workflow.patched("told-of-clarified-date")
    elif isinstance(effect, BookOrder) and chart.made_at_once():
        chart.one_mail = workflow.patched("one-mail-at-once")
    elif isinstance(effect, AssignLicence):
        chart.tells_every_end = workflow.patched("told-of-every-end")

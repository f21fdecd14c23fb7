"""What runs do that began before a change: the old way stays beside the new one, so that they replay.

Each function asks `workflow.patched` only where the two ways part: a marker is written there, in new runs alone.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.conduct import Conduct


def asked_by_time(chart: Conduct, due: str) -> str:
    """What a moment that has come asks of the chart: a customer whose own clock reminds was reminded twice."""
    twice = due == "task_due" and chart.clock_reminds() and not workflow.patched("one-reminder")
    return "task_due_twice" if twice else due


def caused(chart: Conduct, event: str) -> str:
    """What an operator's decision causes: a proof that was rejected stayed, and an agreed date was noted nowhere."""
    if event == "proof_rejected" and not workflow.patched("proof-rejected"):
        return "stays_open"
    if event == "granted" and chart.has_date:
        chart.notes_date = workflow.patched("agreed-date-noted")
    return event

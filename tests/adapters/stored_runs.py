"""Runs, tasks and ends for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from states.model.status import End, TaskEntry, TaskList, TaskRow, bare_status

RUN = "edition/K-1001/jtl"


def entry(task: str, type_: str = "perform", due_at: datetime | None = None) -> TaskEntry:
    """A task as in the status document."""
    return TaskEntry(
        task=task, type=type_, due_at=due_at, instructions=f"Do {task}", decisions=("granted",), proof_required=False
    )


def listed(*rows: TaskRow, workflow_id: str = RUN, run_id: str = "r1") -> TaskList:
    """A run's tasks."""
    return TaskList(workflow_id=workflow_id, run_id=run_id, kind="edition", customer="K-1001", tasks=rows)


def row(task: str, *, ticket: bool = False, text: str = "perform_order", due_at: datetime | None = None) -> TaskRow:
    """A task with or without a ticket."""
    return TaskRow(entry=entry(task, due_at=due_at), text=text, subject=None, ticket=ticket)


def ended(workflow_id: str = RUN, run_id: str = "r1", state: str = "applied", day: int = 1, **more: Any) -> End:
    """A run that ended on a day of January."""
    kind, customer, subject = workflow_id.split("/")
    at = datetime(2027, 1, day, tzinfo=UTC)
    known: dict[str, Any] = {"workflow_id": workflow_id, "run_id": run_id, "ui_url": "u", "kind": kind}
    known |= {"customer": customer, "subject": subject, "target": None, "state": state}
    known |= {"cost_effect": "cancellation", "effective_at": at}
    status = bare_status(**(known | more))
    return End(status=status, started_at=at - timedelta(days=9), ended_at=at, first_run_id=run_id)

"""Somebody was first: what an operator is told who decides a task that is not open any more."""

from typing import Any

from activities.adapters import Adapters
from activities.sql.work_list import WorkItem
from portal.gone_runs import GONE
from portal.problems import PortalProblem
from portal.run_reader import RunReader
from states.model.names import case_of, ended_run_of

TOO_LATE = ("ended", "unknown_task", "unknown_run")
"""What a run answers, or is said of it, where a task of its is not open any more."""


async def done_with(reader: RunReader, row: WorkItem) -> PortalProblem:
    """Who decided a task, when and what: as its run says, or the ledger where it has ended.

    Nobody, where it was dropped, or was an ended run's and cannot be found.
    """
    try:
        document = await reader.read(case_of(row.workflow_id), ended_run_of(row.workflow_id) or row.run_id)
    except PortalProblem as problem:
        if problem.status == 503:
            return problem
        return PortalProblem("unknown_task", values={"fault": "task", "task": row.id}, customer=row.customer)
    return what_became_of(row.id, row.customer, document)


async def too_late(reader: RunReader, row: WorkItem, problem: PortalProblem) -> PortalProblem:
    """What is told of a decision that was sent to a run and not taken: where it has ended, or the task was closed,
    while the work list still had it, the same as a moment later."""
    if problem.code not in TOO_LATE or is_gone(problem.current):
        return problem
    if problem.current is None:
        return await done_with(reader, row)
    if row.type == "tell_customer" and any(entry["task"] == row.id for entry in problem.current["tasks"]):
        return problem  # what could not be told goes on in a run of its own
    return what_became_of(row.id, row.customer, problem.current)


async def too_late_for(
    adapters: Adapters, reader: RunReader, workflow_id: str, task: Any, problem: PortalProblem
) -> PortalProblem:
    """The same of a decision that names its task in its payload, where that is a task of the run's."""
    if problem.code not in TOO_LATE or not isinstance(task, str):
        return problem
    row = await adapters.database.in_thread(adapters.work_list.task, task)
    return await too_late(reader, row, problem) if row and case_of(row.workflow_id) == case_of(workflow_id) else problem


def is_gone(document: dict[str, Any] | None) -> bool:
    """Whether Temporal has lost the run, which then takes no event (docs/contract.md, Temporal)."""
    lines = (document or {}).get("timeline", ())
    return any(line["event"] == GONE for line in lines[-1:])


def what_became_of(task: str, customer: str, document: dict[str, Any]) -> PortalProblem:
    """Who decided a task of a run that stands so, or that nobody did and nobody needs it any more."""
    values = {"fault": "no_longer_needed", "task": task, "kind": document["kind"]}
    values |= {"state": document["state"], "being_booked": document.get("being_booked", False)}
    return decided_before(task, customer, document) or PortalProblem(
        "unknown_task", values=values, current=document, customer=customer
    )


def decided_before(task: str, customer: str, document: dict[str, Any]) -> PortalProblem | None:
    """The refusal of a decision on a task that somebody else has decided; None where nobody has."""
    lines = (line for line in reversed(document.get("timeline", ())) if line.get("task") == task)
    line = next(lines, None)
    if line is None:
        return None
    values = {name: line[name] for name in ("by", "at", "note")} | {"fault": "decided_before", "task": task}
    return PortalProblem("unknown_task", values=values, current=document, customer=customer)

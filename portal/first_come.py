"""Somebody was first: what an operator is told who decides a task that is not open any more."""

from typing import Any

from activities.sql.work_list import WorkItem
from portal.context import Portal
from portal.problems import PortalProblem
from states.model.names import case_of, ended_run_of


async def done_with(portal: Portal, row: WorkItem) -> PortalProblem:
    """Who decided a task, when and what: as its run says, or the ledger where it has ended.

    Nobody, where it was dropped, or was an ended run's and cannot be found.
    """
    try:
        document = await portal.runs.reader.read(case_of(row.workflow_id), ended_run_of(row.workflow_id) or row.run_id)
    except PortalProblem as problem:
        if problem.status == 503:
            return problem
        return PortalProblem("unknown_task", values={"fault": "task", "task": row.id}, customer=row.customer)
    return decided_before(row.id, row.customer, document) or PortalProblem(
        "unknown_task",
        values={"fault": "no_longer_needed", "task": row.id, "state_text": document["state_text"]},
        current=document,
        customer=row.customer,
    )


def decided_before(task: str, customer: str, document: dict[str, Any]) -> PortalProblem | None:
    """The refusal of a decision on a task that somebody else has decided; None where nobody has."""
    lines = (line for line in reversed(document.get("timeline", ())) if line.get("task") == task)
    line = next(lines, None)
    if line is None:
        return None
    values = {name: line[name] for name in ("by", "at", "note")} | {"fault": "decided_before", "task": task}
    return PortalProblem("unknown_task", values=values, current=document, customer=customer)

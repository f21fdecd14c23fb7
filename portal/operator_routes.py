"""The calls for operators: decisions on the tasks of the work list (`portal.task_routes`)."""

import uuid
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse

from activities.sql.work_list import WorkItem
from portal import openapi_examples
from portal.authority import Authority, DecidingAuthority
from portal.context import Portal
from portal.first_come import done_with, too_late
from portal.incoming import RunCommand, check_own
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.parameters import CurrentPortal, TaskId
from portal.problems import PortalProblem, malformed
from portal.run_reader import unavailable
from portal.schemas import Confirmation, Rejection
from portal.shown import shown
from portal.strict_json import read_document
from states.model.status import Status

DECIDED = problems(401, 403, 404, 409, 422, 503)

SendingKey = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9._-]{8,64}$")]
Decision = TypeVar("Decision", Confirmation, Rejection)

router = APIRouter(tags=["operators"])


@router.post(
    "/tasks/{task}/confirm",
    summary="Confirm a task",
    responses=answer(200, Status, openapi_examples.STATUS, "Decided; how the run stands now") | DECIDED,
    openapi_extra=body(openapi_examples.CONFIRMATION, "Confirmation") | secured(OPERATOR),
)
async def confirm(
    task: TaskId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, key: SendingKey = None
) -> JSONResponse:
    """With the payload of `confirm_task`; `by` is the name of the operator's token, where there is one.

    The same `Idempotency-Key` again is the same decision, as long as the run is open.
    """
    return JSONResponse(await decide(portal, task, decision_in(Confirmation, data), authority, key))


@router.post(
    "/tasks/{task}/reject",
    summary="Reject a task, with a reason",
    responses=answer(200, Status, openapi_examples.STATUS, "Rejected; how the run stands now") | DECIDED,
    openapi_extra=body(openapi_examples.REJECTION, "Rejection") | secured(OPERATOR),
)
async def reject(
    task: TaskId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, key: SendingKey = None
) -> JSONResponse:
    """With the payload of `reject_task`; `by` is the name of the operator's token, where there is one."""
    return JSONResponse(await decide(portal, task, decision_in(Rejection, data), authority, key))


def decision_in(shape: type[Decision], data: Any) -> Decision:
    """The decision in its shape. Raises `malformed`."""
    check_own(data)
    return read_document(shape, data)


async def decide(
    portal: Portal, task: str, decision: Confirmation | Rejection, authority: Authority, key: str | None = None
) -> dict[str, Any]:
    """Send the decision to the task's run as an update; how the run stands then. `key`: sent again with the same one,
    it is decided once. Raises `unknown_task` and what the run says."""
    event = "confirm_task" if isinstance(decision, Confirmation) else "reject_task"
    payload = payload_of(task, decision, authority)
    row = await row_of(portal, task)
    try:
        command = RunCommand(event, row.workflow_id, payload, f"decision-{key or uuid.uuid4()}")
        delivered = await portal.runs.send(command)
    except PortalProblem as problem:
        problem.customer = row.customer
        raise await too_late(portal.runs.reader, row, problem) from problem
    if delivered.stage == "promised":  # nobody keeps it, so nobody could promise it
        raise unavailable()
    return await shown(portal, delivered.document, authority.view)


def payload_of(task: str, decision: Confirmation | Rejection, authority: Authority) -> dict[str, Any]:
    """A decision as it goes to the run: on the task in the address, by the name of the log-in. Raises `malformed`."""
    if decision.task not in (None, task):
        raise malformed("two_tasks", given=decision.task[:80], task=task)
    by = authority.named(decision.by)
    return decision.model_dump(mode="json", exclude_unset=True) | {"task": task, "by": by}


async def row_of(portal: Portal, task: str) -> WorkItem:
    """The open task as the work list has it. Raises `unknown_task`; of one that was open, with what came of it."""
    row = await portal.adapters.database.in_thread(portal.adapters.work_list.task, task)
    if row is None:
        raise PortalProblem("unknown_task", values={"fault": "task", "task": task[:80]})
    if not row.open:
        raise await done_with(portal.runs.reader, row)
    return row

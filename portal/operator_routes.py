"""The calls for operators: the work list, and decisions on its tasks."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from portal import openapi_examples, search
from portal.context import Portal, operator
from portal.customer_routes import Cursor, Here, Identifier, KindName, Limit
from portal.incoming import RunCommand
from portal.openapi import answer, body, problems
from portal.problems import PortalProblem, malformed
from portal.run_client import Pending
from portal.schemas import Confirmation, Rejection, TaskPage
from states.kinds.registry import KINDS
from states.model.status import Status

router = APIRouter(tags=["operators"])
Operator = Annotated[str | None, Depends(operator)]
Task = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,100}$", examples=["t-0b1c2d3e4f506172"])]

TypeName = Annotated[str | None, Query(json_schema_extra={"enum": list(search.TASK_TYPES)})]


@router.get(
    "/tasks",
    summary="The operators' open tasks, due first",
    responses=answer(200, TaskPage, openapi_examples.TASKS, "A page of the work list") | problems(401, 422, 503),
)
async def tasks(
    here: Here,
    name: Operator,
    customer: Identifier = None,
    kind: KindName = None,
    type: TypeName = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Each as in the status document, with the run that it belongs to."""
    wanted = {
        "customer": customer,
        "kind": search.known("kind", kind, KINDS),
        "type": search.known("type", type, search.TASK_TYPES),
    }
    return JSONResponse(await search.work_list(here.records, wanted, cursor, limit))


@router.post(
    "/tasks/{task}/confirm",
    summary="Confirm a task",
    responses=answer(200, Status, openapi_examples.STATUS, "Decided; how the run stands now")
    | problems(401, 404, 409, 422, 503),
    openapi_extra=body(openapi_examples.CONFIRMATION),
)
async def confirm(task: Task, payload: Confirmation, here: Here, name: Operator) -> JSONResponse:
    """With the payload of `confirm_task`; `by` is the name of the operator's token, where there is one."""
    return await decide(here, "confirm_task", task, payload.model_dump(mode="json", exclude_unset=True), name)


@router.post(
    "/tasks/{task}/reject",
    summary="Reject a task, with a reason",
    responses=answer(200, Status, openapi_examples.STATUS, "Rejected; how the run stands now")
    | problems(401, 404, 409, 422, 503),
    openapi_extra=body(openapi_examples.REJECTION),
)
async def reject(task: Task, payload: Rejection, here: Here, name: Operator) -> JSONResponse:
    """With the payload of `reject_task`; `by` is the name of the operator's token, where there is one."""
    return await decide(here, "reject_task", task, payload.model_dump(mode="json", exclude_unset=True), name)


async def decide(here: Portal, event: str, task: str, payload: dict[str, Any], name: str | None) -> JSONResponse:
    """Send the decision to the task's run as an update. Raises `unknown_task` and what the run says."""
    by = name or payload.get("by")
    if not by:
        raise malformed("by")
    found = await here.records.open_task(task)
    if found is None:
        raise PortalProblem("unknown_task", values={"fault": "task", "task": task[:80]})
    decision = RunCommand(event, found.workflow_id, payload | {"task": task, "by": by}, f"decision-{uuid.uuid4()}")
    try:
        return JSONResponse(await here.runs.send(decision, again=False))
    except Pending as pending:
        return JSONResponse(pending.document)
    except PortalProblem as problem:
        problem.customer = found.customer
        raise

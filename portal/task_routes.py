"""The calls for operators about tasks: the work list, how many there are, who has which, and what is noted beside."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from activities.sql.paging import MOST_COUNTED
from portal import openapi_examples as examples
from portal import tasks
from portal.authority import Authority, DecidingAuthority, OperatorAuthority, operator_authority
from portal.json_body import JsonBody, OptionalBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.parameters import AskedLanguage, CurrentPortal, Cursor, CustomerNumber, KindName, Limit, TaskId, TypeName
from portal.problems import malformed
from portal.schemas import TaskCounts, TaskDetails, TaskPage, TaskTypes
from portal.task_forms import task_types
from portal.tasks import AWAITED, ORDERS, query_of
from states.model.base import ShortText

router = APIRouter(tags=["operators"])
OrderName = Annotated[str, Query(json_schema_extra={"enum": list(ORDERS)})]
Awaited = Annotated[str | None, Query(json_schema_extra={"enum": list(AWAITED)})]
Claimant = Annotated[ShortText | None, Query(description="Those that this operator has")]
UpTo = Annotated[int, Query(ge=1, le=MOST_COUNTED, description="Nobody counts further")]
ABOUT_A_TASK = problems(401, 403, 404, 409, 422, 503)


@router.get(
    "/tasks",
    summary="The operators' open tasks, due first or by urgency",
    responses=answer(200, TaskPage, examples.TASKS, "A page of the work list") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def work_list(
    authority: OperatorAuthority,
    portal: CurrentPortal,
    language: AskedLanguage,
    order: OrderName = "due",
    customer: CustomerNumber = None,
    kind: KindName = None,
    type: TypeName = None,
    claimed_by: Claimant = None,
    mine: bool = False,
    unclaimed: bool = False,
    overdue: bool = False,
    waiting_for: Awaited = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Each as in the status document, with the run that it belongs to, how urgent it is and who has it.

    By urgency: what is overdue; what a customer's deadline within seven days depends on; what waits longest; and last
    what waits for a proof of the customer's.
    """
    query = query_of(
        order=order,
        customer=customer,
        kind=kind,
        type=type,
        claimed_by=own_name(authority) if mine and claimed_by is None else claimed_by,
        unclaimed=unclaimed,
        overdue=overdue,
        waiting_for=waiting_for,
    )
    return JSONResponse(await tasks.task_page(portal, query, limit=limit, cursor=cursor, language=language))


def own_name(authority: Authority) -> str:
    """The caller's name, as it stands by what he has claimed. Raises `malformed` where nobody is logged in."""
    if authority.name is None:
        raise malformed("mine")
    return authority.name


@router.get(
    "/tasks/counts",
    summary="How many tasks are open, by type and age, and by when they are due",
    responses=answer(200, TaskCounts, examples.TASK_COUNTS, "The numbers") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def counts(authority: OperatorAuthority, portal: CurrentPortal, up_to: UpTo = MOST_COUNTED) -> JSONResponse:
    """Each exact up to `up_to`; one more means that there are more."""
    return JSONResponse(await tasks.counts(portal, authority.name, up_to))


@router.get(
    "/task-types",
    summary="What each type of task needs to be decided",
    responses=answer(200, TaskTypes, examples.TASK_TYPES, "Every type") | problems(401, 403, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def types_of_tasks(language: AskedLanguage) -> JSONResponse:
    """For forms: decisions, day or moment, note and proof, with labels in the language that the caller asks for."""
    return JSONResponse(task_types(language or "en"))


@router.get(
    "/tasks/{task}",
    summary="A task, also one that has been decided, with what operators noted beside it",
    responses=answer(200, TaskDetails, examples.TASK_DETAILS, "The task") | problems(401, 403, 404, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def task(task: TaskId, portal: CurrentPortal, language: AskedLanguage) -> JSONResponse:
    """Its comments are those of the whole case. No customer ever gets any of it."""
    return JSONResponse(await tasks.details(portal, task, language))


def doing(summary: str, example: Any, schema: str, description: str) -> dict[str, Any]:
    """How a call is described by which an operator does something about a task."""
    return {
        "summary": summary,
        "responses": answer(200, TaskDetails, examples.TASK_DETAILS, description) | ABOUT_A_TASK,
        "openapi_extra": body(example, schema) | secured(OPERATOR),
    }


@router.post("/tasks/{task}/claim", **doing("Take a task", {}, "Doing", "It is the caller's"))
async def claim(
    task: TaskId, authority: DecidingAuthority, data: OptionalBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """The first who takes it has it; whoever comes second is told who that is, and since when (`claimed`)."""
    return JSONResponse(await tasks.act(portal, task, "claim", data, authority, language))


@router.post("/tasks/{task}/release", **doing("Give a task back", {}, "Doing", "Nobody has it"))
async def release(
    task: TaskId, authority: DecidingAuthority, data: OptionalBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """One's own; an operator of the grade `admin` gives back whose it ever is."""
    return JSONResponse(await tasks.act(portal, task, "release", data, authority, language))


@router.post("/tasks/{task}/hand-over", **doing("Hand a task over", examples.HAND_OVER, "HandOver", "It is another's"))
async def hand_over(
    task: TaskId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """One's own, or one that nobody has; an operator of the grade `admin` hands over whose it ever is."""
    return JSONResponse(await tasks.act(portal, task, "hand-over", data, authority, language))


@router.post("/tasks/{task}/comments", **doing("Say something of a case", examples.COMMENT, "Comment", "It is kept"))
async def comments(
    task: TaskId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """To the other operators, at one of its tasks, also a decided one. It stays with the case; no customer gets it."""
    return JSONResponse(await tasks.act(portal, task, "comments", data, authority, language))


@router.post("/tasks/{task}/steps", **doing("Tick a step", examples.STEP_DONE, "Step", "It is noted"))
async def steps(
    task: TaskId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """Of the click path of an open task, by its number from 1; who ticked it first stays."""
    return JSONResponse(await tasks.act(portal, task, "steps", data, authority, language))

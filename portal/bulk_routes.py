"""The calls for bulk decisions: one decision on many tasks."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response

from portal import openapi_examples
from portal.authority import Authority, DecidingAuthority, operator_authority
from portal.bulk_consequence import consequence_of
from portal.bulk_decisions import act, failures, page_of_bulks, prepare, the_bulk, whole_document
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.parameters import AskedLanguage, CurrentPortal, Cursor, Limit, choice
from portal.schemas import BulkAnswer, BulkBy, BulkConsequence, BulkPage
from portal.strict_json import read_filled
from states.model.bulk import BulkAct, LineState

ACTED = problems(401, 403, 404, 409, 422, 503)
BulkId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{8,64}$", examples=[openapi_examples.BULK["id"]])]
LINE_STATES = get_args(LineState)
LineStateName = Annotated[str | None, Query(json_schema_extra={"enum": list(LINE_STATES)})]
IN_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": openapi_examples.BULK_FAILURES}},
    }
}

router = APIRouter(tags=["operators"])


@router.post(
    "/bulk-decisions",
    summary="Decide many tasks in one way",
    status_code=202,
    responses=answer(202, BulkAnswer, openapi_examples.BULK_WHOLE, "Kept, and begun unless `start` is false")
    | problems(401, 403, 409, 422, 503),
    openapi_extra=body(openapi_examples.BULK_REQUEST, "BulkRequest") | secured(OPERATOR),
)
async def decide_many(
    authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """The tasks that are chosen now are decided, and no others; `by` is the name of the operator's token."""
    bulk = await prepare(portal, authority, data)
    return JSONResponse(await whole_document(portal, bulk, language or "en"), 202)


@router.get(
    "/bulk-decisions",
    summary="Bulk decisions, the newest first",
    responses=answer(200, BulkPage, openapi_examples.BULK_PAGE, "A page of them") | problems(401, 403, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def bulk_decisions(portal: CurrentPortal, cursor: Cursor = None, limit: Limit = 50) -> JSONResponse:
    """Each with how far it has come, without its tasks."""
    return JSONResponse(await page_of_bulks(portal, cursor, limit))


@router.get(
    "/bulk-decisions/{bulk}",
    summary="A bulk decision with what came of each task",
    responses=answer(200, BulkAnswer, openapi_examples.BULK_WHOLE, "How far it has come, and a page of its tasks")
    | problems(401, 403, 404, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def bulk_decision(
    bulk: BulkId,
    portal: CurrentPortal,
    language: AskedLanguage,
    state: LineStateName = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """`state`: only the tasks that stand so. Why one failed is said in the language that the caller asks for."""
    state = choice("state", state, LINE_STATES)
    found = await the_bulk(portal, bulk)
    document = await whole_document(portal, found, language or "en", state=state, cursor=cursor, limit=limit)
    return JSONResponse(document)


@router.get(
    "/bulk-decisions/{bulk}/consequence",
    summary="What a bulk decision would do, before it begins",
    responses=answer(200, BulkConsequence, openapi_examples.BULK_CONSEQUENCE, "Nothing has changed")
    | problems(401, 403, 404, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def consequence_of_bulk(bulk: BulkId, portal: CurrentPortal, language: AskedLanguage) -> JSONResponse:
    """Asked of twenty of its tasks at most, spread over all of them."""
    return JSONResponse(await consequence_of(portal, await the_bulk(portal, bulk), language or "en"))


@router.get(
    "/bulk-decisions/{bulk}/failures.csv",
    summary="What failed, as CSV",
    response_class=Response,
    responses=IN_CSV | problems(401, 403, 404, 422, 503),
    dependencies=[Depends(operator_authority)],
    openapi_extra=secured(OPERATOR),
)
async def failures_of(bulk: BulkId, portal: CurrentPortal, language: AskedLanguage) -> Response:
    """With a heading; what would be a formula in a spreadsheet begins with an apostrophe."""
    return Response(await failures(portal, bulk, language or "en"), media_type="text/csv; charset=utf-8")


def acting(what: BulkAct, summary: str, about: str) -> None:
    """The call by which a person acts."""

    async def acted(
        bulk: BulkId, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
    ) -> JSONResponse:
        changed = await act(portal, bulk, what, name_in(authority, data))
        return JSONResponse(await whole_document(portal, changed, language or "en"))

    acted.__doc__, acted.__name__ = about, f"{what}_bulk_decision"
    router.post(
        f"/bulk-decisions/{{bulk}}/{what}",
        summary=summary,
        responses=answer(200, BulkAnswer, openapi_examples.BULK_WHOLE, "Done; how it stands now") | ACTED,
        openapi_extra=body(openapi_examples.BULK_BY, "BulkBy") | secured(OPERATOR),
    )(acted)


acting("pause", "Pause a bulk decision", "Nothing more is sent, from the next task on, until it is resumed.")
acting("resume", "Begin a bulk decision, or go on with it", "One that is prepared begins, one that is paused goes on.")
acting("stop", "Stop a bulk decision", "Nothing more is sent, for good; what was decided stays decided.")
acting("again", "Send again what failed", "Each under the same name where nobody knows what came of it: never twice.")


def name_in(authority: Authority, data: Any) -> str:
    """Who acts. Raises `malformed`."""
    return authority.name or authority.named(read_filled(BulkBy, data).by)

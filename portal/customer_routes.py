"""The calls for portals: events, licences, previews, cancellations."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from portal import openapi_examples, read_models, search
from portal.access import check_signature
from portal.context import Portal, caller_of, operator, portal_of
from portal.incoming import read_event
from portal.openapi import answer, body, event_body, problems
from portal.problems import MEDIA_TYPE, malformed
from portal.schemas import CancellationPage, LicencesAnswer
from states.kinds.registry import KINDS
from states.model.status import Status, WaitingFor
from states.views.preview import Preview

LONGEST_BODY = 256 * 1024
"""Bytes that an event may have."""
SEGMENT = r"^[A-Za-z0-9._-]{1,40}$"
ANY_ID = r"^[^\x00-\x1f\x7f]{1,1000}$"
"""A run that was started by hand may have an ID of another form than ours: it has ended `refused`."""

router = APIRouter()
Here = Annotated[Portal, Depends(portal_of)]
Cursor = Annotated[str | None, Query(max_length=20_000, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
KindName = Annotated[str | None, Query(json_schema_extra={"enum": list(KINDS)})]
StateName = Annotated[str | None, Query(json_schema_extra={"enum": list(search.STATES)})]
Awaited = Annotated[str | None, Query(json_schema_extra={"enum": list(get_args(WaitingFor))})]
Identifier = Annotated[str | None, Query(pattern=SEGMENT)]


async def read_body(request: Request) -> bytes:
    """The body, up to the limit. Raises `malformed`."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > LONGEST_BODY:
            raise malformed("too_large", limit=LONGEST_BODY)
        parts.append(part)
    return b"".join(parts)


@router.post(
    "/events",
    status_code=202,
    tags=["customers"],
    summary="Take a CloudEvent and answer the status document",
    responses=answer(
        202, Status, openapi_examples.STATUS, "Taken; `waiting_for` is `system` while the run is still at work"
    )
    | problems(401, 404, 409, 422, 503),
    openapi_extra=event_body(),
)
async def events(request: Request, here: Here) -> JSONResponse:
    """Structured or binary. `source` and `id` make it idempotent; `time` is when the customer acted."""
    content = await read_body(request)
    if not here.trusted:
        check_signature(here.webhooks, request.headers, content)
    status, document = await here.intake.take(read_event(request.headers, content), caller_of(request))
    kind = "application/json" if status == 202 else MEDIA_TYPE
    return JSONResponse(document, status_code=status, media_type=kind)


@router.get(
    "/customers/{customer}/licences",
    tags=["customers"],
    summary="The customer's licences, and what ending each would do to the cost",
    responses=answer(200, LicencesAnswer, openapi_examples.LICENCES, "The licences") | problems(404, 422, 503),
)
async def licences(customer: Annotated[str, Path(pattern=SEGMENT)], here: Here) -> JSONResponse:
    """Cancelled (cost falls), deactivated (the price is in the edition), or why neither."""
    return JSONResponse(await read_models.licences(here.records, here.settings, customer))


@router.post(
    "/previews",
    tags=["customers"],
    summary="What would happen, without starting anything",
    responses=answer(200, Preview, openapi_examples.PREVIEW, "The preview, also where it would be refused")
    | problems(422, 503),
    openapi_extra=body(openapi_examples.REQUEST, "Request"),
)
async def previews(data: Annotated[dict[str, Any], Body()], here: Here) -> JSONResponse:
    """The same data as `requested`; `time` may be any moment."""
    return JSONResponse(await read_models.previewed(here.records, here.settings, data))


@router.get(
    "/cancellations",
    tags=["operators"],
    summary="Search: open runs first, then ended ones, newest first",
    responses=answer(200, CancellationPage, openapi_examples.PAGE, "A page") | problems(401, 422, 503),
    dependencies=[Depends(operator)],
)
async def cancellations(
    here: Here,
    customer: Identifier = None,
    kind: KindName = None,
    state: StateName = None,
    waiting_for: Awaited = None,
    effective_from: Annotated[str | None, Query(description="A day in Berlin or a moment, inclusive")] = None,
    effective_to: Annotated[str | None, Query(description="A day in Berlin or a moment, inclusive")] = None,
    open: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Counted, in pages: `next` is the `cursor` of the following one."""
    zone = here.settings.time_zone
    wanted = search.Wanted(
        customer=customer,
        kind=search.known("kind", kind, KINDS),
        state=search.known("state", state, search.STATES),
        waiting_for=search.known("waiting_for", waiting_for, get_args(WaitingFor)),
        effective_from=search.moment_of("effective_from", effective_from, zone, "from"),
        effective_to=search.moment_of("effective_to", effective_to, zone, "to"),
        open=open,
    )
    return JSONResponse(await search.cancellations(here.runs, here.records, wanted, cursor, limit))


@router.get(
    "/cancellations/{workflow_id:path}",
    tags=["customers"],
    summary="The status document of a cancellation",
    responses=answer(200, Status, openapi_examples.STATUS, "How it stands, or how it ended") | problems(404, 422, 503),
)
async def cancellation(
    workflow_id: Annotated[str, Path(pattern=ANY_ID, examples=["edition/K-1001/jtl"])],
    here: Here,
    run_id: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9-]{1,64}$", description="An older run")] = None,
) -> JSONResponse:
    """Of the newest run, or of the one that `run_id` names."""
    return JSONResponse(await here.runs.read(workflow_id, run_id))

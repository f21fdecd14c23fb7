"""The calls for portals: events, licences, previews, cancellations."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from structlog.contextvars import bound_contextvars

from activities.links import customer_page, operator_page
from catalogue.texts import say
from portal import openapi_examples, read_models
from portal.access import message_of
from portal.authority import CurrentAuthority, authority_of, caller_of, sender_authority
from portal.context import takes_pages
from portal.desk.sessions import operator_of
from portal.incoming import in_binary_mode, read_event
from portal.json_body import JsonBody
from portal.openapi import BY_ANYBODY, SIGNED, answer, body, event_body, problems, secured
from portal.parameters import CurrentPortal, Cursor, CustomerNumber, KindName, Limit, ReadIn, RunId
from portal.problems import MEDIA_TYPE
from portal.schemas import CancellationPage, PreviewDocument
from portal.search import STATES, WAITING_FOR, criteria_of, search
from portal.shown import shown
from states.model.status import Status

ANY_ID = r"^[^\x00-\x1f\x7f]{1,1000}$"
"""A run that was started by hand may have an ID of another form than ours: it has ended `refused`."""
BY_ACCEPT = {"Vary": "Accept"}
"""Programs get JSON, browsers a page."""

router = APIRouter()
StateName = Annotated[str | None, Query(json_schema_extra={"enum": list(STATES)})]
Awaited = Annotated[str | None, Query(json_schema_extra={"enum": list(WAITING_FOR)})]
Bound = Annotated[str | None, Query(description="A day in Berlin or a moment, inclusive")]


@router.post(
    "/events",
    status_code=202,
    tags=["customers"],
    summary="Take a CloudEvent and answer the status document",
    responses=answer(
        202, Status, openapi_examples.STATUS, "Taken; `waiting_for` is `system` while the run is still at work"
    )
    | problems(401, 403, 404, 409, 422, 503),
    openapi_extra=event_body() | secured(*BY_ANYBODY, SIGNED),
)
async def events(request: Request, portal: CurrentPortal) -> JSONResponse:
    """Structured or binary. `source` and `id` make it idempotent; `time` is when the customer acted.

    A signature covers the body: in structured mode all of the event, in binary mode its data alone. There a
    `webhook-id` that has carried one event carries no other; who signs had better send in structured mode.
    """
    content = await request.body()
    authority = await sender_authority(request, content)
    event = read_event(request.headers, content)
    authority.check_event(event)
    is_open = in_binary_mode(request.headers, content)  # the signature covers the body alone
    message = message_of(portal.webhooks, request.headers) if is_open else None
    with bound_contextvars(**event.names):
        answer = await portal.intake.take(authority.own(event), caller_of(request, authority), message)
    media_type = "application/json" if answer.status == 202 else MEDIA_TYPE
    document = await shown(portal, answer.document, authority.view)
    if answer.status == 422:
        document |= {"detail": f"{document['detail']} {say(document['language'], 'call.new_id')}"}
    return JSONResponse(document, status_code=answer.status, media_type=media_type)


@router.post(
    "/previews",
    tags=["customers"],
    summary="What would happen, without starting anything",
    responses=answer(200, PreviewDocument, openapi_examples.PREVIEW, "The preview, also where it would be refused")
    | problems(401, 403, 422, 503),
    openapi_extra=body(openapi_examples.REQUEST, "Request") | secured(*BY_ANYBODY),
)
async def previews(
    authority: CurrentAuthority, data: JsonBody, portal: CurrentPortal, language: ReadIn = None
) -> JSONResponse:
    """The same data as `requested`; `time` may be any moment."""
    if isinstance(data, dict) and "customer" in data:
        authority.check_customer(data["customer"])
    return JSONResponse(await read_models.preview_of(portal, data, language))


@router.get(
    "/cancellations",
    tags=["operators", "customers"],
    summary="Search: open runs first, then ended ones, newest first; with a bound of the date, the latest date first",
    responses=answer(200, CancellationPage, openapi_examples.PAGE, "A page") | problems(401, 403, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def cancellations(
    authority: CurrentAuthority,
    portal: CurrentPortal,
    customer: CustomerNumber = None,
    kind: KindName = None,
    state: StateName = None,
    waiting_for: Awaited = None,
    effective_from: Bound = None,
    effective_to: Bound = None,
    open: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    language: ReadIn = None,
) -> JSONResponse:
    """Counted to 10,000, in pages: `next` is the `cursor` of the following one. All but operators name a customer."""
    authority.check_listing(customer)
    given: dict[str, Any] = {
        "customer": customer,
        "kind": kind,
        "state": state,
        "waiting_for": waiting_for,
        "open": open,
    }
    given |= {"effective_from": effective_from, "effective_to": effective_to}
    criteria = criteria_of(given, portal.settings.time_zone)
    found = await portal.adapters.database.in_thread(search, portal, criteria, cursor, limit, language)
    return JSONResponse(found)


@router.get(
    "/cancellations/{workflow_id:path}",
    tags=["customers"],
    summary="The status document of a cancellation",
    responses=answer(200, Status, openapi_examples.STATUS, "How it stands, or how it ended")
    | {303: {"description": "To its page, where HTML is asked for"}}
    | problems(401, 404, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def cancellation(
    workflow_id: Annotated[str, Path(pattern=ANY_ID, examples=["edition/K-1001/jtl"])],
    request: Request,
    portal: CurrentPortal,
    run_id: RunId = None,
) -> Response:
    """Of the newest run, or of the one that `run_id` names. A browser is led to the page."""
    if takes_pages(request):  # the page asks by itself who comes
        page = operator_page if await operator_of(portal, request) is not None else customer_page
        return RedirectResponse(page(portal.settings, workflow_id), 303, BY_ACCEPT)
    authority = await authority_of(request)
    authority.check_run(workflow_id, run_id)
    document = await portal.runs.reader.read(workflow_id, run_id)
    authority.check_document(document, workflow_id, run_id)
    return JSONResponse(await shown(portal, document, authority.view), headers=BY_ACCEPT)

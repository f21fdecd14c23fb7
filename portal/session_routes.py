"""The calls about customers' sessions: a portal asks for a link, its customer enters by it, and leaves."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from pages.site import CheckedForm, CurrentSite
from portal import openapi_examples
from portal.authority import VendorAuthority, session_of
from portal.context import Portal
from portal.entrances import page_of
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, PORTAL, answer, body, problems, secured
from portal.parameters import CurrentPortal
from portal.problems import PortalProblem, malformed, unknown_customer
from portal.schemas import CustomerSession, SessionLink
from portal.sessions import LINK_LASTS, Link, Session, new_session
from portal.strict_json import read_document
from states.model.base import Identifier

log = structlog.get_logger(__name__)
router = APIRouter()
NOT_TOLD = {"Referrer-Policy": "no-referrer"}
"""What leads into a session is told to no other site."""
AHEAD_OF_TIME = ("sec-purpose", "purpose")
"""What browsers send that fetch a page before anybody has asked for it."""


@router.post(
    "/customer-sessions",
    status_code=201,
    tags=["customers"],
    summary="Make a link by which a customer enters his pages, once, within an hour",
    responses=answer(201, SessionLink, openapi_examples.SESSION_LINK, "Lead the customer's browser there")
    | problems(401, 403, 404, 409, 422, 503),
    openapi_extra=body(openapi_examples.CUSTOMER_SESSION, "CustomerSession") | secured(PORTAL, OPERATOR),
)
async def customer_sessions(authority: VendorAuthority, data: JsonBody, portal: CurrentPortal) -> JSONResponse:
    """For a customer whom the portal has logged in. `open` leads to one act, `return_url` back."""
    wanted = read_document(CustomerSession, data)
    if wanted.return_url is not None and not portal.sessions.may_return_to(wanted.return_url):
        known = list(portal.sessions.settings.return_origins)
        raise malformed("return_url", given=repr(wanted.return_url)[:200], known=known)
    link = await portal.adapters.database.in_thread(link_for, portal, wanted)
    log.info("customer_session_made", by=authority.role)
    content = {"url": portal.sessions.address(link), "expires_at": link.until.isoformat()}
    return JSONResponse(content, 201, NOT_TOLD)


def link_for(portal: Portal, wanted: CustomerSession) -> Link:
    """The link that is wanted. Blocks. Raises `unknown_customer`, and what `page_of` raises."""
    record = portal.adapters.records.customer(wanted.customer)
    if record is None:
        raise unknown_customer(wanted.customer)
    page = page_of(wanted.open, record, portal.catalogues, portal.settings)
    session = new_session(record.customer, wanted.language or record.language, wanted.return_url)
    return Link(session, page, datetime.now(UTC).replace(microsecond=0) + LINK_LASTS)


@router.get("/my/enter", include_in_schema=False)
async def enter(
    request: Request,
    portal: CurrentPortal,
    link: Annotated[str, Query(max_length=4000)] = "",
    customer: Annotated[Identifier | None, Query()] = None,
) -> Response:
    """Begin the session of a link and lead on; a browser that is in it already is led on by the same link too.

    Where nothing is guarded, anybody may enter as any `customer`: he may read everything there anyway.
    """
    if any("prefetch" in request.headers.get(name, "").lower() for name in AHEAD_OF_TIME):
        return Response(status_code=503, headers=NOT_TOLD)  # the link is for the person who follows it
    session, now = await session_of(request), datetime.now(UTC)
    if customer is not None and not link and not portal.guarded:
        entered = await portal.adapters.database.in_thread(link_for, portal, CustomerSession(customer=customer))
    else:
        entered = link_in(portal, link)
    if session is None or session.id != entered.session.id:
        await begin(portal, entered, now)
    return with_cookie(RedirectResponse(entered.page, 303, NOT_TOLD), portal, entered.session)


async def begin(portal: Portal, link: Link, now: datetime) -> None:
    """Begin the session of a link. Raises `unauthorised` for one that is too old, or that began one before."""
    if now >= link.until:
        raise PortalProblem("unauthorised", values={"fault": "link_expired"})
    kept = portal.adapters.customer_sessions
    if not await portal.adapters.database.in_thread(kept.begin, link.session.id, now):
        raise PortalProblem("unauthorised", values={"fault": "link_used"})


def link_in(portal: Portal, text: str) -> Link:
    """The link that is entered, in time or not. Raises `unauthorised`."""
    link = portal.sessions.link_of(text)
    if link is None:
        raise PortalProblem("unauthorised", values={"fault": "link_wrong"})
    return link


def with_cookie(response: Response, portal: Portal, session: Session) -> Response:
    """An answer that gives the browser its session."""
    sessions = portal.sessions
    response.set_cookie(
        sessions.cookie, sessions.cookie_of(session), path="/", httponly=True, samesite="lax", secure=sessions.secure
    )
    return response


@router.post("/my/leave", include_in_schema=False)
async def leave(request: Request, _: CheckedForm, portal: CurrentPortal, site: CurrentSite) -> Response:
    """End the session, and lead back to where the customer came from."""
    session = await session_of(request)
    if session is None:
        raise PortalProblem("unauthorised", values={"fault": "no_session"})
    kept = portal.adapters.customer_sessions
    await portal.adapters.database.in_thread(kept.end, session.id, datetime.now(UTC))
    back = session.return_url if session.return_url and portal.sessions.may_return_to(session.return_url) else None
    response = site.look.page(request, "left.html", session.language, {"return_url": back})
    if back:
        # No redirection: what follows a form is held to the policy `form-action`, which names our own pages alone.
        response.headers["Refresh"] = f"0; url={back}"
    response.delete_cookie(
        portal.sessions.cookie, path="/", httponly=True, samesite="lax", secure=portal.sessions.secure
    )
    return response

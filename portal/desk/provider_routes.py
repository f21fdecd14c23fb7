"""How an operator logs in by the provider of identities: there, and back."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pages.desk.site import DESK, LOGIN, desk_page, is_own_path
from pages.site import language_of
from portal.context import Portal
from portal.desk.sessions import begin, cookie_name, give_cookie, new_session, take_cookie
from portal.identity_provider import CALLBACK, Flow, NotLetIn, Provider, new_flow
from portal.parameters import CurrentPortal
from portal.problems import PortalProblem

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)
LASTS = timedelta(minutes=10)
"""How long somebody has to log in there."""
SIGNED = "desk provider"
STATUSES = {"unreachable": 503, "wrong": 502}
"""Of what does not come of the provider; whoever is not let in is forbidden to come in (403)."""


def flow_cookie(portal: Portal) -> str:
    """The name of the cookie that remembers the way there and back."""
    return f"{cookie_name(portal)}-provider"


def provider_in(portal: Portal) -> Provider:
    """The provider. Raises `not_found` where there is none."""
    if portal.provider is None:
        raise PortalProblem("not_found", values={"fault": "address"})
    return portal.provider


@router.get(f"{LOGIN}/provider")
async def go_there(request: Request, portal: CurrentPortal, next: str = "") -> Response:
    """Send the browser to the provider; what is to be remembered of it goes with the browser, signed."""
    provider, flow = provider_in(portal), new_flow()
    try:
        address = await provider.way_there(flow)
    except NotLetIn as fault:
        return not_let_in(portal, request, provider, fault.fault, str(fault))
    until = int((datetime.now(UTC) + LASTS).timestamp())
    kept = {**asdict(flow), "next": next if is_own_path(next) else DESK, "until": until}
    response = RedirectResponse(address, 303)
    give_cookie(response, portal, flow_cookie(portal), portal.sessions.signed(SIGNED, kept), int(LASTS.total_seconds()))
    return response


@router.get(CALLBACK)
async def come_back(
    request: Request, portal: CurrentPortal, state: str = "", code: str = "", error: str = "", iss: str | None = None
) -> Response:
    """Begin the session of whoever the provider says came back; in the browser that was sent there, and once."""
    provider = provider_in(portal)
    kept = remembered(portal, request, state)
    if kept is None:
        return not_let_in(portal, request, provider, "foreign", "the browser was not sent there, or too long ago")
    back = str(kept.pop("next"))
    if error:
        return not_let_in(portal, request, provider, "denied", f"the provider says {error[:80]!r}")
    try:
        if iss is not None and iss.rstrip("/") != provider.issuer.rstrip("/"):  # RFC 9207
            raise NotLetIn("wrong", "another provider answered")
        who = await provider.who_came(code, Flow(kept["state"], kept["nonce"], kept["verifier"]))
        if provider.grade_of(who.groups) is None:
            raise NotLetIn("no_group", "no group of his has a grade")
    except NotLetIn as fault:
        return not_let_in(portal, request, provider, fault.fault, str(fault))
    session = new_session(who.name, "provider", provider.issuer, language_of(request), who.groups)
    response = await begin(RedirectResponse(back, 303), portal, request, session)
    take_cookie(response, portal, flow_cookie(portal))
    return response


def remembered(portal: Portal, request: Request, state: str) -> dict[str, Any] | None:
    """What the browser remembers of its way, where it is that of this state, and not too long ago."""
    cookie = request.cookies.get(flow_cookie(portal))
    kept = portal.sessions.unsigned(SIGNED, cookie) if cookie else None
    if kept is None or not state or kept["state"] != state or kept["until"] <= datetime.now(UTC).timestamp():
        return None
    return kept


def not_let_in(portal: Portal, request: Request, provider: Provider, fault: str, why: str) -> Response:
    """The page that says why nobody was let in, and whom to ask; the log says it more exactly, and names nobody."""
    log.warning("operator_not_let_in", fault=fault, reason=why)
    values = {"fault": fault, "provider": provider.host, "groups": list(provider.grades)}
    response = desk_page(request, "desk/not_let_in.html", None, values, status=STATUSES.get(fault, 403))
    take_cookie(response, portal, flow_cookie(portal))
    return response

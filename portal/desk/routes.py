"""How operators log in and leave."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pages.desk.site import DESK, CheckedDeskForm
from pages.forms import read_form, value
from pages.site import CurrentSite, language_of
from portal.desk.sessions import begin, cookie_name
from portal.parameters import CurrentPortal
from portal.problems import PortalProblem

router = APIRouter(include_in_schema=False)


@router.get("/desk/login")
async def login(request: Request, portal: CurrentPortal, site: CurrentSite) -> Response:
    """The form by which an operator says who he is."""
    return site.look.page(request, "desk/login.html", language_of(request), {"guarded": portal.guarded})


@router.post("/desk/login")
async def log_in(request: Request, portal: CurrentPortal) -> Response:
    """Begin the session of the token's holder; of whoever says a name, where nothing is guarded."""
    form = await read_form(request)
    holder = portal.credentials.holder_of(value(form, "token") or "")
    name = value(form, "name") if not portal.guarded else holder[1] if holder and holder[0] == "operator" else None
    if name is None:
        raise PortalProblem("unauthorised")
    return begin(RedirectResponse(DESK, 303), portal, name, "admin", language_of(request))


@router.post("/desk/leave")
async def leave(_: CheckedDeskForm, portal: CurrentPortal) -> Response:
    """End the session."""
    response = RedirectResponse("/desk/login", 303)
    response.delete_cookie(cookie_name(portal), path="/", httponly=True, samesite="lax")
    return response

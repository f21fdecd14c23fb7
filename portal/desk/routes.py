"""How operators log in and leave, in which language they work, and how a form is sent again that came too late."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from activities.sql.operator_sessions import OperatorSession
from catalogue.formats import LANGUAGES
from pages.desk.site import AGAIN, DESK, LOGIN, CurrentOperator, OwnDeskForm, desk_page, is_own_path
from pages.desk.words import entered
from pages.forms import read_form, value
from pages.site import language_of
from portal.authority import Authority, noted
from portal.context import Portal
from portal.desk.sessions import (
    begin,
    cookie_name,
    end,
    give_cookie,
    kept_form,
    new_session,
    operator_of,
    take_cookie,
)
from portal.parameters import CurrentPortal
from portal.problems import PortalProblem
from portal.schemas import BulkBy
from states.chart.unfilled import fault_of_unfilled

router = APIRouter(include_in_schema=False)
LONGEST_NAME = 80
"""So many signs a name may have, where nothing is guarded and a name is all that is asked."""


def before_cookie(portal: Portal) -> str:
    """The name of the cookie of a browser that has not logged in yet: the form by which it does is its own alone."""
    return f"{cookie_name(portal)}-login"


def next_page(given: str | None) -> str:
    """Where to go on: to the page of the desk that was wanted, if it is one."""
    return given if given and is_own_path(given) else DESK


@router.get(LOGIN)
async def login(request: Request, portal: CurrentPortal, next: str = "") -> Response:
    """The form by which an operator says who he is; who has done so is led on."""
    if await operator_of(portal, request) is not None:
        return RedirectResponse(next_page(next), 303)
    return login_page(portal, request, next_page(next))


def login_page(portal: Portal, request: Request, back: str, fault: str | None = None) -> Response:
    """The page to log in. `fault`: what was wrong with the try before."""
    browser = browser_of(portal, request) or secrets.token_urlsafe(18)
    values = {
        "asks": "name" if not portal.guarded else "token" if portal.credentials.operators else None,
        "next": back,
        "fault": fault,
        "csrf": portal.sessions.form_token(browser),
        "longest": LONGEST_NAME,
        "provider": portal.provider.host if portal.provider else None,
    }
    response = desk_page(request, "desk/login.html", None, values, status=401 if fault else 200)
    give_cookie(response, portal, before_cookie(portal), portal.sessions.signed("desk login", {"browser": browser}))
    return response


def browser_of(portal: Portal, request: Request) -> str | None:
    """The ID of a browser that has been given the form to log in."""
    cookie = request.cookies.get(before_cookie(portal))
    document = portal.sessions.unsigned("desk login", cookie) if cookie else None
    return None if document is None else str(document["browser"])


@router.post(LOGIN)
async def log_in(request: Request, portal: CurrentPortal) -> Response:
    """Begin the session of the token's holder; of whoever says a name, where nothing is guarded.

    The form must be that of this very browser, or another site could log somebody in as another than he is.
    """
    form = await read_form(request)
    browser = browser_of(portal, request)
    if browser is None or not portal.sessions.is_form_token(browser, value(form, "csrf") or ""):
        raise PortalProblem("forbidden", values={"fault": "form_foreign"})
    back = next_page(value(form, "next"))
    given = value(form, "token" if portal.guarded else "name") or ""
    session = by_token(portal, request, given) if portal.guarded else by_name(request, given)
    if session is None:
        return login_page(portal, request, back, "wrong_token" if portal.guarded else "wrong_name")
    noted(request, Authority("operator", session.name))  # a right one ends the count of the wrong ones before it
    response = await begin(RedirectResponse(back, 303), portal, request, session)
    take_cookie(response, portal, before_cookie(portal))
    return response


def by_token(portal: Portal, request: Request, token: str) -> OperatorSession | None:
    """The session of an operator's token; a customers' portal has no business at the desk."""
    holder = portal.credentials.holder_of(token)
    if holder is None or holder.role != "operator":
        return None
    return new_session(holder.name, "token", holder.fingerprint, language_of(request))


def by_name(request: Request, name: str) -> OperatorSession | None:
    """The session of whoever says that name, which is like a token's, without a colon, and one that a decision may bear
    (`by`): no template's."""
    is_name = 0 < len(name) <= LONGEST_NAME and name.isprintable() and ":" not in name
    is_name = is_name and fault_of_unfilled(BulkBy(by=name)) is None
    return new_session(name, "name", "", language_of(request)) if is_name else None


@router.post("/desk/leave")
async def leave(request: Request, _: OwnDeskForm, portal: CurrentPortal) -> Response:
    """End the session, for everybody who has its cookie.

    The browser keeps it: it opens nothing any more, but says whose the forms are that other tabs still show.
    """
    await end(portal, request)
    return RedirectResponse(LOGIN, 303)


@router.post("/desk/language")
async def speak(operator: CurrentOperator, form: OwnDeskForm, portal: CurrentPortal) -> Response:
    """Go on in another language, from now to the end of the session, on the page from which it was chosen."""
    language = value(form, "language")
    if language in LANGUAGES:
        sessions = portal.adapters.operator_sessions
        await portal.adapters.database.in_thread(sessions.speak, operator.session, language)
    return RedirectResponse(next_page(value(form, "back")), 303)


@router.post(AGAIN)
async def again(request: Request, operator: CurrentOperator, portal: CurrentPortal) -> Response:
    """Show what a form sent that came after the end of its session, to be sent now.

    It is signed, and it did come from a page of ours: nobody can have it sent who did not fill it in.
    """
    kept = kept_form(portal, value(await read_form(request), "kept") or "")
    if kept is None or kept["name"] != operator.name:
        raise PortalProblem("forbidden", values={"fault": "form_foreign"})
    said = entered(operator.language, portal.settings.time_zone, kept["fields"])
    return desk_page(request, "desk/again.html", operator, {"to": kept["path"], "fields": kept["fields"], "said": said})

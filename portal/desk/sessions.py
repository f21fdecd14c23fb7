"""Operators' sessions: whose the browser's cookie is, what he may do now, and how a session begins and ends.

The cookie holds nothing but the ID of a session, signed. Who that is stands in the database, and what he may do is
asked of the settings each time: a token that is taken out of them ends what it began, and a grade that is changed there
holds from then on.
"""

import secrets
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from activities.sql.operator_sessions import Means, OperatorSession
from pages.calls import Form
from pages.desk_calls import Operator
from pages.forms import value
from portal.context import Portal
from settings import Grade

KEPT = "desk form"
"""What a form is signed as that came after the end of its session."""


def cookie_name(portal: Portal) -> str:
    """The cookie's name: another one than customers', so that one browser may be both."""
    return f"{portal.sessions.cookie}-desk"


async def operator_of(portal: Portal, request: Request) -> Operator | None:
    """The operator whose session the browser is in, if it is in one; looked for once a call."""
    if not hasattr(request.state, "operator"):
        request.state.operator = await logged_in(portal, request)
    operator: Operator | None = request.state.operator
    return operator


async def logged_in(portal: Portal, request: Request) -> Operator | None:
    """The operator of the cookie, where its session is under way."""
    session = session_named(portal, request)
    if session is None:
        return None
    sessions = portal.adapters.operator_sessions
    found = await portal.adapters.database.in_thread(sessions.call, session, datetime.now(UTC))
    grade = grade_now(portal, found) if found is not None else None
    if found is None or grade is None:
        return None
    return Operator(found.name, grade, found.language, portal.sessions.form_token(session), session)


async def is_logged_in(portal: Portal, operator: Operator) -> bool:
    """Whether the operator's session is still under way, and lets him in; to ask so does not prolong it."""
    sessions = portal.adapters.operator_sessions
    found = await portal.adapters.database.in_thread(sessions.under_way, operator.session, datetime.now(UTC))
    return found is not None and grade_now(portal, found) is not None


def session_named(portal: Portal, request: Request) -> str | None:
    """The ID of a session that the cookie names, whether it is under way or not; None where there is none of ours."""
    cookie = request.cookies.get(cookie_name(portal))
    document = portal.sessions.unsigned("desk", cookie) if cookie else None
    return None if document is None else str(document["session"])


def grade_now(portal: Portal, session: OperatorSession) -> Grade | None:
    """What the settings let him do who began the session; None where what it was begun with holds no more."""
    if session.means == "token":
        holder = portal.credentials.operator_with(session.begun_with)
        return holder.grade if holder is not None and holder.name == session.name else None
    if session.means == "provider":
        provider = portal.provider
        return provider.grade_of(session.groups) if provider and provider.issuer == session.begun_with else None
    return "admin" if session.means == "name" and not portal.guarded else None


def new_session(
    name: str, means: Means, begun_with: str, language: str, groups: tuple[str, ...] = ()
) -> OperatorSession:
    """A session of which nobody knows yet."""
    return OperatorSession(secrets.token_urlsafe(18), name, means, begun_with, groups, language)


async def begin(response: Response, portal: Portal, request: Request, session: OperatorSession) -> Response:
    """Begin a session, and give it to the browser. The one that it was in before ends."""
    await end(portal, request)
    in_thread, now = portal.adapters.database.in_thread, datetime.now(UTC)
    await in_thread(portal.adapters.operator_sessions.begin, session, now)
    signed = portal.sessions.signed("desk", {"session": session.session})
    give_cookie(response, portal, cookie_name(portal), signed)
    return response


async def end(portal: Portal, request: Request) -> None:
    """End the session that the browser is in, if it is in one, for everybody who has its cookie."""
    session = session_named(portal, request)
    if session is not None:
        sessions = portal.adapters.operator_sessions
        await portal.adapters.database.in_thread(sessions.end, session, datetime.now(UTC))


def give_cookie(response: Response, portal: Portal, name: str, content: str, max_age: int | None = None) -> None:
    """Give the browser a cookie of the desk: for this host and no script, and by TLS alone where there is any."""
    secure = portal.sessions.secure
    response.set_cookie(name, content, max_age, path="/", httponly=True, samesite="lax", secure=secure)


def take_cookie(response: Response, portal: Portal, name: str) -> None:
    """Take a cookie of the desk from the browser."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=portal.sessions.secure)


async def keep_form(portal: Portal, request: Request, form: Form) -> str | None:
    """What a form sent that was made for another session than the browser is in, to be sent again in that one; None
    where it is none of ours. Only whoever sent it may send it again: it was made for an earlier session of his."""
    session, csrf = session_named(portal, request), value(form, "csrf") or ""
    if session is None or not csrf:
        return None
    name = await portal.adapters.database.in_thread(whose_form, portal, session, csrf)
    fields = {field: given for field, given in form.items() if field != "csrf"}
    return portal.sessions.signed(KEPT, {"path": request.url.path, "fields": fields, "name": name}) if name else None


def whose_form(portal: Portal, session: str, csrf: str) -> str | None:
    """Who had that session, where the form was made for it or for another one of his. Blocks."""
    sessions = portal.adapters.operator_sessions
    known = sessions.look_up(session)
    if known is None or not any(portal.sessions.is_form_token(own, csrf) for own in sessions.of_name(known.name)):
        return None
    return known.name


def kept_form(portal: Portal, text: str) -> dict[str, Any] | None:
    """What was kept so: `{path, fields, name}`; None for anything else."""
    return portal.sessions.unsigned(KEPT, text)

"""Operators' sessions: a signed cookie that says who has logged in, and with which grade."""

import secrets
from dataclasses import asdict

from fastapi import Request
from fastapi.responses import Response

from pages.desk_calls import Grade, Operator
from portal.context import Portal


def cookie_name(portal: Portal) -> str:
    """The cookie's name: another one than customers', so that one browser may be both."""
    return f"{portal.sessions.cookie}-desk"


def operator_of(portal: Portal, request: Request) -> Operator | None:
    """The operator of the cookie; None where there is none of ours."""
    cookie = request.cookies.get(cookie_name(portal))
    document = portal.sessions.unsigned("desk", cookie) if cookie else None
    return None if document is None else Operator(**document)


def begin(response: Response, portal: Portal, name: str, grade: Grade, language: str) -> Response:
    """An answer that gives the browser the session of an operator."""
    session = secrets.token_urlsafe(18)
    operator = Operator(name, grade, language, portal.sessions.form_token(session), session)
    signed = portal.sessions.signed("desk", asdict(operator))
    response.set_cookie(
        cookie_name(portal), signed, path="/", httponly=True, samesite="lax", secure=portal.sessions.secure
    )
    return response

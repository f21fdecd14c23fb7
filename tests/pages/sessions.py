"""How tests of pages are logged in."""

from urllib.parse import urlsplit

import httpx
from fastapi import Request
from playwright.async_api import BrowserContext

from pages.calls import CallRefused, Form, Visitor
from portal.page_calls import PageCalls
from portal.problems import PortalProblem, body_of
from settings import Settings

COOKIE = "stand_in"
CSRF = "stand-in"


async def visitor(self: PageCalls, request: Request) -> Visitor:
    """A visitor by a plain cookie, until there are sessions."""
    customer, _, language = request.cookies.get(COOKIE, "").partition(".")
    if not customer:
        raise CallRefused(body_of(PortalProblem("unauthorised"), "de"))
    return Visitor(customer, language or "de", CSRF)


def check_form(self: PageCalls, visitor: Visitor, form: Form) -> None:
    """A form of ours."""
    if form.get("csrf") != [CSRF]:
        raise CallRefused(body_of(PortalProblem("unauthorised"), "de"))


PageCalls.visitor = visitor  # type: ignore[method-assign]
PageCalls.check_form = check_form  # type: ignore[method-assign]


async def log_in(
    context: BrowserContext, settings: Settings, address: str, customer: str, language: str = "de"
) -> None:
    """Log a browser in."""
    host = urlsplit(address).hostname
    assert host
    await context.add_cookies([{"name": COOKIE, "value": f"{customer}.{language}", "domain": host, "path": "/"}])


async def logged_in(http: httpx.AsyncClient, settings: Settings, customer: str, language: str = "de") -> None:
    """Log an HTTP client in."""
    http.cookies.set(COOKIE, f"{customer}.{language}")

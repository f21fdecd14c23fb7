"""What page handlers get of the application that they belong to, and how a refusal becomes a page."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from catalogue.accepted import preferred_language
from pages.calls import CallRefused, Calls, Document, Form, Visitor, page_problem
from pages.desk_calls import DeskCalls
from pages.forms import read_form
from pages.rendering import STATIC, VERSIONS, Look

KEEP = "public, max-age=31536000, immutable"
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
OF_PICTURES = {
    "Cache-Control": KEEP,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
"""A picture of the vendor may be an SVG, which is a document of its own where somebody opens it: it runs nothing."""
ProblemIn = Callable[[str], Document]
"""A problem in the language of whoever reads its page, which is known only once it is known who that is."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Site:
    """The pages' parts of one application, found at `app.state.site`."""

    calls: Calls
    desk: DeskCalls
    look: Look
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: streams end then, which nobody else would end."""


def site_of(request: Request) -> Site:
    """The parts of the application that got this call."""
    site: Site = request.app.state.site
    return site


async def current_site(request: Request) -> Site:
    """The parts of the application that got this call."""
    return site_of(request)


async def current_visitor(request: Request) -> Visitor:
    """Who is logged in. Raises `CallRefused` where nobody is."""
    return await site_of(request).calls.visitor(request)


async def checked_form(request: Request) -> Form:
    """The form of somebody who is logged in, from a page of ours. Raises `CallRefused`."""
    calls = site_of(request).calls
    form = await read_form(request)
    calls.check_form(await calls.visitor(request), form)
    return form


CurrentSite = Annotated[Site, Depends(current_site)]
CurrentVisitor = Annotated[Visitor, Depends(current_visitor)]
CheckedForm = Annotated[Form, Depends(checked_form)]


@router.get("/my/static/{version}/{name}")
async def static(version: str, name: str, request: Request) -> Response:
    """A file that pages load."""
    if VERSIONS.get(name) != version:
        raise CallRefused(page_problem(404, "not_found"))
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(STATIC[name], media_type=media_type, headers={"Cache-Control": KEEP})


@router.get("/my/brand/{version}/{name}")
async def branding(version: str, name: str, request: Request, site: CurrentSite) -> Response:
    """The vendor's colours or picture."""
    brand = site.look.brand
    if version == brand.version and name == "colours.css":
        return Response(brand.style, media_type="text/css", headers={"Cache-Control": KEEP})
    if version == brand.version and name == "logo" and brand.picture:
        return Response(brand.picture.content, media_type=brand.picture.media_type, headers=OF_PICTURES)
    raise CallRefused(page_problem(404, "not_found"))


def problem_page(request: Request, problem: Document, visitor: Visitor | None = None) -> Response:
    """The page of a problem: what holds, and what to do. Asks nobody."""
    language, status = visitor.language if visitor else language_of(request), problem["status"]
    look = site_of(request).look
    return look.page(request, "problem.html", language, {"problem": problem}, visitor=visitor, status=status)


async def refused(request: Request, problem_in: ProblemIn) -> Response:
    """The page for a call that is not taken, with the menu of whoever is logged in, in his language."""
    problem = problem_in(language_of(request))
    visitor = None if problem["status"] == 401 else await whoever_is_there(request)
    return problem_page(request, problem_in(visitor.language) if visitor else problem, visitor)


async def whoever_is_there(request: Request) -> Visitor | None:
    """The customer, where one is logged in and can be asked for."""
    try:
        return await site_of(request).calls.visitor(request)
    except CallRefused:
        return None


def language_of(request: Request) -> str:
    """German or English, as the browser prefers; German where it prefers neither: the vendor's customers speak it."""
    return preferred_language(request.headers.get("accept-language", "")) or "de"

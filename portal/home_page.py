"""`GET /`: what this is and where to go on, as a page for people and as JSON for programs."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from pages.site import CurrentSite
from portal.context import requested_language, takes_pages
from portal.parameters import CurrentPortal

router = APIRouter()
BY_ACCEPT = {"Vary": "Accept, Accept-Language"}


@router.get("/", include_in_schema=False)
async def home_page(request: Request, portal: CurrentPortal, site: CurrentSite) -> Response:
    """A page where the caller takes HTML, as browsers do; else JSON."""
    app = request.app
    links = {
        "customers": "/my",
        "operators": "/desk",
        "calls": "/openapi.json",
        "web_ui": portal.settings.temporal_ui_url,
        "health": "/healthz",
        "ready": "/readyz",
        "metrics": "/metrics",
    }
    if not takes_pages(request):
        about = {"title": app.title, "version": app.version, "description": app.description}
        return JSONResponse(about | links, headers=BY_ACCEPT)
    values = {"title": app.title, "version": app.version, "links": links}
    answer = site.look.page(request, "home.html", requested_language(request) or "en", values)
    answer.headers.update(BY_ACCEPT)
    return answer

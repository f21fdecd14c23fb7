"""`GET /`: what this is and where to go on, as a page for people and as JSON for programs."""

import base64
import hashlib
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from portal.context import requested_language, takes_pages
from portal.parameters import CurrentPortal

router = APIRouter()

TEXTS = {
    "en": {
        "what": "Cancellations, downgrades and deactivations: customers’ portals send their events here, "
        "operators read and decide. People work with the web UI or the command line, "
        "<code>cancellations --help</code>.",
        "calls": "All calls, for programs (OpenAPI)",
        "web_ui": "The runs, for operators (Temporal’s web UI)",
        "health": "Whether the portal answers",
        "ready": "Whether Temporal, a worker, the database and mail are there",
        "metrics": "Counters (Prometheus)",
    },
    "de": {
        "what": "Kündigungen, Downgrades und Deaktivierungen: Kundenportale senden ihre Ereignisse hierher, die "
        "Sachbearbeitung liest und entscheidet. Menschen arbeiten mit der Weboberfläche oder der Kommandozeile, "
        "<code>cancellations --help</code>.",
        "calls": "Alle Aufrufe, für Programme (OpenAPI)",
        "web_ui": "Die Vorgänge, für die Sachbearbeitung (Weboberfläche von Temporal)",
        "health": "Ob das Portal antwortet",
        "ready": "Ob Temporal, ein Worker, die Datenbank und die Post da sind",
        "metrics": "Zähler (Prometheus)",
    },
}
STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
dt { margin-top: 1rem }
dd { margin: 0; overflow-wrap: anywhere }
"""
PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
<h1>{title}</h1>
<p>{what}</p>
<dl>
{links}
</dl>
<p><small>{version}</small></p>
</html>
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Vary": "Accept, Accept-Language",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
}


@router.get("/", include_in_schema=False)
async def home_page(request: Request, portal: CurrentPortal) -> Response:
    """A page where the caller takes HTML, as browsers do; else JSON."""
    app = request.app
    links = {
        "calls": "/openapi.json",
        "web_ui": portal.settings.temporal_ui_url,
        "health": "/healthz",
        "ready": "/readyz",
        "metrics": "/metrics",
    }
    if not takes_pages(request):
        about = {"title": app.title, "version": app.version, "description": app.description}
        return JSONResponse(about | links, headers=HEADERS)
    language = requested_language(request) or "en"
    return HTMLResponse(page(language, app.title, app.version, links), headers=HEADERS)


def page(language: str, title: str, version: str, links: dict[str, str]) -> str:
    """The page. Links within the portal are relative, so that they hold behind a proxy's path too."""
    texts = TEXTS[language]
    listed = (
        f'<dt>{texts[name]}<dd><a href="{escape(link.removeprefix("/"))}">{escape(link)}</a>'
        for name, link in links.items()
    )
    return PAGE.format(
        language=language,
        title=escape(title),
        style=STYLE,
        what=texts["what"],
        links="\n".join(listed),
        version=escape(version),
    )

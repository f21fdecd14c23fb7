"""In which form something is sent: each call in its own and no other, so that no page can send it without being asked.

A form of a foreign page is sent by a browser without asking us first; JSON is not.
"""

from starlette.datastructures import Headers

from portal.guards.origins import READING
from portal.problems import PortalProblem
from portal.strict_json import JSON, is_json, media_type_of

CLOUD_EVENT = "application/cloudevents+json"
FORM = "application/x-www-form-urlencoded"
PAGES = ("/my", "/desk")
"""Where pages are, whose forms browsers send."""


def check_content_type(method: str, path: str, headers: Headers) -> None:
    """Raise `wrong_content_type` where a call that may change something has a body of another form than its own."""
    given = headers.getlist("content-type")
    if method in READING or not (given or has_body(headers)):
        return
    known = known_types(path)
    if len(given) != 1 or not is_known(media_type_of(given[0]), known, path, headers):
        raise PortalProblem("wrong_content_type", values={"given": repr(", ".join(given))[:80], "known": known})


def known_types(path: str) -> list[str]:
    """In which form that address takes what is sent."""
    if any(path == page or path.startswith(f"{page}/") for page in PAGES):
        return [FORM]
    return [CLOUD_EVENT, JSON] if path == "/events" else [JSON]


def is_known(media_type: str, known: list[str], path: str, headers: Headers) -> bool:
    """Whether it is one of these; an event's data in binary mode, as any other document, may be JSON of a kind."""
    is_structured = path == "/events" and not any(name.startswith("ce-") for name in headers)
    return media_type in known or (JSON in known and not is_structured and is_json(media_type))


def has_body(headers: Headers) -> bool:
    """Whether a call says that it has a body."""
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip("0") != ""

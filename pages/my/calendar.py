"""The customer's calendar: a feed of last days and dates at an address of his own, and the page that sets it up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calendar_file import calendar_answer, calendar_file
from pages.calls import CallRefused, Document, Visitor, page_problem
from pages.forms import form_id, value
from pages.my.calendar_days import Days
from pages.rendering import Texts
from pages.site import CheckedForm, CurrentSite, CurrentVisitor, Site, language_of

router = APIRouter(include_in_schema=False)
LEAD_TIMES = (1, 3, 7, 14)
"""Days before at which a calendar may remind."""
USUAL = 7
ACTS = ("save", "renew", "end")
SAID = ("saved", "ended")
"""What the page may say of what was just done."""


@router.get("/my/calendar")
async def calendar(request: Request, site: CurrentSite, visitor: CurrentVisitor, said: str = "") -> Response:
    """Whether there is a calendar, and what may be done about it."""
    document = await site.calls.calendar(visitor)
    return calendar_page(request, site, visitor, document, said if said in SAID else None)


def calendar_page(
    request: Request, site: Site, visitor: Visitor, document: Document, said: str | None = None
) -> Response:
    """The page; with the address where it has just been made."""
    url = document["url"]
    chosen = document["remind_before"] if document["since"] else USUAL
    values: dict[str, Any] = {
        "calendar": document,
        "webcal": f"webcal://{url.partition('://')[2]}" if url else None,
        "lead_times": LEAD_TIMES,
        "chosen": chosen,
        "said": said,
    }
    return site.look.page(request, "my/calendar.html", visitor.language, values, visitor=visitor)


@router.post("/my/calendar")
async def change(request: Request, site: CurrentSite, visitor: CurrentVisitor, form: CheckedForm) -> Response:
    """Make an address, which is shown this once; or change when the calendar reminds; or let it end."""
    act, sent_as = value(form, "act"), form_id(form)
    if act not in ACTS:
        raise CallRefused(page_problem(404, "not_found"))
    if act == "end":
        await site.calls.end_calendar(visitor)
        return RedirectResponse("/my/calendar?said=ended", 303)
    wanted = value(form, "remind_before")
    data: Document = {"remind_before": {str(days): days for days in LEAD_TIMES}.get(wanted or "", wanted)}
    if act == "save":
        await site.calls.change_calendar(visitor, data, form_id=sent_as)
        return RedirectResponse("/my/calendar?said=saved", 303)
    # No redirection: the address is told in this answer alone, and must not stand in another one's address.
    with said_of_calendars():
        document = await site.calls.change_calendar(visitor, {"renew": True, **data}, form_id=sent_as)
    return calendar_page(request, site, visitor, document)


@router.get("/my/calendar/{secret}.ics")
async def feed(secret: str, request: Request, site: CurrentSite) -> Response:
    """The feed: who has its address needs no session."""
    with said_of_calendars():
        found = await site.calls.calendar_feed(secret, language_of(request))
    board, texts = found["board"], Texts(found["board"]["language"], site.look.zone)
    days = Days(board, texts, f"{site.look.address}/my", found["remind_before"])
    name = texts.text("calendar.name", name=site.look.brand.name)
    content = calendar_file(days.all(), name=name, at=datetime.fromisoformat(board["as_of"]))
    return calendar_answer(content, "termine.ics" if board["language"] == "de" else "dates.ics")


@contextmanager
def said_of_calendars() -> Iterator[None]:
    """What a call says of a calendar is shown as it says it: it is no case that has changed or is not found."""
    try:
        yield
    except CallRefused as refusal:
        raise CallRefused({**refusal.problem, "code": "calendar"}) from refusal

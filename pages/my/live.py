"""The page of a case by itself: a stream of server-sent events, each the part of the page that has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from pages.calls import CallRefused, Visitor
from pages.my.addresses import case_of
from pages.my.case import case_values
from pages.my.case_view import ENDS
from pages.rendering import HEADERS
from pages.site import CurrentSite, CurrentVisitor, Site

LOOK_EVERY = 1.5
"""Seconds between two looks at a case."""
LOOKS = 400
"""So often a stream looks; then it ends, and the browser asks for another one: what a session allows is asked anew."""
END = "event: end\ndata: \n\n"
STILL = ": \n\n"
"""What is sent where nothing has changed, so that a connection that is gone shows."""

router = APIRouter(include_in_schema=False)


@router.get("/my/cases/{kind}/{customer}/{subject}/events")
async def events(
    kind: str, customer: str, subject: str, request: Request, site: CurrentSite, visitor: CurrentVisitor
) -> Response:
    """What has changed since `?seen=`; it ends with the case."""
    workflow_id = case_of(kind, customer, subject)
    await site.calls.status(visitor, workflow_id, request.query_params.get("run_id"))
    headers = HEADERS | {"X-Accel-Buffering": "no"}
    stream = changes(request, site, visitor, workflow_id)
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


async def changes(request: Request, site: Site, visitor: Visitor, workflow_id: str) -> AsyncIterator[str]:
    """The fragments, whenever what they show has changed."""
    seen, run_id = request.query_params.get("seen"), request.query_params.get("run_id")
    yield STILL
    for _ in range(LOOKS):
        try:
            if not await site.calls.is_logged_in(visitor):
                return
            document = await site.calls.status(visitor, workflow_id, run_id)
            values = await case_values(request, site, visitor, document)
        except CallRefused as refusal:
            if refusal.status != 503:
                return
            yield STILL
        else:
            if values["view"].seen != seen:
                seen = values["view"].seen
                shown = values | {"notice": None, "said": None}
                html = site.look.fragment(request, "my/case_live.html", visitor.language, shown, visitor=visitor)
                yield message(html)
            else:
                yield STILL
            if document["state"] in ENDS:
                yield END
                return
        with suppress(TimeoutError):
            await asyncio.wait_for(site.stopping.wait(), LOOK_EVERY)
            return


def message(html: str) -> str:
    """A fragment as one event."""
    return "".join(f"data: {line}\n" for line in html.splitlines() if line.strip()) + "\n"

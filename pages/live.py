"""A page by itself: a stream of server-sent events, each the part of the page that has changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from fastapi.responses import StreamingResponse

from pages.calls import CallRefused
from pages.rendering import HEADERS
from pages.site import Site

LOOK_EVERY = 1.5
"""Seconds between two looks."""
LOOKS = 400
"""So often a stream looks; then it ends, and the browser asks for another one: what a session allows is asked anew."""
END = "event: end\ndata: \n\n"
STILL = ": \n\n"
"""What is sent where nothing has changed, so that a connection that is gone shows."""


class Glimpse(NamedTuple):
    """What a look has found. `seen`: a mark of what is shown; `html` makes it; `over`: nothing will change any more."""

    seen: str
    html: Callable[[], str]
    over: bool


Look = Callable[[], Awaitable[Glimpse | None]]
"""Looks once; None where nobody is logged in any more. Raises `CallRefused`, of which a 503 is tried again."""


def live_stream(site: Site, look: Look, seen: str | None) -> StreamingResponse:
    """The parts that have changed since `seen`, until it is over or the server stops."""
    headers = HEADERS | {"X-Accel-Buffering": "no"}
    return StreamingResponse(changes(site, look, seen), headers=headers, media_type="text/event-stream")


async def changes(site: Site, look: Look, seen: str | None) -> AsyncIterator[str]:
    """The events."""
    yield STILL
    for _ in range(LOOKS):
        try:
            glimpse = await look()
        except CallRefused as refusal:
            if refusal.status != 503:
                return
            yield STILL
        else:
            if glimpse is None:
                return
            yield message(glimpse.html()) if glimpse.seen != seen else STILL
            seen = glimpse.seen
            if glimpse.over:
                yield END
                return
        with suppress(TimeoutError):
            await asyncio.wait_for(site.stopping.wait(), LOOK_EVERY)
            return


def message(html: str) -> str:
    """A fragment as one event."""
    return "".join(f"data: {line}\n" for line in html.splitlines() if line.strip()) + "\n"

"""Whether the event loop of a program is held up: what blocks it keeps everyone waiting whom it serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic, thread_time

import structlog

log = structlog.get_logger(__name__)

EVERY_S = 0.1
TOO_LONG_S = 0.05
TOLD_EVERY_S = 60.0
"""So often at most it is told in the log."""


@asynccontextmanager
async def watched_loop(noted: Callable[[float], object] = lambda _: None) -> AsyncIterator[None]:
    """Watch the running loop meanwhile; each measure is noted too."""
    watching = asyncio.create_task(watch(noted))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def watch(noted: Callable[[float], object]) -> None:
    """Measure again and again how much later than due the loop wakes this task, and tell of what is too long.

    `busy`: the seconds of CPU of the loop's own thread meanwhile. Little of it: it waited for something that blocks, or
    the machine had no time for it.
    """
    told_at = -TOLD_EVERY_S
    while True:
        due, worked = monotonic() + EVERY_S, thread_time()
        await asyncio.sleep(EVERY_S)
        now = monotonic()
        late = max(now - due, 0.0)
        noted(late)
        if late > TOO_LONG_S and now - told_at >= TOLD_EVERY_S:
            told_at = now
            log.warning("event_loop_held_up", seconds=round(late, 3), busy=round(thread_time() - worked, 3))

"""How a run goes on when Temporal is asked to cancel it: what has begun is never hit half way."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def unbroken(work: Coroutine[Any, Any, Result], on_cancel_request: Callable[[], Awaitable[None]]) -> Result:
    """Do the work to its end. A cancel request ends nothing by itself: what becomes of it is `on_cancel_request`'s."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
            await on_cancel_request()
    return task.result()

"""Every call ends in time, whatever hangs beneath it: the database, Temporal, the call before it, or the caller.

A stream of events begins in time; how long it then goes on is its own affair.

What hangs may not even notice that it is cancelled: a driver waits for its server to take the cancellation. So it is
cancelled, left to itself, and not waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.problems import PortalProblem

CALL_WITHIN = 4.8
"""Seconds after which a call is answered, before five have passed (docs/contract.md, Portal)."""
Answer = TypeVar("Answer")
EVENT_STREAM = b"text/event-stream"
log = structlog.get_logger(__name__)
left: set[asyncio.Task[Any]] = set()
"""What was cancelled and has not ended yet."""


async def in_time(
    work: Coroutine[Any, Any, Answer], seconds: float, endless: Callable[[], bool] = lambda: False
) -> Answer:
    """What the work answers. Raises `TimeoutError` in time, whatever the work does then.

    `endless`: whether, when time is over, it may take as long as it likes.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done() and endless():
            await asyncio.wait({task})
    finally:
        if not task.done():
            leave_alone(task)
    if task not in left:
        return task.result()
    raise TimeoutError


def leave_alone(task: asyncio.Task[Any]) -> None:
    """Cancel, and keep it until it has ended; what it then raises is of no interest."""
    task.cancel()
    left.add(task)
    task.add_done_callback(left.discard)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


class Timely:
    """Answers each call: as the application does, with `unavailable` when time is over, or with a fault of ours."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; the first answer counts, and what comes after it is dropped."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = over = streams = False
        fault: Exception

        async def passed_on(message: Message) -> None:
            nonlocal begun, streams
            if not over:
                begun, streams = True, streams or begins_stream(message)
                await send(message)

        try:
            await in_time(self.call(scope, receive, passed_on), CALL_WITHIN, lambda: streams)
            return
        except TimeoutError:
            over, fault = True, PortalProblem("unavailable")
            log.warning("call_took_too_long", method=scope["method"], path=scope["path"], seconds=CALL_WITHIN)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as error:
            over, fault = True, error
        if not begun:
            await (await self.answer(Request(scope), fault))(scope, receive, send)

    async def call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's own answer; a bug that is a `TimeoutError` is one all the same."""
        try:
            await self.app(scope, receive, send)
        except TimeoutError as error:
            raise RuntimeError("nobody caught a TimeoutError") from error


def begins_stream(message: Message) -> bool:
    """Whether an answer is a stream of events."""
    headers = dict(message.get("headers", ())) if message["type"] == "http.response.start" else {}
    return bool(headers.get(b"content-type", b"").startswith(EVENT_STREAM))

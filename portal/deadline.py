"""Every call ends in time, whatever hangs beneath it: the database, Temporal, or the call before it.

The time of a caller who still sends is his own: the connection gives him ten seconds (`portal.connections`), and what
he sends is carried out within the time of a call from when it is whole.

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

from portal.problems import PortalProblem, malformed

CALL_WITHIN = 4.8
"""Seconds after which a call is answered, before five have passed (docs/contract.md, Portal)."""
ARRIVES_WITHIN = 11.0
"""Seconds for a body, after a connection has dropped it: for where another server stands before the application."""
Answer = TypeVar("Answer")
EVENT_STREAM = b"text/event-stream"
log = structlog.get_logger(__name__)
cancelled: set[asyncio.Task[Any]] = set()
"""What was cancelled and has not ended yet."""


async def in_time(
    work: Coroutine[Any, Any, Answer],
    seconds: float,
    endless: Callable[[], bool] = lambda: False,
    left: Callable[[], float] = lambda: 0,
) -> Answer:
    """What the work answers. Raises `TimeoutError` in time, whatever the work does then.

    `endless`: whether, when time is over, it may take as long as it likes; `left`: how many seconds it is given then.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        while not task.done() and (more := None if endless() else left()) != 0:
            await asyncio.wait({task}, timeout=more)
    finally:
        if not task.done():
            leave_alone(task)
    if task not in cancelled:
        return task.result()
    raise TimeoutError


class Arrival:
    """A call's body on its way, whose caller has a time of his own."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.clock = asyncio.get_running_loop().time
        self.began = self.moved = self.clock()
        self.is_awaited = self.is_whole = False

    async def received(self) -> Message:
        """The next part."""
        self.is_awaited = not self.is_whole
        message = await self.receive()
        if self.is_awaited:
            self.is_awaited, self.moved = False, self.clock()
        self.is_whole = not message.get("more_body", False)
        return message

    def left(self) -> float:
        """Seconds until the call's time can be over: it has that of a call from when the last part came; while one is
        awaited, whose coming gives it that time anew, as much as its caller has."""
        until = self.began + ARRIVES_WITHIN if self.is_awaited else self.moved + CALL_WITHIN
        return min(CALL_WITHIN, max(0.0, until - self.clock()))


def leave_alone(task: asyncio.Task[Any]) -> None:
    """Cancel, and keep it until it has ended; what it then raises is of no interest."""
    task.cancel()
    cancelled.add(task)
    task.add_done_callback(cancelled.discard)
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
        arrival = Arrival(receive)

        async def passed_on(message: Message) -> None:
            nonlocal begun, streams
            if not over:
                begun, streams = True, streams or begins_stream(message)
                await send(message)

        try:
            await in_time(self.call(scope, arrival.received, passed_on), CALL_WITHIN, lambda: streams, arrival.left)
            return
        except TimeoutError:
            over, fault = True, PortalProblem("unavailable")
            if arrival.is_awaited:
                fault = malformed("half_sent", seconds=round(ARRIVES_WITHIN))
                fault.status = 408
            log.warning(
                "call_took_too_long",
                method=scope["method"],
                path=scope["path"],
                seconds=round(arrival.clock() - arrival.began, 1),
            )
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

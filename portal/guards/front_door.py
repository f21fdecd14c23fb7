"""The guards before the application, and what every answer says behind it."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.guards.bodies import Body, check_length
from portal.guards.content_types import check_content_type, has_body
from portal.guards.hosts import check_host, own_hosts
from portal.guards.origins import check_origin
from portal.problems import PortalProblem
from settings import Settings, origin_of

Answer = Callable[[Request, Exception], Awaitable[Response]]
"""How a problem is answered: as a document, or as a page."""
ANSWER_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    # With `no-referrer` browsers would say `Origin: null` of our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer says of itself, unless it says something else: almost all tell of a customer."""


class FrontDoor:
    """Lets a call in where every guard does, and answers the others. `trusted`: called in process, where no name leads
    anywhere."""

    def __init__(self, app: ASGIApp, settings: Settings, trusted: bool, answer: Answer) -> None:
        self.app = app
        self.answer = answer
        self.hosts = None if trusted else own_hosts(settings)
        self.public_origin = origin_of(settings.public_url) or ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self.check(scope["method"], scope["path"], Headers(scope=scope))
        except PortalProblem as problem:
            await (await self.answer(Request(scope), problem))(scope, receive, send)
        else:
            await self.app(scope, Body(receive).counted, send)

    def check(self, method: str, path: str, headers: Headers) -> None:
        """Look at the head of a call. Raises `PortalProblem`."""
        if self.hosts is not None:
            check_host(self.hosts, headers)
        check_origin(self.public_origin, method, headers)
        check_length(headers)
        check_content_type(method, path, headers)


class Answers:
    """Gives every answer the headers that it lacks, and ends the connection where the call's body was not read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and its answer with its headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        unread = has_body(Headers(scope=scope))

        async def received() -> Message:
            nonlocal unread
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                unread = False
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ANSWER_HEADERS.items():
                    headers.setdefault(name, value)
                if unread:
                    # Or the server would go on reading what nobody wants.
                    headers["Connection"] = "close"
            await send(message)

        await self.app(scope, received, answered)

"""How long a body may be: longer ones are refused before they are read, or as soon as they turn out to be."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from portal.problems import PortalProblem

LONGEST_BODY = 256 * 1024
"""Bytes that a body may have."""


def too_large() -> PortalProblem:
    """A body has more bytes than it may have."""
    return PortalProblem("too_large", values={"limit": LONGEST_BODY})


def check_length(headers: Headers) -> None:
    """Raise `too_large` where a call says that its body is longer than it may be."""
    lengths = [value for value in headers.getlist("content-length") if value.isascii() and value.isdecimal()]
    if any(len(value) > 20 or int(value) > LONGEST_BODY for value in lengths):
        raise too_large()


class Body:
    """A call's body on its way to the application."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.length = 0

    async def counted(self) -> Message:
        """The next part. Raises `too_large` with the one that is too many: its length may not have been said."""
        message = await self.receive()
        self.length += len(message.get("body", b""))
        if self.length > LONGEST_BODY:
            raise too_large()
        return message

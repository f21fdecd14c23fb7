"""Who tries tokens or signatures one after the other is told to wait.

Only wrong ones are: a right one is taken at any time and forgets the wrong ones before it, so that nobody is locked
out by those who share an address with him. What keeps secrets from being guessed is their length.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.guards.callers import subscriber
from portal.guards.front_door import Answer
from portal.problems import PortalProblem

MOST_WRONG = 10
"""So many wrong ones in a row are answered 401."""
FORGOTTEN_AFTER = 60.0
"""Seconds after the last wrong one, when an address begins anew."""
MOST_ADDRESSES = 10_000
"""So many addresses are remembered; of more, those that tried longest ago are forgotten."""
CREDENTIALS = ("authorization", "webhook-signature")
LOGIN = "/desk/login"
"""Where operators say their tokens."""


@dataclass
class Tries:
    """Wrong tries in a row, by the address that they come from. `clock`: seconds."""

    clock: Callable[[], float] = time.monotonic
    by_address: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def wrong(self, address: str) -> int:
        """Note a wrong one. Answers how many there have been in a row."""
        number, last = self.by_address.pop(address, (0, 0.0))
        now = self.clock()
        number = min(number, MOST_WRONG) + 1 if now - last < FORGOTTEN_AFTER else 1
        self.by_address[address] = (number, now)
        if len(self.by_address) > MOST_ADDRESSES:
            self.by_address.popitem(last=False)
        return number

    def right(self, address: str) -> None:
        """Forget the wrong ones."""
        self.by_address.pop(address, None)


class WrongTokens:
    """Answers a wrong token or signature with `too_many_tries` where too many came before it, in place of 401."""

    def __init__(self, app: ASGIApp, answer: Answer, tries: Tries | None = None) -> None:
        self.app = app
        self.answer = answer
        self.tries = tries or Tries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and its answer unless it was a wrong one too many."""
        if scope["type"] != "http" or not shows_secret(scope):
            await self.app(scope, receive, send)
            return
        address, state = subscriber((scope.get("client") or ("",))[0]), scope.setdefault("state", {})
        is_too_many = False

        async def judged(message: Message) -> None:
            nonlocal is_too_many
            if message["type"] == "http.response.start":
                if message["status"] == 401:
                    is_too_many = self.tries.wrong(address) > MOST_WRONG
                elif "authority" in state:  # what asks for none proves nothing
                    self.tries.right(address)
            if not is_too_many:
                await send(message)

        await self.app(scope, receive, judged)
        if is_too_many:
            problem = PortalProblem("too_many_tries", headers={"Retry-After": str(round(FORGOTTEN_AFTER))})
            await (await self.answer(Request(scope), problem))(scope, receive, send)


def shows_secret(scope: Scope) -> bool:
    """Whether a call shows a token or a signature, right or wrong."""
    if any(name in Headers(scope=scope) for name in CREDENTIALS):
        return True
    return bool(scope["path"] == LOGIN and scope["method"] == "POST")

"""The routes of a room: all lie below one address, and for any other none of them is asked."""

from typing import Any

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class Room(APIRouter):
    """Routes below an address, such as `/desk`. There are dozens, and most calls are for none of them."""

    def __init__(self, address: str) -> None:
        super().__init__(include_in_schema=False)
        self.address = address

    def holds(self, path: str) -> bool:
        """Whether a path lies here."""
        return f"{path}/".startswith(f"{self.address}/")

    def include_router(self, router: APIRouter, **how: Any) -> None:
        """Take in routes. Raises `ValueError` for one that lies elsewhere: nobody would ever be led to it."""
        for path in (getattr(route, "path", "") for route in router.routes):
            if not self.holds(path):
                raise ValueError(f"{path} does not lie below {self.address}")
        super().include_router(router, **how)

    def page_above(self, path: str) -> str:
        """The nearest address above one at which there is a page: a form is sent to one below its page."""
        above = path.rpartition("/")[0]
        while above != self.address and not self.has_page(above):
            above = above.rpartition("/")[0]
        return above

    def has_page(self, path: str) -> bool:
        """Whether something can be read at an address here."""
        asked = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        return any(route.matches(dict(asked))[0] is Match.FULL for route in self.routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As of any router, but at once where the path lies elsewhere."""
        return super().matches(scope) if self.holds(scope["path"]) else (Match.NONE, {})

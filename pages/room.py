"""The routes of a room: all lie below one address, and for any other none of them is asked."""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class Room(APIRouter):
    """Routes below an address, such as `/desk`. There are dozens, and most calls are for none of them."""

    def __init__(self, address: str) -> None:
        super().__init__(include_in_schema=False)
        self.address = address

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As of any router, but at once where the path lies elsewhere."""
        if f"{scope['path']}/".startswith(f"{self.address}/"):
            return super().matches(scope)
        return Match.NONE, {}

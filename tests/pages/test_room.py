"""The rooms of the pages: what lies below their addresses, and that nothing else is put there."""

import pytest
from fastapi import APIRouter

from pages.room import Room


def route(path: str) -> APIRouter:
    """A router with one route."""
    router = APIRouter()
    router.get(path)(lambda: None)
    return router


@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/tasks/t-1"])
def test_what_lies_below_its_address_is_taken_in(path: str) -> None:
    room = Room("/desk")
    room.include_router(route(path))
    assert room.holds(path)


@pytest.mark.parametrize("path", ["/", "/desks", "/my/desk", "/tasks"])
def test_what_lies_elsewhere_is_refused_by_name(path: str) -> None:
    with pytest.raises(ValueError, match=f"^{path} does not lie below /desk$"):
        Room("/desk").include_router(route(path))

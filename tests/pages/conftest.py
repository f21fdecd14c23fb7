"""What tests of pages are given: a portal in process, or a whole system with a browser in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.pages.browser import Shop, open_shop
from tests.pages.desk import Desk, open_desk
from tests.portal.conftest import alone, client, offline, portal, server, settings
from tests.runs.conftest import a_busy_machine_is_no_deadlock, server_address

__all__ = [
    "a_busy_machine_is_no_deadlock",
    "alone",
    "client",
    "offline",
    "portal",
    "server",
    "server_address",
    "settings",
]


def pytest_configure(config: pytest.Config) -> None:
    """The markers of this room."""
    config.addinivalue_line("markers", "shop(**values): settings of the system that a browser visits")


@pytest_asyncio.fixture
async def shop(server_address: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """A whole system and a browser. Its customers are loaded by the test: `shop.world.load({…})`."""
    marker = request.node.get_closest_marker("shop")
    async with open_shop(server_address, tmp_path, **(marker.kwargs if marker else {})) as shop:
        yield shop


@pytest_asyncio.fixture
async def desk(server_address: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A whole system whose portal is called in process, with the example customers."""
    marker = request.node.get_closest_marker("shop")
    async with open_desk(server_address, tmp_path, **(marker.kwargs if marker else {})) as desk:
        yield desk

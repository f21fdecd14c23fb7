"""What tests of whole runs are given: a system of their own, with time that skips or on a development server."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.replay.replaying import assert_replayable
from tests.runs.harness import BEGINS, World, development_server, new_namespace, open_world, settings_of, working


def pytest_configure(config: pytest.Config) -> None:
    """The markers of this room."""
    config.addinivalue_line("markers", "settings(**values): settings of the test's system")
    config.addinivalue_line("markers", "begins(moment): when the test's system begins")


@pytest.fixture(autouse=True)
def a_busy_machine_is_no_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow task that takes two seconds on a busy machine is not taken for one that hangs."""
    monkeypatch.setenv("TEMPORAL_DEBUG", "1")


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the marker `settings` says."""
    marker = request.node.get_closest_marker("settings")
    return dict(marker.kwargs) if marker else {}


@pytest.fixture
def begins(request: pytest.FixtureRequest) -> datetime:
    """What the marker `begins` says."""
    marker = request.node.get_closest_marker("begins")
    return datetime.fromisoformat(marker.args[0]) if marker else BEGINS


@pytest_asyncio.fixture
async def world(tmp_path: Path, settings: dict[str, Any], begins: datetime) -> AsyncIterator[World]:
    """A fresh system on a time-skipping server of its own."""
    async with open_world(tmp_path, begins, **settings) as world:
        yield world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server_address() -> AsyncIterator[str]:
    """One development server for all tests."""
    async with development_server() as address:
        yield address


@pytest_asyncio.fixture
async def server(server_address: str) -> WorkflowEnvironment:
    """A namespace of the development server that knows nothing of us."""
    return await new_namespace(server_address)


@pytest_asyncio.fixture
async def served(server: WorkflowEnvironment, tmp_path: Path, settings: dict[str, Any]) -> AsyncIterator[World]:
    """A fresh system on the development server. Whatever becomes of its runs, their histories can be read again."""
    async with working(server, settings_of(tmp_path, **settings)) as world:
        yield world
    await assert_replayable(server.client)

"""What all tests share."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
import structlog

from catalogue import loader
from states.model.offers import Catalogue


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow comes first, so that at the end no worker waits for the last test of another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session", autouse=True)
def faults_are_logged_as_plain_traces() -> None:
    """As programs log them (`logs.py`): to draw every local variable of each frame takes half a minute and more."""
    renderer = structlog.get_config()["processors"][-1]
    assert isinstance(renderer, structlog.dev.ConsoleRenderer)
    renderer.exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(autouse=True)
def each_test_logs_as_if_it_were_the_first() -> Iterator[None]:
    """Programs that a test runs in its own process set up the logs for the process: for the tests after it, too."""
    was = structlog.get_config()
    yield
    structlog.configure(**was)


@pytest.fixture(scope="session", autouse=True)
def shipped_catalogue_is_read_once() -> Iterator[None]:
    """No test changes the shipped versions, and reading them costs as much as a run."""
    read = loader.read_version
    read_once = cache(read)

    def read_version(place: Path) -> tuple[Catalogue | None, list[str]]:
        return read_once(place) if place.parent == loader.SHIPPED else read(place)

    with patch.object(loader, "read_version", read_version):
        yield

"""An event loop that is held up is told of: in the log of worker and portal, and in the portal's metrics."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

import loop_watch
from portal.metrics import Metrics
from tests.portal.conftest import Caller


async def measures(monkeypatch: pytest.MonkeyPatch, *late: float) -> tuple[list[float], list[dict[str, Any]]]:
    """What is noted and logged where the loop wakes so much too late, one measure after the other."""
    clock = iter([moment for number, held in enumerate(late) for moment in (number * 10.0, number * 10.0 + held)])
    noted: list[float] = []
    monkeypatch.setattr(loop_watch, "monotonic", lambda: next(clock))
    monkeypatch.setattr(loop_watch, "EVERY_S", 0.0)
    # It ends where the clock has no more to say.
    with capture_logs() as logs, pytest.raises(RuntimeError):
        await loop_watch.watch(noted.append)
    return noted, [dict(line) for line in logs]


async def test_what_holds_the_loop_up_is_in_the_log_and_once_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    noted, logs = await measures(monkeypatch, 0.01, 0.3, 0.4)
    assert noted == pytest.approx([0.01, 0.3, 0.4])
    assert [(line["event"], line["log_level"], line["seconds"]) for line in logs] == [
        ("event_loop_held_up", "warning", 0.3)
    ]


async def test_a_loop_that_wakes_in_time_is_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await measures(monkeypatch, 0.05, 0.0))[1] == []


async def test_the_portal_counts_it(alone: Caller) -> None:
    async with alone.app.router.lifespan_context(alone.app):
        metrics: Metrics = alone.app.state.portal.metrics
        counted = "cancellations_loop_lag_seconds_count"
        while not metrics.registry.get_sample_value(counted):
            await asyncio.sleep(0)
        assert counted in (await alone.http.get("/metrics")).text

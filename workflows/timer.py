"""One timer at a time, for the earliest of the moments at which a run wakes."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.timers import TIMERS
    from states.model.base import local
from workflows.background import Background

LEAST_WAIT = timedelta(milliseconds=1)


class Timer:
    """Nothing to cancel in the chart, nothing to carry: the moments are read off it, and the loop sees what is due."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.task: asyncio.Task[None] | None = None
        self.fires_at: datetime | None = None
        self.fired = False
        """Since it was last asked: the loop looks what is due."""

    def set(self, moments: Mapping[str, datetime], zone: str, *, long_wait: bool) -> None:
        """Wait for the earliest moment.

        A pending timer that fires before the next moment is kept; in a long wait it is replaced, so that the whole
        wait is one timer.
        """
        if not moments:
            self.stop()
            return
        event = min(moments, key=lambda name: moments[name])
        moment = moments[event]
        if self.task is not None and not self.task.done() and self.fires_at is not None:
            fires_before = self.fires_at < moment and not long_wait
            if self.fires_at == moment or fires_before:
                return
        self.stop()
        self.fires_at = moment
        summary = f"waits for {TIMERS.get(event, event)}, {local(moment, zone)}"
        self.task = self.background.start(self.wait(moment, summary))

    def stop(self) -> None:
        """No timer is needed, or another one."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
        self.task = self.fires_at = None

    async def wait(self, moment: datetime, summary: str) -> None:
        """Sleep until the moment."""
        await workflow.sleep(max(moment - workflow.now(), LEAST_WAIT), summary=summary)
        self.fired = True

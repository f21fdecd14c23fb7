"""The timer for the earliest of the moments at which a run wakes."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.timers import TIMERS
    from states.model.base import local
from workflows.background import Background

LEAST_WAIT = timedelta(milliseconds=1)


class Timer:
    """Nothing to carry: the moments are read off the chart, and the loop sees what is due.

    One timer waits for the earliest moment; others may be pending beside it that fire later.
    """

    def __init__(self, background: Background) -> None:
        self.background = background
        self.pending: dict[datetime, asyncio.Task[None]] = {}
        """By when they fire."""
        self.fired = False
        """Since it was last asked: the loop looks what is due."""

    def set(self, moments: Mapping[str, datetime], zone: str, *, long_wait: bool) -> None:
        """Wait for the earliest moment.

        A pending timer that fires before it is kept; in a long wait it is cancelled, so that the whole wait is one
        timer. One that fires later is left alone, since to cancel it costs an event: it is taken up when its moment is
        the next, and ends with the run.
        """
        if not moments:
            self.stop(self.pending)
            return
        event = min(moments, key=lambda name: moments[name])
        moment = moments[event]
        earlier = [fires_at for fires_at in self.pending if fires_at < moment]
        if long_wait:
            self.stop(earlier)
        elif earlier:
            return
        if moment not in self.pending:
            summary = f"waits for {TIMERS.get(event, event)}, {local(moment, zone)}"
            self.pending[moment] = self.background.start(self.wait(moment, summary))

    def stop(self, moments: Iterable[datetime]) -> None:
        """No timer is needed for these moments."""
        for moment in tuple(moments):
            self.pending.pop(moment).cancel()

    async def wait(self, moment: datetime, summary: str) -> None:
        """Sleep until the moment."""
        await workflow.sleep(max(moment - workflow.now(), LEAST_WAIT), summary=summary)
        del self.pending[moment]
        self.fired = True

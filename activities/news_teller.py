"""Telling open runs what happened where nobody had Temporal at hand: a loop beside each worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from activities.ports import AdapterError
from activities.sql.news import SqlNews
from states.model.request import LicenceChanged

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
"""Seconds between two looks for news."""
MOST = 100
"""So many are told at a time."""


@dataclass(frozen=True)
class NewsTeller:
    """Tells each piece of news at least once: a run that hears it twice checks twice."""

    news: SqlNews
    tell: Callable[[str, LicenceChanged], Awaitable[None]]
    """Signals news to an open run; fine where there is none. Raises `Unavailable`."""

    async def run(self) -> None:
        """Until it is cancelled. A system that does not answer is asked again."""
        while True:
            told = 0
            try:
                told = await self.tell_waiting()
            except AdapterError as error:
                log.warning("news_not_told", reason=str(error))
            await asyncio.sleep(0 if told == MOST else PAUSE_S)

    async def tell_waiting(self) -> int:
        """Tell what waits; answers how much it was. Raises `AdapterError`."""
        waiting = await self.news.waiting(MOST)
        for number, workflow_id, news in waiting:
            await self.tell(workflow_id, news)
            await self.news.told(number)
        return len(waiting)

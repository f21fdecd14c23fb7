"""Telling open runs what happened where nobody had Temporal at hand: done again and again beside each worker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from activities.ports import AdapterError
from activities.sql.news import SqlNews
from states.model.request import LicenceChanged

MOST = 100
"""So many are told at a time."""


@dataclass(frozen=True)
class NewsTeller:
    """Tells each piece of news at least once: a run that hears it twice checks twice."""

    news: SqlNews
    tell: Callable[[str, LicenceChanged], Awaitable[None]]
    """Signals news to an open run; fine where there is none. Raises `Unavailable`."""

    async def tell_waiting(self) -> int:
        """Tell what waits; answers how much it was. Raises `AdapterError`.

        What cannot be told goes to the end, so that a run which takes nothing holds up no other.
        """
        in_thread = self.news.database.in_thread
        waiting = await in_thread(self.news.waiting, MOST)
        for each in waiting:
            try:
                await self.tell(each.workflow_id, each.news)
            except AdapterError:
                await in_thread(self.news.put_last, each)
                raise
            await in_thread(self.news.told, each.number)
        return len(waiting)

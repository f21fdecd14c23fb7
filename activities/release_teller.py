"""After a freeze: telling those that wait, in the order in which they came, a few at a time beside each worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from activities.adapters import Adapters
from activities.sql.freezes import CLOSE_TICKET, Claimed

AT_A_TIME = 10
"""So many runs are told, and then there is a pause: what thousands have waited for is not begun in one moment."""


@dataclass(frozen=True)
class ReleaseTeller:
    """Tells each run at least once that the freeze is over: one that hears it twice asks once."""

    adapters: Adapters
    tell: Callable[[str, int], Awaitable[None]]
    """Signals the number of the last freeze to an open workflow; fine where there is none. Raises `Unavailable`."""

    async def tell_released(self) -> int:
        """Tell the first ones; answers 0, so that the next ones follow after a pause. Raises `AdapterError`.

        What was claimed and could not be told is told later, by whichever worker.
        """
        freezes, in_thread = self.adapters.freezes, self.adapters.database.in_thread
        freeze, claimed = await in_thread(freezes.claim, AT_A_TIME)
        askers = dict.fromkeys(each.asker for each in claimed if each.effect != CLOSE_TICKET)
        await asyncio.gather(*(self.tell(asker, freeze) for asker in askers))
        if claimed:
            await in_thread(self.settle, claimed, freeze)
        return 0

    def settle(self, claimed: tuple[Claimed, ...], freeze: int) -> None:
        """Forget what was told, and close the tickets that are to be closed."""
        for each in claimed:
            if each.effect == CLOSE_TICKET:
                self.adapters.tickets.close(each.key)
        self.adapters.freezes.told(claimed, freeze)

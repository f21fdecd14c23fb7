"""After a freeze: telling those that wait, in the order in which they came, a few at a time beside each worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from activities.adapters import Adapters
from activities.ports import AdapterError
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
        """Tell the first ones; answers 0, so that the next ones follow after a pause.

        Whoever cannot be told holds up no other: what was claimed for him is told later, by whichever worker. What the
        first of them raised, `AdapterError`, is raised once the others are done with.
        """
        freezes, in_thread = self.adapters.freezes, self.adapters.database.in_thread
        freeze, claimed = await in_thread(freezes.claim, AT_A_TIME)
        askers = dict.fromkeys(each.asker for each in claimed if each.effect != CLOSE_TICKET)
        answers = await asyncio.gather(*(self.tell(asker, freeze) for asker in askers), return_exceptions=True)
        faults = {asker: answer for asker, answer in zip(askers, answers, strict=True) if answer is not None}
        told = [each for each in claimed if each.effect != CLOSE_TICKET and each.asker not in faults]
        closing = [each for each in claimed if each.effect == CLOSE_TICKET]
        faults |= await in_thread(self.settle, told, closing, freeze) if claimed else {}
        for fault in faults.values():
            raise fault
        return 0

    def settle(self, told: list[Claimed], closing: list[Claimed], freeze: int) -> dict[str, BaseException]:
        """Forget what was told, and close the tickets that are to be closed; answers what went wrong, by ticket."""
        faults: dict[str, BaseException] = {}
        for each in closing:
            try:
                self.adapters.tickets.close(each.key)
            except AdapterError as error:
                faults[each.key] = error
        done = [*told, *(each for each in closing if each.key not in faults)]
        self.adapters.freezes.told(done, freeze)
        return faults

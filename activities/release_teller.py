"""After a freeze: telling those that wait, in the order in which they came, a few at a time beside each worker.

The next ones are told when those before are done, and after a pause as long as that took: whoever comes meanwhile would
stand behind all that was told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from activities.adapters import Adapters
from activities.ports import AdapterError
from activities.sql.freezes import CLOSE_TICKET, Claimed
from states.model.effects import CHANGES

AT_A_TIME = 4
"""So many runs are told; when their changes are made there is a pause, and then the next are told."""
BETWEEN_S = 0.4
"""Seconds of that pause; longer where the changes took longer, and then as long: half of the time is others'."""
LOOK_S = 0.1
"""Seconds between two looks whether they are made."""
UNDER_WAY_S = 5.0
"""Seconds after which a change that was told of is waited for no more: its system may be down, and others' are not."""
CHANGING = frozenset(str(change.model_fields["effect"].default) for change in CHANGES)
"""The names of effects that leave a receipt."""


@dataclass(frozen=True)
class ReleaseTeller:
    """Tells each run at least once that the freeze is over: one that hears it twice asks once."""

    adapters: Adapters
    tell: Callable[[str, int], Awaitable[None]]
    """Signals the number of the last freeze to an open workflow; fine where there is none. Raises `Unavailable`."""

    async def tell_released(self) -> int:
        """Tell the first ones, and wait until they have made their changes; answers 0 where there was nothing to tell.

        Whoever cannot be told holds up no other: what was claimed for him is told later, by whichever worker. What the
        first of them raised, `AdapterError`, is raised once the others are done with.
        """
        freezes, in_thread = self.adapters.freezes, self.adapters.database.in_thread
        freeze, claimed = await in_thread(freezes.claim, AT_A_TIME)
        if not claimed:
            return 0
        askers = dict.fromkeys(each.asker for each in claimed if each.effect != CLOSE_TICKET)
        answers = await asyncio.gather(*(self.tell(asker, freeze) for asker in askers), return_exceptions=True)
        faults = {asker: answer for asker, answer in zip(askers, answers, strict=True) if answer is not None}
        told = [each for each in claimed if each.effect != CLOSE_TICKET and each.asker not in faults]
        closing = [each for each in claimed if each.effect == CLOSE_TICKET]
        faults |= await in_thread(self.settle, told, closing, freeze)
        for fault in faults.values():
            raise fault
        began = time.monotonic()
        await self.until_made(frozenset(each.key for each in told if each.effect in CHANGING))
        await asyncio.sleep(max(BETWEEN_S, time.monotonic() - began))
        return len(claimed)

    async def until_made(self, keys: frozenset[str]) -> None:
        """Wait until these changes are made, but not for long."""
        end = time.monotonic() + UNDER_WAY_S
        while keys and time.monotonic() < end:
            await asyncio.sleep(LOOK_S)
            keys -= await self.adapters.database.in_thread(self.adapters.freezes.made, [*keys])

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

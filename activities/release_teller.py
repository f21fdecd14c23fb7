"""After a freeze: telling those that wait, in the order in which they came, a few at a time beside each worker.

The next ones are told as those before are done, and not faster than the system is: whoever comes meanwhile would stand
behind all that was told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from activities.adapters import Adapters
from activities.ports import AdapterError
from activities.sql.freezes import CLOSE_TICKET, Claimed
from states.model.effects import CHANGES

AT_A_TIME = 4
"""So many runs are told, and then there is a pause; so many changes are under way at most."""
BETWEEN_S = 0.4
"""Seconds of that pause."""
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
    under_way: dict[str, float] = field(default_factory=dict)
    """The changes that this worker told of and that may not be made yet, by key, with when it told."""

    async def tell_released(self) -> int:
        """Tell the first ones, as many as those before leave room for; answers 0 where there is nothing to tell.

        Whoever cannot be told holds up no other: what was claimed for him is told later, by whichever worker. What the
        first of them raised, `AdapterError`, is raised once the others are done with.
        """
        freezes, in_thread = self.adapters.freezes, self.adapters.database.in_thread
        room = AT_A_TIME - len(await self.still_under_way())
        if room <= 0:
            await asyncio.sleep(BETWEEN_S)
            return 1
        freeze, claimed = await in_thread(freezes.claim, room)
        if not claimed:
            return 0
        askers = dict.fromkeys(each.asker for each in claimed if each.effect != CLOSE_TICKET)
        answers = await asyncio.gather(*(self.tell(asker, freeze) for asker in askers), return_exceptions=True)
        faults = {asker: answer for asker, answer in zip(askers, answers, strict=True) if answer is not None}
        told = [each for each in claimed if each.effect != CLOSE_TICKET and each.asker not in faults]
        closing = [each for each in claimed if each.effect == CLOSE_TICKET]
        faults |= await in_thread(self.settle, told, closing, freeze)
        self.under_way.update({each.key: time.monotonic() for each in told if each.effect in CHANGING})
        for fault in faults.values():
            raise fault
        await asyncio.sleep(BETWEEN_S)
        return len(claimed)

    async def still_under_way(self) -> dict[str, float]:
        """The changes that were told of lately and are not made yet."""
        now = time.monotonic()
        lately = [key for key, told in self.under_way.items() if now - told < UNDER_WAY_S]
        made = await self.adapters.database.in_thread(self.adapters.freezes.made, lately) if lately else frozenset()
        for key in [*self.under_way]:
            if key in made or key not in lately:
                del self.under_way[key]
        return self.under_way

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

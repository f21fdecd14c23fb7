"""The activities of bulk decisions: one decision, sent to many runs one after the other.

So many are sent in one activity that the history of the workflow stays small, and they are sent one by one and not too
fast, so that nobody waits for them who decides a task himself (docs/adr/0031).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio import activity

from activities import activity_names
from activities.adapters import Adapters
from activities.failures import adapter_errors_translated
from activities.ports import TaskDecisions, Unavailable
from activities.sql.bulk_decisions import TakenLine
from states.model.bulk import BulkChange, BulkProgress

log = structlog.get_logger()
LINES_AT_A_TIME = 100
"""So many decisions are sent in one activity: 10,000 tasks are a hundred of them."""
EACH_S = 0.05
"""Seconds from one decision to the next, at least: twenty a second leave the runs' workers to everybody else."""


@dataclass(frozen=True)
class BulkActivities:
    """Carries bulk decisions out, and changes them as people say."""

    adapters: Adapters
    decisions: TaskDecisions

    def registered(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.carry_out_bulk, self.change_bulk]

    @activity.defn(name=activity_names.CARRY_OUT_BULK)
    async def carry_out_bulk(self, bulk: str) -> BulkProgress:
        """Send what is due, some of it; it ends early where somebody pauses or stops.

        Tried again, it goes on behind the last line whose outcome is kept; the one that was on its way is sent again
        under the same name, which its run takes once.
        """
        bulks, in_thread = self.adapters.bulk_decisions, self.adapters.database.in_thread
        with adapter_errors_translated():
            for _ in range(LINES_AT_A_TIME):
                pause = asyncio.create_task(asyncio.sleep(EACH_S))
                taken = await in_thread(bulks.take, bulk, datetime.now(UTC))
                if taken is None:
                    pause.cancel()
                    break
                activity.heartbeat(taken.number)
                await self.send(taken)
                await pause
            return await in_thread(bulks.progress, bulk, datetime.now(UTC))

    async def send(self, taken: TakenLine) -> None:
        """One decision, and what came of it."""
        bulks, in_thread = self.adapters.bulk_decisions, self.adapters.database.in_thread
        try:
            outcome = await self.decisions.decide(taken.decision)
        except Unavailable as error:
            log.warning("bulk_line_put_off", bulk=taken.bulk, task=taken.decision.task, reason=str(error))
            await in_thread(bulks.put_off, taken, datetime.now(UTC))
            return
        await in_thread(bulks.settle, taken, outcome, datetime.now(UTC))

    @activity.defn(name=activity_names.CHANGE_BULK)
    async def change_bulk(self, change: BulkChange) -> BulkProgress:
        """Pause, go on, stop, or send again what failed. May be refused."""
        bulks, in_thread = self.adapters.bulk_decisions, self.adapters.database.in_thread
        with adapter_errors_translated():
            return await in_thread(bulks.change, change, datetime.now(UTC))

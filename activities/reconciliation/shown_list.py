"""Mending the list of open runs: a worker that was killed may not have told what a run showed last (docs/adr/0025)."""

import asyncio

import structlog

from activities.ports import Executions
from activities.sql.open_list import SqlOpenList
from states.model.status import ShownRun

log = structlog.get_logger()
AT_ONCE = 8
"""How many runs are asked about at the same time."""


async def mend(open_list: SqlOpenList, executions: Executions) -> int:
    """Compare all; answers how many were shown otherwise. Raises what the ports raise.

    What can be searched for is late, so a run that seems to differ is asked about by itself.
    """
    in_thread, mended = open_list.database.in_thread, 0
    slots = asyncio.Semaphore(AT_ONCE)

    async def mend_one(run: ShownRun, held: ShownRun | None) -> bool:
        async with slots:
            now = await executions.shown(run.workflow_id)
            if now is None or not differs(now, held):
                return False
            return await in_thread(open_list.mend, as_held(now, held), held)

    async for runs in executions.open_runs():
        held = await in_thread(open_list.held, [run.workflow_id for run in runs])
        differing = [run for run in runs if differs(run, held.get(run.workflow_id))]
        mended += sum(await asyncio.gather(*(mend_one(run, held.get(run.workflow_id)) for run in differing)))
    await in_thread(open_list.drop_ended)
    log.info("list_compared", mended=mended)
    return mended


def differs(run: ShownRun, held: ShownRun | None) -> bool:
    """Whether the list shows a run otherwise than Temporal, where a date that does not hold any more stays for ever."""
    if held is None:
        return True
    dates = [(held.effective_at, run.effective_at), (held.order_by, run.order_by)]
    stands = (run.run_id, run.state, set(run.waiting_for))
    return stands != (held.run_id, held.state, set(held.waiting_for)) or any(
        here is not None and here != there for here, there in dates
    )


def as_held(run: ShownRun, held: ShownRun | None) -> ShownRun:
    """With what only the run itself knows: when it began and stood so, and whether it is being booked. Whatever it
    shows itself is newer.
    """
    if held is None:
        return run
    being_booked = held.being_booked and run.state == held.state
    return run._replace(started_at=held.started_at, as_of=held.as_of, being_booked=being_booked)

"""What a bulk decision would do, before it begins: some of its tasks are asked, and nothing is changed."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from activities.sql.bulk_decisions import Bulk, BulkLine
from portal.context import Portal
from portal.first_come import too_late_for
from portal.freezes import standing_freeze
from portal.problems import PortalProblem
from states.model.bulk import MOST_TASKS

LOOKED_AT = 20
"""So many of the tasks are asked, spread over all of them: each costs a worker the replay of a run."""
AT_ONCE = 4
WITHIN = 3.5
"""Seconds for all of them; what has not answered by then is not counted."""


async def consequence_of(portal: Portal, bulk: Bulk, language: str) -> dict[str, Any]:
    """How many of those that were asked would be refused, and why, what the others would come to, and how many would
    wait for a second person."""
    lines = await portal.adapters.database.in_thread(
        portal.adapters.bulk_decisions.some, bulk.id, numbers(bulk.progress.total)
    )
    slots, answers = asyncio.Semaphore(AT_ONCE), list[dict[str, Any]]()

    async def ask(line: BulkLine) -> None:
        async with slots:
            answers.append(await weighed(portal, bulk, line, language))

    asking = [asyncio.create_task(ask(line)) for line in lines]
    if asking:
        done, late = await asyncio.wait(asking, timeout=WITHIN)
        for task in late:
            task.cancel()
        for task in done:
            task.result()
    freeze = await portal.adapters.database.in_thread(standing_freeze, portal)
    return summed_up([answer for answer in answers if answer]) | {"freeze": freeze}


def numbers(total: int) -> list[int]:
    """The numbers of the lines that are asked, spread over all."""
    step = max(total / LOOKED_AT, 1.0)
    return sorted({1 + int(step * n) for n in range(min(total, LOOKED_AT))} & set(range(1, MOST_TASKS + 1)))


async def weighed(portal: Portal, bulk: Bulk, line: BulkLine, language: str) -> dict[str, Any]:
    """What the decision would do to one task; nothing where the run does not answer."""
    payload = bulk.message | {"task": line.task, "by": bulk.by}
    asked = {bulk.event.removesuffix("_task"): payload, "now": datetime.now(UTC).isoformat(), "language": language}
    try:
        return await portal.runs.reader.weigh(line.workflow_id, asked)
    except PortalProblem as problem:
        told = await too_late_for(portal.adapters, portal.runs.reader, line.workflow_id, line.task, problem)
        return {} if told.status == 503 else {"refused": {"code": told.code, "text": None}}


def summed_up(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The answers, those that say the same together, the most frequent first."""
    refused = Counter((answer["refused"]["code"], answer["refused"]["text"]) for answer in answers if answer["refused"])
    taken = [answer for answer in answers if not answer["refused"]]
    comes_to = Counter((answer["state"], answer["state_text"], answer["effective_day"]) for answer in taken)
    return {
        "looked_at": len(answers),
        "refused": [{"code": code, "text": text, "tasks": tasks} for (code, text), tasks in refused.most_common()],
        "comes_to": [
            {"state": state, "state_text": text, "effective_day": day, "tasks": tasks}
            for (state, text, day), tasks in comes_to.most_common()
        ],
        "needs_second": sum(bool(answer["needs_second"]) for answer in taken),
    }

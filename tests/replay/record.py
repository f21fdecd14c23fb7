"""`python -m tests.replay.record`: record the histories anew, each kind in each state in which a run sleeps.

Only after a change that open runs survive by `workflow.patched` (see CONTRIBUTING.md), or before the first release:
recording anew makes the check forget what runs out there have written.
"""

import asyncio
import json
import logging
import os
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

from activities.customer_centre import SqlCustomerCentre
from activities.ports import Misconfigured
from states.model.effects import Step
from states.model.facts import Receipt
from tests.harness import Run, World, world
from tests.replay.scenes import SCENES, broken, walk

HISTORIES = Path(__file__).with_name("histories")
LATER = timedelta(days=75)
"""Reminders, checks before the date, dates, and customers who did nothing: what time alone brings to a run."""
ANONYMOUS = {"identity": "recorder", "stackTrace": "", "buildId": "recorder", "binaryChecksum": "recorder"}


def anonymous(value: Any) -> Any:
    """A history without what tells of the machine that recorded it."""
    if isinstance(value, dict):
        return {key: ANONYMOUS.get(key, anonymous(part)) for key, part in value.items()}
    return [anonymous(part) for part in value] if isinstance(value, list) else value


async def history_of(run: Run) -> str:
    """The history so far, an event a line, with the workflow ID that a replay needs."""
    found = await run.handle.fetch_history()
    document = anonymous(found.to_json_dict())
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in document["events"])
    text = f'{{"workflowId": {json.dumps(run.handle.id)}, "events": [\n{lines}\n]}}\n'
    return text.replace(f"{os.getpid()}@{socket.gethostname()}", "recorder").replace(socket.gethostname(), "recorder")


@contextmanager
def bookings_that_fail() -> Iterator[None]:
    """The customer centre refuses to work for the runs in `broken`."""
    place_order = SqlCustomerCentre.place_order

    async def booked(centre: SqlCustomerCentre, step: Step) -> Receipt:
        if step.workflow_id in broken:
            raise Misconfigured("the customer centre does not know this program")
        return await place_order(centre, step)

    with patch.object(SqlCustomerCentre, "place_order", booked):
        yield


async def recorded(w: World, guided: bool) -> dict[str, str]:
    """The histories of the scenes in one mode, by file name."""
    scenes = [scene for scene in SCENES if scene.guided == guided]
    await w.load(*(one.record for one in scenes))
    found: dict[str, str] = {}
    last: dict[str, Run] = {}
    for scene in scenes:
        async for name, run in walk(w, scene):
            assert name not in found, f"{name}: the walk stands still"
            found[name] = await history_of(run)
            last[scene.title] = run
    await w.env.sleep(LATER)
    return found | {f"{title}-later": await history_of(run) for title, run in last.items()}


async def record(folder: Path) -> dict[str, str]:
    """All histories."""
    found: dict[str, str] = {}
    with bookings_that_fail():
        for guided in (False, True):
            mode = "guided" if guided else "automatic"
            async with world(folder / mode, customer_centre=mode) as w:
                found |= await recorded(w, guided)
    return found


def main() -> int:
    """Replace the recorded histories by new ones; where recording fails, the old ones stay."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(record(Path(folder)))
    HISTORIES.mkdir(exist_ok=True)
    for old in HISTORIES.glob("*.json"):
        old.unlink()
    for name, text in found.items():
        (HISTORIES / f"{name}.json").write_text(text, encoding="utf-8")
    kinds = Counter(name.split("-")[0] for name in found)
    print("\n".join(f"{kind}: {number}" for kind, number in kinds.items()))
    print(f"{len(found)} histories in {HISTORIES.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())

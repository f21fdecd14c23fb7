"""`python -m tests.replay.record`: record the histories that are missing, of a new kind say.

Each scene in each state in which a run sleeps. With `--anew` all of them again, or those of the kinds named behind it:
only before the first release, since that makes the check forget what runs out there have written (see CONTRIBUTING.md).
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

from activities.ports import Misconfigured
from activities.sql.customer_centre import SqlCustomerCentre
from states.kinds.registry import KINDS
from states.model.effects import Step
from states.model.facts import Receipt
from tests.kinds.scene import Scene, broken
from tests.replay.scenes import SCENES, walk
from tests.runs.harness import Run, World, open_world

HISTORIES = Path(__file__).with_name("histories")
AFTERWARDS = timedelta(days=75)
"""Reminders, checks before the date, dates, and customers who did nothing: what time alone brings to a run."""
LATER = "later"
"""What each scene's history after that is called."""
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

    def booked(centre: SqlCustomerCentre, step: Step) -> Receipt:
        if step.workflow_id in broken:
            raise Misconfigured("the customer centre does not know this program")
        return place_order(centre, step)

    with patch.object(SqlCustomerCentre, "place_order", booked):
        yield


def missing() -> list[Scene]:
    """The scenes without a history."""
    return [scene for scene in SCENES if not (HISTORIES / f"{scene.title}-{LATER}.json").exists()]


async def recorded(w: World, scenes: list[Scene]) -> dict[str, str]:
    """The histories of scenes of one mode, by file name. Everybody is there, also those whom a scene names."""
    await w.load(*(one.record for one in SCENES))
    found: dict[str, str] = {}
    last: dict[str, Run] = {}
    for scene in scenes:
        async for name, run in walk(w, scene):
            assert name not in found, f"{name}: the walk stands still"
            found[name] = await history_of(run)
            last[scene.title] = run
    await w.env.sleep(AFTERWARDS)
    return found | {f"{title}-{LATER}": await history_of(run) for title, run in last.items()}


async def record(folder: Path, scenes: list[Scene]) -> dict[str, str]:
    """The histories of scenes."""
    found: dict[str, str] = {}
    with bookings_that_fail():
        for mode in ("automatic", "guided"):
            of_mode = [scene for scene in scenes if scene.guided is (mode == "guided")]
            if of_mode:
                async with open_world(folder / mode, begins=None, customer_centre=mode) as w:
                    found |= await recorded(w, of_mode)
    return found


def main(arguments: list[str]) -> int:
    """0 done; 2 wrong usage. Where recording fails, nothing is written and nothing goes."""
    anew, kinds = arguments[:1] == ["--anew"], set(arguments[1:]) or set(KINDS)
    if not (anew or not arguments) or not kinds <= set(KINDS):
        print("usage: python -m tests.replay.record [--anew [KIND ...]]", file=sys.stderr)
        return 2
    scenes = [scene for scene in SCENES if scene.kind in kinds] if anew else missing()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        histories = asyncio.run(record(Path(folder), scenes))
    HISTORIES.mkdir(exist_ok=True)
    for old in HISTORIES.glob("*.json") if anew else ():
        if old.stem.split("-")[0] in kinds:
            old.unlink()
    for name, text in histories.items():
        (HISTORIES / f"{name}.json").write_text(text, encoding="utf-8")
    counts = Counter(name.split("-")[0] for name in histories)
    print("\n".join(f"{kind}: {number}" for kind, number in counts.items()))
    print(f"{len(histories)} histories recorded in {HISTORIES.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m bench`: our least path beside a bare workflow, in turn A B B A, as ratios with their spread.

CPU of the worker's process, replay, history, memory of a cached run, time to the first answer. Takes two minutes.
"""

import argparse
import asyncio
import gc
import logging
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from bench.bare import MONTH, BareDowngrade
from bench.sides import Side, load, side
from bench.worker import SAME_RUNNER, bare_runner
from embedded.preflight import find_temporal
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER
from workflows.plugin import CancellationsPlugin, register_search_attributes

TARGETS = {"CPU": 1.15, "replay": 1.15, "events": 1.20, "bytes": 1.30, "memory": 1.25, "p50": 1.15, "p99": 1.25}

Measure = Callable[[Side], Awaitable[float]]


def line(name: str, unit: str, ours: Sequence[float], bare: Sequence[float], target: float) -> str:
    """Both sides' median, and the ratio of each pair as median with its spread."""
    ratios = sorted(a / b for a, b in zip(ours, bare, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{ratios[0]:.2f}–{ratios[-1]:.2f}"
    verdict = "" if ratio <= target else "  ← above"
    values = f"{statistics.median(ours):10.2f} {statistics.median(bare):10.2f} {unit:5}"
    return f"{name:32} {values} {ratio:6.2f}  ({spread:9}) target {target:.2f}{verdict}"


async def in_turn(ours: Side, bare: Side, rounds: int, measure: Measure) -> tuple[list[float], list[float]]:
    """A B B A, as often as asked."""
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(rounds):
        pair = (ours, bare) if turn % 2 == 0 else (bare, ours)
        for one in pair:
            found[one.name].append(await measure(one))
    return found["ours"], found["bare"]


async def cpu(one: Side, number: int) -> float:
    """Milliseconds of the worker's CPU a run."""
    before = one.cpu()
    await one.runs(number)
    return (one.cpu() - before) / number * 1000


async def memory(one: Side, number: int) -> float:
    """Kilobytes that a run which waits for its order holds in the worker's cache."""
    before = one.memory()
    for _ in range(number // 10):
        await asyncio.gather(*(one.acknowledged() for _ in range(10)))
    return (one.memory() - before) / number / 1024


async def first_answers(one: Side, number: int, at_once: int) -> list[float]:
    """Milliseconds to the first answer, each."""
    times: list[float] = []
    for _ in range(number // at_once):
        times += [seconds * 1000 for _, seconds in await asyncio.gather(*(one.start() for _ in range(at_once)))]
    return times


async def latency(ours: Side, bare: Side, rounds: int, number: int, at_once: int) -> list[str]:
    """p50 and p99 of each turn."""
    found: dict[str, list[list[float]]] = {"ours": [], "bare": []}

    async def measure(one: Side) -> float:
        found[one.name].append(sorted(await first_answers(one, number, at_once)))
        return 0.0

    await in_turn(ours, bare, rounds, measure)
    lines = []
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        values = [[times[int(part * (len(times) - 1))] for times in found[who]] for who in ("ours", "bare")]
        what = f"first answer {name}, " + (f"{at_once} at once" if at_once > 1 else "idle")
        lines.append(line(what, "ms", *values, TARGETS[name]))
    return lines


def replayer(name: str) -> Replayer:
    """As each side's worker would replay."""
    if name == "ours":
        return Replayer(workflows=[], plugins=[CancellationsPlugin()])
    return Replayer(workflows=[BareDowngrade], data_converter=DATA_CONVERTER, workflow_runner=bare_runner())


async def replayed(name: str, histories: list[WorkflowHistory]) -> float:
    """Milliseconds of CPU to replay one history; this process does nothing else meanwhile."""

    async def given() -> Any:
        for history in histories:
            yield history

    gc.collect()
    before = time.process_time()
    found = await replayer(name).replay_workflows(given())
    spent = time.process_time() - before
    assert not found.replay_failures, found.replay_failures
    return spent / len(histories) * 1000


def named(history: WorkflowHistory) -> Counter[str]:
    """How many events of each type; local activities by their name."""
    found: Counter[str] = Counter()
    for event in history.events:
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
        found[name] += 1
    return found


def size(history: WorkflowHistory) -> int:
    """Bytes of a history as the server keeps it."""
    return sum(event.ByteSize() for event in history.events)


def what_more(ours: WorkflowHistory, bare: WorkflowHistory) -> str:
    """The types of event of which one side has more."""
    mine, theirs = named(ours), named(bare)
    differences = {name: mine[name] - theirs[name] for name in sorted(mine | theirs) if mine[name] != theirs[name]}
    return ", ".join(f"{number:+} {name}" for name, number in differences.items()) or "nothing"


async def histories_of(handles: list[WorkflowHandle[Any, Any]]) -> list[WorkflowHistory]:
    """Their histories."""
    return [await handle.fetch_history() for handle in handles]


async def measured(ours: Side, bare: Side, rounds: int, folder: Path | None) -> None:
    """Warm up, then everything in turn."""
    for one in (ours, bare):
        await one.runs(5)
    number = 20
    print(f"{'':32} {'ours':>10} {'bare':>10}        ratio  (spread)")
    both = await in_turn(ours, bare, rounds, lambda one: cpu(one, number))
    print(line("worker CPU a run", "ms", *both, TARGETS["CPU"]), flush=True)
    mine, theirs = [await histories_of(await one.runs(number)) for one in (ours, bare)]
    if folder:
        (folder / "ours.json").write_text(mine[0].to_json())
        (folder / "bare.json").write_text(theirs[0].to_json())
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(rounds + 1):
        for name, histories in (("ours", mine), ("bare", theirs))[:: 1 if turn % 2 else -1]:
            times[name].append(await replayed(name, histories))
    print(line("replay a run, CPU", "ms", times["ours"][1:], times["bare"][1:], TARGETS["replay"]))
    events = [[float(len(one.events)) for one in histories] for histories in (mine, theirs)]
    print(line("history events", "", *events, TARGETS["events"]))
    print(line("history bytes", "B", *[[float(size(one)) for one in h] for h in (mine, theirs)], TARGETS["bytes"]))
    print(f"  what makes the difference in events: {what_more(mine[0], theirs[0])}", flush=True)
    for text in await latency(ours, bare, rounds, 60, 1) + await latency(ours, bare, rounds, 60, 20):
        print(text, flush=True)
    both = await in_turn(ours, bare, 4, lambda one: memory(one, 100))
    print(line("memory a cached run", "kB", *both, TARGETS["memory"]))


async def main(rounds: int, keep: Path | None) -> None:
    """One server, two workers, one sitting."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await load(folder)
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=find_temporal(), ip="127.0.0.1", data_converter=DATA_CONVERTER
        ) as env:
            await register_search_attributes(env.client)
            async with side("ours", env.client, folder) as ours, side("bare", env.client, folder) as bare:
                await measured(ours, bare, rounds, keep)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument("--keep", type=Path, help="a folder for one history of each side")
    parser.add_argument("--same-runner", action="store_true", help="the bare workflow without the sandbox, as ours")
    given = parser.parse_args()
    os.environ.update({SAME_RUNNER: "1"} if given.same_runner else {})
    print("The bare workflow runs " + ("without the sandbox, as ours does" if given.same_runner else "in the sandbox"))
    logging.disable(logging.INFO)
    months_begin_soon(MONTH)
    asyncio.run(main(given.rounds, given.keep))

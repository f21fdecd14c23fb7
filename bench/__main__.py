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
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from bench.bare import MONTH, BareDowngrade
from bench.sides import Side, load, start_side
from bench.worker import SAME_RUNNER, bare_runner
from embedded.preflight import find_temporal
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER
from workflows.plugin import CancellationsPlugin, register_search_attributes

TARGETS = {"CPU": 1.15, "replay": 1.15, "events": 1.20, "bytes": 1.30, "memory": 1.25, "p50": 1.15, "p99": 1.25}
"""The ratios that are not to be passed."""
RUNS = 20
ANSWERS = 60
CACHED = 100


def line(name: str, unit: str, measures: Sequence[Sequence[float]], target: str) -> str:
    """Both sides' median, and the ratio of each pair as median with its spread."""
    ours, bare = measures
    ratios = sorted(mine / other for mine, other in zip(ours, bare, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{ratios[0]:.2f}–{ratios[-1]:.2f}"
    verdict = "" if ratio <= TARGETS[target] else "  ← above"
    values = f"{statistics.median(ours):10.2f} {statistics.median(bare):10.2f} {unit:5}"
    return f"{name:32} {values} {ratio:6.2f}  ({spread:9}) target {TARGETS[target]:.2f}{verdict}"


async def in_turn(sides: Sequence[Side], rounds: int, measure: Callable[[Side], Awaitable[Any]]) -> list[list[Any]]:
    """What is measured of each side: A B B A, as often as asked."""
    measures: dict[str, list[Any]] = {side.name: [] for side in sides}
    for turn in range(rounds):
        for side in sides[:: 1 if turn % 2 == 0 else -1]:
            measures[side.name].append(await measure(side))
    return list(measures.values())


async def cpu(side: Side) -> float:
    """Milliseconds of the worker's CPU a run."""
    before = side.cpu()
    await side.runs(RUNS)
    return (side.cpu() - before) / RUNS * 1000


async def memory(side: Side) -> float:
    """Kilobytes that a run which waits for its order holds in the worker's cache."""
    before = side.memory()
    for _ in range(CACHED // 10):
        await asyncio.gather(*(side.acknowledged() for _ in range(10)))
    return (side.memory() - before) / CACHED / 1024


async def first_answers(side: Side, at_once: int) -> list[float]:
    """Milliseconds to the first answer of each run, the quickest first."""
    spent: list[float] = []
    for _ in range(ANSWERS // at_once):
        spent += [seconds for _, seconds in await asyncio.gather(*(side.start() for _ in range(at_once)))]
    return sorted(seconds * 1000 for seconds in spent)


async def latency(sides: Sequence[Side], rounds: int, at_once: int) -> None:
    """Prints p50 and p99 of each turn."""
    answers = await in_turn(sides, rounds, lambda side: first_answers(side, at_once))
    how = f"{at_once} at once" if at_once > 1 else "idle"
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        times = [[each[int(share * (len(each) - 1))] for each in turns] for turns in answers]
        print(line(f"first answer {name}, {how}", "ms", times, name), flush=True)


def replayer_of(name: str) -> Replayer:
    """As each side's worker would replay."""
    if name == "ours":
        return Replayer(workflows=[], plugins=[CancellationsPlugin()])
    return Replayer(workflows=[BareDowngrade], data_converter=DATA_CONVERTER, workflow_runner=bare_runner())


async def replay(name: str, histories: list[WorkflowHistory]) -> float:
    """Milliseconds of CPU to replay one history; this process does nothing else meanwhile."""

    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    gc.collect()
    before = process_time()
    results = await replayer_of(name).replay_workflows(each())
    spent = process_time() - before
    assert not results.replay_failures, results.replay_failures
    return spent / len(histories) * 1000


def event_types(history: WorkflowHistory) -> Counter[str]:
    """How many events of each type."""
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() for event in history.events)


def size(history: WorkflowHistory) -> float:
    """Bytes of a history as the server keeps it."""
    return float(sum(event.ByteSize() for event in history.events))


def differences(ours: WorkflowHistory, bare: WorkflowHistory) -> str:
    """The types of event of which one side has more."""
    counts = event_types(ours)
    counts.subtract(event_types(bare))
    return ", ".join(f"{number:+} {name}" for name, number in sorted(counts.items()) if number) or "nothing"


async def measure_all(sides: Sequence[Side], rounds: int, folder: Path | None) -> None:
    """Warm up, then everything in turn."""
    for side in sides:
        await side.runs(5)
    print(f"{'':32} {'ours':>10} {'bare':>10}        ratio  (spread)")
    print(line("worker CPU a run", "ms", await in_turn(sides, rounds, cpu), "CPU"), flush=True)
    histories = {side.name: [await run.fetch_history() for run in await side.runs(RUNS)] for side in sides}
    first = {name: recorded[0] for name, recorded in histories.items()}
    if folder:
        for name, history in first.items():
            (folder / f"{name}.json").write_text(history.to_json(), encoding="utf-8")
    times = await in_turn(sides, rounds + 1, lambda side: replay(side.name, histories[side.name]))
    print(line("replay a run, CPU", "ms", [turns[1:] for turns in times], "replay"))
    events = [[float(len(history.events)) for history in recorded] for recorded in histories.values()]
    sizes = [[size(history) for history in recorded] for recorded in histories.values()]
    print(line("history events", "", events, "events"))
    print(line("history bytes", "B", sizes, "bytes"))
    print(f"  what makes the difference in events: {differences(first['ours'], first['bare'])}", flush=True)
    await latency(sides, rounds, at_once=1)
    await latency(sides, rounds, at_once=20)
    print(line("memory a cached run", "kB", await in_turn(sides, 4, memory), "memory"))


async def main(rounds: int, keep: Path | None) -> None:
    """One server, two workers, one sitting."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await load(folder)
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=find_temporal(), ip="127.0.0.1", data_converter=DATA_CONVERTER
        ) as env:
            await register_search_attributes(env.client)
            async with start_side("ours", env.client, folder) as ours, start_side("bare", env.client, folder) as bare:
                await measure_all((ours, bare), rounds, keep)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument("--keep", type=Path, help="a folder for one history of each side")
    parser.add_argument("--same-runner", action="store_true", help="the bare workflow without the sandbox, as ours")
    arguments = parser.parse_args()
    os.environ.update({SAME_RUNNER: "1"} if arguments.same_runner else {})
    print(
        "The bare workflow runs " + ("without the sandbox, as ours does" if arguments.same_runner else "in the sandbox")
    )
    logging.disable(logging.INFO)
    months_begin_soon(MONTH)
    asyncio.run(main(arguments.rounds, arguments.keep))

"""`python -m bench.least_path`: our least path beside a bare workflow, in turn A B B A, as ratios with their spread.

CPU of the worker's process, replay, history, memory of a cached run, time to the first answer. Takes two minutes.
"""

import argparse
import asyncio
import gc
import logging
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from bench.bare import BareDowngrade
from bench.document import MONTH
from bench.ratios import compared, heading, in_turn
from bench.sides import Side, load, start_side
from bench.worker import SAME_RUNNER, bare_runner
from embedded.preflight import find_temporal
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER
from workflows.plugin import CancellationsPlugin, register_search_attributes

TARGETS = {
    "worker CPU a run, ms": 0.70,
    "replay a run, CPU, ms": 1.10,
    "history events": 1.00,
    "history bytes": 1.05,
    "first answer p50, idle, ms": 1.00,
    "first answer p99, idle, ms": 1.25,
    "first answer p50, 20 at once, ms": 1.00,
    "first answer p99, 20 at once, ms": 1.25,
    "memory a cached run, kB": 1.10,
}
"""What is measured, and the ratio that is not to be passed."""
SAME_RUNNER_TARGETS = {"worker CPU a run, ms": 0.90}
"""Where both run without the sandbox: what differs."""
RUNS = 20
ANSWERS = 60
CACHED = 100


def show(name: str, ours: Sequence[float], bare: Sequence[float]) -> None:
    """Show a measure of both sides."""
    targets = TARGETS | (SAME_RUNNER_TARGETS if os.environ.get(SAME_RUNNER) else {})
    compared(name, ours, bare, targets[name])


async def both(sides: Sequence[Side], rounds: int, measure: Callable[[Side], Awaitable[Any]]) -> list[list[Any]]:
    """What is measured of each side, in turn."""
    measures: dict[str, list[Any]] = {side.name: [] for side in sides}
    for side in in_turn(sides, rounds):
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
        await asyncio.gather(*(side.acknowledged(side.next_customer()) for _ in range(10)))
    return (side.memory() - before) / CACHED / 1024


async def first_answers(side: Side, at_once: int) -> list[float]:
    """Milliseconds to the first answer of each run, the quickest first."""
    spent: list[float] = []
    for _ in range(ANSWERS // at_once):
        spent += [
            seconds * 1000
            for _, seconds in await asyncio.gather(*(side.requested(side.next_customer()) for _ in range(at_once)))
        ]
    return sorted(spent)


async def replay(side: Side, histories: Sequence[WorkflowHistory]) -> float:
    """Milliseconds of CPU to replay one history as the side's worker would; this process does nothing else then."""
    replayer = (
        Replayer(workflows=[], plugins=[CancellationsPlugin()])
        if side.name == "ours"
        else Replayer(workflows=[BareDowngrade], data_converter=DATA_CONVERTER, workflow_runner=bare_runner())
    )

    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    gc.collect()
    before = process_time()
    results = await replayer.replay_workflows(each())
    spent = process_time() - before
    assert not results.replay_failures, results.replay_failures
    return spent / len(histories) * 1000


def event_types(history: WorkflowHistory) -> Counter[str]:
    """How many events of each type."""
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() for event in history.events)


async def measure_all(sides: Sequence[Side], rounds: int) -> None:
    """Warm up, then everything in turn."""
    for side in sides:
        await side.runs(5)
    show("worker CPU a run, ms", *await both(sides, rounds, cpu))
    histories = {side.name: [await run.fetch_history() for run in await side.runs(RUNS)] for side in sides}
    times = await both(sides, rounds + 1, lambda side: replay(side, histories[side.name]))
    show("replay a run, CPU, ms", *(turns[1:] for turns in times))
    show("history events", *([len(history.events) for history in recorded] for recorded in histories.values()))
    sizes = ([sum(event.ByteSize() for event in run.events) for run in recorded] for recorded in histories.values())
    show("history bytes", *sizes)
    differences = event_types(histories["ours"][0])
    differences.subtract(event_types(histories["bare"][0]))
    more = ", ".join(f"{number:+} {name}" for name, number in sorted(differences.items()) if number)
    print(f"  what makes the difference in events: {more or 'nothing'}", flush=True)
    for how, at_once in (("idle", 1), ("20 at once", 20)):
        answers = await both(sides, rounds, partial(first_answers, at_once=at_once))
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            times = [[turn[int(share * (len(turn) - 1))] for turn in turns] for turns in answers]
            show(f"first answer {name}, {how}, ms", *times)
    show("memory a cached run, kB", *await both(sides, 4, memory))


async def main(rounds: int) -> None:
    """One server, two workers, one sitting."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await load(folder)
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=find_temporal(),
            dev_server_log_level="error",
            ip="127.0.0.1",
            data_converter=DATA_CONVERTER,
        ) as env:
            await register_search_attributes(env.client)
            async with start_side("ours", env.client, folder) as ours, start_side("bare", env.client, folder) as bare:
                await measure_all((ours, bare), rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.least_path", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument("--same-runner", action="store_true", help="the bare workflow without the sandbox, as ours")
    arguments = parser.parse_args()
    os.environ.update({SAME_RUNNER: "1"} if arguments.same_runner else {})
    heading("bare without the sandbox" if arguments.same_runner else "bare in the sandbox", "ours", "bare")
    logging.disable(logging.INFO)
    months_begin_soon(MONTH)
    asyncio.run(main(arguments.rounds))

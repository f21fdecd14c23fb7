"""One side of `bench.charts`: measures the charts that PYTHONPATH leads to, and prints the measures as JSON.

Knows two ways to reach a chart: the one door (`would_refuse`, `receive`), and what stood before it (`states.judgement`,
`decide`, `answer`). Times are of CPU, each the least of some repeats, since others may use the machine too.
"""

import asyncio
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from states.model.facts import Check, Receipt, RunSettings
from states.model.memory import Memory
from states.model.request import CUSTOMER_MESSAGES, Request
from workflows.plugin import CancellationsPlugin

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)
REPEATS = 30
RUNS = 5
CHARTS = 200
UNANSWERED = ("Notify", "Tell", "HandOver")
"""Effects that no state waits for."""

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "edition": ({"subject": "jtl", "target": "jtl_start"}, {"date_rule": "notice", "cost_effect": "cancellation"}),
    "wms_user": ({"subject": "L-1"}, {"date_rule": "term", "cost_effect": "cancellation", "term_ends": "2027-01-31"}),
}
"""Of some kinds the request, and what each check says."""


class Step(NamedTuple):
    """An event of a run, and when; of an answer the effect that is answered, else the customer's message if any."""

    event: str
    at: datetime
    message: Any = None
    effect: Any = None
    answer: Any = None


class Door:
    """Charts with one door."""

    def __init__(self) -> None:
        self.kinds = import_module("states.kinds.registry").KINDS
        self.answer = import_module("states.chart.turn").Answer

    def take(self, chart: Any, step: Step) -> tuple[Any, ...]:
        """Judge an event as the driver does, then take it."""
        message = self.answer(step.effect, **step.answer) if step.effect is not None else step.message
        if step.message is not None:
            refusal = chart.would_refuse(step.event, message, step.at)
            assert refusal is None, refusal
        effects: tuple[Any, ...] = chart.receive(step.event, message, step.at)
        return effects


class Judged:
    """Charts as they were before: messages judged by functions, and a method for each sort of event."""

    def __init__(self) -> None:
        in_rooms = Path("states/chart").is_dir()
        self.kinds = import_module("states.kinds.registry" if in_rooms else "states.registry").KINDS
        self.judge = import_module("states.chart.admission" if in_rooms else "states.judgement").judge

    def take(self, chart: Any, step: Step) -> tuple[Any, ...]:
        """Judge an event as the driver does, then take it."""
        effects: tuple[Any, ...]
        if step.event == "start":
            effects = chart.start()
        elif step.effect is not None:
            effects = chart.answer(step.effect, step.at, **step.answer)
        elif step.message is not None:
            refusal = self.judge(chart, step.event, step.message, ["r"])
            assert refusal is None, refusal
            effects = chart.decide(step.event, step.at, message=step.message, last_customer_at=step.at)
        else:
            effects = chart.decide(step.event, step.at)
        return effects


def memory_of(kind: str) -> Memory:
    """What a run of this kind begins with."""
    request = Request(kind=kind, customer="K-1", **KINDS[kind][0])
    return Memory(request=request, run_id="r", now=NOW, requested_at=NOW, settings=RunSettings(), last_customer_at=NOW)


def steps_of(side: Door | Judged, kind: str, until: str | None = None) -> tuple[list[Step], Memory]:
    """The least path of a kind, from its start to a state or to its end, and the memory that it leads to."""
    check = Check(catalogue="v1", **KINDS[kind][1])
    chart = side.kinds[kind].chart(memory_of(kind))
    steps: list[Step] = []
    waiting: list[Any] = []
    step, now = Step("start", NOW), NOW
    while True:
        steps.append(step)
        waiting += [effect for effect in side.take(chart, step) if type(effect).__name__ not in UNANSWERED]
        if chart.ended or (chart.model.state == until and not waiting):
            return steps, chart.model
        if waiting:
            effect = waiting.pop(0)
            checks = type(effect).__name__ == "CheckLicences"
            step = Step("answered", now, None, effect, {"check": check} if checks else {"receipt": Receipt(key="k")})
            continue
        event = next((name for name in ("acknowledge_warning", "place_order") if name in chart.enabled()), None)
        if event is not None:
            step = Step(event, now, CUSTOMER_MESSAGES[event].model_validate({"by": "c"}))
        else:
            timers = chart.timers()
            event = min(timers, key=timers.__getitem__)
            now = max(now, timers[event])
            step = Step(event, now)


def least(act: Callable[[], int], repeats: int) -> float:
    """Microseconds of CPU for each of the things that `act` does and counts."""
    times = []
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        number = act()
        times.append((time.process_time() - began) / number * 1e6)
    return min(times)


def deciding(side: Door | Judged, kind: str) -> float:
    """Microseconds to judge and take an event, over the least path."""
    steps, _ = steps_of(side, kind)
    memory, chart_class = memory_of(kind), side.kinds[kind].chart

    def decide() -> int:
        for _ in range(RUNS):
            chart = chart_class(memory.model_copy())
            for step in steps:
                side.take(chart, step)
        return RUNS * len(steps)

    return least(decide, REPEATS)


def restoring(side: Door | Judged, kind: str) -> float:
    """Microseconds to make the chart of a run that waits for its date, out of its memory."""
    _, memory = steps_of(side, kind, "scheduled")
    chart_class = side.kinds[kind].chart

    def restore() -> int:
        for _ in range(CHARTS):
            chart_class(memory)
        return CHARTS

    return least(restore, REPEATS)


def holding(side: Door | Judged, kind: str) -> float:
    """Kilobytes that the chart of such a run holds, its memory with it."""
    _, memory = steps_of(side, kind, "scheduled")
    chart_class = side.kinds[kind].chart
    chart_class(memory)
    gc.collect()
    tracemalloc.start()
    charts = [chart_class(memory.model_copy(deep=True)) for _ in range(CHARTS)]
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(charts) / 1024


def replaying(names: list[str]) -> float:
    """Milliseconds to replay a recorded history."""
    histories = []
    for name in names:
        document = json.loads((Path("tests/replay/histories") / name).read_text(encoding="utf-8"))
        histories.append(WorkflowHistory.from_json(document["workflowId"], {"events": document["events"]}))

    async def replay() -> int:
        replayer = Replayer(workflows=[], plugins=[CancellationsPlugin()])
        for history in histories:
            await replayer.replay_workflow(history)
        return len(histories)

    asyncio.run(replay())
    return least(lambda: asyncio.run(replay()), 3) / 1000


def main(histories: list[str]) -> None:
    """Measure everything, and print it."""
    side = Door() if Path("states/chart/turn.py").exists() else Judged()
    measures: dict[str, float] = {}
    for kind in KINDS:
        measures[f"decide an event, {kind}, µs"] = deciding(side, kind)
        measures[f"restore a chart, {kind}, µs"] = restoring(side, kind)
        measures[f"a chart holds, {kind}, kB"] = holding(side, kind)
    if histories:
        measures["replay a history, ms"] = replaying(histories)
    print(json.dumps(measures))


if __name__ == "__main__":
    main(sys.argv[1:])

"""One side of `bench.charts`: measures the charts that PYTHONPATH leads to, and prints the measures as JSON.

Times are of CPU, each the least of some repeats, since others may use the machine too.
"""

import asyncio
import gc
import json
import sys
import time
import timeit
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from states.chart.base import Chart
from states.chart.turn import Answer
from states.kinds.registry import KINDS
from states.model.effects import CheckLicences, Effect
from states.model.facts import Check, Receipt, RunSettings
from states.model.memory import Memory
from states.model.request import CUSTOMER_MESSAGES, Request
from workflows.plugin import CancellationsPlugin

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)
REPEATS = 30
RUNS = 5
CHARTS = 200
TOLD = ("notify", "issue_receipt", "tell", "hand_over")
"""Effects that are told to others, by name: not every checkout has all of them."""

MEASURED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "edition": ({"subject": "jtl", "target": "jtl_start"}, {"date_rule": "notice", "cost_effect": "cancellation"}),
    "wms_user": ({"subject": "L-1"}, {"date_rule": "term", "cost_effect": "cancellation", "term_ends": "2027-01-31"}),
}
"""Of some kinds the request, and what each check says."""


class Step(NamedTuple):
    """An event of a run, and when; with the answer to an effect or the customer's message, if any."""

    event: str
    at: datetime
    message: Any = None


def take(chart: Chart, step: Step) -> tuple[Effect, ...]:
    """Judge an event as the driver does, then take it."""
    if step.event in CUSTOMER_MESSAGES:
        refusal = chart.would_refuse(step.event, step.message, step.at)
        assert refusal is None, refusal
    return chart.receive(step.event, step.message, step.at)


def memory_of(kind: str) -> Memory:
    """What a run of this kind begins with."""
    request = Request(kind=kind, customer="K-1", **MEASURED[kind][0])
    return Memory(request=request, run_id="r", now=NOW, requested_at=NOW, settings=RunSettings(), last_customer_at=NOW)


def steps_of(kind: str, until: str | None = None) -> tuple[list[Step], Memory]:
    """The least path of a kind, from its start to a state or to its end, and the memory that it leads to."""
    check, receipt = Check(catalogue="v1", **MEASURED[kind][1]), Receipt(key="k")
    chart = KINDS[kind].chart(memory_of(kind))
    steps = [Step("start", NOW)]
    effects: list[Effect] = []
    while True:
        # Of what is told to others no state waits for an answer.
        effects += [effect for effect in take(chart, steps[-1]) if effect.name not in TOLD]
        if chart.ended or (chart.model.state == until and not effects):
            return steps, chart.model
        at = steps[-1].at
        if effects:
            effect = effects.pop(0)
            answer = (
                Answer(effect, check=check) if isinstance(effect, CheckLicences) else Answer(effect, receipt=receipt)
            )
            steps.append(Step("answered", at, answer))
        elif event := next((name for name in ("acknowledge_warning", "place_order") if name in chart.enabled()), None):
            steps.append(Step(event, at, CUSTOMER_MESSAGES[event].model_validate({"by": "c"})))
        else:
            moment, event = min((moment, event) for event, moment in chart.timers().items())
            steps.append(Step(event, max(at, moment)))


def least(act: Callable[[], Any], number: int, repeats: int = REPEATS) -> float:
    """Microseconds of CPU to act, the mean of so many times."""
    times = timeit.repeat(act, setup=gc.collect, timer=time.process_time, number=number, repeat=repeats)
    return min(times) / number * 1e6


def deciding(kind: str) -> float:
    """Microseconds to judge and take an event, over the least path."""
    steps, _ = steps_of(kind)
    memory = memory_of(kind)

    def decide() -> None:
        chart = KINDS[kind].chart(memory.model_copy())
        for step in steps:
            take(chart, step)

    return least(decide, RUNS) / len(steps)


def restoring(kind: str) -> float:
    """Microseconds to make the chart of a run that waits for its date, out of its memory."""
    _, memory = steps_of(kind, "scheduled")
    return least(lambda: KINDS[kind].chart(memory), CHARTS)


def holding(kind: str) -> float:
    """Kilobytes that the chart of such a run holds, its memory with it."""
    _, memory = steps_of(kind, "scheduled")
    chart_class = KINDS[kind].chart
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

    async def replay() -> None:
        replayer = Replayer(workflows=[], plugins=[CancellationsPlugin()])
        for history in histories:
            await replayer.replay_workflow(history)

    asyncio.run(replay())
    return least(lambda: asyncio.run(replay()), 1, 3) / 1000 / len(histories)


def main(histories: list[str]) -> None:
    """Measure everything, and print it."""
    measures: dict[str, float] = {}
    for kind in MEASURED:
        measures[f"decide an event, {kind}, µs"] = deciding(kind)
        measures[f"restore a chart, {kind}, µs"] = restoring(kind)
        measures[f"a chart holds, {kind}, kB"] = holding(kind)
    if histories:
        measures["replay a history, ms"] = replaying(histories)
    print(json.dumps(measures))


if __name__ == "__main__":
    main(sys.argv[1:])

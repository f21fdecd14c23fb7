"""A run that sleeps over a change goes on as it began: one mechanism, an example of each sort of change.

Each example is a made-up path as it was, and as it is from revision 2 on. A run of the former one is recorded and then
replayed by the new one: where the new way asks for the revision it fits, where it does not it is rejected.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from statemachine import State
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from activities import request_check
from states.chart import base, checks, notifications, timers
from states.chart.base import Chart
from states.chart.revision import REVISION, since
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.kinds.registry import KINDS
from states.model.facts import RunSettings
from states.model.memory import Memory
from tests.runs.harness import Run, open_world
from workflows.plugin import CancellationsPlugin

CUSTOMER = {"customer": "K-1", "name": "Muster GmbH", "editions": {"jtl": "jtl_pro"}}
LICENCE = {"licence": "POS-1", "product": "pos_wawi"}

Holds = Callable[[Memory], bool]


def never(model: Memory) -> bool:
    """As it was before the change."""
    return False


def always(model: Memory) -> bool:
    """A careless change, which asks nobody when the run began."""
    return True


def another_effect(new: Holds) -> type[Chart]:
    """From revision 2 on, asking again really looks at the record."""

    def look_again(turn: Turn) -> None:
        if new(turn.memory):
            checks.ask_for_check(turn)

    class AnotherEffect(Chart):
        """Waits for the customer."""

        received = State(initial=True, enter=checks.ask_for_check)
        order = State()
        abandoned = State(final=True, enter=notifications.tell_abandoned)

        begin = received.to(order)
        licences_checked = order.to(None)
        recheck_licences = order.to(None, on=look_again)
        abandon = abandoned.from_(order)
        give_up = abandoned.from_.any()

    return AnotherEffect


def another_state(new: Holds) -> type[Chart]:
    """From revision 2 on, a check of its own comes before the order."""

    class AnotherState(Chart):
        """Waits for the customer."""

        received = State(initial=True, enter=checks.ask_for_check)
        license_check = State(enter=checks.ask_for_order_check)
        order = State()
        abandoned = State(final=True, enter=notifications.tell_abandoned)

        begin = received.to(license_check, cond=new) | received.to(order)
        licences_checked = license_check.to(order)
        recheck_licences = order.to(None)
        abandon = abandoned.from_(order)
        give_up = abandoned.from_.any()

    return AnotherState


def another_timer(new: Holds) -> type[Chart]:
    """From revision 2 on, a customer who does nothing is left in peace: `timers_of` is changed for it."""

    def changed(memory: Memory, traits: Traits, possible: frozenset[str]) -> dict[str, datetime]:
        return {} if new(memory) else timers.timers_of(memory, traits, possible)

    chart = another_effect(never)
    chart.timers_changed = changed  # type: ignore[attr-defined]
    return chart


class Example(NamedTuple):
    """A sort of change."""

    name: str
    path: Callable[[Holds], type[Chart]]


EXAMPLES = [Example("effect", another_effect), Example("timer", another_timer), Example("state", another_state)]


def take_over(monkeypatch: pytest.MonkeyPatch, chart: type[Chart], revision: int = REVISION) -> None:
    """Runs of a register go this path now; new ones are requested under that revision."""
    monkeypatch.setitem(KINDS, "pos", replace(KINDS["pos"], chart=chart))
    monkeypatch.setattr(base, "timers_of", getattr(chart, "timers_changed", timers.timers_of))
    monkeypatch.setattr(request_check, "REVISION", revision)


async def run_to_sleep(folder: Path) -> tuple[Run, WorkflowHistory]:
    """A run that waits for its customer, who has asked for a check once; and its history."""
    async with open_world(folder, begins=None) as w:
        await w.load(CUSTOMER | {"licences": [LICENCE]})
        run = await w.request("pos", "K-1", "POS-1")
        await run("recheck_licences")
        return run, await run.handle.fetch_history()


async def fault_of(history: WorkflowHistory) -> Exception | None:
    """What stands against replaying a history."""
    replayer = Replayer(workflows=[], plugins=[CancellationsPlugin()])
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure


def commands(history: WorkflowHistory) -> list[str]:
    """What the run asked for: activities by name, timers, markers of local activities."""
    kinds = (str(event.WhichOneof("attributes")) for event in history.events)
    return [kind for kind in kinds if kind.startswith(("activity_task_scheduled", "timer_started", "marker_recorded"))]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_a_run_goes_on_under_the_revision_it_was_requested_under(
    example: Example, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    take_over(monkeypatch, example.path(never))
    _, history = await run_to_sleep(tmp_path / "before")
    take_over(monkeypatch, example.path(always), REVISION + 1)
    assert await fault_of(history) is not None, "a change that asks nobody must be noticed"
    take_over(monkeypatch, example.path(since(REVISION + 1)), REVISION + 1)
    assert await fault_of(history) is None
    _, new = await run_to_sleep(tmp_path / "after")
    assert commands(new) != commands(history), "a run that is requested now goes the new way"
    assert await fault_of(new) is None


def test_a_run_without_a_recorded_revision_is_of_the_first() -> None:
    assert RunSettings().revision == RunSettings.model_validate({"zone": "Europe/Berlin"}).revision == 1


@pytest.mark.parametrize(("revision", "holds"), [(1, False), (2, True), (3, True)])
def test_what_is_new_holds_from_its_revision_on(revision: int, holds: bool) -> None:
    memory: Any = type("M", (), {"settings": RunSettings(revision=revision)})()
    assert since(2)(memory) is holds

"""What charts are made of: small classes, functions that are named by reference, and callbacks that a class shares."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import getmembers, isclass, isfunction, signature
from pkgutil import resolve_name, walk_packages
from typing import Any

import pytest
from statemachine import StateChart
from statemachine.callbacks import CallbackSpec
from statemachine.exceptions import TransitionNotAllowed
from statemachine.factory import StateMachineMetaclass

from states.chart import callbacks
from states.chart.base import Chart, ChartType
from states.kinds.registry import KINDS
from states.model.memory import Memory
from states.model.request import Request
from tests.charts.lone_run import NOW, LoneRun
from tests.charts.transition_tables import PATHS, declared

OURS = ("states", "workflows", "activities", "portal")
MOST_METHODS = 40
GUARD = {"model", "traits"}
ACTION = {"turn"}


def classes() -> Iterator[type]:
    """Every class that is defined in our packages; migrations are read by Alembic alone."""
    for package in OURS:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if ".migrations." not in module.name:
                members = getmembers(import_module(module.name), isclass)
                yield from (class_ for _, class_ in members if class_.__module__ == module.name)


def is_method(value: object) -> bool:
    """Whether it is one; Temporal's handlers, one for each message, are not counted."""
    if any(hasattr(value, mark) for mark in ("__temporal_signal_definition", "__temporal_query_definition", "_defn")):
        return False
    return isfunction(value) or isinstance(value, classmethod | staticmethod | property)


def methods_of(class_: type) -> set[str]:
    """The names of the methods and properties that a class has from code of ours, its own and inherited."""
    ours = [base for base in class_.__mro__ if base.__module__.partition(".")[0] in OURS]
    return {name for base in ours for name, value in vars(base).items() if is_method(value)}


def test_no_class_has_so_many_methods_that_nobody_can_hold_them() -> None:
    counts = {class_.__qualname__: len(methods_of(class_)) for class_ in classes()}
    assert len(counts) > 100 and counts["Chart"] > 10
    assert {name: count for name, count in counts.items() if count > MOST_METHODS} == {}


def test_a_chart_is_its_base_its_path_and_its_kind() -> None:
    for kind in KINDS.values():
        ours = [base for base in kind.chart.__mro__ if base.__module__.startswith("states.")]
        assert ours[-1] is Chart and ours[-2] in PATHS.values(), kind.kind
        assert len(ours) <= 3, kind.kind


# Guards and actions.


def specs_of(chart: type[Chart]) -> Iterator[tuple[str, CallbackSpec]]:
    """Every guard and action that a path declares, with where."""
    groups = ("ENTER", "EXIT", "INVOKE", "VALIDATOR", "BEFORE", "ON", "AFTER", "COND")
    for state in chart.states:
        for place, specs in ((state.id, state._specs), *((str(t), t._specs) for t in state.transitions)):
            yield from ((place, spec) for spec in declared(specs, *groups))


def fault_of(spec: CallbackSpec) -> str | None:
    """What is wrong with a guard or an action."""
    function = spec.func
    if not isfunction(function):
        return "is no function"
    if not function.__module__.startswith("states."):
        return f"is a function of {function.__module__}"
    if not isfunction(resolve_name(f"{function.__module__}:{function.__qualname__.partition('.')[0]}")):
        return "is not found by its name"
    takes, may = set(signature(function).parameters), GUARD if spec.group.name == "COND" else ACTION
    return None if takes <= may else f"takes {takes - may}"


@pytest.mark.parametrize("path", PATHS)
def test_guards_and_actions_are_functions_to_which_an_editor_leads(path: str) -> None:
    """Guards read the memory and the traits; actions are handed the turn. None is a name to be looked up."""
    faults = {(place, str(spec.func)): fault_of(spec) for place, spec in specs_of(PATHS[path])}
    assert faults and {where: fault for where, fault in faults.items() if fault} == {}


# Why charts of a class share their callbacks (`states.chart.callbacks`).


def memory(kind: str) -> Memory:
    """A memory as it is at first."""
    return Memory(request=Request(kind=kind, customer="K", subject="s"), now=NOW, requested_at=NOW)


def test_the_shared_callbacks_keep_no_chart_and_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked up for the first chart of a class serves all others, and outlives it."""
    monkeypatch.setattr(callbacks, "registries", {})
    for name, kind in KINDS.items():
        chart = kind.chart(memory(name))
        assert kind.chart(memory(name))._callbacks is chart._callbacks is callbacks.registries[kind.chart]
        gone = weakref.ref(chart), weakref.ref(chart.model)
        del chart
        gc.collect()
        assert [ref() for ref in gone] == [None, None], name


def bytes_of_a_chart() -> float:
    """What one more chart holds, its memory apart."""
    memories = [memory("edition") for _ in range(20)]
    KINDS["edition"].chart(memory("edition"))
    gc.collect()
    tracemalloc.start()
    try:
        charts = [KINDS["edition"].chart(each) for each in memories]
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / len(charts)
    finally:
        tracemalloc.stop()


def calls_of(function: Callable[[], Any]) -> int:
    """How many functions of Python are called."""
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(before)
    return calls


def test_an_event_is_taken_by_the_machine_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart is python-statemachine's own machine, whatever a table of ours beside it would save (docs/adr/0001)."""
    sent: list[str] = []

    def send(machine: StateChart[Any], event: str, *arguments: Any, **values: Any) -> Any:
        sent.append(event)
        return library(machine, event, *arguments, **values)

    library = StateChart.send
    monkeypatch.setattr(StateChart, "send", send)
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    assert run.send("abandon") is None
    assert sent[-1] == "abandon" and len(sent) > 1
    assert [state.value for state in run.chart.configuration] == [run.state] == ["abandoned"]


GONE = "the library does it as well by now: take its own way, and drop ours"


def test_a_chart_holds_a_fifth_of_what_it_would_with_callbacks_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = bytes_of_a_chart()
    monkeypatch.setattr(Chart, "_register_callbacks", StateChart._register_callbacks)
    library = bytes_of_a_chart()
    print(f"a chart holds {ours:,.0f} bytes, with callbacks of its own {library:,.0f}")
    assert library > 5 * ours, GONE


def test_a_chart_at_rest_holds_what_it_remembers_and_next_to_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """No states of its own, and an engine only while an event is taken, whether it is taken or fails."""
    ours = bytes_of_a_chart()
    monkeypatch.setattr(Chart, "_build_configuration", StateChart._build_configuration)
    assert bytes_of_a_chart() > 3 * ours, GONE
    monkeypatch.undo()
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    assert run.chart.engine is None
    with pytest.raises(TransitionNotAllowed):
        run.chart._send("date_reached", run.chart.turn())
    assert run.chart.engine is None and run.send("abandon") is None
    assert run.chart.engine is None and run.state == "abandoned"


def test_what_is_possible_costs_a_fifth_of_what_it_would_by_the_library() -> None:
    chart = KINDS["edition"].chart(memory("edition"))
    chart.possible()
    ours = calls_of(chart.possible)
    library = calls_of(lambda: chart.enabled_events(traits=chart.traits))
    print(f"possible: {ours} calls, enabled_events: {library}")
    assert library > 5 * ours, GONE


# Why no callback is looked for by its name (`states.chart.base.ChartType`).


def found(chart: type[Chart], name: str) -> dict[str, list[str]]:
    """The callbacks that the library finds for a class of charts, each where it is called."""
    callbacks.registries.clear()
    registry = chart(memory(name))._callbacks._registry
    return {place: [str(callback.meta.func) for callback in executor] for place, executor in registry.items()}


def test_nothing_happens_in_a_chart_without_an_event() -> None:
    """So that nothing is looked for (`states.chart.base.Engine`)."""
    transitions = [transition for path in PATHS.values() for state in path.states for transition in state.transitions]
    assert len(transitions) > 1_000
    assert [transition for transition in transitions if transition.is_eventless] == []


def test_the_library_would_find_no_callback_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "registries", {})
    for name, kind in KINDS.items():
        ours = found(kind.chart, name)
        StateMachineMetaclass._setup(kind.chart)
        theirs = found(kind.chart, name)
        assert any(ours.values()) and {place: found for place, found in theirs.items() if found} == ours, name


def test_to_look_for_callbacks_by_their_names_is_most_of_what_a_class_of_charts_costs() -> None:
    edition = KINDS["edition"].chart
    library = calls_of(lambda: StateMachineMetaclass._setup(edition))
    whole = calls_of(lambda: ChartType("Edition", (edition,), {"__doc__": "An edition."}))
    print(f"a class of charts: {whole} calls, to look for callbacks: {library}")
    assert library > whole, GONE

"""Guards and callbacks of a class of charts, looked up once instead of anew for each run.

The library looks every callback up for each machine: 190 kB and some milliseconds a run, most of what a cached run
would hold. Ours are functions of what they are handed and belong to no machine, so all machines of a class share one
registry (docs/adr/0014). And the library asks for enabled events through the whole of its calling convention; a guard
of ours is called as what it is.
"""

from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Any

from statemachine import StateChart
from statemachine.callbacks import CallbacksRegistry

from states.chart.traits import Traits
from states.model.memory import Memory

registries: dict[type, CallbacksRegistry] = {}

Condition = Callable[[Memory, Traits], bool]


def shared_callbacks(chart: StateChart[Any], resolve: Callable[[], None]) -> CallbacksRegistry:
    """The callbacks of a chart's class; `resolve` has the library look them up for the first chart of it."""
    kind = type(chart)
    if kind not in registries:
        resolve()
        registries[kind] = chart._callbacks
    return registries[kind]


class Guards:
    """For each state of a class of charts, the events that lead out of it and their guards."""

    def __init__(self, chart: type[StateChart[Any]]) -> None:
        by_state: dict[str, list[tuple[str, tuple[Condition, ...]]]] = {
            state.value: [
                (str(event), tuple(condition(guard.func, guard.expected_value) for guard in transition.cond))
                for transition in state.transitions
                for event in transition.events
            ]
            for state in chart.states_map.values()
        }
        self.always = {
            state: frozenset(event for event, conditions in transitions if not conditions)
            for state, transitions in by_state.items()
        }
        """The events of which a transition has no guard."""
        self.guarded = {
            state: [(event, conditions) for event, conditions in transitions if event not in self.always[state]]
            for state, transitions in by_state.items()
        }

    def possible(self, memory: Memory, traits: Traits) -> frozenset[str]:
        """The events with a transition whose guards all hold."""
        return self.always[memory.state].union(
            event
            for event, conditions in self.guarded[memory.state]
            if all(holds(memory, traits) for holds in conditions)
        )


guards_of = cache(Guards)
"""The guards of a class of charts."""


def condition(guard: Callable[..., bool], wanted: bool) -> Condition:
    """A guard by what it takes: the memory, and perhaps the traits. `wanted`: what it must answer."""
    if "traits" in signature(guard).parameters:
        return guard if wanted else lambda memory, traits: not guard(memory, traits)
    return (lambda memory, _: guard(memory)) if wanted else (lambda memory, _: not guard(memory))

"""The names of callbacks resolved once for each class of chart, instead of anew for each run.

The library binds every callback to the one machine: 190 kB and some milliseconds a run, most of what a cached run would
hold. Here a name is bound to a forwarder, which calls that method of whatever machine the event was sent to.
"""

from typing import Any

from statemachine import StateChart
from statemachine.callbacks import CallbacksRegistry
from statemachine.dispatcher import Listener, Listeners
from statemachine.exceptions import InvalidDefinition
from statemachine.graph import iterate_states_and_transitions

registries: dict[type, CallbacksRegistry] = {}


class Forwarder:
    """Stands for every machine of a class where the library looks names up."""

    def __init__(self, chart: type) -> None:
        self.__names = dir(chart)

    def __dir__(self) -> list[str]:
        return self.__names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def forward(machine: Any) -> Any:
            found = getattr(machine, name)
            return found() if callable(found) else found

        forward.__name__ = name
        return forward


def registry_of(chart: StateChart[Any]) -> CallbacksRegistry:
    """The callbacks of a chart's class. Raises `InvalidDefinition` where a name is not found."""
    kind = type(chart)
    if kind not in registries:
        registries[kind] = resolved(chart)
    return registries[kind]


def resolved(chart: StateChart[Any]) -> CallbacksRegistry:
    """Look every name up, and check that each was found."""
    registry = CallbacksRegistry()
    listeners = Listeners.from_listeners([Listener.from_obj(Forwarder(type(chart)), skip_attrs=chart._protected_attrs)])
    parts = [chart._specs, *(one._specs for one in iterate_states_and_transitions(chart.states))]
    for specs in parts:
        listeners.resolve(specs, registry=registry)
    for specs in parts:
        try:
            registry.check(specs)
        except Exception as error:
            raise InvalidDefinition(f"{type(chart).__name__}: {error}") from error
    registry.async_or_sync()
    return registry

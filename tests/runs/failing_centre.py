"""A customer centre whose single calls can be made to fail, as when another system is down or says no."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from activities.adapters import Adapters
from activities.ports import AdapterError, Unavailable


@dataclass
class FailingCentre:
    """The calls in `down`, of any adapter, raise `error`; those in `before` do something else first, once each."""

    down: set[str] = field(default_factory=set)
    error: AdapterError = field(default_factory=lambda: Unavailable("the customer centre does not answer"))
    before: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Where that is done: the call itself is made in a thread."""

    def in_place_of(self, adapters: Adapters) -> Adapters:
        """The same adapters, failing as told."""
        names = ("records", "bookings", "ledger", "work_list", "mail")
        failing: dict[str, Any] = {name: FailingCalls(getattr(adapters, name), self) for name in names}
        return replace(adapters, **failing)


@dataclass
class FailingCalls:
    """Passes on every call but those that are down."""

    real: Any
    centre: FailingCentre

    def __getattr__(self, name: str) -> Any:
        if name in self.centre.down:
            return self.fail
        first, call = self.centre.before.pop(name, None), getattr(self.real, name)
        if first is None:
            return call

        def call_after(*arguments: Any, **named: Any) -> Any:
            asyncio.run_coroutine_threadsafe(first(), self.centre.loop).result()
            return call(*arguments, **named)

        return call_after

    def fail(self, *_arguments: Any) -> Any:
        """Fail as told."""
        raise self.centre.error

"""A customer centre whose single calls can be made to fail, as when another system is down or says no."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity

from activities.adapters import Adapters
from activities.ports import AdapterError, Unavailable


@dataclass
class FailingCentre:
    """The calls in `down`, of any adapter, raise `error`; those in `before` do something else first, once each.

    So do activities of that name which ask all in one transaction: before it begins.
    """

    down: set[str] = field(default_factory=set)
    error: AdapterError = field(default_factory=lambda: Unavailable("the customer centre does not answer"))
    before: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Where that is done: the call itself is made in a thread."""

    def in_place_of(self, adapters: Adapters) -> Adapters:
        """The same adapters, failing as told."""
        names = ("records", "bookings", "ledger", "work_list", "issued_receipts", "mail")
        failing: dict[str, Any] = {name: FailingCalls(getattr(adapters, name), self) for name in names}
        return FailingAdapters(**(vars(adapters) | failing), centre=self)

    def first(self, name: str) -> None:
        """What is to be done before a call of that name, if anything is."""
        work = self.before.pop(name, None)
        if work is not None:
            asyncio.run_coroutine_threadsafe(work(), self.loop).result()


@dataclass(frozen=True)
class FailingAdapters(Adapters):
    """Adapters of which single calls fail as told."""

    centre: FailingCentre

    def together(self, *parts: object, writes: bool = True) -> AbstractContextManager[object]:
        """As the adapters themselves, once what comes first is done."""
        self.centre.first(activity.info().activity_type)
        return super().together(*parts, writes=writes)


@dataclass
class FailingCalls:
    """Passes on every call but those that are down."""

    real: Any
    centre: FailingCentre

    def __getattr__(self, name: str) -> Any:
        if name in self.centre.down:
            return self.fail
        call = getattr(self.real, name)
        if name not in self.centre.before:
            return call

        def call_after(*arguments: Any, **named: Any) -> Any:
            self.centre.first(name)
            return call(*arguments, **named)

        return call_after

    def fail(self, *_arguments: Any) -> Any:
        """Fail as told."""
        raise self.centre.error

"""A customer centre whose single calls can be made to fail, as when another system is down or says no."""

from dataclasses import dataclass, field, replace
from typing import Any

from activities.adapters import Adapters
from activities.ports import AdapterError, Unavailable


@dataclass
class FailingCentre:
    """The calls in `down`, of the records and of the bookings, raise `error`."""

    down: set[str] = field(default_factory=set)
    error: AdapterError = field(default_factory=lambda: Unavailable("the customer centre does not answer"))

    def in_place_of(self, adapters: Adapters) -> Adapters:
        """The same adapters, with a customer centre that fails as told."""
        records: Any = FailingCalls(adapters.records, self)
        bookings: Any = FailingCalls(adapters.bookings, self)
        return replace(adapters, records=records, bookings=bookings)


@dataclass
class FailingCalls:
    """Passes on every call but those that are down."""

    real: Any
    centre: FailingCentre

    def __getattr__(self, name: str) -> Any:
        return self.fail if name in self.centre.down else getattr(self.real, name)

    async def fail(self, *_arguments: Any) -> Any:
        """Fail as told."""
        raise self.centre.error

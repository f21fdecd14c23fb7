"""A customer centre whose single calls can be made to fail, as when another system is down or says no."""

from dataclasses import dataclass, field
from typing import Any

from activities.ports import AdapterError, Unavailable


@dataclass
class FailingCentre:
    """Passes on every call but those in `down`, which raise `error`."""

    real: Any
    down: set[str] = field(default_factory=set)
    error: AdapterError = field(default_factory=lambda: Unavailable("the customer centre does not answer"))

    def __getattr__(self, name: str) -> Any:
        return self.fail if name in self.down else getattr(self.real, name)

    async def fail(self, *_arguments: Any) -> Any:
        """Fail as told."""
        raise self.error

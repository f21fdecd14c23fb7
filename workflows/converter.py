"""How values travel: plain JSON both ways, for whoever connects, serves or replays.

It knows no workflow: a client that only connects need not load them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticPayloadConverter, ToJsonOptions
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError

if TYPE_CHECKING:
    from states.model.status import Problem


class EventRefused(ApplicationError):
    """An event that is not taken; people read it, in the web UI's form too, so it travels without a trace of calls.

    The problem's code is its type, the problem itself its details.
    """

    def __init__(self, problem: "Problem") -> None:
        super().__init__(problem.text, problem.model_dump(mode="json"), type=problem.code, non_retryable=True)


class Unreadable:
    """A payload that no converter could read; every handler answers it as malformed."""

    def __repr__(self) -> str:
        return "an unreadable payload"

    def __eq__(self, other: object) -> bool:
        """One is like another: the document of the start is known again when it comes with the update."""
        return isinstance(other, Unreadable)

    __hash__ = None  # type: ignore[assignment]


FORMATS = tuple(PydanticPayloadConverter(ToJsonOptions(exclude_unset=True)).converters.values())
"""How each encoding is written and read. The SDK makes a converter for each activation; these stay."""


class Converter(PydanticPayloadConverter):
    """Plain JSON both ways. What cannot be read where any value is taken becomes `Unreadable`, never an error."""

    def __init__(self) -> None:
        CompositePayloadConverter.__init__(self, *FORMATS)

    def from_payloads(self, payloads: Sequence[Any], type_hints: list[type] | None = None) -> list[Any]:
        """Read payloads one by one; only one with a type may fail, and it does not take the others with it."""
        hints = type_hints or []
        return [self.read(payload, hints[n] if n < len(hints) else None) for n, payload in enumerate(payloads)]

    def read(self, payload: Any, type_hint: type | None) -> Any:
        """One payload, or `Unreadable`."""
        try:
            return super().from_payloads([payload], [type_hint] if type_hint else None)[0]
        except Exception:
            if type_hint is None or type_hint is Any:
                return Unreadable()
            raise


class FailureConverter(DefaultFailureConverter):
    """As usual, but what refuses an event says it without the trace of calls, which tells people nothing."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Fill the failure that is sent."""
        super().to_failure(exception, payload_converter, failure)
        if isinstance(exception, EventRefused):
            failure.stack_trace = ""


DATA_CONVERTER = DataConverter(payload_converter_class=Converter, failure_converter_class=FailureConverter)

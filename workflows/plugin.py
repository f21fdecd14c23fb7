"""One Temporal plugin: client, worker and replayer get the same converter, sandbox and workflows from it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.failure.v1 import Failure
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter, ToJsonOptions
from temporalio.converter import DataConverter, DefaultFailureConverter, PayloadConverter
from temporalio.plugin import SimplePlugin
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows import search_attributes
from workflows.driver import EventRefused
from workflows.kinds import WORKFLOWS
from workflows.last_mails import LastMails
from workflows.nightly import NightlyComparison
from workflows.unknown import UnknownType

PASSED_THROUGH = (
    *("statemachine", "pydantic", "pydantic_core", "states.model", "states.rules.notice"),
    *("catalogue", "activities", "babel", "jinja2", "markupsafe", "tzdata"),
)
"""What even the sandbox takes as it is: libraries, values, and the one place where dates are computed."""


class Unreadable:
    """A payload that no converter could read; every handler answers it as malformed."""

    def __repr__(self) -> str:
        return "an unreadable payload"

    def __eq__(self, other: object) -> bool:
        """One is like another: the document of the start is known again when it comes with the update."""
        return isinstance(other, Unreadable)

    __hash__ = None  # type: ignore[assignment]


class Converter(PydanticPayloadConverter):
    """Plain JSON both ways. What cannot be read where any value is taken becomes `Unreadable`, never an error."""

    def __init__(self) -> None:
        super().__init__(ToJsonOptions(exclude_unset=True))

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


def runner() -> WorkflowRunner:
    """How worker, tests and replayer run workflows: without the sandbox, whose work `make check` does beforehand.

    The sandbox loads each module anew for each run, which is most of what a run costs (`bench/README.md`). What it
    forbids, clocks, chance, disk and network, is banned in `states/` and `workflows/` by the linter and the import
    rules; and the recorded histories are replayed in `guarded_runner()` too.
    """
    return UnsandboxedWorkflowRunner()


def guarded_runner() -> WorkflowRunner:
    """The sandbox, for tests: charts and driver are loaded anew, and what must not be called in them fails."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


class CancellationsPlugin(SimplePlugin):
    """Converter, sandbox and workflows for whoever is given it; a worker registers the search attributes first."""

    def __init__(self) -> None:
        super().__init__(
            "cancellations",
            data_converter=DATA_CONVERTER,
            workflow_runner=runner(),
            workflows=[*WORKFLOWS, NightlyComparison, LastMails, UnknownType],
        )

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """Make the search attributes known before the first workflow task."""
        await register_search_attributes(worker.client)
        await super().run_worker(worker, next)


class WrongSearchAttribute(RuntimeError):
    """A search attribute of ours exists with another type: an administrator must rename or remove it."""


async def known_search_attributes(client: Client) -> dict[str, Any]:
    """The search attributes of the namespace with their types; a test server cannot tell, and has none."""
    try:
        request = ListSearchAttributesRequest(namespace=client.namespace)
        return dict((await client.operator_service.list_search_attributes(request)).custom_attributes)
    except RPCError as error:
        if error.status != RPCStatusCode.UNIMPLEMENTED:
            raise
        return {}


async def register_search_attributes(client: Client) -> None:
    """Add the search attributes that are missing; nobody types a command.

    Raises `WrongSearchAttribute` where one exists with another type, which the server would accept silently.
    """
    namespace = client.namespace
    wanted = {
        key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in search_attributes.SEARCH_ATTRIBUTES
    }
    known = await known_search_attributes(client)
    for name, value in wanted.items():
        if name in known and known[name] != value:
            raise WrongSearchAttribute(
                f"search attribute {name} exists in namespace {namespace} with type "
                f"{IndexedValueType.Name(known[name])}, needed is {IndexedValueType.Name(value)}"
            )
    missing = {name: value for name, value in wanted.items() if name not in known}
    if not missing:
        return
    try:
        request = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise

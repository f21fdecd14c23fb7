"""One Temporal plugin: client, worker and replayer get the same converter, sandbox and workflows from it."""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows import search_attributes
from workflows.bulk_decision import BulkDecision
from workflows.converter import DATA_CONVERTER
from workflows.kinds import WORKFLOWS
from workflows.last_mails import LastMails
from workflows.nightly import ListComparison, NightlyComparison
from workflows.unknown import UnknownType
from workflows.web_ui import WebUi

PASSED_THROUGH = (
    *("statemachine", "pydantic", "pydantic_core", "states.model", "states.rules.notice"),
    *("catalogue", "activities", "babel", "jinja2", "markupsafe", "tzdata"),
)
"""What even the sandbox takes as it is: libraries, values, and the one place where dates are computed."""


def runner() -> WorkflowRunner:
    """How worker, tests and replayer run workflows: without the sandbox, whose work `make check` does beforehand.

    The sandbox loads each module anew for each run, which is most of what a run costs (docs/performance.md). What it
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
            workflows=[*WORKFLOWS, NightlyComparison, ListComparison, LastMails, BulkDecision, UnknownType],
            interceptors=[WebUi()],
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

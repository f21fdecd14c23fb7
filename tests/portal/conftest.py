"""A real development server, a real SQLite file, and the portal in process."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.customer_centre import load_customers
from activities.sql.database import Database
from portal.app import build, routes_in
from settings import Settings
from tests.portal.standin import WORKFLOWS, activities_on
from tests.runs.harness import prepare_database
from workflows.listing import Showing

ATTRIBUTES = {
    "CancellationKind": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "CancellationCustomer": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "CancellationState": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "WaitingFor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "TicketId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "EffectiveDate": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "OrderBy": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}
CUSTOMERS = Path(__file__).with_name("customers.jsonl")
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[str]:
    """The address of a development server with our search attributes."""
    binary = shutil.which("temporal") or shutil.which("temporal", path=Path(sys.executable).parent)
    assert binary, "the temporal command comes with the packages"
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary, ip="127.0.0.1", data_converter=pydantic_data_converter
    )
    async with env:
        request = AddSearchAttributesRequest(namespace="default", search_attributes=ATTRIBUTES)
        await env.client.operator_service.add_search_attributes(request)
        yield env.client.service_client.config.target_host
        left = [run.id async for run in env.client.list_workflows('ExecutionStatus="Running"')]
        stated = [await env.client.get_workflow_handle(workflow_id).describe() for workflow_id in left]
        # The list follows a moment later.
        running = [run.id for run in stated if run.status == WorkflowExecutionStatus.RUNNING]
        if running:
            pytest.fail(f"tests share this server, and must not meet: {running} are left open", pytrace=False)


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of their own for each test; a task queue too, so that runs never mix."""
    settings = Settings(state_dir=tmp_path, task_queue=f"portal-{tmp_path.name}")
    prepare_database(settings)
    return settings


class Begun(Interceptor):
    """Notes which runs a test begins."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """As Temporal asks for it."""
        return BegunNoted(next, self.ids)


class BegunNoted(OutboundInterceptor):
    """The way of a client's calls, on which the IDs of what is begun are noted."""

    def __init__(self, next: OutboundInterceptor, ids: set[str]) -> None:
        super().__init__(next)
        self.ids = ids

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        """A start by itself."""
        self.ids.add(input.id)
        return await super().start_workflow(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        """A start with its first event."""
        self.ids.add(input.start_workflow_input.id)
        return await super().start_update_with_start_workflow(input)


@pytest_asyncio.fixture
async def client(server: str) -> AsyncIterator[Client]:
    """A client on this test's loop. What the test leaves open is terminated: the next one may use the same names."""
    begun = Begun()
    client = await Client.connect(server, data_converter=pydantic_data_converter, interceptors=[begun])
    yield client
    for workflow_id in begun.ids:
        with suppress(RPCError):  # it has ended
            await client.get_workflow_handle(workflow_id).terminate()


class Caller:
    """The portal in process, and what tests ask of it."""

    def __init__(self, client: Client, settings: Settings, *, trusted: bool = False) -> None:
        self.client = client
        self.settings = settings
        self.app = build(client, settings, trusted=trusted)
        self.adapters = self.app.state.portal.adapters
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=settings.public_url)

    async def send(self, event: dict[str, Any], **headers: str) -> httpx.Response:
        """Send an event in structured mode."""
        return await self.http.post(
            "/events", json=event, headers={"content-type": "application/cloudevents+json"} | headers
        )

    async def close(self) -> None:
        """Let go of everything."""
        await self.http.aclose()
        self.adapters.close()

    def worker(self) -> Worker:
        """A worker with the stand-in workflows on this portal's database and task queue."""
        return Worker(
            self.client,
            task_queue=self.settings.task_queue,
            workflows=WORKFLOWS,
            activities=activities_on(self.adapters.database),
            interceptors=[Showing(lambda run: self.adapters.open_list.show([run]), lambda workflow_id: None)],
        )


@pytest_asyncio.fixture
async def portal(client: Client, settings: Settings) -> AsyncIterator[Caller]:
    """The portal with a worker and the example customers."""
    await load_customers(settings, CUSTOMERS)
    caller = Caller(client, settings)
    async with caller.worker():
        yield caller
    await caller.close()


@pytest_asyncio.fixture
async def alone(client: Client, settings: Settings) -> AsyncIterator[Caller]:
    """The portal with Temporal, and no worker."""
    await load_customers(settings, CUSTOMERS)
    caller = Caller(client, settings)
    yield caller
    await caller.close()


@pytest_asyncio.fixture
async def offline(settings: Settings) -> AsyncIterator[Caller]:
    """The portal with its database, and a Temporal that nobody can reach."""
    await load_customers(settings, CUSTOMERS)
    client = await Client.connect("127.0.0.1:1", data_converter=pydantic_data_converter, lazy=True)
    caller = Caller(client, settings)
    yield caller
    await caller.close()


def now(**shift: float) -> str:
    """A moment near now."""
    return (datetime.now(UTC) + timedelta(**shift)).isoformat()


def requested(customer: str, id: str = "1", **data: Any) -> dict[str, Any]:
    """A `requested` event for that customer's JTL edition."""
    document = {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced", "by": "c"}
    return {
        "specversion": "1.0",
        "type": "jtl.cancellation.requested.v1",
        "source": f"/tests/{customer}",
        "id": id,
        "time": now(),
        "data": document | data,
    }


def event(name: str, workflow_id: str, id: str, **data: Any) -> dict[str, Any]:
    """Another event of that run."""
    return {
        "specversion": "1.0",
        "type": f"jtl.cancellation.{name}.v1",
        "source": f"/tests/{workflow_id}",
        "id": id,
        "subject": workflow_id,
        "time": now(),
        "data": {"by": "c"} | data,
    }


_numbers = iter(range(1, 10_000))


def trips_noted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes to a thread of the database from now on: the work of each trip."""
    noted: list[Any] = []
    in_thread = Database.in_thread

    async def go(database: Database, *parts: Any, **named: Any) -> Any:
        noted.append(parts[0])
        return await in_thread(database, *parts, **named)

    monkeypatch.setattr(Database, "in_thread", go)
    return noted


@pytest.fixture
def customer() -> str:
    """A customer's number that no other test uses, so that runs of one server never meet."""
    return f"K-{next(_numbers)}"


__all__ = ["Caller", "asyncio", "event", "now", "requested", "routes_in"]

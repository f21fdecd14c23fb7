"""A whole system for tests of workflows: a Temporal server, an SQLite customer centre, a worker; nothing is faked."""

import asyncio
import itertools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities.adapters import Adapters
from activities.cancellations import create_activities
from activities.customer_centre import customer, load_customers
from activities.sql.database import create_database
from settings import Notice, Settings
from states.kinds.registry import KINDS
from tests.runs.failing_centre import FailingCentre
from worker import DATA_CONVERTER, create_worker

SUGGESTED_AT = 60
"""Events in a history from which a development server suggests to continue as new."""
NUMBERS = itertools.count(1)
QUERY_WITHIN = timedelta(seconds=8)
"""How long a query waits for its answer on a busy machine before it counts as lost."""
QUERY_AGAIN_WITHIN = timedelta(minutes=1)
"""After that a run counts as one that no longer answers, and the test says so instead of hanging."""
TIMED_OUT = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)
BEGINS = datetime(2027, 1, 9, 11, 30, tzinfo=UTC)
"""The moment at which a world begins: the moments that tests name lie some days behind it."""
SENSIBLE = datetime(2030, 1, 1, tzinfo=UTC)
"""A moment that lies further ahead is meant to be wrong, and nobody waits for it."""


class Refused(AssertionError):
    """An event was refused: `code`, `rule` and `text` as a portal sees them."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['code']} ({problem['rule']}): {problem['text']}")
        self.problem = problem
        self.code: str = problem["code"]
        self.rule: str = problem["rule"]


@dataclass
class Run:
    """One workflow under test; each event answers the status document or raises `Refused`."""

    world: "World"
    handle: WorkflowHandle[Any, Any]
    first: dict[str, Any]
    """What the request was answered with."""
    signalled: bool = False
    """Since the last update."""

    async def __call__(self, event: str, **payload: Any) -> dict[str, Any]:
        """Send an update; `by` is filled in. One that names a later moment is sent then.

        A signal that was sent before is taken first, which a query waits for. Where both meet in one workflow task, the
        time-skipping server gives a worker the update before a signal that came first; a replay takes them in their
        order, and does not find that run in the history. A real server keeps the order.
        """
        if self.signalled and self.world.env.supports_time_skipping:
            await self.status()
        self.signalled = False
        await self.world.reach(payload.get("time"))
        return await answer_of(self.handle.execute_update(event, {"by": "tester"} | payload))

    async def confirm(self, type_: str, **payload: Any) -> dict[str, Any]:
        """Confirm the open task of a type."""
        return await self("confirm_task", task=await self.task(type_), **payload)

    async def reject(self, type_: str, note: str = "no") -> dict[str, Any]:
        """Reject the open task of a type."""
        return await self("reject_task", task=await self.task(type_), note=note)

    async def task(self, type_: str) -> str:
        """The id of the open task of a type."""
        tasks = (await self.status())["tasks"]
        ids = [task["task"] for task in tasks if task["type"] == type_]
        assert ids, f"no open task {type_}; open are {[task['type'] for task in tasks]}"
        return str(ids[0])

    async def signal(self, name: str, *payloads: Any) -> None:
        """Send a signal as the web UI would."""
        await self.handle.signal(name, args=list(payloads))
        self.signalled = True

    async def status(self) -> dict[str, Any]:
        """The query `status`, asked again where it is lost: the SDK may drop one that meets a run as it closes."""
        try:
            document: dict[str, Any] = await self.handle.query("status", rpc_timeout=QUERY_WITHIN)
        except RPCError as error:
            if error.status not in TIMED_OUT:
                raise
            document = await self.handle.query("status", rpc_timeout=QUERY_AGAIN_WITHIN)
        return document


@dataclass
class World:
    """What a test has at hand."""

    env: WorkflowEnvironment
    settings: Settings
    centre: FailingCentre
    adapters: Adapters
    """As they are, not failing."""
    task_timeout: timedelta | None = None
    """How long a workflow task of the runs requested may take; after one that failed twice, Temporal waits for it."""
    passing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Time passes for one at a time: of two that skip it together, one may wait in vain."""

    async def request(self, kind: str, customer: str, subject: str, **more: Any) -> Run:
        """Request a cancellation as a portal does: update-with-start. Time does not skip until `sleep`.

        One that names a later moment is requested then.
        """
        await self.reach(more.get("time"))
        document = {"kind": kind, "customer": customer, "subject": subject} | more
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            KINDS[kind].workflow,
            document,
            id=f"{kind}/{customer}/{subject}",
            task_queue=self.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=self.task_timeout,
        )
        first = await answer_of(
            self.env.client.execute_update_with_start_workflow(
                "requested", document, start_workflow_operation=operation
            )
        )
        return self.run(f"{kind}/{customer}/{subject}", first)

    def run(self, workflow_id: str, first: dict[str, Any] | None = None) -> Run:
        """A run that is there, begun by another one say."""
        return Run(self, self.env.client.get_workflow_handle(workflow_id), first or {})

    async def reach(self, moment: Any) -> None:
        """Let time pass until the moment that an event names, where that is still to come."""
        if isinstance(moment, str) and moment[4:5] == "-" and self.env.supports_time_skipping:
            named = datetime.fromisoformat(moment)
            if named.tzinfo is not None and await self.env.get_current_time() < named < SENSIBLE:
                await self.sleep_until(named)

    async def sleep_until(self, moment: str | datetime) -> None:
        """Let time pass until a second after a moment (ISO 8601 with offset).

        Where the next event of a test cancels a timer, let it not fire in that very second, as one set exactly a week
        before does: the time-skipping server then refuses the cancellation and never hands out the workflow task again
        (temporalio/sdk-java, issues 2606 and 3088), and the test hangs. A real server drops the timer.
        """
        goal = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        async with self.passing:
            now = await self.env.get_current_time()
            await self.env.sleep(max(goal - now, timedelta(0)) + timedelta(seconds=1))

    async def load(self, *records: dict[str, Any]) -> None:
        """Load customers as `customers load` does."""
        path = Path(self.settings.state_dir) / "customers.jsonl"
        path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
        await load_customers(self.settings, path)

    async def record(self, name: str) -> dict[str, Any]:
        """A customer's record as it stands."""
        record = await customer(self.settings, name)
        assert record is not None
        return record


async def answer_of(update: Any) -> dict[str, Any]:
    """The answer of an update, or `Refused` with the problem in it."""
    try:
        document: dict[str, Any] = await update
        return document
    except WorkflowUpdateFailedError as error:
        assert isinstance(error.cause, ApplicationError), error.cause
        raise Refused(error.cause.details[0]) from None


async def failed_workflow_tasks(handle: WorkflowHandle[Any, Any]) -> list[Any]:
    """The failures of workflow tasks in a history: each with its message and traceback."""
    history = await handle.fetch_history()
    return [
        event.workflow_task_failed_event_attributes.failure
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]


# Servers and workers.


def program(name: str) -> str:
    """A program that comes with the project's environment."""
    path = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert path, f"{name} is missing: make install"
    return path


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose time passes when a test sleeps."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=program("temporal-test-server"), data_converter=DATA_CONVERTER
    ) as env:
        yield env


@asynccontextmanager
async def development_server() -> AsyncIterator[str]:
    """A development server's address. It suggests early to continue as new."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=program("temporal"),
        ip="127.0.0.1",
        dev_server_extra_args=["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED_AT}"],
    ) as env:
        yield env.client.service_client.config.target_host


async def new_namespace(address: str) -> WorkflowEnvironment:
    """A namespace of its own on a development server, as empty as a server of its own."""
    name = f"test-{next(NUMBERS)}"
    client = await Client.connect(address, namespace=name, data_converter=DATA_CONVERTER)
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86400))
    await client.workflow_service.register_namespace(request)
    for _ in range(400):
        try:
            await client.count_workflows()
            return WorkflowEnvironment.from_client(client)
        except RPCError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"the namespace {name} did not come about")


@cache
def migrated_database() -> bytes:
    """An SQLite file with all tables and nothing in them: migrating each anew takes longer than most runs."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state_dir=Path(folder))
        create_database(settings)
        return database_file(settings).read_bytes()


def prepare_database(settings: Settings) -> None:
    """Put a migrated SQLite database where the settings want one, unless one is there."""
    if settings.database_url.startswith("sqlite") and not database_file(settings).exists():
        database_file(settings).parent.mkdir(parents=True, exist_ok=True)
        database_file(settings).write_bytes(migrated_database())


def database_file(settings: Settings) -> Path:
    """Where the customer centre's SQLite database lies."""
    return Path(settings.database_url.removeprefix("sqlite:///"))


def settings_of(folder: Path, **values: Any) -> Settings:
    """Settings of a system in a folder. `APPLY_WINDOW` is zero unless given, so that dates are exact, and operators get
    no notice of tasks: the mails there are those that runs send."""
    usual: dict[str, Any] = {"state_dir": folder, "apply_window": timedelta(0), "notice": {"*": Notice("none")}}
    return Settings(**(usual | values))


@asynccontextmanager
async def working(env: WorkflowEnvironment, settings: Settings) -> AsyncIterator[World]:
    """The product's worker on a server, as `worker.py` makes it; single calls of its customer centre can fail."""
    prepare_database(settings)
    centre = FailingCentre()
    shipped = create_activities(settings)
    failing = replace(shipped, adapters=centre.in_place_of(shipped.adapters))
    with patch("worker.create_activities", lambda _: failing):
        worker = create_worker(env.client, settings)
    async with worker:
        yield World(env, settings, centre, shipped.adapters)


@asynccontextmanager
async def open_world(folder: Path, begins: datetime | None = BEGINS, **settings: Any) -> AsyncIterator[World]:
    """A fresh system in a folder, on a time-skipping server of its own. `begins`: when; None: now."""
    async with time_skipping_server() as env, working(env, settings_of(folder, **settings)) as world:
        if begins is not None:
            await world.sleep_until(begins)
        yield world

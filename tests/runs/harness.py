"""A whole system for tests of workflows: time-skipping server, SQLite customer centre, worker; nothing is faked."""

import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WithStartWorkflowOperation, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.customer_centre import customer, load_customers
from settings import Settings
from states.kinds.registry import KINDS
from worker import DATA_CONVERTER, create_worker


class Refused(AssertionError):
    """An event was refused: `code`, `rule` and `text` as a portal sees them."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['code']} ({problem['rule']}): {problem['text']}")
        self.problem = problem
        self.code: str = problem["code"]
        self.rule: str = problem["rule"]


@dataclass
class Run:
    """One workflow under test; each decision answers the status document or raises `Refused`."""

    world: "World"
    handle: WorkflowHandle[Any, Any]
    first: dict[str, Any]

    async def __call__(self, event: str, **payload: Any) -> dict[str, Any]:
        """Send an update; `by` is filled in."""
        return await told(self.handle.execute_update(event, {"by": "tester"} | payload))

    async def confirm(self, type_: str, **payload: Any) -> dict[str, Any]:
        """Confirm the open task of a type."""
        return await self("confirm_task", task=await self.task(type_), **payload)

    async def reject(self, type_: str, note: str = "no") -> dict[str, Any]:
        """Reject the open task of a type."""
        return await self("reject_task", task=await self.task(type_), note=note)

    async def task(self, type_: str) -> str:
        """The id of the open task of a type."""
        tasks = (await self.status())["tasks"]
        found = [task["task"] for task in tasks if task["type"] == type_]
        assert found, f"no open task {type_}; open are {[task['type'] for task in tasks]}"
        return str(found[0])

    async def signal(self, name: str, *payloads: Any) -> None:
        """Send a signal as the web UI would."""
        await self.handle.signal(name, args=list(payloads))

    async def status(self) -> dict[str, Any]:
        """The query `status`."""
        document: dict[str, Any] = await self.handle.query("status")
        return document


@dataclass
class World:
    """What a test has at hand."""

    env: WorkflowEnvironment
    settings: Settings

    async def request(self, kind: str, customer: str, subject: str, **more: Any) -> Run:
        """Request a cancellation as a portal does: update-with-start. Time does not skip until `sleep`."""
        document = {"kind": kind, "customer": customer, "subject": subject} | more
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            KINDS[kind].workflow,
            document,
            id=f"{kind}/{customer}/{subject}",
            task_queue=self.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        client = self.env.client
        first = await told(
            client.execute_update_with_start_workflow("requested", document, start_workflow_operation=operation)
        )
        return Run(self, client.get_workflow_handle(f"{kind}/{customer}/{subject}"), first)

    async def sleep_until(self, moment: str | datetime) -> None:
        """Let time pass until a second after a moment (ISO 8601 with offset).

        Where the next event of a test cancels a timer, let it not fire in that very second, as one set exactly a week
        before does: the time-skipping server then refuses the cancellation and never hands out the workflow task again
        (temporalio/sdk-java, issues 2606 and 3088), and the test hangs. A real server drops the timer.
        """
        goal = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        now = await self.env.get_current_time()
        await self.env.sleep(max(goal - now, timedelta(0)) + timedelta(seconds=1))

    async def load(self, *records: dict[str, Any]) -> None:
        """Load customers as `customers load` does."""
        path = Path(self.settings.state_dir) / "customers.jsonl"
        path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
        await load_customers(self.settings, path)

    async def record(self, name: str) -> dict[str, Any]:
        """A customer's record as it stands."""
        found = await customer(self.settings, name)
        assert found is not None
        return found


async def told(update: Any) -> dict[str, Any]:
    """The answer of an update, or `Refused` with the problem in it."""
    try:
        document: dict[str, Any] = await update
        return document
    except WorkflowUpdateFailedError as error:
        assert isinstance(error.cause, ApplicationError), error.cause
        raise Refused(error.cause.details[0]) from None


def program(name: str) -> str:
    """A program that comes with the project's environment."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert found, f"{name} is missing: make install"
    return found


@asynccontextmanager
async def world(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """A fresh system in a folder. `APPLY_WINDOW` is zero unless given, so that dates are exact."""
    usual: dict[str, Any] = {"state_dir": folder, "apply_window": timedelta(0)}
    given = Settings(**(usual | settings))
    async with (
        await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=program("temporal-test-server"), data_converter=DATA_CONVERTER
        ) as env,
        create_worker(env.client, given),
    ):
        yield World(env, given)

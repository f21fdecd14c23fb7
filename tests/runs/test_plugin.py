"""One plugin for client, worker and replayer; and what an operator finds in the web UI, who has never seen the code."""

import ast
import asyncio
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

import workflows.kinds
from activities import cancellations
from settings import Settings
from states.kinds import voucher
from states.kinds.registry import KINDS
from states.model.effects import AnyEffect, HandOver, Tell
from tests.runs.clockwork import Clockwork
from tests.runs.harness import Run, World, program, world
from tests.runs.scenes import muster
from worker import create_worker
from workflows.activity_calls import ACTIVITIES
from workflows.kinds import WORKFLOWS, Cancellation, workflow_of
from workflows.nightly import NightlyComparison
from workflows.plugin import (
    DATA_CONVERTER,
    CancellationsPlugin,
    WrongSearchAttribute,
    guarded_runner,
    known_search_attributes,
    register_search_attributes,
)
from workflows.search_attributes import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]


# The same for all.


@pytest_asyncio.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """A development server that knows nothing of us."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=program("temporal"), ip="127.0.0.1"
    ) as env:
        yield env


@pytest.mark.server
async def test_client_worker_and_replayer_get_the_same(server: WorkflowEnvironment, tmp_path: Path) -> None:
    client = await Client.connect(server.client.service_client.config.target_host, plugins=[CancellationsPlugin()])
    assert client.data_converter is DATA_CONVERTER
    worker: Any = create_worker(client, Settings(state_dir=tmp_path))
    replayer: Any = Replayer(workflows=[], plugins=[CancellationsPlugin()])
    for config in (worker.config(active_config=True), replayer.config(active_config=True)):
        assert set(config["workflows"]) == {*WORKFLOWS, NightlyComparison}
        assert isinstance(config["workflow_runner"], UnsandboxedWorkflowRunner)
    assert replayer.config(active_config=True)["data_converter"] is DATA_CONVERTER


@pytest.mark.server
async def test_whoever_starts_the_worker_types_no_command(server: WorkflowEnvironment, tmp_path: Path) -> None:
    plain = server.client.config() | {"data_converter": DATA_CONVERTER}
    client = Client(**plain)
    assert await known_search_attributes(client) == {}
    known: dict[str, Any] = {}
    async with create_worker(client, Settings(state_dir=tmp_path)):
        for _ in range(100):
            if known := await known_search_attributes(client):
                break
            await asyncio.sleep(0.05)
    assert known == {key.name: int(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}


@pytest.mark.server
async def test_a_search_attribute_of_another_type_is_refused_by_name(server: WorkflowEnvironment) -> None:
    wrong = {"WaitingFor": IndexedValueType.INDEXED_VALUE_TYPE_TEXT}
    request = AddSearchAttributesRequest(namespace="default", search_attributes=wrong)
    await server.client.operator_service.add_search_attributes(request)
    with pytest.raises(WrongSearchAttribute, match=r"WaitingFor .*namespace default.*TEXT.*needed is .*KEYWORD_LIST"):
        await register_search_attributes(server.client)


def test_each_effect_has_an_activity() -> None:
    asked = {one.model_fields["effect"].default for one in get_args(get_args(AnyEffect)[0])}
    by_the_driver = {one.model_fields["effect"].default for one in (Tell, HandOver)}
    assert set(ACTIVITIES) == asked - by_the_driver
    served = {
        activity._Definition.must_from_callable(one).name
        for one in vars(cancellations.CancellationActivities).values()
        if hasattr(one, "__temporal_activity_definition")
    }
    assert {name for name, _, _ in ACTIVITIES.values()} <= served


def test_each_kind_has_a_workflow_type() -> None:
    defined = {one.kind: workflow._Definition.must_from_class(one).name for one in WORKFLOWS}
    assert defined == {name: kind.workflow for name, kind in KINDS.items()}


def test_a_kind_of_the_registry_needs_no_workflow_class_of_its_own() -> None:
    kind = dataclasses.replace(KINDS["voucher"], kind="unheard_of", workflow="UnheardOf")
    made = workflow_of(kind)
    assert workflow._Definition.must_from_class(made).name == made.__name__ == "UnheardOf"
    assert issubclass(made, Cancellation)
    assert made.kind == "unheard_of"
    assert made.__doc__ == voucher.__doc__


def test_a_workflow_class_is_found_by_its_name_and_says_what_its_kind_is() -> None:
    assert [getattr(workflows.kinds, kind.workflow) for kind in KINDS.values()] == list(WORKFLOWS)
    assert [made.__name__ for made in WORKFLOWS if not made.__doc__] == []


# What the sandbox would catch.

CLOCK = "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n"


@pytest.mark.parametrize("package", ["states", "workflows"])
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("a clock", CLOCK),
        ("a clock", "import time\n\nNOW = time.time()\n"),
        ("chance", "import random\n\nPART = random.random()\n"),
        ("chance", "from uuid import uuid4\n\nNAME = uuid4()\n"),
        ("the disk", "from pathlib import Path\n\nTEXT = Path('x').read_text()\n"),
        ("the environment", "import os\n\nHOME = os.environ['HOME']\n"),
        ("the network", "import socket\n\nHERE = socket.socket()\n"),
    ],
)
def test_the_linter_bans_what_does_not_replay(package: str, rule: str, code: str) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "TID251",
        "--stdin-filename",
        f"{package}/new.py",
        "-",
    ]
    found = subprocess.run(command, input=code, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert found.returncode == 1 and "TID251" in found.stdout, (rule, found.stdout, found.stderr)


FORBIDDEN = {"open", "input", "print", "breakpoint", "exec", "eval", "__import__", "hash", "id"}
"""Builtins that the linter's table cannot name: the disk, people, and what differs from process to process."""


def test_nothing_that_replays_calls_such_a_builtin() -> None:
    found = []
    for package in ("states", "workflows"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.func.id}")
    assert found == []


@pytest.mark.server
async def test_the_sandbox_of_the_tests_catches_a_clock(server: WorkflowEnvironment) -> None:
    """So that replaying the histories in it proves something (tests/replay)."""
    runner = guarded_runner()
    async with Worker(server.client, task_queue="clock", workflows=[Clockwork], workflow_runner=runner):
        handle = await server.client.start_workflow("Clockwork", id="clock", task_queue="clock")
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.HasField("workflow_task_failed_event_attributes"):
                message = event.workflow_task_failed_event_attributes.failure.message
                assert "datetime.datetime.now" in message
                return
    raise AssertionError("the clock was read")


# What an operator finds in the web UI.


async def metadata(run: Run) -> WorkflowMetadata:
    """What the web UI asks for: handlers with their descriptions, and the current details."""
    found: WorkflowMetadata = await run.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return found


async def test_every_handler_says_what_it_is_for(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await w.request("edition", "K-1001", "jtl", target="jtl_advanced")
        definition = (await metadata(run)).definition
        ours = [
            one
            for handlers in (definition.signal_definitions, definition.update_definitions, definition.query_definitions)
            for one in handlers
            if not one.name.startswith("__")
        ]
        assert {"confirm_task", "place_order", "status", "licence_changed"} <= {one.name for one in ours}
        assert [one.name for one in ours if len(one.description) < 20] == []


async def test_each_timer_and_activity_has_a_summary(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await w.request("edition", "K-1001", "jtl", target="jtl_advanced")
        await run("acknowledge_warning")
        await run("place_order")
        history = await run.handle.fetch_history()
        shown = [
            event
            for event in history.events
            if event.HasField("timer_started_event_attributes")
            or event.HasField("activity_task_scheduled_event_attributes")
        ]
        assert len(shown) >= 2
        assert [event.event_id for event in shown if not event.user_metadata.summary.data] == []


def pasted(details: str) -> dict[str, Any]:
    """The JSON that the details show, filled in by an operator."""
    text = details.split("```json")[1].split("```")[0]
    message: dict[str, Any] = json.loads(text)
    filled = {"by": "Ms Operator", "proof": {"reference": "T-1"}, "note": "as agreed"}
    return {
        name: filled.get(name, value) if "…" in json.dumps(value, ensure_ascii=False) else value
        for name, value in message.items()
    }


PARTNERLESS: dict[str, Any] = {"partners": []}
OPENED = [
    ("perform", "edition", "jtl", {"target": "jtl_advanced"}, "scheduled", {"customer_centre": "guided"}),
    ("support_ticket", "misclick", "anything", {"explanation": "booked twice"}, "applied", {}),
    ("clarify", "fulfillment", "ffn", {}, "order", {}),
]


@pytest.mark.parametrize(("task", "kind", "subject", "more", "then", "settings"), OPENED, ids=lambda one: str(one))
async def test_the_json_of_the_details_confirms_the_task(
    task: str, kind: str, subject: str, more: Any, then: str, settings: Any, tmp_path: Path
) -> None:
    async with world(tmp_path, **settings) as w:
        await w.load(muster(**PARTNERLESS))
        run = await w.request(kind, "K-1001", subject, **more)
        if task == "perform":
            await run("acknowledge_warning")
            await run("place_order")
        details = (await metadata(run)).current_details
        assert f"#### `{task}`" in details
        assert [open_["type"] for open_ in (await run.status())["tasks"]] == [task]
        await run.signal("confirm_task", pasted(details))
        assert await settled(w, run, then) == (then, [])


async def test_X11_the_details_of_what_was_revoked_name_no_date_and_no_saving(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await w.request("edition", "K-1001", "jtl", target="jtl_advanced")
        await run("acknowledge_warning")
        await run("place_order")
        scheduled = (await metadata(run)).current_details
        await run("request_revocation", explanation="Ein Versehen")
        await run.confirm("revocation", decision="granted")
        revoked = (await metadata(run)).current_details
    for said in ("**Wirksam ab**", "**Kosten**"):
        assert said in scheduled
        assert said not in revoked
    assert "`revoked`" in revoked


@pytest.mark.parametrize("decision", ["granted", "declined"])
async def test_X11_the_timeline_says_what_was_decided_beside_the_note(decision: str, tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await w.request("edition", "K-1001", "jtl", target="jtl_advanced")
        await run("acknowledge_warning")
        await run("place_order")
        await run("request_revocation", explanation="Ein Versehen")
        decided = await run.confirm("revocation", decision=decision, note="geprüft")
    (line,) = [line for line in decided["timeline"] if line["event"] == "confirm_task"]
    assert line["note"] == f"revocation, {decision}, geprüft"


async def settled(w: World, run: Run, state: str) -> tuple[str, list[Any]]:
    """State and open tasks, as soon as the run has taken what arrived."""
    for _ in range(20):
        document = await run.status()
        if document["state"] == state and document["tasks"] == []:
            break
        await w.env.sleep(timedelta(seconds=1))
    return document["state"], document["tasks"]

"""One plugin for client, worker and replayer, and nothing in what replays that would not replay."""

import ast
import asyncio
import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from temporalio import activity, workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

import workflows.kinds
from activities import activity_names, cancellations
from settings import Settings
from states.kinds.registry import KINDS
from states.model.effects import AnyEffect, HandOver, Notify, Tell
from tests.runs.clockwork import Clockwork
from worker import create_worker, repeat
from workflows.activity_calls import ACTIVITIES, IN_THE_WORKER
from workflows.bulk_decision import BulkDecision
from workflows.converter import DATA_CONVERTER
from workflows.kinds import WORKFLOWS, Cancellation, workflow_of
from workflows.last_mails import LastMails
from workflows.nightly import ListComparison, NightlyComparison
from workflows.plugin import (
    CancellationsPlugin,
    WrongSearchAttribute,
    guarded_runner,
    known_search_attributes,
    register_search_attributes,
)
from workflows.search_attributes import SEARCH_ATTRIBUTES
from workflows.unknown import UnknownType

ROOT = Path(__file__).parents[2]


# The same for all.


@pytest.mark.server
async def test_client_worker_and_replayer_get_the_same(server: WorkflowEnvironment, tmp_path: Path) -> None:
    client = await Client.connect(server.client.service_client.config.target_host, plugins=[CancellationsPlugin()])
    assert client.data_converter is DATA_CONVERTER
    worker: Any = create_worker(client, Settings(state_dir=tmp_path))
    replayer: Any = Replayer(workflows=[], plugins=[CancellationsPlugin()])
    for config in (worker.config(active_config=True), replayer.config(active_config=True)):
        assert set(config["workflows"]) == {
            *WORKFLOWS,
            NightlyComparison,
            ListComparison,
            LastMails,
            BulkDecision,
            UnknownType,
        }
        assert isinstance(config["workflow_runner"], UnsandboxedWorkflowRunner)
    assert replayer.config(active_config=True)["data_converter"] is DATA_CONVERTER


@pytest.mark.server
async def test_whoever_starts_the_worker_types_no_command(server: WorkflowEnvironment, tmp_path: Path) -> None:
    client = server.client
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
    request = AddSearchAttributesRequest(namespace=server.client.namespace, search_attributes=wrong)
    await server.client.operator_service.add_search_attributes(request)
    expected = rf"WaitingFor .*namespace {server.client.namespace} .*TEXT.*needed is .*KEYWORD_LIST"
    with pytest.raises(WrongSearchAttribute, match=expected):
        await register_search_attributes(server.client)


async def test_a_bug_in_what_is_done_beside_the_worker_is_told_and_it_is_done_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tries = 0

    async def step() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ValueError("a bug")
        await asyncio.sleep(3600)
        return 0

    task = asyncio.create_task(repeat(step, pause_s=0))
    while tries < 2:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    told = capsys.readouterr()
    assert "step_failed" in told.out + told.err and "a bug" in told.out + told.err


def test_each_effect_has_an_activity() -> None:
    effects = {effect.model_fields["effect"].default for effect in get_args(get_args(AnyEffect)[0])}
    otherwise = {effect.model_fields["effect"].default for effect in (Tell, HandOver, Notify)}
    assert set(ACTIVITIES) == effects - otherwise
    served = {
        activity._Definition.must_from_callable(method).name
        for method in vars(cancellations.CancellationActivities).values()
        if hasattr(method, "__temporal_activity_definition")
    }
    assert {activity_names.NOTIFY, *(name for name, _, _ in ACTIVITIES.values())} <= served


def test_only_what_reads_is_done_within_a_workflow_task() -> None:
    """Temporal throws workflow tasks away; what a local activity has written outside would stay (docs/adr/0020)."""
    assert {activity_names.READ} == IN_THE_WORKER


def test_each_kind_has_a_workflow_type() -> None:
    defined = {made.kind: workflow._Definition.must_from_class(made).name for made in WORKFLOWS}
    assert defined == {name: kind.workflow for name, kind in KINDS.items()}


def test_a_kind_of_the_registry_needs_no_workflow_class_of_its_own() -> None:
    kind = dataclasses.replace(KINDS["voucher"], kind="unheard_of", workflow="UnheardOf")
    made = workflow_of(kind)
    assert workflow._Definition.must_from_class(made).name == made.__name__ == "UnheardOf"
    assert issubclass(made, Cancellation)
    assert made.kind == "unheard_of"
    assert made.__doc__ == kind.chart.__doc__


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
    done = subprocess.run(command, input=code, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 1 and "TID251" in done.stdout, (rule, done.stdout, done.stderr)


FORBIDDEN = {"open", "input", "print", "breakpoint", "exec", "eval", "__import__", "hash", "id"}
"""Builtins that the linter's table cannot name: the disk, people, and what differs from process to process."""


def test_nothing_that_replays_calls_such_a_builtin() -> None:
    calls = []
    for package in ("states", "workflows"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN:
                    calls.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.func.id}")
    assert calls == []


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

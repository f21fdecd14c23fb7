"""Programs say what they lack and end with the exit code that is meant; told to stop, they always end, with 0."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cli
import worker
from activities.adapters import create_adapters
from activities.mail.senders import FolderMail
from embedded.preflight import free_port
from programs import END_WITHIN
from settings import PREFIX
from tests.runs.failing_centre import FailingCentre
from tests.runs.harness import World, development_server, new_namespace, settings_of
from tests.runs.steps import load_customer, prepare_downgrade
from workflows.connect import WrongProfile, connect

ROOT = Path(__file__).resolve().parents[2]
WORKER, PORTAL = ["worker.py"], ["cli.py", "portal"]
SERVICES = [WORKER, PORTAL]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells which signals are caught")


def started(program: list[str], folder: Path, **environment: Any) -> subprocess.Popen[str]:
    """A program with nothing set but what is given, its logs in a pipe."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL", PREFIX))}
    ours = {"STATE_DIR": folder, "PORTAL_PORT": free_port()}
    given = {name if name.startswith("TEMPORAL") else PREFIX + name: value for name, value in environment.items()}
    return subprocess.Popen(
        [sys.executable, *program],
        cwd=ROOT,
        env=kept
        | {"TEMPORAL_CONFIG_FILE": os.devnull}
        | {PREFIX + name: str(value) for name, value in ours.items()}
        | {name: str(value) for name, value in given.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], within: float = 60) -> tuple[int, str, str]:
    """Exit code, logs and what was said."""
    try:
        out, err = process.communicate(timeout=within)
    finally:
        process.kill()
    return process.returncode, out, err


@pytest.fixture(scope="module")
def temporal() -> Iterator[str]:
    """The address of a development server, without our namespaces."""
    loop = asyncio.new_event_loop()
    server = development_server()
    try:
        yield loop.run_until_complete(server.__aenter__())
    finally:
        loop.run_until_complete(server.__aexit__(None, None, None))
        loop.close()


# What is lacking.


@contextmanager
def silent() -> Iterator[int]:
    """A port where somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def said_in_one_line(process: subprocess.Popen[str], code: int = 1) -> str:
    """The line that a program ends with, and no traceback beside it."""
    returned, out, err = ended(process)
    assert returned == code, (returned, out, err)
    assert err.count("\n") == 1 and "Traceback" not in out + err, (out, err)
    assert all(json.loads(line)["event"] for line in out.splitlines())
    return err


@pytest.mark.server
@pytest.mark.parametrize("program", SERVICES, ids=" ".join)
def test_a_namespace_that_is_not_there_is_named_with_those_that_are(program, temporal, tmp_path):
    said = said_in_one_line(started(program, tmp_path, TEMPORAL_ADDRESS=temporal, TEMPORAL_NAMESPACE="nope"))
    assert "TEMPORAL_NAMESPACE is nope" in said and temporal in said and "(default)" in said
    assert "temporal operator namespace create --namespace nope" in said


def test_where_nobody_listens_the_worker_ends_and_does_not_crash(tmp_path):
    """Python's end took apart what a thread of Temporal's client still used: 134, now and then."""
    said = said_in_one_line(started(WORKER, tmp_path, TEMPORAL_ADDRESS="127.0.0.1:1"))
    assert "TEMPORAL_ADDRESS" in said and "127.0.0.1:1 (nothing listens there)" in said


def test_a_server_that_says_nothing_is_not_waited_for(tmp_path):
    with silent() as port:
        said = said_in_one_line(started(WORKER, tmp_path, TEMPORAL_ADDRESS=f"127.0.0.1:{port}"))
    assert f"127.0.0.1:{port} (nothing heard for 5 seconds)" in said


@pytest.mark.server
def test_tls_against_a_server_without_is_told(temporal, tmp_path):
    said = said_in_one_line(started(WORKER, tmp_path, TEMPORAL_ADDRESS=temporal, TEMPORAL_TLS="true"))
    assert "set TEMPORAL_TLS=false" in said


@pytest.mark.parametrize("address", ["temporal", "127.0.0.1:", "127.0.0.1:port", "http://127.0.0.1:7233", ":7233"])
async def test_what_is_no_address_of_temporal_is_told(address, monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(WrongProfile, match=f"TEMPORAL_ADDRESS is {address}, .*write host:port"):
        await connect(7233, True)


LACKING = [
    ({"DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x"}, 1, "CANCELLATIONS_DATABASE_URL is postgresql://u:***@"),
    ({"DATABASE_URL": "mysql://u:geheim@h/x"}, 2, "CANCELLATIONS_DATABASE_URL: 'mysql://u:***@h/x'"),
    ({"STATE_DIR": "/proc/none"}, 1, "CANCELLATIONS_STATE_DIR"),
    ({"CATALOGUE_DIR": "/nowhere"}, 1, "CANCELLATIONS_CATALOGUE_DIR"),
    ({"SMTP_URL": "http://u:geheim@h"}, 2, "CANCELLATIONS_SMTP_URL: 'http://u:***@h'"),
    ({"OPERATOR_TOKENS": "anna"}, 2, "CANCELLATIONS_OPERATOR_TOKENS"),
    ({"WEBHOOK_SECRET": "geheim"}, 2, "CANCELLATIONS_WEBHOOK_SECRET"),
    ({"TEMPORAL_PROFILE": "nobody"}, 1, "TEMPORAL_PROFILE"),
]


NAMES = [" ".join(given) for given, _, _ in LACKING]


@pytest.mark.server
@pytest.mark.parametrize(("lacking", "code", "named"), LACKING[:4], ids=NAMES[:4])
def test_what_the_worker_lacks_is_named_with_its_variable(lacking, code, named, temporal, tmp_path):
    said = said_in_one_line(started(WORKER, tmp_path, **({"TEMPORAL_ADDRESS": temporal} | lacking)), code)
    assert named in said and "geheim" not in said


@pytest.mark.parametrize(("lacking", "code", "named"), LACKING, ids=NAMES)
def test_what_the_portal_lacks_is_named_with_its_variable(lacking, code, named, tmp_path, monkeypatch, capsys):
    given = {"STATE_DIR": str(tmp_path), "TEMPORAL_ADDRESS": "127.0.0.1:1"} | lacking
    for name, value in given.items():
        monkeypatch.setenv(name if name.startswith("TEMPORAL") else PREFIX + name, value)
    assert cli.code_of(["portal"]) == code
    said = capsys.readouterr().err
    assert named in said and "geheim" not in said and said.count("\n") == 1


@pytest.mark.server
def test_a_worker_that_could_send_no_mail_does_not_start(temporal, tmp_path):
    (tmp_path / "mail").write_text("a file, and no folder", encoding="utf-8")
    said = said_in_one_line(started(WORKER, tmp_path, TEMPORAL_ADDRESS=temporal))
    assert "/mail cannot be written" in said and "CANCELLATIONS_STATE_DIR" in said


@pytest.mark.parametrize("lacking", [
    {"CATALOGUE_DIR": "/nowhere"}, {"DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/x"},
], ids=lambda given: next(iter(given)))  # fmt: skip
def test_make_run_says_what_is_lacking_before_it_starts_anything(lacking, tmp_path):
    ports = {"TEMPORAL_PORT": free_port(), "TEMPORAL_UI_PORT": free_port()}
    code, out, err = ended(started(["-m", "embedded"], tmp_path, **ports, **lacking))
    assert (code, out, err.count("\n")) == (1, "", 1) and PREFIX + next(iter(lacking)) in err


# Told to stop.


def catches_signals(process: subprocess.Popen[str]) -> bool:
    """Whether SIGTERM would find a handler."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    caught = re.search(r"^SigCgt:\s*(\w+)", status, re.M)
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def wait_until(what: Any, within: float = 60) -> None:
    """Look again and again."""
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


@LINUX
@pytest.mark.parametrize(("program", "number"), [
    (WORKER, signal.SIGTERM), (WORKER, signal.SIGINT), (PORTAL, signal.SIGTERM), (["-m", "embedded"], signal.SIGTERM),
])  # fmt: skip
def test_a_program_that_is_still_loading_ends_at_a_signal(program, number, tmp_path):
    process = started(program, tmp_path, TEMPORAL_ADDRESS="127.0.0.1:1")
    wait_until(lambda: catches_signals(process))
    process.send_signal(number)
    assert ended(process, 10)[0] == 0


@pytest.mark.parametrize(
    ("program", "lacking", "form"),
    [
        (WORKER, "TEMPORAL_ADDRESS", "127.0.0.1:{}"),
        (PORTAL, "TEMPORAL_ADDRESS", "127.0.0.1:{}"),
        (PORTAL, "DATABASE_URL", "postgresql://u:p@127.0.0.1:{}/x"),
    ],
)
def test_a_program_that_waits_for_what_it_needs_ends_at_a_signal(program, lacking, form, tmp_path):
    """What it needs takes its connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as needed:
        address = {"TEMPORAL_ADDRESS": "127.0.0.1:1"} | {lacking: form.format(needed.getsockname()[1])}
        process = started(program, tmp_path, **address)
        needed.settimeout(60)
        needed.accept()
        process.send_signal(signal.SIGTERM)
        assert ended(process, 10)[0] == 0


def logged(process: subprocess.Popen[str], event: str) -> list[dict[str, Any]]:
    """The lines of the log until that event."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if lines[-1]["event"] == event:
            return lines
    raise AssertionError((lines, process.stderr and process.stderr.read()))


@pytest.mark.server
@pytest.mark.parametrize("program", SERVICES, ids=" ".join)
async def test_a_program_that_serves_ends_with_0_also_when_temporal_is_gone(program, tmp_path):
    async with development_server() as address:
        process = started(program, tmp_path, TEMPORAL_ADDRESS=address)
        await asyncio.to_thread(logged, process, "worker_ready" if program == WORKER else "portal_listening")
    process.send_signal(signal.SIGTERM)
    code, out, err = await asyncio.to_thread(ended, process, END_WITHIN + 5)
    assert (code, err) == (0, "")
    assert [json.loads(line)["event"] for line in out.splitlines()][-1] in ("worker_stopped", "portal_stopped")


@pytest.mark.server
async def test_what_is_under_way_is_finished_when_the_worker_is_told_to_stop(temporal, tmp_path, monkeypatch):
    assert timedelta(seconds=END_WITHIN) > worker.FINISH_WITHIN
    under_way, go_on, send = asyncio.Event(), asyncio.Event(), FolderMail.send
    begun = 0

    async def slowly(*arguments: Any) -> None:
        nonlocal begun
        begun += 1
        under_way.set()
        await go_on.wait()
        await send(*arguments)

    monkeypatch.setattr(FolderMail, "send", slowly)
    env = await new_namespace(temporal)
    for name, value in {"ADDRESS": temporal, "NAMESPACE": env.client.namespace, "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"TEMPORAL_{name}", value)
    settings = settings_of(tmp_path)
    world = World(env, settings, FailingCentre(), create_adapters(settings))
    await load_customer(world)
    serving = asyncio.create_task(worker.serve(settings))
    run = await prepare_downgrade(world)
    await run("place_order")
    await asyncio.wait_for(under_way.wait(), 60)
    os.kill(os.getpid(), signal.SIGTERM)
    assert (await asyncio.wait({serving}, timeout=0.5))[0] == set()
    go_on.set()
    await asyncio.wait_for(serving, END_WITHIN)
    # a worker that stops may still be handed the next mail by a poll that was on its way; what it began it finishes
    assert len(list((tmp_path / "mail").glob("*.eml"))) == begun >= 1

"""The command line over HTTP: a real portal on a port of its own, with tokens (docs/contract.md, Commands)."""

import asyncio
import json
import logging
import socket
from contextlib import asynccontextmanager

import pytest
import structlog
import uvicorn
from pydantic import SecretStr

import cli
from activities.customer_centre import load_customers
from settings import Settings
from tests.portal.conftest import CUSTOMERS, Caller
from tests.strong import ANNA, OTTO


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Anna decides, and a shop's portal reads."""
    return Settings(
        state_dir=tmp_path,
        task_queue=f"command-line-{tmp_path.name}",
        operator_tokens={"anna": (SecretStr(ANNA),)},
        portal_tokens={"shop": (SecretStr(OTTO),)},
    )


@asynccontextmanager
async def listening(app):
    """The portal's address while it listens."""
    port = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([port]))
    yield f"http://127.0.0.1:{port.getsockname()[1]}"
    server.should_exit = True
    await serving


async def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """What a command answers, prints and says, in a thread of its own, as it would in a process."""
    code = await asyncio.to_thread(cli.code_of, list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def english(monkeypatch):
    """An English terminal, on which the portal of the same process does not log."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def test_an_operator_lists_decides_and_reads_under_the_name_of_his_token(
    client, settings, customer, capsys, monkeypatch, english
):
    await load_customers(settings, CUSTOMERS)
    caller = Caller(client, settings)
    async with caller.worker(), listening(caller.app) as url:
        monkeypatch.setenv("CANCELLATIONS_URL", url)
        monkeypatch.setenv("CANCELLATIONS_TOKEN", ANNA)
        code, out, _ = await run(capsys, "list", "--json")
        assert code == 0 and json.loads(out)["total"] == 0
        code, out, _ = await run(capsys, "tasks", "--mine", "--json")
        assert code == 0 and json.loads(out)["items"] == []
        code, out, err = await run(capsys, "confirm", "t-0", "--note", "x", "--json")
        assert (code, out, json.loads(err)["code"]) == (1, "", "unknown_task")
        code, _, err = await run(capsys, "show", f"edition/{customer}/jtl")
        assert code == 1 and err.startswith("unknown_run") and "(contract)" not in err
    await caller.close()


async def test_an_administrator_freezes_shows_and_releases_under_the_name_of_his_token(
    client, settings, capsys, monkeypatch, english
):
    caller = Caller(client, settings)
    async with listening(caller.app) as url:
        monkeypatch.setenv("CANCELLATIONS_URL", url)
        monkeypatch.setenv("CANCELLATIONS_TOKEN", ANNA)
        code, out, _ = await run(capsys, "freeze", "begin", "--reason", "wrong prices", "--by", "somebody", "--json")
        assert code == 0 and json.loads(out)["freeze"]["by"] == "anna"
        code, out, err = await run(capsys, "freeze", "begin", "--reason", "again")
        assert (code, out, err.partition(":")[0]) == (1, "", "frozen")
        code, out, _ = await run(capsys, "freeze", "show")
        assert code == 0 and "wrong prices" in out
        code, out, _ = await run(capsys, "freeze", "release", "--note", "right again", "--json")
        assert code == 0 and json.loads(out)["log"][0]["released_by"] == "anna"
        code, out, err = await run(capsys, "freeze", "release", "--note", "again", "--json")
        assert (code, out, json.loads(err)["code"]) == (1, "", "not_frozen")
        monkeypatch.setenv("CANCELLATIONS_TOKEN", OTTO)
        code, out, err = await run(capsys, "freeze", "begin", "--reason", "of a portal")
        assert (code, out, err.partition(":")[0]) == (1, "", "forbidden")
    await caller.close()


@pytest.mark.parametrize(
    ("token", "code"), [(None, "unauthorised"), ("wrong" * 5, "unauthorised"), (OTTO, "forbidden")]
)
async def test_who_may_not_is_told_by_the_portal(client, settings, capsys, monkeypatch, english, token, code):
    caller = Caller(client, settings)
    async with listening(caller.app) as url:
        monkeypatch.setenv("CANCELLATIONS_URL", url)
        if token:
            monkeypatch.setenv("CANCELLATIONS_TOKEN", token)
        exit_code, out, err = await run(capsys, "tasks")
        assert (exit_code, out, err.partition(":")[0]) == (1, "", code)
    await caller.close()


async def test_what_is_no_portal_is_said_to_be_none(capsys, monkeypatch, english):
    async def elsewhere(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<p>Welcome</p>"})

    async with listening(elsewhere) as url:
        code, out, err = await run(capsys, "--url", url, "list")
        assert (code, out) == (1, "") and url in err and "no portal" in err and err.count("\n") == 1

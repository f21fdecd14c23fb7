"""`/readyz`: each part by name, with what is wrong with it, and in time (docs/contract.md, Portal)."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from temporalio.api.enums.v1 import WorkerStatus
from temporalio.api.worker.v1 import WorkerHeartbeat
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from portal import readiness
from secret_strength import new_receipt_key
from settings import PREFIX, Settings, switched_off
from tests.adapters.mail_server import mail_server
from tests.portal.conftest import Caller
from tests.portal.standin import until
from tests.portal.test_events import FIELDS
from tests.strong import ANNA, OTTO

PARTS = {"temporal", "worker", "database", "mail"}


async def wrong(caller: Caller) -> dict[str, str]:
    """What is wrong, by part; each is named in the problem's text too."""
    answer = await caller.http.get("/readyz")
    body: dict[str, Any] = answer.json()
    found = {part: body[part] for part in PARTS if body[part] != "ok"}
    assert answer.status_code == (503 if found else 200)
    if found:
        assert set(body) == FIELDS | PARTS | {"frozen", "notices", "off"} and body["code"] == "unavailable"
        assert answer.headers["retry-after"]
        assert all(f"{part}: {why}" in body["detail"] for part, why in found.items())
    return found


async def test_all_is_there(portal: Caller) -> None:
    async def ready() -> bool:
        return (await portal.http.get("/readyz")).status_code == 200

    await until(ready)
    body = (await portal.http.get("/readyz")).json()
    assert {body[part] for part in PARTS} == {"ok"} and body["status"] == "ok"
    assert (await portal.http.get("/healthz")).json() == {"status": "ok"}


async def test_no_worker_asks_for_work(alone: Caller) -> None:
    found = await wrong(alone)
    assert set(found) == {"worker"}
    assert alone.settings.task_queue in found["worker"] and "python worker.py" in found["worker"]


async def test_a_worker_that_was_stopped_is_none_at_once(alone: Caller, client: Client) -> None:
    async def ready() -> bool:
        return not await wrong(alone)

    async with alone.worker():
        await until(ready)
    await until(lambda: wrong(alone))
    assert set(await wrong(alone)) == {"worker"}


@pytest.mark.parametrize(("ago", "every", "status", "is_there"), [
    (29, 5, WorkerStatus.WORKER_STATUS_RUNNING, True), (31, 5, WorkerStatus.WORKER_STATUS_RUNNING, False),
    (179, 60, WorkerStatus.WORKER_STATUS_RUNNING, True), (181, 60, WorkerStatus.WORKER_STATUS_RUNNING, False),
    (1, 5, WorkerStatus.WORKER_STATUS_SHUTTING_DOWN, False), (1, 0, WorkerStatus.WORKER_STATUS_RUNNING, True),
])  # fmt: skip
def test_a_worker_lives_that_runs_and_has_said_so_lately(ago: int, every: int, status: Any, is_there: bool) -> None:
    beat, now = WorkerHeartbeat(status=status), datetime.now(UTC)
    beat.heartbeat_time.FromDatetime(now - timedelta(seconds=ago))
    beat.elapsed_since_last_heartbeat.FromTimedelta(timedelta(seconds=every))
    assert readiness.lives(beat, now) is is_there


async def test_a_worker_that_is_long_gone_is_none(portal: Caller, monkeypatch: Any) -> None:
    async def seen() -> bool:
        return not await wrong(portal)

    await until(seen)
    monkeypatch.setattr(readiness, "POLLED_WITHIN", readiness.POLLED_WITHIN * 0)
    assert set(await wrong(portal)) == {"worker"}


@pytest.mark.parametrize("mistake", ["namespace", "address"])
async def test_temporal_cannot_be_used(server: str, settings: Settings, mistake: str) -> None:
    address, namespace = ("127.0.0.1:1", "default") if mistake == "address" else (server, "nope")
    client = await Client.connect(address, namespace=namespace, data_converter=pydantic_data_converter, lazy=True)
    caller = Caller(client, settings)
    found = await wrong(caller)
    assert set(found) == {"temporal", "worker"}
    assert address in found["temporal"] and f"TEMPORAL_{mistake.upper()}" in found["temporal"]
    await caller.close()


async def test_the_database_is_of_another_version(alone: Caller) -> None:
    with alone.adapters.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    assert "0099" in (await wrong(alone))["database"]


async def test_mails_cannot_be_written(client: Client, settings: Settings) -> None:
    settings.state_dir.mkdir(exist_ok=True)
    (settings.state_dir / "mail").write_text("a file, and no folder", encoding="utf-8")
    caller = Caller(client, settings)
    assert "CANCELLATIONS_STATE_DIR" in (await wrong(caller))["mail"]
    await caller.close()


@asynccontextmanager
async def with_mail(client: Client, settings: Settings, url: str) -> Any:
    caller = Caller(client, settings.model_copy(update={"smtp_url": SecretStr(url)}))
    yield caller
    await caller.close()


async def test_the_mail_server_is_asked_now_and_then(client: Client, settings: Settings, monkeypatch: Any) -> None:
    async with AsyncExitStack() as server:
        port, taken = await server.enter_async_context(mail_server({}))
        async with with_mail(client, settings, f"smtp://127.0.0.1:{port}") as caller:
            assert "mail" not in await wrong(caller)
            await server.aclose()
            assert "mail" not in await wrong(caller) and taken == []
            monkeypatch.setattr(readiness, "MAIL_EVERY", 0)
            assert f"smtp://127.0.0.1:{port}: the mail server does not answer" in (await wrong(caller))["mail"]


async def test_the_mail_server_lets_nobody_in(client: Client, settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(mail_server({"EHLO": "250-hi\r\n250 AUTH PLAIN", "AUTH": "535 no"}))
        caller = await stack.enter_async_context(with_mail(client, settings, f"smtp://anna:geheim@127.0.0.1:{port}"))
        said = (await wrong(caller))["mail"]
    assert "does not accept the login (535): check CANCELLATIONS_SMTP_URL" in said and "geheim" not in said


async def test_what_says_nothing_is_named_in_time(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr(readiness, "PART_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        client = await Client.connect(address, data_converter=pydantic_data_converter, lazy=True)
        async with with_mail(client, settings, f"smtp://{address}") as caller:
            found = await asyncio.wait_for(wrong(caller), 2)
    assert {part: "does not answer within" in why for part, why in found.items()} == {
        "temporal": True, "worker": True, "mail": True,
    }  # fmt: skip


# What is off.


async def test_what_is_off_is_said(alone: Caller) -> None:
    off = (await alone.http.get("/readyz")).json()["off"]
    names = [line.partition(" ")[0].removeprefix(PREFIX) for line in off]
    secrets = ["WEBHOOK_SECRET", "OPERATOR_TOKENS", "PORTAL_TOKENS", "SESSION_SECRET", "RECEIPT_KEY"]
    assert names == ["SMTP_URL", *secrets, "PUBLIC_URL", "TEMPORAL_UI_URL"]
    assert str(alone.settings.state_dir / "mail") in off[0]


def test_nothing_is_off_where_all_is_set() -> None:
    complete = {
        "smtp_url": "smtp://mail.example", "mail_from": "k@shop.example", "operator_mail": "o@shop.example",
        "webhook_secret": "whsec_" + "c2VjcmV0" * 4, "operator_tokens": f"anna:{ANNA}",
        "portal_tokens": f"shop:{OTTO}", "session_secret": f"{ANNA}{OTTO}", "receipt_key": new_receipt_key(),
        "public_url": "https://k.example", "temporal_ui_url": "https://t.example",
    }  # fmt: skip
    assert switched_off(Settings.model_validate(complete)) == []
    for name, value, said in [
        ("mail_from", "k@localhost", "MAIL_FROM is k@localhost"),
        ("operator_mail", "o@localhost", "OPERATOR_MAIL is o@localhost"),
        ("compare_at", "never", "COMPARE_AT is never"),
        ("guarded_elsewhere", True, "GUARDED_ELSEWHERE is true"),
        ("public_url", "http://[::1]:8080", "PUBLIC_URL is http://[::1]:8080"),
        ("public_url", "http://0.0.0.0:8080", "PUBLIC_URL is http://0.0.0.0:8080: the links in mails that go out lead"),
        ("public_url", "", "PUBLIC_URL is http://127.0.0.1:8080: the links in mails that go out lead nowhere: set it"),
    ]:
        (line,) = switched_off(Settings.model_validate(complete | {name: value}))
        assert line.startswith(PREFIX + said)

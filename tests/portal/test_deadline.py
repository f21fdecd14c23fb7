"""Every call ends in time, whatever hangs: Temporal, the database, or the call before it."""

import asyncio
import json
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.customer_centre import load_customers
from activities.sql.database import CONNECT_S, STATEMENT_MS
from portal import deadline, openapi_examples
from portal.page_calls import PageCalls
from portal.problems import PortalProblem
from settings import Settings
from tests.adapters.databases import new_database, postgres
from tests.portal.conftest import CUSTOMERS, Caller, event, requested
from tests.portal.standin import until
from tests.portal.test_events import is_problem

__all__ = ["postgres"]
WITHIN = 1.0
SLACK = 2.0
"""A busy machine answers later, and still before a statement would end."""
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/customers/K-1001/licences", None),
    ("GET", "/customers/K-1001/choices?kind=voucher&subject=V-1", None),
    ("POST", "/previews", openapi_examples.REQUEST),
    ("GET", "/cancellations", None),
    ("GET", "/cancellations/edition/K-1001/jtl", None),
    ("GET", "/tasks", None),
    ("GET", "/tasks/counts", None),
    ("GET", "/tasks/t-1", None),
    ("POST", "/tasks/t-1/claim", {"by": "anna"}),
    ("POST", "/tasks/t-1/steps", {"by": "anna", "step": 1}),
    ("POST", "/tasks/t-1/confirm", openapi_examples.CONFIRMATION),
    ("POST", "/tasks/t-1/reject", openapi_examples.REJECTION),
    ("POST", "/events", requested("K-1001", "new")),
    ("POST", "/events", event("abandon", "edition/K-1001/jtl", "other")),
]
WITHOUT_DATABASE = ("/cancellations/edition/K-1001/jtl",)
WITHOUT_TEMPORAL = (
    "/customers/K-1001/licences",
    "/customers/K-1001/choices?kind=voucher&subject=V-1",
    "/previews",
    "/cancellations",
    "/tasks",
    "/tasks/counts",
    "/tasks/t-1",
    "/tasks/t-1/claim",
    "/tasks/t-1/steps",
    "/tasks/t-1/confirm",
    "/tasks/t-1/reject",
)


REAL = deadline.CALL_WITHIN


def test_the_deadline_lies_within_five_seconds_and_statements_end_before() -> None:
    assert max(STATEMENT_MS / 1000, CONNECT_S) < REAL < 5


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the real deadline."""
    monkeypatch.setattr(deadline, "CALL_WITHIN", WITHIN)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest_asyncio.fixture
async def hanging(silent: str, settings: Settings) -> AsyncIterator[Caller]:
    """The portal with its database, and a Temporal that says nothing."""
    await load_customers(settings, CUSTOMERS)
    client = await Client.connect(silent, data_converter=pydantic_data_converter, lazy=True)
    caller = Caller(client, settings)
    yield caller
    await caller.close()


async def in_time(caller: Caller, method: str, path: str, document: Any) -> httpx.Response:
    """The answer, which comes soon after the deadline at the latest."""
    began = time.monotonic()
    answer = await caller.http.request(method, path, json=document)
    assert time.monotonic() - began < WITHIN + SLACK, (method, path)
    return answer


def is_unavailable(answer: httpx.Response) -> None:
    """503, to be sent again."""
    is_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("method", "path", "document"), CALLS)
async def test_temporal_says_nothing(
    hanging: Caller, method: str, path: str, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path in WITHOUT_TEMPORAL:
        monkeypatch.setattr(deadline, "CALL_WITHIN", REAL)
        assert (await hanging.http.request(method, path, json=document)).status_code in (200, 404)
    else:
        is_unavailable(await in_time(hanging, method, path, document))


async def serves(caller: Caller) -> None:
    """Calls are answered; on a busy machine the first ones may take longer than these tests let a call take."""

    async def answered() -> bool:
        return (await caller.http.get("/tasks")).status_code == 200

    assert await until(answered)


@pytest.mark.parametrize(("method", "path", "document"), CALLS)
async def test_the_database_is_locked(alone: Caller, method: str, path: str, document: Any) -> None:
    file = alone.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        answer = await in_time(alone, method, path, document)
        if path in WITHOUT_DATABASE:
            assert answer.status_code in (404, 503)
        elif document is not None and path == "/events":
            is_unavailable(answer)
        other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(*deadline.cancelled, return_exceptions=True)
    await serves(alone)


async def test_doubles_of_an_event_do_not_wait_longer_than_it(hanging: Caller) -> None:
    answers = [in_time(hanging, "POST", "/events", requested("K-1001", "double")) for _ in range(5)]
    for answer in await asyncio.gather(*answers):
        is_unavailable(answer)


async def test_a_caller_that_sends_half_a_body_is_told_where_no_connection_has_dropped_it(
    alone: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b'{"kind":'
        await asyncio.sleep(3600)

    monkeypatch.setattr(deadline, "ARRIVES_WITHIN", 2 * WITHIN)
    began = time.monotonic()
    answer = await alone.http.post("/previews", content=half(), headers={"content-type": "application/json"})
    assert 2 * WITHIN <= time.monotonic() - began < 2 * WITHIN + SLACK
    is_problem(answer, 408, "malformed")


async def test_a_body_that_takes_longer_than_a_call_may_is_taken_all_the_same(alone: Caller) -> None:
    whole = json.dumps(openapi_examples.REQUEST).encode()

    async def slowly() -> AsyncIterator[bytes]:
        for part in (whole[:20], whole[20:40], whole[40:]):
            await asyncio.sleep(WITHIN * 0.6)
            yield part

    answer = await alone.http.post("/previews", content=slowly(), headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text


async def test_what_hangs_once_the_body_is_there_is_answered_in_the_time_of_a_call(alone: Caller) -> None:
    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await asyncio.sleep(3600)

    async def slowly() -> AsyncIterator[bytes]:
        await asyncio.sleep(WITHIN * 1.2)
        yield b"{}"

    async def late(request: Request, problem: Exception) -> Response:
        return Response(status_code=problem.status if isinstance(problem, PortalProblem) else 500)

    transport = httpx.ASGITransport(deadline.Timely(hangs, late))
    began = time.monotonic()
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.post("/", content=slowly())
    assert answer.status_code == 503 and time.monotonic() - began < 2.2 * WITHIN + SLACK


async def test_a_caller_that_goes_away_is_no_fault_of_ours(alone: Caller) -> None:
    sent: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/previews", "raw_path": b"/previews", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")], "http_version": "1.1",
        "scheme": "http",
    }  # fmt: skip
    with capture_logs() as logs:
        await alone.app(scope, gone, send)
    assert sent == [] and logs == []


def streaming(content_type: bytes) -> ASGIApp:
    """An application whose answer begins at once and ends long after the deadline."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", content_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await asyncio.sleep(3 * WITHIN)
        await send({"type": "http.response.body", "body": b"late"})

    return app


@pytest.mark.parametrize(("content_type", "taken"), [(b"text/event-stream; charset=utf-8", 2), (b"text/html", 1)])
async def test_a_stream_of_events_that_has_begun_goes_on_past_the_deadline_and_no_other_answer_does(
    content_type: bytes, taken: int
) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def never(request: Request, error: Exception) -> Response:
        raise AssertionError("what has begun is not answered once more")

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await deadline.Timely(streaming(content_type), never)(scope, receive, send)
    assert len(sent) == taken


async def test_a_bug_is_answered_and_logged_once(alone: Caller, monkeypatch: Any) -> None:
    def bug(*_: Any, **__: Any) -> None:
        raise TimeoutError("a bug that looks like a deadline")

    monkeypatch.setattr(type(alone.adapters.work_list), "tasks", bug)
    with capture_logs() as logs:
        is_problem(await alone.http.get("/tasks"), 500, "internal")
    assert [line["event"] for line in logs] == ["call_failed"]


@pytest.mark.parametrize(("hangs", "status"), [(True, 503), (False, 500)], ids=["late", "a bug"])
async def test_a_person_gets_a_page_where_no_handler_answers(
    alone: Caller, monkeypatch: pytest.MonkeyPatch, hangs: bool, status: int
) -> None:
    async def visitor(*_: Any) -> Any:
        if hangs:
            await asyncio.Event().wait()
        raise RuntimeError("a bug")

    monkeypatch.setattr(PageCalls, "visitor", visitor)
    answer = await in_time(alone, "GET", "/my", None)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, "text/html")
    assert '<h1 id="problem">' in answer.text and "default-src 'none'" in answer.headers["content-security-policy"]


# PostgreSQL that stops to answer in the middle.


class Wire:
    """A connection to a server that can be made silent: what was said before is passed on, nothing after."""

    def __init__(self) -> None:
        self.passes = asyncio.Event()
        self.passes.set()

    async def passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self.passes.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def wired(postgres: str, client: Client, settings: Settings) -> AsyncIterator[tuple[Caller, Wire]]:
    """The portal on PostgreSQL, behind a wire."""
    wire = Wire()
    with new_database(postgres) as url:
        parts = urlsplit(url)
        folder = parse_qs(parts.query)["host"][0]

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
            await asyncio.gather(wire.passed_on(reader, back), wire.passed_on(there, writer), return_exceptions=True)

        async with await asyncio.start_server(connected, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            address = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
            caller = await asyncio.to_thread(Caller, client, settings.model_copy(update={"database_url": address}))
            yield caller, wire
            wire.passes.set()
            await asyncio.gather(*deadline.cancelled, return_exceptions=True)
            await caller.close()


@pytest.mark.postgres
async def test_a_database_that_falls_silent_holds_up_nobody(wired: tuple[Caller, Wire]) -> None:
    caller, wire = wired
    await serves(caller)
    wire.passes.clear()
    for method, path, document in [call for call in CALLS if call[1] not in (*WITHOUT_DATABASE, "/cancellations")]:
        is_unavailable(await in_time(caller, method, path, document))
    answers = [in_time(caller, "GET", "/tasks", None) for _ in range(30)]
    for answer in await asyncio.gather(*answers):
        is_unavailable(answer)
    wire.passes.set()
    await asyncio.gather(*deadline.cancelled, return_exceptions=True)
    await serves(caller)

"""Connections on real sockets: what is half sent, not taken, idle, or one too many. Times are short here."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from portal import deadline, openapi_examples
from portal.app import create_app
from portal.connections import Limits, Places
from portal.server import Server, config_of
from settings import Settings

PATIENT = Limits(sent_within=30, taken_within=30, idle=30)
"""Nothing is dropped while a test looks at something else."""
SOON, WITHIN = 0.3, 5.0
"""Seconds: the limit of what is looked at, and of how long a busy machine may take to keep it."""
LARGE = 32 * 1024 * 1024
"""Bytes of an answer that no system keeps for a caller who does not take it."""


@pytest_asyncio.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The portal, with a call whose answer is large, and one that tells where it comes from."""
    client = await Client.connect("127.0.0.1:1", data_converter=pydantic_data_converter, lazy=True)
    made = await asyncio.to_thread(create_app, client, settings)

    @made.get("/large")
    async def large() -> PlainTextResponse:
        return PlainTextResponse("x" * LARGE)

    @made.get("/from")
    async def origin(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{request.scope['client'][0]} {request.url.scheme}")

    yield made


class Served:
    """The portal at an address of its own."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self.server.server_state.connections)

    async def connect(self, content: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which that was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(content)
        return reader, writer

    async def answer_to(self, content: bytes) -> bytes:
        """All that comes until the connection ends."""
        reader, writer = await self.connect(content)
        try:
            return await asyncio.wait_for(reader.read(), WITHIN)
        finally:
            writer.close()

    async def has_open(self, number: int) -> None:
        """Wait until so many connections are open."""
        async with asyncio.timeout(WITHIN):
            while self.open != number:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(app: FastAPI, limits: Limits) -> AsyncIterator[Served]:
    """The portal as `cancellations portal` serves it, within these limits."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(config_of(app, limits), lambda: None)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve([listening]))
    async with asyncio.timeout(WITHIN):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield Served(server, listening.getsockname()[1])
    finally:
        server.config.timeout_graceful_shutdown = 1
        server.stop()
        await serving


def call(
    path: str = "/healthz", *headers: str, method: str = "GET", body: bytes = b"", host: str = "localhost"
) -> bytes:
    """A call as it goes over the wire."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode() + body


JSON = "Content-Type: application/json"


def status_of(answer: bytes) -> int:
    """The status of the first answer."""
    return int(answer.split()[1])


def document_of(answer: bytes) -> dict[str, Any]:
    """The problem in an answer, which is safe to show as any other is."""
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = head.decode().lower()
    for said in ("application/problem+json", "nosniff", "no-store", "connection: close"):
        assert said in fields
    document: dict[str, Any] = json.loads(body)
    return document


# Half sent.

HALVES = {
    "nothing": b"",
    "half a line": b"GET /heal",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "half a body": call("/previews", JSON, "Content-Length: 100", method="POST", body=b"{"),
    "half a chunk": call("/previews", JSON, "Transfer-Encoding: chunked", method="POST", body=b"a\r\n{"),
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
async def test_a_half_sent_request_is_dropped_after_a_while(app: FastAPI, half: bytes) -> None:
    async with served(app, replace(PATIENT, sent_within=SOON)) as portal:
        began = asyncio.get_running_loop().time()
        answer = await portal.answer_to(half)
        assert asyncio.get_running_loop().time() - began > SOON * 0.9
        if half in (HALVES["half a line"], HALVES["half a head"]):
            assert status_of(answer) == 408 and "complete" in document_of(answer)["detail"]
        else:
            assert answer == b""
        await portal.has_open(0)


async def test_half_a_body_is_dropped_by_its_connection_and_not_by_the_time_of_a_call(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is answered that a caller who sends on could take for a fault of ours."""
    assert Limits().sent_within < deadline.ARRIVES_WITHIN
    monkeypatch.setattr(deadline, "CALL_WITHIN", SOON / 3)
    async with served(app, replace(PATIENT, sent_within=SOON)) as portal:
        assert await portal.answer_to(HALVES["half a body"]) == b""
        whole = json.dumps(openapi_examples.REQUEST).encode()
        head = call("/nothing-is-here", JSON, f"Content-Length: {len(whole)}", method="POST")
        reader, writer = await portal.connect(head + whole[:9])
        await asyncio.sleep(SOON / 2)
        writer.write(whole[9:])
        assert status_of(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN)) == 404
        writer.close()


async def test_a_byte_now_and_then_does_not_keep_it(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, sent_within=SOON)) as portal:
        reader, writer = await portal.connect(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        answered = asyncio.create_task(reader.read())
        async with asyncio.timeout(WITHIN):
            while not answered.done():
                writer.write(b"a")
                await asyncio.sleep(SOON / 10)
        with contextlib.suppress(ConnectionError):  # a byte crossed the answer on its way
            assert status_of(answered.result()) == 408
        await portal.has_open(0)


async def test_the_second_request_of_a_connection_is_watched_as_the_first(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, sent_within=SOON)) as portal:
        answer = await portal.answer_to(call() + b"GET /healthz HTT")
        assert status_of(answer) == 200 and b"HTTP/1.1 408" in answer
        await portal.has_open(0)


async def test_a_connection_whose_requests_are_whole_outlives_the_limit(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, sent_within=SOON)) as portal:
        reader, writer = await portal.connect()
        for _ in range(2):
            whole = call("/healthz")
            writer.write(whole[:10])
            await asyncio.sleep(SOON / 3)
            writer.write(whole[10:])
            assert status_of(await asyncio.wait_for(reader.readuntil(b'"ok"}'), WITHIN)) == 200
            await asyncio.sleep(SOON * 1.2)
        writer.close()


# Idle, and not taken.


async def test_an_idle_connection_is_closed(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, idle=SOON)) as portal:
        assert status_of(await portal.answer_to(call())) == 200
        await portal.has_open(0)


@pytest.mark.parametrize("idle", [SOON, 30], ids=["it would be idle", "it would be kept"])
async def test_an_answer_that_nobody_takes_is_dropped(app: FastAPI, idle: float) -> None:
    async with served(app, replace(PATIENT, taken_within=SOON, idle=idle)) as portal:
        _, writer = await portal.connect(call("/large"))
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await portal.has_open(1)
        await portal.has_open(0)
        writer.close()


async def test_an_answer_that_is_taken_slowly_is_not(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, taken_within=SOON)) as portal:
        reader, writer = await portal.connect(call("/large", "Connection: close"))
        taken = 0
        while part := await asyncio.wait_for(reader.read(LARGE // 8), WITHIN):
            if taken < LARGE // 2 < taken + len(part):
                await asyncio.sleep(SOON * 0.5)
            taken += len(part)
        assert taken > LARGE
        writer.close()


# Too many.


async def test_one_address_has_only_so_many_connections(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, most_of_one=2)) as portal:
        first, second = await portal.connect(), await portal.connect()
        await portal.has_open(2)
        answer = await portal.answer_to(b"")
        assert status_of(answer) == 503 and document_of(answer)["code"] == "unavailable" and b"retry-after" in answer
        first[1].close()
        await portal.has_open(1)
        assert status_of(await portal.answer_to(call("/healthz", "Connection: close"))) == 200
        second[1].close()


@pytest.mark.parametrize("proxies", [(), ("127.0.0.0/8",)])
async def test_all_together_have_only_so_many(app: FastAPI, proxies: tuple[str, ...]) -> None:
    async with served(app, replace(PATIENT, most=2, proxies=proxies)) as portal:
        held = [await portal.connect() for _ in range(2)]
        await portal.has_open(2)
        assert status_of(await portal.answer_to(b"")) == 503
        for _, writer in held:
            writer.close()


async def test_a_proxy_has_as_many_as_there_are(app: FastAPI) -> None:
    async with served(app, replace(PATIENT, most_of_one=1, proxies=("127.0.0.1",))) as portal:
        _, writer = await portal.connect()
        await portal.has_open(1)
        assert status_of(await portal.answer_to(call("/healthz", "Connection: close"))) == 200
        writer.close()


def test_places_are_counted_by_subscriber_and_forgotten() -> None:
    places = Places(Limits(most=3, most_of_one=2))
    places.take("2001:db8::1")
    places.take("2001:db8::2")
    assert not places.has_one("2001:db8::3") and places.has_one("2001:db8:0:1::1")
    places.leave("2001:db8::2")
    places.leave("2001:db8::1")
    assert not places.taken and places.has_one("2001:db8::3")


# Bodies and heads.


async def test_a_body_that_says_how_long_it_is_is_refused_before_it_comes(app: FastAPI) -> None:
    async with served(app, PATIENT) as portal:
        answer = await portal.answer_to(call("/previews", JSON, "Content-Length: 104857600", method="POST"))
        assert status_of(answer) == 413 and document_of(answer)["code"] == "too_large"


async def test_who_waits_to_be_asked_is_never_asked_for_a_body_that_is_too_long(app: FastAPI) -> None:
    head = [JSON, "Content-Length: 104857600", "Expect: 100-continue"]
    async with served(app, PATIENT) as portal:
        assert (await portal.answer_to(call("/previews", *head, method="POST"))).startswith(b"HTTP/1.1 413")


IS_SAID = pytest.mark.parametrize("is_said", [True, False], ids=["its length is said", "in chunks"])


class Long:
    """A body of so many parts of 64 KiB. `sent`: how many bytes of it were."""

    def __init__(self, parts: int, is_said: bool) -> None:
        self.parts = parts
        self.sent = 0
        length = {"content-length": str(parts * 65536)} if is_said else {}
        self.headers = {"content-type": "application/json"} | length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.parts):
            self.sent += 65536
            yield b" " * 65536


@IS_SAID
async def test_who_sends_somewhat_too_much_before_he_listens_has_his_answer(app: FastAPI, is_said: bool) -> None:
    long = Long(14, is_said)
    async with served(app, PATIENT) as portal, httpx.AsyncClient(base_url=f"http://127.0.0.1:{portal.port}") as http:
        answer = await http.post("/previews", content=long, headers=long.headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        await portal.has_open(0)


@IS_SAID
async def test_of_100_MB_hardly_more_is_read_than_may_be(app: FastAPI, is_said: bool) -> None:
    long = Long(1600, is_said)
    async with served(app, PATIENT) as portal, httpx.AsyncClient(base_url=f"http://127.0.0.1:{portal.port}") as http:
        with contextlib.suppress(httpx.TransportError):  # he never listened, and is cut off
            answer = await http.post("/previews", content=long, headers=long.headers)
            assert answer.status_code == 413
        await portal.has_open(0)
    assert long.sent < 32 * 1024 * 1024, "more than the buffers of two systems hold"


async def test_who_sends_on_and_on_is_cut_off_in_time(app: FastAPI) -> None:
    head = call("/previews", JSON, "Content-Length: 104857600", method="POST")
    async with served(app, replace(PATIENT, thrown_away_within=SOON)) as portal:
        reader, writer = await portal.connect(head)
        assert status_of(await asyncio.wait_for(reader.read(), WITHIN)) == 413  # and does not close his end
        await portal.has_open(0)
        writer.close()


@pytest.mark.parametrize("path", ["/nothing", "/healthz"])
async def test_a_body_that_nobody_wants_is_not_read_either(app: FastAPI, path: str) -> None:
    head = call(path, JSON, "Content-Length: 262144", method="POST")
    async with served(app, PATIENT) as portal:
        assert status_of(await portal.answer_to(head)) in (404, 405)


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\x00\r\n\r\n",
        call("/previews", JSON, "Content-Length: 2", "Content-Length: 3", method="POST", body=b"{}"),
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 1_000_000,
    ],
    ids=["TLS", "no host", "two hosts", "a control character", "two lengths", "a head without end"],
)
async def test_what_is_no_http_is_a_problem_and_the_end_of_the_connection(app: FastAPI, wrong: bytes) -> None:
    async with served(app, PATIENT) as portal:
        answer = await portal.answer_to(wrong)
        assert status_of(answer) == 400 and document_of(answer)["code"] == "malformed"


async def test_foreign_host_is_refused_on_the_wire_too(app: FastAPI) -> None:
    async with served(app, PATIENT) as portal:
        answer = await portal.answer_to(call("/healthz", "Connection: close", host="evil.example"))
        assert status_of(answer) == 421


# Proxies.


@pytest.mark.parametrize(
    ("proxies", "found"),
    [((), "127.0.0.1 http"), (("10.0.0.1",), "127.0.0.1 http"), (("127.0.0.1", "10.0.0.0/24"), "203.0.113.7 https")],
)
async def test_only_a_proxy_that_is_named_says_where_a_call_comes_from(
    app: FastAPI, proxies: tuple[str, ...], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    said = ["X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.0.0.5", "X-Forwarded-Proto: https"]
    async with served(app, replace(PATIENT, proxies=proxies)) as portal:
        answer = await portal.answer_to(call("/from", "Connection: close", *said))
        assert answer.endswith(found.encode())

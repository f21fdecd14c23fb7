"""What stands before every call: names, pages of others, forms, lengths, tries, and what each answer says.

Loopback is no protection from a browser: any page that it shows may send something here.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import product
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select
from standardwebhooks import Webhook
from starlette.responses import Response

from activities.sql.tables import inbox
from bench.portal import Call
from portal import openapi_examples
from portal.guards import bodies
from portal.guards.callers import subscriber
from portal.guards.hosts import own_hosts
from portal.guards.wrong_tokens import FORGOTTEN_AFTER, MOST_ADDRESSES, MOST_WRONG, Tries, WrongTokens
from settings import Settings, origin_of
from tests.portal.access import OPERATOR, TOKENS
from tests.portal.conftest import SECRET, Caller, requested
from tests.portal.test_events import is_problem
from tests.strong import ANNA

JSON = {"content-type": "application/json"}
SENDING = [
    ("/events", {"content-type": "application/cloudevents+json"}, requested("K-1001")),
    ("/previews", JSON, openapi_examples.REQUEST),
    ("/tasks/t-1/confirm", JSON, openapi_examples.CONFIRMATION),
    ("/tasks/t-1/reject", JSON, openapi_examples.REJECTION),
    ("/my/end", {"content-type": "application/x-www-form-urlencoded"}, None),
]
"""Calls that send something, each in its form; the last is the form of a page."""
EVERY_CALL = pytest.mark.parametrize(("path", "headers", "document"), SENDING, ids=[path for path, _, _ in SENDING])
NEVER = {403, 413, 415, 421}
"""What the guards say, and nothing behind them here."""


def content_of(document: Any) -> bytes:
    """A body."""
    return b"a=b" if document is None else json.dumps(document).encode()


def is_refused(answer: httpx.Response, status: int, code: str) -> str:
    """What is said to who is refused: in a problem, or where pages are on a page."""
    if f"{answer.request.url.path}/".startswith(("/my/", "/desk/")):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        return unescape(answer.text)
    return str(is_problem(answer, status, code)["detail"])


def started_nothing(caller: Caller) -> bool:
    """Whether no event was kept."""
    with caller.adapters.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(inbox)) == 0


# Host.


OWN = ["127.0.0.1", "127.0.0.1:8080", "127.0.0.1:1", "localhost:8080", "LOCALHOST", "localhost.", "[::1]", "[::1]:8080"]


async def test_this_machines_own_names_are_answered_with_any_port(offline: Caller) -> None:
    for host in OWN:
        assert (await offline.http.get("/healthz", headers={"host": host})).status_code == 200, host


OTHERS = [
    "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "",
    "127.0.0.1@evil.example", "127.0.0.1:8080:8080", "127.0.0.1:x", "127.0.0.1, evil.example", "localhost/", "[::1",
    "xn--lcalhost-26a", "localhost:999999", "::1",
]  # fmt: skip


async def test_foreign_host_another_name_is_never_answered(offline: Caller) -> None:
    for host, path in product(OTHERS, ["/healthz", "/tasks", "/nothing", "/my"]):
        said = is_refused(await offline.http.get(path, headers={"host": host}), 421, "foreign_host")
        assert "CANCELLATIONS_HOSTS" in said and repr(host)[:80] in said


@EVERY_CALL
async def test_foreign_host_nothing_is_sent_by_another_name(
    offline: Caller, path: str, headers: Any, document: Any
) -> None:
    foreign = headers | {"host": "evil.example"}
    is_refused(await offline.http.post(path, content=content_of(document), headers=foreign), 421, "foreign_host")
    assert started_nothing(offline)


async def head(caller: Caller, *headers: tuple[bytes, bytes]) -> int:
    """The status of a call with just these headers."""
    statuses: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    scope = {
        "type": "http", "method": "GET", "path": "/healthz", "raw_path": b"/healthz", "query_string": b"",
        "headers": list(headers), "http_version": "1.0", "scheme": "http",
    }  # fmt: skip
    await caller.app(scope, receive, send)
    return statuses[0]


async def test_the_benchmark_of_calls_calls_by_a_name_that_is_answered(offline: Caller) -> None:
    [host] = re.findall(rb"(?m)^host: (.+)\r$", Call("GET", "/healthz").content)
    assert (await offline.http.get("/healthz", headers={"host": host.decode()})).status_code == 200


async def test_foreign_host_none_at_all_and_two(offline: Caller) -> None:
    ours, theirs = (b"host", b"localhost"), (b"host", b"evil.example")
    assert await head(offline, ours) == 200
    assert await head(offline) == 421
    assert {await head(offline, *both) for both in [(ours, theirs), (theirs, ours), (ours, ours)]} == {421}


@pytest.mark.parametrize(
    ("values", "own"),
    [
        ({}, {"127.0.0.1"}),
        ({"portal_host": "::1"}, {"::1"}),
        ({"portal_host": "10.0.0.1", "public_url": "https://K.example:8443/x"}, {"10.0.0.1", "k.example"}),
        (
            {"hosts": "konto.example., [FD00::0:5]", "public_url": "http://[::2]:1"},
            {"127.0.0.1", "konto.example", "fd00::5", "::2"},
        ),
    ],
)  # fmt: skip
def test_the_portals_own_names_are_those_of_the_settings(values: Any, own: set[str]) -> None:
    assert own_hosts(Settings(**values)) == own


@pytest_asyncio.fixture
async def public(client: Any, settings: Settings) -> AsyncIterator[Caller]:
    """A portal behind a proxy with TLS."""
    behind: dict[str, Any] = {"public_url": "https://k.example", "hosts": ("inside",), **TOKENS}
    caller = Caller(client, settings.model_copy(update=behind))
    caller.http.headers.update(OPERATOR)
    yield caller
    await caller.close()


async def test_names_that_are_set_are_answered_and_so_is_a_health_probe_within_the_container(public: Caller) -> None:
    asked = {host: await public.http.get("/healthz", headers={"host": host}) for host in
             ("k.example", "K.EXAMPLE:443", "inside:8080", "127.0.0.1:8080", "j.example")}  # fmt: skip
    assert {host: answer.status_code for host, answer in asked.items()} == {
        "k.example": 200, "K.EXAMPLE:443": 200, "inside:8080": 200, "127.0.0.1:8080": 200, "j.example": 421,
    }  # fmt: skip


async def test_in_process_no_name_leads_anywhere(client: Any, settings: Settings) -> None:
    caller = Caller(client, settings, trusted=True)
    assert (await caller.http.get("/healthz", headers={"host": "portal"})).status_code == 200
    await caller.close()


# Pages of others.

FOREIGN = {
    "another site": {"sec-fetch-site": "cross-site"},
    "another name below the same domain": {"sec-fetch-site": "same-site"},
    "what browsers may say one day": {"sec-fetch-site": "next-door"},
    "another origin": {"origin": "https://evil.example"},
    "another port of this machine": {"origin": "http://127.0.0.1:3000"},
    "another scheme": {"origin": "ftp://127.0.0.1:8080"},
    "a page in a sandbox": {"origin": "null"},
    "no origin": {"origin": ""},
    "our name as a user": {"origin": "http://127.0.0.1:8080@evil.example"},
    "our name below theirs": {"origin": "http://127.0.0.1:8080.evil.example"},
    "ours beside another": {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    "another beside ours": {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "cross-site"},
}


@EVERY_CALL
async def test_cross_site_what_another_sites_page_sends_is_refused(
    offline: Caller, path: str, headers: Any, document: Any
) -> None:
    for foreign in FOREIGN.values():
        answer = await offline.http.post(path, content=content_of(document), headers=headers | foreign)
        is_refused(answer, 403, "cross_site")
    assert started_nothing(offline)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
async def test_cross_site_holds_for_every_method_that_may_change_something(offline: Caller, method: str) -> None:
    is_problem(await offline.http.request(method, "/tasks", headers=FOREIGN["another site"]), 403, "cross_site")


async def test_cross_site_two_headers_are_both_looked_at(offline: Caller) -> None:
    for name, ours, theirs in [("origin", "http://127.0.0.1:8080", "https://evil.example"),
                               ("sec-fetch-site", "same-origin", "cross-site")]:  # fmt: skip
        headers = [("content-type", "application/json"), (name, ours), (name, theirs)]
        is_problem(await offline.http.post("/previews", content=b"{}", headers=headers), 403, "cross_site")


OURS = [
    {}, {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8080"}, {"sec-fetch-site": "none"},
    {"origin": "http://127.0.0.1:8080"}, {"origin": "http://localhost:9", "host": "localhost:9"},
]  # fmt: skip


@EVERY_CALL
async def test_programs_and_our_own_pages_are_not_stopped(
    offline: Caller, path: str, headers: Any, document: Any
) -> None:
    for own in OURS:
        answer = await offline.http.post(path, content=content_of(document), headers=headers | own)
        assert answer.status_code not in NEVER, (own, answer.text)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_link_from_another_site_may_be_followed_but_no_page_of_it_may_read(
    offline: Caller, method: str
) -> None:
    answer = await offline.http.request(
        method, "/healthz", headers={"origin": "https://evil.example"} | FOREIGN["another site"]
    )
    assert answer.status_code == (405 if method == "OPTIONS" else 200) or method == "HEAD"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("https://k.example", "k.example", 422),
        ("https://k.example", "inside:8080", 422),
        ("http://k.example", "k.example", 403),
        ("https://k.example:444", "k.example", 403),
        ("http://inside:8080", "inside:8080", 422),
        ("https://inside", "k.example", 403),
    ],
)
async def test_cross_site_behind_a_proxy_our_origin_is_that_of_the_public_address(
    public: Caller, origin: str, host: str, status: int
) -> None:
    answer = await public.http.post("/previews", content=b"{}", headers=JSON | {"origin": origin, "host": host})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("url", "origin"),
    [("https://K.example:443/a", "https://k.example"), ("http://k.example:80", "http://k.example"),
     ("http://[::1]:8080/", "http://[::1]:8080"), ("https://k.example:80", "https://k.example:80")],
)  # fmt: skip
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


# Forms.

OTHER_FORMS = [
    "text/plain", "text/plain; charset=utf-8", "multipart/form-data; boundary=x", "text/json", "text/html", "",
    "application/json, text/plain", "text/plain; application/json", "application/octet-stream",
]  # fmt: skip


@EVERY_CALL
async def test_wrong_content_type_each_call_takes_its_own_form_alone(
    offline: Caller, path: str, headers: Any, document: Any
) -> None:
    for given in OTHER_FORMS:
        answer = await offline.http.post(path, content=content_of(document), headers={"content-type": given})
        assert headers["content-type"] in is_refused(answer, 415, "wrong_content_type")
    assert started_nothing(offline)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/my/end", "application/json"),
        ("/my", "application/json"),
        ("/desk/tasks", "application/json"),
        ("/previews", "application/x-www-form-urlencoded"),
        ("/mystery", "application/x-www-form-urlencoded"),
        ("/events", "application/x-www-form-urlencoded"),
        ("/events", "application/cloudevents-batch+json"),
        ("/events", "application/vnd.shop+json"),
    ],
)
async def test_wrong_content_type_pages_take_forms_and_calls_json(offline: Caller, path: str, given: str) -> None:
    is_refused(await offline.http.post(path, content=b"{}", headers={"content-type": given}), 415, "wrong_content_type")


@pytest.mark.parametrize("path", ["/events", "/previews", "/my"])
async def test_wrong_content_type_a_body_of_which_nothing_or_two_things_are_said(offline: Caller, path: str) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"{}"

    is_refused(await offline.http.post(path, content=b"{}"), 415, "wrong_content_type")
    is_refused(await offline.http.post(path, content=parts()), 415, "wrong_content_type")
    two = [("content-type", "application/json"), ("content-type", "text/plain")]
    is_refused(await offline.http.post(path, content=b"{}", headers=two), 415, "wrong_content_type")


async def test_an_event_is_taken_in_its_forms(offline: Caller) -> None:
    document = requested("K-1001")
    attributes = {f"ce-{name}": str(value) for name, value in document.items() if name != "data"}
    for headers, content in [
        ({"content-type": "application/cloudevents+json; charset=utf-8"}, document),
        ({"content-type": "application/json"}, document),
        (attributes | {"content-type": "APPLICATION/JSON"}, document["data"]),
        (attributes | {"content-type": "application/vnd.shop+json"}, document["data"]),
    ]:
        answer = await offline.http.post("/events", content=json.dumps(content), headers=headers)
        is_problem(answer, 503, "unavailable")  # only Temporal was missing
    refused = await offline.http.post("/events", content="{}", headers=attributes | {"content-type": "text/plain"})
    is_problem(refused, 415, "wrong_content_type")


# Lengths.

NEEDED = bodies.LONGEST_BODY // 65536 + 1
"""So many parts of a body are read until it is plain that it is too long."""


async def parts(number: int) -> AsyncIterator[bytes]:
    """A body of so many parts, of which no more may be asked for."""
    for _ in range(number):
        yield b" " * 65536
    raise AssertionError("the body was read on")


@pytest.mark.parametrize("path", ["/events", "/previews", "/tasks/t-1/confirm", "/my/end", "/nothing"])
async def test_too_large_what_says_so_is_refused_before_it_is_read(offline: Caller, path: str) -> None:
    kind = "application/x-www-form-urlencoded" if path.startswith("/my") else "application/json"
    for lengths in [[str(bodies.LONGEST_BODY + 1)], ["104857600"], ["9" * 30], ["1", str(10**9)]]:
        headers = [("content-type", kind), *(("content-length", length) for length in lengths)]
        answer = await offline.http.post(path, content=parts(0), headers=headers)
        assert "262144" in is_refused(answer, 413, "too_large")
        assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/events", "/previews", "/tasks/t-1/confirm"])
@pytest.mark.parametrize("said", [{}, {"content-length": "10"}], ids=["in chunks", "a length that is not true"])
async def test_too_large_what_does_not_say_so_is_read_no_further(offline: Caller, path: str, said: Any) -> None:
    answer = await offline.http.post(path, content=parts(NEEDED), headers=JSON | said)
    is_problem(answer, 413, "too_large")
    assert answer.headers["connection"] == "close"


async def test_a_body_of_just_256_KiB_is_read(offline: Caller) -> None:
    content = json.dumps(openapi_examples.REQUEST).encode().ljust(bodies.LONGEST_BODY)
    answer = await offline.http.post("/previews", content=content, headers=JSON)
    assert answer.status_code == 200 and "connection" not in answer.headers
    is_problem(await offline.http.post("/previews", content=content + b" ", headers=JSON), 413, "too_large")


# Tokens.


def calling(address: str, caller: Caller) -> httpx.AsyncClient:
    """A client at that address."""
    transport = httpx.ASGITransport(caller.app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=caller.settings.public_url)


@pytest_asyncio.fixture
async def guarded(client: Any, settings: Settings) -> AsyncIterator[Caller]:
    """A portal with a secret and an operator."""
    secured = settings.model_dump() | {"webhook_secret": (SecretStr(SECRET),), "operator_tokens": f"anna:{ANNA}"}
    caller = Caller(client, Settings(**secured))
    yield caller
    await caller.close()


WRONG, RIGHT = {"authorization": "Bearer wrong"}, {"authorization": f"Bearer {ANNA}"}


async def statuses(http: httpx.AsyncClient, number: int, headers: dict[str, str]) -> list[int]:
    """The statuses of some calls in a row."""
    return [(await http.get("/tasks", headers=headers)).status_code for _ in range(number)]


async def test_too_many_tries_wrong_tokens_in_a_row_are_told_to_wait(guarded: Caller) -> None:
    assert await statuses(guarded.http, MOST_WRONG, WRONG) == [401] * MOST_WRONG
    answer = await guarded.http.get("/tasks", headers=WRONG)
    is_problem(answer, 429, "too_many_tries")
    assert int(answer.headers["retry-after"]) == FORGOTTEN_AFTER


async def test_too_many_tries_wrong_signatures_count_as_well(guarded: Caller) -> None:
    headers = JSON | {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="}
    answers = [await guarded.http.post("/events", content=b"{}", headers=headers) for _ in range(MOST_WRONG + 1)]
    assert [answer.status_code for answer in answers] == [401] * MOST_WRONG + [429]


async def test_a_right_token_is_taken_at_any_time_and_nobody_else_is_kept_waiting(guarded: Caller) -> None:
    assert (await statuses(guarded.http, MOST_WRONG + 3, WRONG))[-1] == 429
    assert await statuses(guarded.http, 2, RIGHT) == [200, 200]
    assert await statuses(guarded.http, 1, WRONG) == [401], "it began anew"
    assert (await statuses(guarded.http, MOST_WRONG, WRONG))[-1] == 429
    content = json.dumps(requested("K-1001"))
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign("1", now, content)
    signed = {"webhook-id": "1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    assert (await guarded.http.post("/events", content=content, headers=JSON | signed)).status_code not in (401, 429)
    async with calling("10.0.0.9", guarded) as other:
        assert await statuses(other, 1, WRONG) == [401]


async def test_who_shows_nothing_has_tried_nothing(guarded: Caller) -> None:
    assert await statuses(guarded.http, MOST_WRONG + 5, {}) == [401] * (MOST_WRONG + 5)


async def tried(tries: Tries, status: int, authority: bool = False, address: str = "10.0.0.1") -> int:
    """What is answered to a call with a token, where the application answers that. 429: it is one too many."""
    passed: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if authority:
            scope["state"]["authority"] = "somebody"
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message: Any) -> None:
        passed.extend([message["status"]] if "status" in message else [])

    scope = {"type": "http", "headers": [(b"authorization", b"Bearer x")], "client": (address, 1)}

    async def answer(request: Any, problem: Any) -> Response:
        return Response(status_code=problem.status)

    await WrongTokens(app, answer, tries)(scope, None, send)  # type: ignore[arg-type]
    return passed[0]


async def test_a_right_token_forgets_the_wrong_ones_before_it_and_an_open_call_does_not() -> None:
    tries = Tries(clock=lambda: 1.0)
    for _ in range(MOST_WRONG):
        assert await tried(tries, 401) == 401
    assert await tried(tries, 200) == 200  # /healthz, say, which asks nobody who he is
    assert await tried(tries, 401) == 429
    assert await tried(tries, 409, authority=True) == 409
    assert [await tried(tries, 401) for _ in range(MOST_WRONG + 1)] == [401] * MOST_WRONG + [429]


async def test_wrong_ones_are_forgotten_a_minute_after_the_last() -> None:
    now = 1000.0
    tries = Tries(clock=lambda: now)
    for _ in range(MOST_WRONG):
        await tried(tries, 401)
    now += FORGOTTEN_AFTER - 1
    assert await tried(tries, 401) == 429
    now += FORGOTTEN_AFTER
    assert await tried(tries, 401) == 401


async def test_what_is_remembered_of_addresses_does_not_grow() -> None:
    tries = Tries(clock=lambda: 1.0)
    for _ in range(MOST_WRONG + 1):
        tries.wrong("10.0.0.1")
    for number in range(MOST_ADDRESSES - 1):
        tries.wrong(str(number))
    assert len(tries.by_address) == MOST_ADDRESSES and await tried(tries, 401) == 429
    tries.wrong("one more")
    tries.wrong("and another")
    assert len(tries.by_address) == MOST_ADDRESSES and "0" not in tries.by_address
    assert "10.0.0.1" in tries.by_address, "it tried last but two"


@pytest.mark.parametrize(
    ("host", "counted"),
    [("10.0.0.1", "10.0.0.1"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:0:1", "2001:db8::/64"),
     ("2001:db8:0:1::1", "2001:db8:0:1::/64"), ("::ffff:10.0.0.1", "10.0.0.1"), ("unknown", "unknown"), ("", ""),
     ("x" * 500, "x" * 80)],
)  # fmt: skip
def test_an_address_is_counted_by_its_subscriber(host: str, counted: str) -> None:
    assert subscriber(host) == counted


# What each answer says.

ANSWERS = {
    "a document": ("GET", "/healthz", {}),
    "a page": ("GET", "/", {"accept": "text/html"}),
    "a refusal": ("GET", "/nothing", {}),
    "a guard's refusal": ("GET", "/healthz", {"host": "evil.example"}),
    "the description": ("GET", "/openapi.json", {}),
    "figures": ("GET", "/metrics", {}),
}


@pytest.mark.parametrize("asked", ANSWERS.values(), ids=ANSWERS)
async def test_every_answer_forbids_guessing_framing_and_keeping(offline: Caller, asked: Any) -> None:
    method, path, headers = asked
    said = (await offline.http.request(method, path, headers=headers)).headers
    assert said["x-content-type-options"] == "nosniff" and said["x-frame-options"] == "DENY"
    assert said["referrer-policy"] == "same-origin" and said["cache-control"] == "no-store"
    policy = said["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-inline" not in policy
    assert len(said.get_list("content-security-policy")) == 1


async def test_what_an_answer_says_itself_stays(offline: Caller) -> None:
    @offline.app.get("/kept")
    async def kept() -> Response:
        own = {"cache-control": "public, max-age=60", "content-security-policy": "default-src 'self'"}
        return Response(headers=own)

    said = (await offline.http.get("/kept")).headers
    assert (said["cache-control"], said["content-security-policy"]) == ("public, max-age=60", "default-src 'self'")


async def test_a_fault_of_ours_says_it_too(offline: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(offline.adapters.work_list), "tasks", bug)
    answer = await offline.http.get("/tasks")
    assert answer.status_code == 500 and answer.headers["x-content-type-options"] == "nosniff"


INJECTED = "canary\r\nSet-Cookie: canary=1\r\n\r\n<script>"


async def test_nothing_that_is_sent_ever_stands_in_a_header_of_an_answer(portal: Caller) -> None:
    paths = (await portal.http.get("/openapi.json")).json()["paths"]
    calls = [(path, method, call) for path, methods in paths.items() for method, call in methods.items()]
    for (path, method, call), content in product(calls, [b"", json.dumps({"by": INJECTED, "kind": INJECTED}).encode()]):
        query = {p["name"]: INJECTED for p in call.get("parameters", ()) if p["in"] == "query"}
        for filled in ("{}", "edition/K-1001/{}"):
            address = path.replace("{customer}", "{}").replace("{workflow_id}", filled).replace("{task}", "{}")
            url = httpx.URL(address.replace("{}", "canary%0d%0aSet-Cookie:%20canary=1"), params=query)
            headers = {"content-type": "application/json", "accept-language": "canary", "accept": "text/html,canary"}
            answer = await portal.http.request(method.upper(), url, content=content, headers=headers)
            assert "canary" not in repr(answer.headers.raw), (method, url, answer.headers)
            assert "set-cookie" not in answer.headers


def routes_of(router: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path and method of every call, pages included."""
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner)
        else:
            yield from ((str(route.path), method) for method in route.methods or ())


async def test_header_injection_no_line_of_a_header_is_ever_somebody_elses(portal: Caller) -> None:
    """Where an address leads on to one with the same words in it, they stay within their line."""
    await portal.http.get("/my/enter", params={"customer": "K-1001"})
    cookies = dict(portal.http.cookies)
    assert cookies, "pages are seen as their customer sees them"
    routes = set(routes_of(portal.app))
    assert len([path for path, _ in routes if path.startswith("/my/")]) > 5
    for path, method in sorted(routes - {("/my/leave", "POST")}):
        filled = re.sub(r"\{\w+(:path)?\}", "canary%0d%0aSet-Cookie:%20canary=1", path)
        names = ("open", "return_url", "link", "customer", "language", "run", "licence", "target", "at")
        url = httpx.URL(filled, params=dict.fromkeys(names, INJECTED))
        kind = "application/x-www-form-urlencoded" if path.startswith("/my") else "application/json"
        headers = {"content-type": kind, "accept": "text/html", "accept-language": "de"}
        answer = await portal.http.request(method, url, content=b"", headers=headers)
        for name, value in answer.headers.raw:
            assert not re.search(rb"[\x00-\x1f\x7f]", name + value), (method, path, name, value)
        assert "canary" not in str(answer.headers.get_list("set-cookie")), (method, path)
        portal.http.cookies = httpx.Cookies(cookies)


async def test_openapi_tells_of_the_guards(offline: Caller) -> None:
    paths = (await offline.http.get("/openapi.json")).json()["paths"]
    for path, methods in paths.items():
        for method, call in methods.items():
            told = {int(status) for status in call["responses"]}
            assert 421 in told, (path, method)
            assert ({403, 413, 415} <= told) == (method == "post"), (path, method)
            assert (429 in told) == (401 in told), (path, method)

"""Whatever arrives in a body, an address or a header: each call of `/openapi.json` answers, and never with 500."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from portal import openapi_examples
from tests.portal.conftest import Caller, requested
from tests.portal.test_events import is_problem

ODD_JSON = {
    "half a surrogate pair": '"\\ud800"',
    "NUL": '"\\u0000"',
    "control": '"\\u0007\\u202e"',
    "a long text": json.dumps("x" * 30_000),
    "an emoji": '"\U0001f600"',
    "a huge number": "9" * 400,
    "a number with too many digits": "9" * 5_000,
    "a huge exponent": "1e999",
    "a negative exponent": "1e-999",
    "NaN": "NaN",
    "infinity": "-Infinity",
    "deep": "[" * 900 + "]" * 900,
    "too deep": "[" * 50_000 + "]" * 50_000,
    "deep objects": '{"a":' * 300 + "1" + "}" * 300,
    "a name that is half a pair": '{"\\udfff": 1}',
    "a name twice": '{"a": 1, "a": 2}',
    "empty": '""',
    "null": "null",
    "a list": "[]",
    "true": "true",
    "a fraction": "0.1",
    "a far year": '"99999-01-01T00:00:00+00:00"',
    "year one": '"0001-01-01T00:00:00+14:00"',
}
ODD_TEXTS = [
    "", " ", "\x00", "\ud800", "\ufffd", "\u202e", "%", "%zz", "'\"\\", "..", "../..", "/", "//", "?", "#", ";", "&",
    "x" * 3_000, "9" * 400, "9" * 5_000, "-1", "1e999", "NaN", "null", "0001-01-01T00:00:00+14:00", "0001-01-01",
    "9999-12-31", "9999-12-31T23:59:59-14:00", "open.\ud800", "ended.bnVsbA==", "ended.W10=", "open.AAAA", "open.é",
    "ended.WyI5OTk5LTEyLTMxIiwgIlx1ZDgwMCJd", "\U0001f600",
]  # fmt: skip
BODIES = {"/events": None, "/previews": openapi_examples.REQUEST} | {
    "/tasks/{task}/confirm": openapi_examples.CONFIRMATION,
    "/tasks/{task}/reject": openapi_examples.REJECTION,
}
EXAMPLES = {"customer": "K-1001", "workflow_id": "edition/K-1001/jtl", "task": "t-1"}
ODD_HEADERS = [
    "%ED%A0%80",
    "%00",
    "%",
    "Bearer",
    "Bearer  ",
    "v1",
    "v1,",
    "v1,%%",
    "=?utf-8?q?x?=",
    "de;q=x,,;",
    "\xff\xfe",
]
HERE = "\x01here\x01"


def places(value: Any) -> Iterator[Any]:
    """The document once for each of its values, and once for the whole, with `HERE` in its place."""
    yield HERE
    for name in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for changed in places(value[name]):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[name] = changed
            yield copy
    if isinstance(value, dict):
        yield value | {"unknown": HERE}


def odd_bodies(example: Any) -> Iterator[bytes]:
    """The example, with each odd value in each place."""
    for document in places(example):
        for odd in ODD_JSON.values():
            yield json.dumps(document).replace(json.dumps(HERE), odd).encode()


def escaped(text: str) -> str:
    """As it stands in an address, whatever it is."""
    return quote(text.encode(errors="surrogatepass"), safe="")


def judged(answer: Any, what: object) -> None:
    """It was taken, or refused as a problem that is no fault of ours."""
    assert answer.status_code != 500, (what, answer.text)
    if answer.status_code >= 400:
        is_problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("path", BODIES)
async def test_a_body_whatever_it_holds_is_taken_or_refused(offline: Caller, path: str) -> None:
    event = requested("K-1001", details={"a": [1]}, time="2027-01-01T00:00:00+01:00")
    example, kind = (BODIES[path], "application/json") if BODIES[path] else (event, "application/cloudevents+json")
    for content in odd_bodies(example):
        answer = await offline.http.post(path.replace("{task}", "t-1"), content=content, headers={"content-type": kind})
        judged(answer, content[:300])


def odd_addresses(path: str, call: dict[str, Any], odd: str) -> Iterator[str]:
    """The address with an odd text in its path, and in each of its query parameters."""
    usual = path
    for name, example in EXAMPLES.items():
        usual = usual.replace(f"{{{name}}}", example)
        if f"{{{name}}}" in path:
            yield path.replace(f"{{{name}}}", escaped(odd))
    for parameter in call.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"{usual}?{parameter['name']}={escaped(odd)}"


async def test_an_address_whatever_stands_in_it_is_answered(portal: Caller) -> None:
    paths = (await portal.http.get("/openapi.json")).json()["paths"]
    calls = [(path, method, call) for path, methods in paths.items() for method, call in methods.items()]
    for (path, method, call), odd in product(calls, ODD_TEXTS):
        for address in odd_addresses(path, call, odd):
            judged(await portal.http.request(method.upper(), address, json={}), (method, address[:300]))


async def test_a_header_whatever_it_holds_is_answered(offline: Caller) -> None:
    binary = {f"ce-{name}": str(value) for name, value in requested("K-1001").items() if name != "data"}
    signed = {f"webhook-{part}": "1" for part in ("id", "timestamp", "signature")}
    usual = binary | signed | {"content-type": "application/json", "authorization": "Bearer x", "accept-language": "de"}
    content = json.dumps(openapi_examples.REQUEST).encode()
    for name, odd in product(usual, [*ODD_TEXTS, *ODD_HEADERS]):
        headers = [(key.encode(), value.encode()) for key, value in usual.items() if key != name]
        headers.append((name.encode(), odd.encode(errors="surrogatepass").replace(b"\x00", b"\xff")))
        for path in ("/events", "/previews", "/tasks/t-1/confirm"):
            judged(await offline.http.post(path, content=content, headers=headers), (path, name, odd[:300]))


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
@pytest.mark.parametrize("path", ["/previews", "/tasks/t-1/confirm", "/tasks/t-1/reject", "/events"])
async def test_wrong_content_type_a_body_that_is_not_said_to_be_json(offline: Caller, path: str, kind: str) -> None:
    answer = await offline.http.post(path, content=b"{}", headers={"content-type": kind})
    assert "application/json" in is_problem(answer, 415, "wrong_content_type")["detail"]


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("name", ["half a surrogate pair", "NaN", "a name twice", "too deep", "a huge exponent"])
async def test_malformed_json_that_cannot_be_kept_or_has_two_meanings(offline: Caller, path: str, name: str) -> None:
    example = json.dumps((BODIES[path] or requested("K-1001")) | {"odd": HERE})
    content = example.replace(json.dumps(HERE), ODD_JSON[name])
    kind = "application/json" if BODIES[path] else "application/cloudevents+json"
    answer = await offline.http.post(path.replace("{task}", "t-1"), content=content, headers={"content-type": kind})
    is_problem(answer, 422, "malformed")

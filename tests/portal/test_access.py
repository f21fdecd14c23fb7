"""Who may call: Standard Webhooks signatures, operators' tokens, and hosts that are not loopback."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from standardwebhooks import Webhook

from activities.customer_centre import load_customers
from portal.server import check_portal
from settings import Settings
from tests.portal.conftest import CUSTOMERS, SECRET, Caller, event, now, requested
from tests.portal.standin import until
from tests.portal.test_events import is_problem
from tests.strong import ANNA, OTTO
from workflows.connect import Unguarded, check_temporal

OLD_SECRET = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0LW9sZA=="
STRUCTURED = {"content-type": "application/cloudevents+json"}


@pytest_asyncio.fixture
async def guarded(client, settings) -> AsyncIterator[Caller]:
    """A portal with two secrets and two operators."""
    secured = settings.model_copy(
        update={
            "webhook_secret": (SecretStr(SECRET), SecretStr(OLD_SECRET)),
            "operator_tokens": {"anna": (SecretStr("token-anna"),), "ben": (SecretStr("token-ben"),)},
        }
    )
    await load_customers(secured, CUSTOMERS)
    caller = Caller(client, secured)
    async with caller.worker():
        yield caller
    await caller.close()


def signed(secret: str, content: str, message: str = "msg_1", **shift: float) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    at = datetime.now(UTC) + timedelta(**shift)
    signature = Webhook(secret).sign(message, at, content)
    headers = {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return STRUCTURED | headers


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET], ids=["new", "old, while it is being replaced"])
async def test_a_signature_of_any_of_the_secrets_is_taken(guarded, customer, secret):
    content = json.dumps(requested(customer))
    answer = await guarded.http.post("/events", content=content, headers=signed(secret, content))
    assert answer.status_code == 202, answer.text


def without(name: str) -> Any:
    """Headers that lack one."""
    return lambda headers: {key: value for key, value in headers.items() if key != name}


WRONG = {
    "no signature": without("webhook-signature"),
    "no id": without("webhook-id"),
    "no timestamp": without("webhook-timestamp"),
    "another id": lambda headers: headers | {"webhook-id": "msg_2"},
    "no version": lambda headers: headers | {"webhook-signature": "abc"},
    "no base64": lambda headers: headers | {"webhook-signature": "v1,!"},
    "many commas": lambda headers: headers | {"webhook-signature": "v1,a,b"},
    "no number": lambda headers: headers | {"webhook-timestamp": "today"},
    "not a number": lambda headers: headers | {"webhook-timestamp": "nan"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_unauthorised_a_wrong_signature_starts_nothing(guarded, customer, wrong):
    content = json.dumps(requested(customer))
    headers = WRONG[wrong](signed(SECRET, content))
    answer = await guarded.http.post("/events", content=content, headers=headers)
    is_problem(answer, 401, "unauthorised")
    operator = {"authorization": "Bearer token-anna"}
    assert (await guarded.http.get(f"/cancellations/edition/{customer}/jtl", headers=operator)).status_code == 404


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_unauthorised_a_signature_of_another_time(guarded, customer, minutes):
    content = json.dumps(requested(customer))
    answer = await guarded.http.post("/events", content=content, headers=signed(SECRET, content, minutes=minutes))
    is_problem(answer, 401, "unauthorised")


async def test_unauthorised_another_body_than_was_signed(guarded, customer):
    content = json.dumps(requested(customer))
    answer = await guarded.http.post("/events", content=content + " ", headers=signed(SECRET, content))
    is_problem(answer, 401, "unauthorised")
    answer = await guarded.http.post("/events", content=b"\xff", headers=signed(SECRET, content))
    is_problem(answer, 401, "unauthorised")


@pytest.mark.parametrize(
    "shown",
    [
        ["Bearer definitely-wrong-token-000000"],
        ["Basic token-anna"],
        [""],
        ["Bearer token-anna", "Bearer definitely-wrong-token-000000"],
    ],
    ids=["wrong", "another scheme", "empty", "a right one before it"],
)
async def test_unauthorised_a_wrong_token_even_beside_a_right_signature(guarded, customer, shown):
    content = json.dumps(requested(customer))
    headers = [*signed(SECRET, content).items(), *(("authorization", value) for value in shown)]
    is_problem(await guarded.http.post("/events", content=content, headers=headers), 401, "unauthorised")
    is_problem(await guarded.http.get("/tasks", headers=headers), 401, "unauthorised")
    assert (await guarded.http.post("/events", content=content, headers=signed(SECRET, content))).status_code == 202


def in_binary_mode(sent: dict[str, Any], message: str = "msg_1", **other: str) -> tuple[str, dict[str, str]]:
    """The body and the headers of an event whose data alone is signed; `other`: attributes that came otherwise."""
    attributes = {name: value for name, value in sent.items() if name != "data"} | other
    headers = {f"ce-{name}": value for name, value in attributes.items()} | {"content-type": "application/json"}
    content = json.dumps(sent["data"])
    return content, signed(SECRET, content, message) | headers


async def test_unauthorised_a_signed_body_that_carried_one_event_carries_no_other(guarded, client, customer):
    run = f"edition/{customer}/jtl"
    start, headers = in_binary_mode(requested(customer), "msg_0")
    assert (await guarded.http.post("/events", content=start, headers=headers)).status_code == 202
    sent = event("place-order", run, "2")
    content, headers = in_binary_mode(sent)
    first = await guarded.http.post("/events", content=content, headers=headers)
    assert first.status_code == 202, first.text
    second = Caller(client, guarded.settings)
    for caller in (guarded, second):
        for name, value in {
            "id": "3",
            "source": "/tests/other",
            "type": "jtl.cancellation.abandon.v1",
            "subject": "edition/K-9999/jtl",
            "time": now(seconds=-30),
        }.items():
            refused = await caller.http.post("/events", content=content, headers=headers | {f"ce-{name}": value})
            assert "webhook-id" in is_problem(refused, 401, "unauthorised")["detail"], name
        again = await caller.http.post("/events", content=content, headers=headers)
        assert (again.status_code, again.json()) == (202, first.json())
    await second.close()
    gone, headers = in_binary_mode(event("abandon", run, "4"), "msg_2")
    assert (await guarded.http.post("/events", content=gone, headers=headers)).json()["state"] == "abandoned"


async def test_a_message_in_structured_mode_is_signed_whole_and_bound_to_nothing(guarded, customer):
    for sent in (requested(customer), event("abandon", f"edition/{customer}/jtl", "2")):
        content = json.dumps(sent)
        answer = await guarded.http.post("/events", content=content, headers=signed(SECRET, content))
        assert answer.status_code == 202, answer.text


async def test_in_process_the_command_line_needs_no_signature_and_no_token(client, settings, customer):
    secured = settings.model_copy(
        update={"webhook_secret": (SecretStr(SECRET),), "operator_tokens": {"anna": (SecretStr("t"),)}}
    )
    caller = Caller(client, secured, trusted=True)
    async with caller.worker():
        assert (await caller.send(requested(customer))).status_code == 202
        assert (await caller.http.get("/tasks")).status_code == 200
    await caller.close()


OPERATORS_CALLS = [
    ("GET", "/tasks"),
    ("GET", "/cancellations"),
    ("POST", "/tasks/t-1/confirm"),
    ("POST", "/tasks/t-1/reject"),
    ("GET", "/tasks/counts"),
    ("GET", "/tasks/t-1"),
    *(("POST", f"/tasks/t-1/{act}") for act in ("claim", "release", "hand-over", "comments", "steps")),
]


@pytest.mark.parametrize(("method", "path"), OPERATORS_CALLS)
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer token", "Basic token-anna", "token-anna", "Bearer anna"]
)
async def test_unauthorised_operators_calls_need_a_token(guarded, method, path, authorization):
    headers = {"authorization": authorization} if authorization is not None else {}
    answer = await guarded.http.request(method, path, json={"note": "n"} if method == "POST" else None, headers=headers)
    is_problem(answer, 401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


async def task_of(caller: Caller, client: Any, customer: str) -> str:
    """A run with an open task, started without signature."""
    inner = Caller(client, caller.settings, trusted=True)
    await inner.send(requested(customer, explanation="task", subject="jtl"))
    await inner.close()

    async def listed() -> Any:
        found = await caller.http.get("/tasks", headers={"authorization": "Bearer token-ben"})
        return found.json()["items"]

    return str((await until(listed))[0]["id"])


async def test_by_is_the_name_of_the_token_whatever_the_payload_says(guarded, client, customer):
    task = await task_of(guarded, client, customer)
    answer = await guarded.http.post(
        f"/tasks/{task}/confirm",
        json={"by": "somebody else", "task": task, "proof": {"reference": "order 1"}},
        headers={"authorization": "bearer token-anna"},
    )
    assert answer.status_code == 200, answer.text
    line = answer.json()["timeline"][-1]
    assert (line["event"], line["by"]) == ("confirm_task", "anna")


async def test_an_operators_decision_as_event_needs_a_token_too(guarded, client, customer):
    task = await task_of(guarded, client, customer)
    workflow_id = f"edition/{customer}/jtl"
    sent = event("confirm-task", workflow_id, "2", task=task, proof={"reference": "order 1"})
    content = json.dumps(sent)
    refused = await guarded.http.post("/events", content=content, headers=signed(SECRET, content))
    is_problem(refused, 401, "unauthorised")
    headers = signed(SECRET, content) | {"authorization": "Bearer token-ben"}
    taken = await guarded.http.post("/events", content=content, headers=headers)
    assert taken.json()["timeline"][-1]["by"] == "ben"


def settings_of(**values: Any) -> Settings:
    """Settings without the environment's."""
    return Settings(**values)


SECURED = {"webhook_secret": SECRET, "operator_tokens": f"anna:{ANNA}", "session_secret": OTTO}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"portal_host": "0.0.0.0"}, ["PORTAL_HOST", "WEBHOOK_SECRET", "OPERATOR_TOKENS", "GUARDED_ELSEWHERE"]),
        ({"portal_host": "::"}, ["WEBHOOK_SECRET"]),
        ({"portal_host": "portal.example", "webhook_secret": SECRET}, ["OPERATOR_TOKENS"]),
        ({"portal_host": "10.0.0.1", "operator_tokens": f"anna:{ANNA}"}, ["WEBHOOK_SECRET"]),
        ({"portal_host": "10.0.0.1"} | SECURED | {"session_secret": ()}, ["SESSION_SECRET"]),
    ],
)
def test_the_portal_does_not_start_where_others_reach_it_unguarded(values, named):
    with pytest.raises(Unguarded) as refused:
        check_portal(settings_of(**values))
    assert all(f"CANCELLATIONS_{name}" in str(refused.value) for name in named)
    assert ANNA not in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"portal_host": "127.0.0.2"},
        {"portal_host": "::1"},
        {"portal_host": "localhost"},
        {"portal_host": "0.0.0.0"} | SECURED,
        {"portal_host": "0.0.0.0", "guarded_elsewhere": True},
    ],
)
def test_the_portal_starts_on_loopback_or_guarded(values):
    check_portal(settings_of(**values))


@pytest.mark.parametrize(
    ("address", "tls", "api_key", "elsewhere", "refused"),
    [
        ("127.0.0.1:7233", False, None, False, False),
        ("localhost:7233", False, None, False, False),
        ("[::1]:7233", False, None, False, False),
        ("temporal:7233", False, None, False, True),
        ("10.0.0.5:7233", False, "", False, True),
        ("localhost.evil.example:7233", False, None, False, True),
        ("temporal:7233", True, None, False, False),
        ("temporal:7233", False, "key", False, False),
        ("temporal:7233", False, None, True, False),
    ],
)
def test_temporal_beyond_this_machine_needs_tls_or_a_token(address, tls, api_key, elsewhere, refused):
    settings = settings_of(guarded_elsewhere=elsewhere)
    if not refused:
        check_temporal({"target_host": address, "tls": tls, "api_key": api_key}, settings.guarded_elsewhere)
        return
    with pytest.raises(Unguarded, match=r"TEMPORAL_ADDRESS is .*TEMPORAL_TLS"):
        check_temporal({"target_host": address, "tls": tls, "api_key": api_key}, settings.guarded_elsewhere)

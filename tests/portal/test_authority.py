"""Who may see what: every call has an authority, and each sees what is its own (docs/contract.md)."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select
from standardwebhooks import Webhook

from activities.customer_centre import load_customers
from activities.sql.ledger import SqlLedger
from activities.sql.tables import inbox
from portal import openapi_examples, run_client
from portal.openapi import SCHEMES
from states.model.status import End, Status
from tests.portal.access import (
    APP,
    APP_BEFORE,
    OPERATOR,
    PORTAL,
    SECRET,
    SIGNED,
    TOKENS,
    bearer,
    browser,
    link_for,
    opened,
)
from tests.portal.conftest import CUSTOMERS, Caller, event, requested, routes_in
from tests.portal.test_events import is_problem
from tests.strong import ANNA, OTTO

OWN, FOREIGN, NOBODY = "K-1001", "K-1002", "K-9999"


@pytest_asyncio.fixture
async def guarded(client, settings) -> AsyncIterator[Caller]:
    """A portal with tokens and a Temporal, without a worker."""
    await load_customers(settings, CUSTOMERS)
    async with opened(client, settings, **TOKENS) as caller:
        yield caller


@pytest_asyncio.fixture
async def session(guarded: Caller) -> AsyncIterator[Any]:
    """The browser of the customer `OWN`, in his session."""
    async with browser(guarded, await link_for(guarded, OWN)) as visitor:
        yield visitor


# Every call.

TO_EVERYBODY = {
    "/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/.well-known/jwks.json", "/my/enter",
}  # fmt: skip
"""What needs no authority: what runs it, what checks a receipt, and how one gets in."""
BEGIN_SO = ("/my/static/", "/my/brand/", "/my/calendar/", "/desk/login")
"""So do the addresses of files that pages load, of calendar feeds, which are secrets themselves, and of logging in."""


PART = re.compile(r"\{(\w+)(:path)?\}")
NAMED = {"customer": FOREIGN, "workflow_id": f"edition/{FOREIGN}/jtl", "kind": "edition", "subject": "jtl", "name": "1"}
"""What stands in the addresses of calls; anything else is a number."""


def calls(caller: Caller) -> list[tuple[str, str]]:
    """Every call that there is, with an address that it takes."""
    found = [
        (method, PART.sub(lambda part: NAMED.get(part[1], "1"), route.path))
        for route in routes_in(caller.app)
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]
    assert len(found) > 30 and {("POST", "/events"), ("GET", "/my"), ("GET", f"/customers/{FOREIGN}/board")} <= {*found}
    return found


async def test_every_call_but_a_few_needs_an_authority(guarded: Caller):
    for method, path in calls(guarded):
        if path in TO_EVERYBODY or path.startswith(BEGIN_SO):
            continue
        body: dict[str, Any] = {"json": {}} if method == "POST" and not path.startswith(("/my", "/desk")) else {}
        answer = await guarded.http.request(method, path, **body)
        if method == "GET" and path.startswith("/desk"):
            assert answer.status_code == 303 and answer.headers["location"].startswith("/desk/login"), path
        else:
            assert answer.status_code == 401, f"{method} {path} answers {answer.status_code} to anybody"


async def test_no_call_answers_a_session_about_another_customer(guarded: Caller, session):
    about = {"customer": FOREIGN, "kind": "edition", "subject": "jtl", "target": "jtl_start"}
    for method, path in calls(guarded):
        if path in TO_EVERYBODY or path.startswith(("/my", "/desk")):
            continue
        body: dict[str, Any] = {"json": about} if method == "POST" else {"params": {"customer": FOREIGN}}
        answer = await session.request(method, path, **body)
        assert answer.status_code in (403, 404, 422), f"{method} {path} answers {answer.status_code}"
        assert FOREIGN not in answer.text.replace(path, "").replace(f"edition/{FOREIGN}/jtl", "")


READER = {"operator_grades": {"anna": "read"}}


def signed(content: str) -> dict[str, str]:
    """The headers of an event that our secret signs."""
    now = datetime.now(UTC)
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("m", now, content),
    }


async def test_whoever_may_only_read_changes_nothing_by_whatever_call(client, settings):
    await load_customers(settings, CUSTOMERS)
    changed = 0
    async with opened(client, settings, **TOKENS, **READER) as caller:
        for method, path in calls(caller):
            if method == "GET" or path in ("/previews", "/tasks/1/consequence") or path.startswith(("/my", "/desk")):
                continue
            answer = await caller.http.request(method, path, json={}, headers=OPERATOR)
            problem = is_problem(answer, 403, "forbidden")
            assert "grade `decide`; your token has the grade `read`" in problem["detail"], (method, path)
            changed += 1
        assert changed > 4
        for path in READS[-3:]:
            assert (await caller.http.get(path, headers=OPERATOR)).status_code in (200, 404), path
        about = {"kind": "edition", "customer": OWN, "subject": "jtl", "target": "jtl_start"}
        assert (await caller.http.post("/previews", json=about, headers=OPERATOR)).status_code == 200
        asked = await caller.http.post("/tasks/1/consequence", json={}, headers=OPERATOR)
        assert asked.status_code == 422, "he may ask what a decision would do"


@pytest.mark.parametrize(("grade", "status"), [("read", 403), ("decide", 404), ("admin", 404)])
async def test_a_decision_sent_as_an_event_needs_the_grade_to_decide(client, settings, grade, status):
    await load_customers(settings, CUSTOMERS)
    decision = event("confirm-task", f"edition/{OWN}/jtl", "1", decision="granted")
    async with opened(client, settings, **TOKENS, **SIGNED, operator_grades={"anna": grade}) as caller:
        content = json.dumps(decision)
        answer = await caller.http.post("/events", content=content, headers=signed(content) | OPERATOR)
        assert answer.status_code == status, answer.text
        assert ("grade `decide`" in answer.json()["detail"]) is (status == 403)
        foreign = json.dumps(event("abandon", f"edition/{OWN}/jtl", "2"))
        answer = await caller.http.post("/events", content=foreign, headers=signed(foreign) | OPERATOR)
        assert answer.status_code == 404, "what the signature vouches for needs no grade"


ANY_SECRET = {
    "a webhook secret": SIGNED,
    "an operator's token": {"operator_tokens": TOKENS["operator_tokens"]},
    "a portal's token": {"portal_tokens": TOKENS["portal_tokens"]},
    "not on loopback": {"portal_host": "0.0.0.0", "guarded_elsewhere": True},
    "a proxy in front": {"public_url": "https://k.example"},
}
READS = [
    f"/customers/{OWN}/licences",
    f"/customers/{OWN}/board",
    f"/customers/{OWN}/choices?kind=edition&subject=jtl",
    f"/cancellations?customer={OWN}",
    f"/cancellations/edition/{OWN}/jtl",
    "/cancellations",
    "/tasks",
    "/tasks/counts",
    "/tasks/t-1",
]


@pytest.mark.parametrize("changes", ANY_SECRET.values(), ids=ANY_SECRET)
async def test_as_soon_as_any_secret_is_set_every_read_needs_authority(offline, client, changes):
    async with opened(client, offline.settings, **changes) as caller:
        for path in READS:
            is_problem(await caller.http.get(path), 401, "unauthorised")
        is_problem(await caller.http.post("/previews", json={}), 401, "unauthorised")
        is_problem(await caller.http.post("/tasks/t-1/confirm", json={"by": "me"}), 401, "unauthorised")
        is_problem(await caller.send(requested(OWN)), 401, "unauthorised")


async def test_where_nothing_is_guarded_whoever_reaches_it_reads_all(offline):
    for path in (*READS[:4], *READS[5:8]):
        answer = await offline.http.get(path, headers=bearer("wrong"))
        assert answer.status_code == 200, (path, answer.text)


# Tokens.


@pytest.mark.parametrize("token", [APP, APP_BEFORE], ids=["new", "old, while it is being replaced"])
async def test_each_of_several_tokens_of_one_name_is_taken(guarded, token):
    answer = await guarded.http.get(f"/customers/{OWN}/licences", headers=bearer(token))
    assert answer.status_code == 200


WRONG = {
    "another": bearer("x" * 22),
    "none": bearer(""),
    "one sign less": bearer(APP[:-1]),
    "one sign more": bearer(APP + "A"),
    "its name": bearer("app"),
    "another scheme": {"authorization": f"Basic {APP}"},
    "no scheme": {"authorization": APP},
    "not ASCII": {"authorization": b"Bearer \xff\xfe"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
async def test_unauthorised_a_wrong_token_even_beside_a_session(guarded, session, headers):
    for http in (guarded.http, session):
        is_problem(await http.get(f"/customers/{OWN}/licences", headers=headers), 401, "unauthorised")


def held_in(part: Any, seen: set[int]) -> Iterator[str]:
    """Every text that an object holds, whatever it is wrapped in."""
    if id(part) in seen or len(seen) > 100_000:
        return
    seen.add(id(part))
    if isinstance(part, SecretStr):
        yield part.get_secret_value()
    elif isinstance(part, str | bytes):
        yield part if isinstance(part, str) else part.decode("latin-1")
    elif isinstance(part, dict):
        for entry in (*part, *part.values()):
            yield from held_in(entry, seen)
    elif isinstance(part, list | tuple | set | frozenset):
        for entry in part:
            yield from held_in(entry, seen)
    elif type(part).__module__.partition(".")[0] in ("portal", "settings", "activities"):
        for entry in vars(part).values() if hasattr(part, "__dict__") else ():
            yield from held_in(entry, seen)


async def test_no_part_of_the_portal_keeps_a_token_as_it_was_given(guarded):
    held = set(held_in(guarded.app.state.portal, set()))
    assert "anna" in held and not held & {ANNA, OTTO, APP, APP_BEFORE}


async def test_forbidden_operators_calls_take_no_other_authority(guarded, session):
    for http, headers in ((guarded.http, PORTAL), (session, {})):
        is_problem(await http.get("/tasks", headers=headers), 403, "forbidden")
        for decision in ("confirm", "reject"):
            answer = await http.post(f"/tasks/t-1/{decision}", json={"note": "n"}, headers=headers)
            is_problem(answer, 403, "forbidden")


# Lists.


async def test_malformed_the_list_of_everybody_is_for_operators_alone(guarded, session):
    assert (await guarded.http.get("/cancellations", headers=OPERATOR)).status_code == 200
    for http, headers in ((guarded.http, PORTAL), (session, {})):
        problem = is_problem(await http.get("/cancellations", headers=headers), 422, "malformed")
        assert "`customer`" in problem["detail"]
        assert (await http.get("/cancellations", params={"customer": OWN}, headers=headers)).status_code == 200
    assert (await guarded.http.get("/cancellations", params={"customer": FOREIGN}, headers=PORTAL)).status_code == 200
    is_problem(await session.get("/cancellations", params={"customer": FOREIGN}), 403, "forbidden")


# A session is for its own customer alone, and learns nothing of others.

ABOUT = ["/customers/{}/licences", "/customers/{}/board", "/customers/{}/choices?kind=edition&subject=jtl"]


@pytest.mark.parametrize("path", [*ABOUT, "/cancellations?customer={}"])
async def test_forbidden_another_customer_whether_there_is_one_or_not(session, path):
    assert (await session.get(path.format(OWN))).status_code == 200
    foreign, nobody = [await session.get(path.format(customer)) for customer in (FOREIGN, NOBODY)]
    assert is_problem(foreign, 403, "forbidden") == is_problem(nobody, 403, "forbidden")


async def test_forbidden_a_preview_for_another_customer(session):
    data = {"kind": "edition", "subject": "jtl", "target": "jtl_start"}
    assert (await session.post("/previews", json=data | {"customer": OWN})).status_code == 200
    answers = [await session.post("/previews", json=data | {"customer": other}) for other in (FOREIGN, NOBODY)]
    assert is_problem(answers[0], 403, "forbidden") == is_problem(answers[1], 403, "forbidden")
    for strange in (None, 1, [OWN], {"customer": OWN}):
        assert (await session.post("/previews", json=data | {"customer": strange})).status_code in (403, 422)


def kept_run(caller: Caller, workflow_id: str, customer: str) -> None:
    """A run that has ended."""
    status = Status.model_validate(openapi_examples.STATUS | {"workflow_id": workflow_id, "customer": customer})
    at = datetime.now(UTC)
    SqlLedger(caller.adapters.database).record_end(
        End(status=status, started_at=at, ended_at=at, first_run_id=status.run_id)
    )


async def test_unknown_run_another_customers_run_is_as_unknown_as_none(guarded, session):
    kept_run(guarded, f"voucher/{FOREIGN}/V-1", FOREIGN)
    kept_run(guarded, f"voucher/{OWN}/V-1", OWN)
    kept_run(guarded, "made-by-hand", FOREIGN)
    assert (await session.get(f"/cancellations/voucher/{OWN}/V-1")).json()["customer"] == OWN
    assert (await guarded.http.get(f"/cancellations/voucher/{FOREIGN}/V-1", headers=PORTAL)).status_code == 200
    for there, missing in (
        (f"voucher/{FOREIGN}/V-1", f"voucher/{OWN}/V-2"),
        (f"voucher/{FOREIGN}/V-1", f"voucher/{FOREIGN}/V-2"),
        ("made-by-hand", "never-made"),
    ):
        for query in ("", "?run_id=0b1c2d3e"):
            answers = [await session.get(f"/cancellations/{run}{query}") for run in (there, missing)]
            said = [answer.text.replace(run, "") for answer, run in zip(answers, (there, missing), strict=True)]
            assert said[0] == said[1] and answers[0].status_code == answers[1].status_code
            assert answers[0].status_code in (404, 422)


# Events.


def in_inbox(caller: Caller) -> list[Any]:
    """What was kept."""
    with caller.adapters.database.read() as connection:
        return list(connection.execute(select(inbox)))


async def test_a_session_sends_nothing_about_another_customer_and_nothing_is_kept(guarded, session):
    kept_run(guarded, f"edition/{FOREIGN}/jtl", FOREIGN)
    structured = {"content-type": "application/cloudevents+json"}

    async def send(document: dict[str, Any]) -> Any:
        return await session.post("/events", content=json.dumps(document), headers=structured)

    is_problem(await send(requested(FOREIGN)), 403, "forbidden")
    is_problem(await send(requested(NOBODY)), 403, "forbidden")
    is_problem(await send(requested(FOREIGN) | {"subject": f"edition/{OWN}/jtl"}), 403, "forbidden")
    is_problem(await send(requested(OWN) | {"subject": f"edition/{FOREIGN}/jtl"}), 404, "unknown_run")
    there, missing = [await send(event("abandon", f"edition/{who}/jtl", "2")) for who in (FOREIGN, NOBODY)]
    problems = [is_problem(answer, 404, "unknown_run") for answer in (there, missing)]
    assert json.dumps(problems[0]).replace(FOREIGN, "") == json.dumps(problems[1]).replace(NOBODY, "")
    assert in_inbox(guarded) == []


async def test_no_customer_uses_up_the_name_of_anothers_event(guarded, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.3)
    for customer in (OWN, FOREIGN):
        async with browser(guarded, await link_for(guarded, customer)) as visitor:
            sent = requested(customer, "7") | {"source": "/pages"}
            answer = await visitor.post("/events", json=sent, headers={"content-type": "application/cloudevents+json"})
            assert answer.status_code == 202, answer.text
    sent = requested(OWN, "7") | {"source": "/pages"}
    by_the_portal = await guarded.http.post(
        "/events", json=sent, headers=PORTAL | {"content-type": "application/cloudevents+json"}
    )
    assert by_the_portal.status_code == 202
    senders = {row.source: (row.sender["portal"], row.sender["customer"]) for row in in_inbox(guarded)}
    assert senders == {
        f"urn:customer:{OWN}:/pages": (None, OWN),
        f"urn:customer:{FOREIGN}:/pages": (None, FOREIGN),
        "/pages": ("shop", None),
    }


async def test_forbidden_only_an_operator_decides_a_task_by_an_event(guarded, session):
    decision = event("confirm-task", f"edition/{OWN}/jtl", "2", task="t-1", by="anna")
    structured = {"content-type": "application/cloudevents+json"}
    for http, headers in ((guarded.http, PORTAL), (session, {})):
        answer = await http.post("/events", json=decision, headers=structured | headers)
        is_problem(answer, 403, "forbidden")


async def test_where_a_webhook_secret_is_set_nothing_but_a_signature_sends_events(guarded, client, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.3)
    async with opened(client, guarded.settings, **TOKENS, **SIGNED) as caller:
        content = json.dumps(requested(OWN))
        structured = {"content-type": "application/cloudevents+json"}
        async with browser(caller, await link_for(caller, OWN)) as visitor:
            for http, headers in ((caller.http, OPERATOR), (caller.http, PORTAL), (visitor, {})):
                answer = await http.post("/events", content=content, headers=structured | headers)
                is_problem(answer, 401, "unauthorised")
        taken = await caller.http.post("/events", content=content, headers=signed(content) | PORTAL)
        assert taken.status_code == 202
        assert [row.sender["portal"] for row in in_inbox(caller)] == ["shop"]


# What runs it.


async def test_readiness_says_what_is_wrong_and_what_is_off_to_operators_alone(offline, client):
    unreachable = offline.client
    async with opened(unreachable, offline.settings, **TOKENS) as caller:
        for headers in ({}, PORTAL, bearer("wrong")):
            found = (await caller.http.get("/readyz", headers=headers)).json()
            assert (found["temporal"], found["database"], found["off"]) == ("failed", "ok", [])
            assert "127.0.0.1" not in json.dumps(found)
        found = (await caller.http.get("/readyz", headers=OPERATOR)).json()
        assert found["temporal"] not in ("ok", "failed") and any("WEBHOOK_SECRET" in line for line in found["off"])


async def test_openapi_names_the_authorities_of_every_call(guarded):
    document = (await guarded.http.get("/openapi.json")).json()
    assert set(document["components"]["securitySchemes"]) == set(SCHEMES)
    for path, by_method in document["paths"].items():
        for method, call in by_method.items():
            named = {name for entry in call.get("security", ()) for name in entry}
            assert named <= set(SCHEMES)
            assert bool(named) is (path not in TO_EVERYBODY), (method, path)
            assert not named or {"401", "503"} <= set(call["responses"]), (method, path)

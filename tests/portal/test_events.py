"""POST /events: kept once, answered the same, and each fault with its code (docs/contract.md, Portal)."""

import asyncio
import json
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from cloudevents.core.bindings.http import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from temporalio.client import WorkflowExecutionStatus

from portal import run_client
from portal.delivery import Caller as Sender
from portal.incoming import read_event
from tests.portal.conftest import Caller, event, now, requested
from tests.portal.standin import until
from workflows import search_attributes

PROBLEM = "application/problem+json"
FIELDS = {"type", "title", "status", "detail", "code", "rule", "enabled", "current", "language"}


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """A complete problem document with that status and code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body: dict[str, Any] = answer.json()
    assert set(body) == FIELDS
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"] and body["title"]
    return body


async def test_requested_starts_the_run_with_its_document_summary_and_search_attributes(portal, client, customer):
    sent = requested(customer, time=None)
    answer = await portal.send(sent)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "order"
    run = await client.get_workflow_handle(f"edition/{customer}/jtl").describe()
    assert run.workflow_type == "EditionDowngrade"
    assert run.task_queue == portal.settings.task_queue
    assert await run.static_summary() == f"JTL edition, {customer}"
    assert run.typed_search_attributes.get(search_attributes.CUSTOMER) == customer
    assert run.typed_search_attributes.get(search_attributes.KIND) == "edition"


async def test_without_time_the_moment_of_receipt_counts_also_when_it_comes_again(portal, customer):
    sent = requested(customer)
    del sent["time"]
    first = (await portal.send(sent)).json()
    assert first["timeline"][0]["at"] <= now()
    assert (await portal.send(sent)).json() == first


async def test_binary_mode_answers_as_structured_and_is_the_same_event(portal, customer):
    sent = requested(customer)
    attributes = {name: value for name, value in sent.items() if name not in ("data", "time")}
    message = to_binary_event(CloudEvent(attributes | {"datacontenttype": "application/json"}, sent["data"]))
    headers = message.headers | {"ce-time": sent["time"]}
    binary = await portal.http.post("/events", content=message.body, headers=headers)
    assert binary.status_code == 202, binary.text
    structured = await portal.send(sent)
    assert structured.json() == binary.json()


STRUCTURED_BESIDE_HEADERS = {
    "all of them": lambda sent: {f"ce-{name}": value for name, value in sent.items() if name not in ("data", "time")},
    "one of them": lambda sent: {"ce-id": "another"},
    "others": lambda sent: {"ce-specversion": "1.0", "ce-type": "jtl.cancellation.abandon.v1", "ce-subject": "x"},
}


@pytest.mark.parametrize("beside", STRUCTURED_BESIDE_HEADERS)
async def test_where_the_content_type_says_structured_mode_attributes_in_headers_are_ignored(portal, customer, beside):
    sent = requested(customer)
    answer = await portal.send(sent, **STRUCTURED_BESIDE_HEADERS[beside](sent))
    assert answer.status_code == 202, answer.text
    assert (await portal.send(sent)).json() == answer.json()


async def test_bare_data_with_its_attributes_in_headers_is_binary_whatever_its_content_type(portal, customer):
    sent = requested(customer)
    headers = {f"ce-{name}": value for name, value in sent.items() if name != "data"}
    assert (await portal.send(sent["data"], **headers)).status_code == 202
    assert (await portal.send(sent)).status_code == 202


async def test_the_same_pair_twice_answers_the_same_also_after_the_end(portal, client, customer):
    run_id = f"edition/{customer}/jtl"
    sent = requested(customer)
    first = (await portal.send(sent)).json()
    gone = event("abandon", run_id, "2")
    ended = (await portal.send(gone)).json()
    assert ended["state"] == "abandoned"
    assert (await portal.send(gone)).json() == ended
    assert (await portal.send(sent)).json() == first
    assert await runs_of(client, run_id) == 1


async def runs_of(client, workflow_id):
    """How many runs of that ID there ever were."""

    async def found() -> int:
        return (await client.count_workflows(f"WorkflowId = '{workflow_id}'")).count

    return await until(found)


async def test_id_reused_the_same_pair_with_another_body(portal, customer):
    sent = requested(customer)
    await portal.send(sent)
    other = requested(customer, target="jtl_start")
    body = is_problem(await portal.send(other), 409, "id_reused")
    assert "1" in body["detail"]
    assert body["current"]["workflow_id"] == f"edition/{customer}/jtl"


async def test_id_reused_shows_the_run_that_the_id_was_used_for_where_there_is_one(portal, customer):
    run = f"edition/{customer}/jtl"
    sent = requested(customer)
    first = (await portal.send(sent)).json()
    await portal.send(event("abandon", run, "2"))
    assert (await portal.send(requested(customer, "3"))).status_code == 202
    body = is_problem(await portal.send(sent | {"data": sent["data"] | {"by": "d"}}), 409, "id_reused")
    assert body["current"]["run_id"] == first["run_id"] and body["current"]["state"] == "abandoned"
    nowhere = event("abandon", f"edition/{customer}/other", "4")
    is_problem(await portal.send(nowhere), 404, "unknown_run")
    for other in (nowhere | {"type": "jtl.cancellation.reassign.v1"}, nowhere | {"subject": "of another form"}):
        assert is_problem(await portal.send(other), 409, "id_reused")["current"] is None


async def test_a_refusal_of_what_is_sent_says_that_it_needs_a_new_id_once_corrected(portal, customer):
    run = f"edition/{customer}/jtl"
    await portal.send(requested(customer))
    for sent in (
        event("place-order", run, "2", details={"refuse_as": "malformed"}),
        requested(customer, "3", colour="red"),
    ):
        for language, text in (("de", "neue `id`"), ("en", "new `id`")):
            answer = await portal.send(sent, **{"accept-language": language})
            assert is_problem(answer, 422, "malformed")["detail"].count("`id`") == 1, text
    previewed = await portal.http.post("/previews", json=requested(customer, colour="red")["data"])
    assert "`id`" not in is_problem(previewed, 422, "malformed")["detail"]


FORMS = {
    "no version": (lambda sent: {k: v for k, v in sent.items() if k != "specversion"}, "`specversion` is missing"),
    "no attributes": (lambda sent: sent["data"], "`type` is missing; `specversion` is missing"),
    "another version": (lambda sent: sent | {"specversion": "0.3"}, "`specversion` does not know this value"),
    "a number": (lambda sent: sent | {"id": 5}, "`id` has to be a text"),
    "empty": (lambda sent: sent | {"source": ""}, "`source` is empty"),
    "a name": (lambda sent: sent | {"my_ext": "x"}, "`my_ext` cannot be an attribute"),
    "no base64": (lambda sent: sent | {"data": None, "data_base64": 5}, "`data_base64` is no Base64"),
    "digits": (lambda sent: json.dumps(sent)[:-1] + f', "a": {"9" * 5_000}}}', "too many digits"),
    "broken off": (lambda sent: '{"a": ', "at line 1, column 7"),
    "not UTF-8": (lambda sent: b'{"\xff', "byte 3 is not UTF-8"),
    "a list": (lambda sent: [sent], "it is no JSON object"),
}


@pytest.mark.parametrize("form", FORMS)
async def test_malformed_says_in_our_words_why_a_body_is_no_event(offline, customer, form):
    made, said = FORMS[form]
    sent = made(requested(customer))
    content = sent if isinstance(sent, bytes | str) else json.dumps(sent)
    headers = {"content-type": "application/cloudevents+json"}
    english = await offline.http.post("/events", content=content, headers=headers)
    german = await offline.http.post("/events", content=content, headers=headers | {"accept-language": "de"})
    assert said in is_problem(english, 422, "malformed")["detail"]
    detail = is_problem(german, 422, "malformed")["detail"]
    assert said not in detail
    for word in ("class", "CloudEvent due", "sys.", "limit (", "Error", "Expecting"):
        assert word not in detail + english.json()["detail"]


NO_RFC_3339 = [
    *("2026-11-29T24:00:00Z", "20261129T100000Z", "2026-W48-7T10:00:00Z", "2026-333T10:00:00Z"),
    *("2026-11-29T10:00:00+01", "2026-11-29T10:00:00+0100", "2026-11-29 10:00:00Z", "2026-11-29T10:00:00"),
    *("2026-11-29T10:00:00,5Z", "2026-11-29", "2026-11-29T23:59:60Z", "\uff12026-11-29T10:00:00Z", 1764410400, True),
]


@pytest.mark.parametrize("time", NO_RFC_3339)
async def test_malformed_a_time_of_another_form_than_rfc_3339_in_either_mode(offline, customer, time):
    sent = requested(customer) | {"time": time}
    detail = is_problem(await offline.send(sent), 422, "malformed")["detail"]
    assert "time" in detail and "True" not in detail
    headers = {f"ce-{name}": quote(str(value)) for name, value in sent.items() if name != "data"}
    binary = await offline.http.post("/events", json=sent["data"], headers=headers)
    assert "time" in is_problem(binary, 422, "malformed")["detail"]


@pytest.mark.parametrize("form", ["{}Z", "{}.25z", "{}-00:00", "{}.123456789+00:00"])
def test_every_form_of_rfc_3339_is_the_moment_that_it_is(form):
    attributes = {"specversion": "1.0", "source": "s", "id": "1", "type": "t"}
    time = form.format("2026-11-29T10:00:00")
    for sent in ({"time": time, "data": {}}, {"data": {"time": time}}, {"time": time, "data": {"time": time}}):
        event = read_event({"content-type": "application/cloudevents+json"}, json.dumps(attributes | sent).encode())
        assert event.time is not None and event.time.replace(microsecond=0).isoformat() == "2026-11-29T10:00:00+00:00"
    headers = {f"ce-{name}": value for name, value in attributes.items()} | {"ce-time": quote(time)}
    assert read_event(headers, b"{}").time == event.time


async def test_the_same_event_many_times_at_once_is_taken_once(portal, client, customer):
    sent = requested(customer, explanation="refused")
    answers = await asyncio.gather(*(portal.send(sent) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
    assert await runs_of(client, f"edition/{customer}/jtl") == 1


async def test_a_new_run_that_is_refused_answers_202_in_state_refused(portal, customer):
    answer = await portal.send(requested(customer, explanation="refused"))
    assert answer.status_code == 202
    assert answer.json()["state"] == "refused"


async def test_a_requested_that_an_open_run_refuses_is_409_with_its_code_and_document(portal, customer):
    await portal.send(requested(customer))
    body = is_problem(await portal.send(requested(customer, "2", details={"refuse_as": "not_lower"})), 409, "not_lower")
    assert body["rule"] == "R1"
    assert body["enabled"] == ["abandon"]
    assert body["current"]["state"] == "order"


REFUSALS = [
    ("not_enabled", 409),
    ("changed", 409),
    ("in_surplus", 409),
    ("too_late", 409),
    ("ended", 409),
    ("booking_refused", 409),
    ("malformed", 422),
    ("details_missing", 422),
    ("proof_missing", 422),
    ("unknown_task", 404),
]


@pytest.mark.parametrize(("code", "status"), REFUSALS)
async def test_what_the_run_refuses_has_the_status_of_its_code(portal, customer, code, status):
    workflow_id = f"edition/{customer}/jtl"
    await portal.send(requested(customer))
    sent = event("place-order", workflow_id, "2", details={"refuse_as": code})
    body = is_problem(await portal.send(sent), status, code)
    assert body["detail"].startswith(f"no: {code}")
    assert body["current"]["workflow_id"] == workflow_id
    assert (await portal.send(sent)).json() == body


async def test_ended_an_event_for_an_ended_run_answers_the_ledgers_document_and_names_misclick(portal, customer):
    workflow_id = f"edition/{customer}/jtl"
    await portal.send(requested(customer))
    await portal.send(event("abandon", workflow_id, "2"))
    body = is_problem(await portal.send(event("abandon", workflow_id, "3")), 409, "ended")
    assert body["current"]["state"] == "abandoned"
    assert "misclick" in body["detail"]


async def test_unknown_run_an_event_for_a_run_that_never_was(portal, customer):
    body = is_problem(await portal.send(event("abandon", f"edition/{customer}/jtl", "1")), 404, "unknown_run")
    assert f"edition/{customer}/jtl" in body["detail"]
    is_problem(await portal.send(event("abandon", f"nonsense/{customer}/jtl", "2")), 404, "unknown_run")


FAULTS = [
    ("type", {"type": "jtl.cancellation.cancel.v1"}, "place-order"),
    ("type of another version", {"type": "jtl.cancellation.requested.v2"}, "jtl.cancellation"),
    ("type of signals only", {"type": "jtl.cancellation.licence-changed.v1"}, "requested"),
    ("data", {"data": [1]}, "data"),
    ("data missing", {"data": None}, "data"),
    ("kind", {"data": {"kind": "everything", "customer": "K-1", "subject": "jtl"}}, "misclick"),
    ("kind missing", {"data": {"customer": "K-1", "subject": "jtl"}}, "kind"),
    ("customer", {"data": {"kind": "edition", "customer": "K 1", "subject": "jtl"}}, "customer"),
    ("customer with slash", {"data": {"kind": "edition", "customer": "K/1", "subject": "jtl"}}, "customer"),
    ("subject too long", {"data": {"kind": "voucher", "customer": "K-1", "subject": "L" * 41}}, "subject"),
    ("extra field", {"data": {"kind": "edition", "customer": "K-1", "subject": "jtl", "x": 1}}, "x"),
    ("kind's own rule", {"data": {"kind": "edition", "customer": "K-1", "subject": "shop", "target": "y"}}, ""),
    ("time without offset", {"time": "2027-01-01T00:00:00"}, "time: 2027-01-01T00:00:00 is no moment with offset"),
    ("time too old", {"time": now(days=-8)}, "the earliest allowed is"),
    ("time ahead", {"time": partial(now, minutes=6)}, "time"),
    ("no time at all", {"time": "yesterday"}, "time: yesterday is no moment with offset"),
    ("a number as time", {"time": 1}, "time: 1 is no moment with offset"),
    ("id missing", {"id": None}, "id"),
    ("id with control characters", {"id": "a\u0000b"}, "id"),
    ("source too long", {"source": "s" * 500}, "source"),
]


@pytest.mark.parametrize(("fault", "change", "named"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
async def test_malformed_names_the_field(offline, customer, fault, change, named):
    said = {name: value() if callable(value) else value for name, value in change.items()}
    sent = {name: value for name, value in (requested(customer) | said).items() if value is not None}
    body = is_problem(await offline.send(sent), 422, "malformed")
    assert named in body["detail"]


@pytest.mark.parametrize(
    "subject", [None, "", "edition", "edition/K-1", "edition/K-1/a/b", "edition/K 1/jtl", "/K-1/jtl"]
)
async def test_malformed_an_event_needs_the_workflow_id_as_subject(offline, subject):
    sent = event("abandon", "edition/K-1/jtl", "1")
    sent["subject"] = subject
    body = is_problem(await offline.send({k: v for k, v in sent.items() if v is not None}), 422, "malformed")
    assert "subject" in body["detail"]


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"[" * 5000,
    b'{"specversion":"1.0","id":1,"type":2,"source":3}',
]


@pytest.mark.parametrize("content", BODIES)
async def test_malformed_a_body_that_is_no_cloudevent(offline, content):
    headers = {"content-type": "application/cloudevents+json"}
    is_problem(await offline.http.post("/events", content=content, headers=headers), 422, "malformed")


@pytest.mark.parametrize("data", ['{"a": NaN}', '{"a": "\\ud800"}', '{"a": 1e999}'])
async def test_malformed_data_that_no_json_can_carry(offline, data):
    sent = json.dumps(event("abandon", "edition/K-1/jtl", "1") | {"data": 0}).replace('"data": 0', f'"data": {data}')
    headers = {"content-type": "application/cloudevents+json"}
    is_problem(await offline.http.post("/events", content=sent, headers=headers), 422, "malformed")


async def test_too_large_a_body_of_more_than_256_KiB(offline, customer):
    body = is_problem(await offline.send(requested(customer, details={"x": "y" * 300_000})), 413, "too_large")
    assert "262144" in body["detail"]


async def test_unavailable_keeps_the_event_and_the_same_one_is_taken_later(offline, portal, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    sent = requested(customer)
    answer = await offline.send(sent)
    is_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert (await portal.send(sent)).status_code == 202


async def test_without_a_worker_the_answer_says_system_and_the_same_event_answers_later(
    alone, client, customer, monkeypatch
):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    sent = requested(customer)
    answer = await alone.send(sent)
    assert answer.status_code == 202, answer.text
    assert answer.json()["waiting_for"] == ["system"]
    assert answer.json()["workflow_id"] == f"edition/{customer}/jtl"
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 3.6)
    async with alone.worker():
        again = await alone.send(sent)
    assert again.json()["waiting_for"] == ["customer"]
    assert len(again.json()["timeline"]) == 1
    assert await runs_of(client, f"edition/{customer}/jtl") == 1


async def test_a_run_at_work_answers_system_and_later_what_came_of_it(portal, client, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    workflow_id = f"edition/{customer}/jtl"
    await portal.send(requested(customer))
    sent = event("place-order", workflow_id, "2", details={"slow": True})
    answer = await portal.send(sent)
    assert (answer.status_code, answer.json()["waiting_for"]) == (202, ["system"])
    await client.get_workflow_handle(workflow_id).signal("go")
    again = await portal.send(sent)
    assert again.json()["waiting_for"] == ["customer"]
    assert [line["event"] for line in again.json()["timeline"]] == ["requested", "place_order"]


async def test_an_answer_that_a_system_is_silent_is_not_final(portal, client, customer):
    sent = requested(customer, explanation="silent")
    assert (await portal.send(sent)).json()["waiting_for"] == ["system"]
    await client.get_workflow_handle(f"edition/{customer}/jtl").signal("go")
    assert (await portal.send(sent)).json()["waiting_for"] == ["customer"]


async def forget_answers(portal: Caller) -> None:
    """As if the portal had been killed between Temporal's answer and keeping it."""
    from sqlalchemy import update

    from activities.sql.tables import inbox

    with portal.adapters.database.write() as connection:
        connection.execute(update(inbox).values(status=None, body=None))


async def test_killed_before_the_answer_was_kept_the_event_is_not_taken_twice(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    started, ended = requested(customer), event("abandon", workflow_id, "2")
    first = (await portal.send(started)).json()
    last = (await portal.send(ended)).json()
    await client.get_workflow_handle(workflow_id).result()
    await forget_answers(portal)
    assert (await portal.send(ended)).json() == last
    assert (await portal.send(started)).json() == first
    run = await client.get_workflow_handle(workflow_id).describe()
    assert run.status == WorkflowExecutionStatus.COMPLETED
    assert await runs_of(client, workflow_id) == 1


async def test_killed_before_the_answer_was_kept_an_older_run_is_found_behind_a_newer_one(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    first = requested(customer, explanation="refused")
    refused = (await portal.send(first)).json()
    await client.get_workflow_handle(workflow_id).result()
    await portal.send(requested(customer, "2"))
    await runs_of(client, workflow_id)
    await forget_answers(portal)
    assert (await portal.send(first)).json() == refused
    assert await runs_of(client, workflow_id) == 2


async def test_killed_before_temporal_was_called_the_event_starts_its_run(portal, client, customer):
    sent = requested(customer)
    inbound = read_event({"content-type": "application/cloudevents+json"}, json.dumps(sent).encode())
    portal.adapters.inbox.remember(
        inbound.source, inbound.id, inbound.hash, inbound.type, inbound.run, inbound.content, asdict(Sender())
    )
    assert (await portal.send(sent)).json()["state"] == "order"


async def test_the_problem_speaks_the_customers_language_or_the_one_asked_for(portal):
    german = await portal.send(event("abandon", "voucher/K-1001/V-1", "1"))
    english = await portal.send(event("abandon", "voucher/K-1001/V-1", "2"), **{"accept-language": "en-GB,de;q=0.5"})
    assert german.json()["title"] == "Diesen Vorgang gibt es nicht"
    assert english.json()["title"] == "There is no such cancellation"

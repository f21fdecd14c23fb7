"""The other calls: lists, documents, tasks, licences, previews, and what runs it (docs/contract.md, Portal)."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import Strict, ValidationError

from activities.sql.ledger import SqlLedger
from portal import openapi_examples, run_client, run_reader
from portal.choices import Choices
from portal.freeze_schemas import FreezeOrder, FreezeRelease
from portal.on_behalf import Beginning
from portal.schemas import (
    AskedConsequence,
    Board,
    BulkAnswer,
    BulkBy,
    BulkConsequence,
    BulkFilter,
    BulkPage,
    BulkRequest,
    Calendar,
    CalendarChange,
    CancellationPage,
    CloudEventDocument,
    Comment,
    Confirmation,
    CustomerSession,
    Doing,
    HandOver,
    Health,
    KeySet,
    LicencesAnswer,
    PreviewDocument,
    ProblemDocument,
    ReceiptsAnswer,
    Rejection,
    Step,
    TaskCounts,
    TaskDetails,
    TaskPage,
    TaskTypes,
)
from portal.search import STATES
from states.model.ends import ENDS
from states.model.record import Customer
from states.model.request import ConfirmTask, RejectTask, Request
from states.model.status import End, Status
from tests.adapters.customers import order, step
from tests.adapters.many_rows import fill
from tests.portal.conftest import Caller, event, requested
from tests.portal.standin import until
from tests.portal.test_events import is_problem

ITEM = {
    "workflow_id",
    "run_id",
    "kind",
    "customer",
    "subject",
    "state",
    "waiting_for",
    "effective_at",
    "order_by",
    "started_at",
    "ended_at",
    "label",
    "state_text",
    "being_booked",
}


async def listed(portal: Caller, count: int, **query: Any) -> dict[str, Any]:
    """The list, as soon as it shows so many in all."""

    async def found() -> Any:
        answer = await portal.http.get("/cancellations", params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body if body["total"] == count else None

    body: dict[str, Any] = await until(found)
    return body


async def test_a_document_is_found_with_plain_and_with_escaped_slashes(portal, customer):
    first = (await portal.send(requested(customer))).json()
    plain = await portal.http.get(f"/cancellations/edition/{customer}/jtl")
    escaped = await portal.http.get(f"/cancellations/{quote(f'edition/{customer}/jtl', safe='')}")
    assert plain.json() == escaped.json() == first


async def test_the_newest_run_answers_and_run_id_names_an_older_one(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    old = (await portal.send(requested(customer, explanation="refused"))).json()
    await client.get_workflow_handle(workflow_id).result()
    kept = (await portal.http.get(f"/cancellations/{workflow_id}")).json()
    assert (kept["state"], kept["run_id"]) == ("refused", old["run_id"])
    new = (await portal.send(requested(customer, "2"))).json()
    assert new["run_id"] != old["run_id"]
    assert (await portal.http.get(f"/cancellations/{workflow_id}")).json()["run_id"] == new["run_id"]
    for run in (old, new):
        found = await portal.http.get(f"/cancellations/{workflow_id}", params={"run_id": run["run_id"]})
        assert found.json()["run_id"] == run["run_id"]


async def test_a_run_that_temporal_has_forgotten_is_answered_from_the_ledger(portal, customer):
    workflow_id = f"edition/{customer}/jtl"
    status = Status.model_validate(openapi_examples.STATUS | {"workflow_id": workflow_id, "state": "applied"})
    moment = datetime.now(UTC)
    end = End(status=status, started_at=moment, ended_at=moment, first_run_id=status.run_id)
    SqlLedger(portal.adapters.database).record_end(end)
    assert (await portal.http.get(f"/cancellations/{workflow_id}")).json()["state"] == "applied"
    body = is_problem(await portal.send(event("abandon", workflow_id, "2")), 409, "ended")
    assert body["current"]["state"] == "applied"


async def test_unknown_run_for_a_document_that_never_was(portal, customer):
    is_problem(await portal.http.get(f"/cancellations/edition/{customer}/jtl"), 404, "unknown_run")
    await portal.send(requested(customer))
    older = await portal.http.get(f"/cancellations/edition/{customer}/jtl", params={"run_id": "0" * 36})
    assert f"no run {'0' * 36} of edition/{customer}/jtl" in is_problem(older, 404, "unknown_run")["detail"]
    is_problem(await portal.http.get("/cancellations/edition"), 422, "malformed")


async def test_the_list_has_open_runs_first_then_ended_ones_newest_first_in_pages(portal, client, customer):
    for number, how in enumerate(["refused", None, "refused", None]):
        data = {"kind": "misclick", "subject": f"s-{number}", "target": None, "explanation": how or "x"}
        await portal.send(requested(customer, f"{number}", **data))
        if how:
            await client.get_workflow_handle(f"misclick/{customer}/s-{number}").result()
    whole = await listed(portal, 4, customer=customer)
    assert [item["subject"] for item in whole["items"]] == ["s-3", "s-1", "s-2", "s-0"]
    assert all(set(item) == ITEM for item in whole["items"])
    assert [bool(item["ended_at"]) for item in whole["items"]] == [False, False, True, True]
    assert whole["items"][0]["waiting_for"] == ["customer"]
    assert whole["items"][0]["effective_at"] == "2027-01-31T23:00:00Z"
    for limit in (1, 2, 3):
        assert await all_pages(portal, customer=customer, limit=limit) == whole["items"]


async def all_pages(portal: Caller, **query: Any) -> list[dict[str, Any]]:
    """Every item, page by page; each page counts the same total."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = (await portal.http.get("/cancellations", params=query | ({"cursor": cursor} if cursor else {}))).json()
        assert page["total"] == 4
        assert len(page["items"]) <= query["limit"]
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


FILTERS = [
    ({"kind": "edition"}, 1),
    ({"kind": "misclick"}, 1),
    ({"kind": "voucher"}, 0),
    ({"state": "order"}, 1),
    ({"state": "refused"}, 1),
    ({"waiting_for": "customer"}, 1),
    ({"waiting_for": "operator"}, 0),
    ({"open": "true"}, 1),
    ({"open": "false"}, 1),
    ({"effective_from": "2027-02-01"}, 2),
    ({"effective_from": "2027-02-02"}, 0),
    ({"effective_to": "2027-02-01"}, 2),
    ({"effective_to": "2027-01-31"}, 0),
    ({"effective_to": "2027-02-01T00:00:00+01:00"}, 2),
    ({"effective_to": "2027-01-31T22:59:59Z"}, 0),
    ({"effective_from": "2027-01-31T23:00:00Z", "state": "order"}, 1),
]


async def test_the_list_is_filtered(portal, client, customer):
    await portal.send(requested(customer))
    await portal.send(requested(customer, "2", kind="misclick", subject="x", target=None, explanation="refused"))
    await client.get_workflow_handle(f"misclick/{customer}/x").result()
    await listed(portal, 2, customer=customer)
    for query, count in FILTERS:
        answer = (await portal.http.get("/cancellations", params=query | {"customer": customer})).json()
        assert (query, answer["total"], len(answer["items"])) == (query, count, count)


BAD_QUERIES = [
    "/cancellations?kind=everything",
    "/cancellations?customer=K'%20OR%20'1'%3D'1",
    "/cancellations?state=x'y",
    "/cancellations?waiting_for=nobody",
    "/cancellations?effective_from=tomorrow",
    "/cancellations?effective_to=2027-02-01T00:00:00",
    "/cancellations?effective_from=9999-12-31T23:59:59-23:00",
    "/cancellations?open=maybe",
    "/cancellations?cursor=nonsense",
    "/cancellations?cursor=closed.x",
    "/cancellations?cursor=open.!!",
    "/cancellations?cursor=ended.x",
    "/cancellations?limit=0",
    "/cancellations?limit=1000",
    "/tasks?cursor=nonsense",
    "/tasks?kind=everything",
    "/customers/K%201/licences",
    "/cancellations?state=nope",
    "/tasks?type=nope",
    "/cancellations/edition/K-1001",
    "/cancellations/edition/K-1/jtl?run_id=a%20b",
]


@pytest.mark.parametrize("address", BAD_QUERIES)
async def test_malformed_queries(portal, address):
    is_problem(await portal.http.get(address), 422, "malformed")


SAID = [
    ("/cancellations?state=nope", "state: 'nope' is not known; there are received, feature_warning, "),
    ("/cancellations?kind=nope", "kind: 'nope' is not known; there are edition, order_package, "),
    ("/cancellations?waiting_for=nope", "waiting_for: 'nope' is not known; there are customer, operator, "),
    ("/tasks?type=nope", "type: 'nope' is not known; there are perform, third_party, "),
    ("/tasks?kind=nope", "kind: 'nope' is not known; there are edition, "),
    ("/cancellations?customer=K%201", "customer: 'K 1' is no customer's number; it is like K-1001, "),
    ("/customers/K%201/licences", "customer: 'K 1' is no customer's number; it is like K-1001, "),
    ("/cancellations/edition/K-1001", "has the form kind/customer/subject, like edition/K-1001/jtl"),
    ("/cancellations/edition/K-1/jtl?run_id=a%20b", "run_id: 'a b' is no run's ID"),
    ("/cancellations?limit=0", "`limit` is too small, at least 1"),
    ("/cancellations?cursor=nonsense", "cursor: "),
]


@pytest.mark.parametrize(("address", "said"), SAID)
async def test_a_question_that_is_wrong_is_told_what_would_be_right_and_nothing_of_changes(alone, address, said):
    detail = is_problem(await alone.http.get(address, headers={"accept-language": "en"}), 422, "malformed")["detail"]
    assert said in detail and detail.startswith("This cannot be answered: ")
    assert not [word for word in ("pattern", "changed", "send it again", "Input should be '") if word in detail]


async def test_a_preview_reads_only_and_a_decision_does_not(alone):
    english = {"accept-language": "en"}
    answer = await alone.http.post("/previews", json={"kind": "nope"}, headers=english)
    assert "changed" not in is_problem(answer, 422, "malformed")["detail"]
    answer = await alone.http.post("/tasks/a%20b/confirm", json={"by": "anna"}, headers=english)
    detail = is_problem(answer, 422, "malformed")["detail"]
    assert "'a b' is no task's id" in detail and "Nothing was changed" in detail


async def test_the_states_that_are_searched_for_are_those_of_the_contract():
    before = {"received", "feature_warning", "license_check", "surplus_resolution", "order", "scheduled"}
    assert {*STATES} == before | {"support_ticket", "third_party"} | {*ENDS}


@pytest.mark.parametrize("workflow_id", ["foo", "by hand/1", "a/b/c/d", "Edition/K-1/jtl"])
async def test_a_run_under_an_id_of_another_form_is_shown_as_it_is_listed(alone, workflow_id):
    """Whoever starts a run by hand may choose any ID; the run ends `refused` and is kept."""
    status = Status.model_validate(openapi_examples.STATUS | {"workflow_id": workflow_id, "state": "refused"})
    moment = datetime.now(UTC)
    is_problem(await alone.http.get(f"/cancellations/{quote(workflow_id)}"), 422, "malformed")
    end = End(status=status, started_at=moment, ended_at=moment, first_run_id=status.run_id)
    SqlLedger(alone.adapters.database).record_end(end)
    (item,) = (await alone.http.get("/cancellations?open=false")).json()["items"]
    shown = (await alone.http.get(f"/cancellations/{quote(item['workflow_id'])}")).json()
    assert (shown["workflow_id"], shown["state"]) == (workflow_id, "refused")


async def test_a_run_of_another_program_is_no_cancellation(alone, client, customer):
    """The namespace may hold more than cancellations."""
    for workflow_id, status in (("other", 422), (f"edition/{customer}/jtl", 404)):
        await client.start_workflow("SomethingElse", id=workflow_id, task_queue="nobody")
        code = "malformed" if status == 422 else "unknown_run"
        is_problem(await alone.http.get(f"/cancellations/{workflow_id}"), status, code)


async def test_the_lists_need_no_temporal(offline):
    for address in ("/cancellations", "/cancellations?open=false", "/tasks"):
        document = (await offline.http.get(address)).json()
        assert {name: document[name] for name in ("items", "total", "next")} == {"items": [], "total": 0, "next": None}


async def test_beyond_ten_thousand_it_is_said_that_there_are_more(alone, monkeypatch):
    monkeypatch.setattr("activities.sql.paging.MOST_COUNTED", 3)
    fill(alone.adapters.database, 2)
    assert (await alone.http.get("/tasks")).json().keys() == {"items", "total", "next", "as_of"}
    both = (await alone.http.get("/cancellations?limit=1")).json()
    assert (both["total"], both["total_is_at_least"], len(both["items"])) == (3, True, 1)
    only = (await alone.http.get("/cancellations?open=true")).json()
    assert (only["total"], "total_is_at_least" in only) == (2, False)


async def task_of(portal: Caller, customer: str) -> dict[str, Any]:
    """The open task of a new run."""
    await portal.send(requested(customer, explanation="task", kind="misclick", subject=f"{customer}-t", target=None))

    async def found() -> Any:
        return (await portal.http.get("/tasks", params={"customer": customer})).json()["items"]

    task: dict[str, Any] = (await until(found))[0]
    return task


async def test_a_task_is_listed_confirmed_and_gone(portal, client, customer):
    task = await task_of(portal, customer)
    assert set(task) == {
        "id", "workflow_id", "kind", "customer", "task", "type", "due_at", "instructions", "customer_text", "decisions",
        "proof_required", "customer_name", "label", "opened_at", "waiting_for", "urgency", "deadline", "claimed_by",
        "claimed_at", "proposed", "at", "proof",
    }  # fmt: skip
    assert task["workflow_id"] == f"misclick/{customer}/{customer}-t"
    address = f"/tasks/{task['id']}"
    is_problem(await portal.http.post(f"{address}/confirm", json={"by": "anna"}), 422, "proof_missing")
    rejected = await portal.http.post(f"{address}/reject", json={"by": "anna", "note": "later"})
    assert rejected.json()["timeline"][-1]["event"] == "reject_task"
    confirmed = await portal.http.post(f"{address}/confirm", json={"by": "anna", "proof": {"reference": "order 1"}})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "applied")
    await client.get_workflow_handle(task["workflow_id"]).result()
    again = await portal.http.post(f"{address}/confirm", json={"by": "anna", "proof": {"reference": "order 1"}})
    is_problem(again, 404, "unknown_task")


async def test_unknown_task(portal):
    answer = await portal.http.post("/tasks/t-nothing/reject", json={"by": "anna", "note": "n"})
    detail = is_problem(answer, 404, "unknown_task")["detail"]
    assert "t-nothing" in detail and "cancellations tasks" in detail and "at present" not in detail


@pytest.mark.parametrize(
    ("call", "payload", "named"),
    [
        ("confirm", {}, "by"),
        ("confirm", {"by": "anna", "proof": "a string"}, "proof"),
        ("confirm", {"by": "anna", "at": "tomorrow"}, "used: `at` has to be a day or moment as ISO 8601"),
        ("confirm", {"by": "anna", "at": "31.12.2027"}, "used: `at` has to be a day or moment as ISO 8601"),
        ("confirm", {"by": "anna", "at": "2027-02-30"}, "used: `at` has to be a day or moment as ISO 8601"),
        ("confirm", {"by": "anna", "unknown": 1}, "unknown"),
        ("confirm", {"by": "anna", "time": 1700000000}, "used: `time` has to be a moment with offset"),
        ("confirm", {"by": "anna", "time": "1700000000"}, "used: `time` has to be a moment with offset"),
        ("confirm", {"by": "anna", "time": "2999-01-01T00:00:00Z"}, "used: `time` has to lie in the years"),
        ("reject", {"by": "anna", "note": "no", "time": 1700000000}, "used: `time` has to be a moment with offset"),
        ("reject", {"by": "anna"}, "note"),
        ("reject", {"by": "anna", "note": ""}, "note"),
        ("reject", [], ""),
    ],
)
async def test_malformed_decisions_name_the_field(portal, call, payload, named):
    body = is_problem(await portal.http.post(f"/tasks/t-1/{call}", json=payload), 422, "malformed")
    assert named in body["detail"]


LICENCES = [("L-77", "cancellation", "G7"), ("L-78", "none", "WMU2"), ("V-1", "deactivation", "G5"), ("T-1", "deactivation", "G5"), ("P-1", "unknown", "X5")]  # fmt: skip # noqa: E501


async def test_licences_say_what_their_end_would_do(portal):
    answer = await portal.http.get("/customers/K-1001/licences")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["customer"] == "K-1001"
    assert [(one["licence"], one["effect"], one["rule"]) for one in found["licences"]] == LICENCES
    first = found["licences"][0]
    assert set(first) == set(openapi_examples.LICENCES["licences"][0])
    assert (first["kind"], first["subject"]) == ("wms_user", "L-77")
    assert (first["label"], first["term_ends"], first["running"]) == ("Picker 3", "2027-01-31", None)
    assert all(one["text"] for one in found["licences"])


async def test_licences_carry_what_a_public_page_says_of_the_product(portal):
    """The cost is shown with its source, in the customer's language; of other products nothing."""
    found = (await portal.http.get("/customers/K-1001/licences")).json()["licences"]
    texts = {one["licence"]: one["text"] for one in found}
    assert "JTL-Shipping" in texts["T-1"] and "JTL-Shipping" not in texts["V-1"] + texts["L-77"]
    assert ": die Kosten bleiben gleich. Am 1. Dezember 2025" in texts["V-1"] and "2025" not in texts["L-77"]


@pytest.mark.parametrize(
    ("licence", "label", "names", "where"),
    [
        ("W-1", "JTL-Wawi user", "JTL-Wawi user is not ended here", "Lizenzen & Benutzerlimit verwalten"),
        ("X-1", "connector_elsewhere", "connector_elsewhere is not ended here", "Bestellungen & Lizenzen"),
    ],
)
async def test_G1_what_no_process_ends_is_shown_with_where_it_is_ended_instead(portal, licence, label, names, where):
    found = (await portal.http.get("/customers/K-1002/licences")).json()["licences"]
    [shown] = [one for one in found if one["licence"] == licence]
    assert (shown["label"], shown["effect"], shown["rule"], shown["running"]) == (label, "none", "G1", None)
    assert names in shown["text"] and where in shown["text"]
    refused = {"kind": "wawi_module", "customer": "K-1002", "subject": licence}
    answer = (await portal.http.post("/previews", json=refused)).json()
    assert answer["refusal"]["code"] == "use_support" and where in answer["refusal"]["text"]


async def test_licences_name_the_open_run(portal):
    from activities.sql.runs import SqlRuns

    SqlRuns(portal.adapters.database).register("voucher/K-1002/V-2", "r1", "voucher", "K-1002", True)
    found = (await portal.http.get("/customers/K-1002/licences")).json()["licences"]
    assert found[0]["running"] == "voucher/K-1002/V-2"


async def test_unknown_customer_has_no_licences(portal):
    is_problem(await portal.http.get("/customers/K-9/licences"), 404, "unknown_customer")


PREVIEW = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_advanced"}


@pytest.mark.parametrize(
    ("time", "effective", "order_by", "following"),
    [
        ("2027-01-16T12:00:00+01:00", "2027-01-31T23:00:00Z", "2027-01-17T23:00:00Z", "2027-02-28T23:00:00Z"),
        ("2027-01-18T00:00:00+01:00", "2027-02-28T23:00:00Z", "2027-02-14T23:00:00Z", "2027-03-31T22:00:00Z"),
        ("1999-01-18T00:00:00+01:00", "1999-02-28T23:00:00Z", "1999-02-14T23:00:00Z", "1999-03-31T22:00:00Z"),
    ],
    ids=["D2", "D3", "any moment"],
)
async def test_a_preview_says_both_dates(portal, time, effective, order_by, following):
    answer = await portal.http.post("/previews", json=PREVIEW | {"time": time})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["effective_at"], found["order_by"]) == (effective, order_by)
    assert found["next"]["effective_at"] == following
    assert set(found) == {
        "effective_at", "order_by", "why", "next", "cost_effect", "cost", "features_lost", "surplus", "warnings",
        "refusal", "catalogue", "at_rest",
    }  # fmt: skip
    assert found["features_lost"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"customer": "K-9"}, "unknown_customer"), ({"target": "jtl_enterprise"}, "not_lower")],
)
async def test_a_preview_of_what_would_be_refused_is_200_with_its_code(portal, change, code):
    answer = await portal.http.post("/previews", json=PREVIEW | change)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refusal"]["code"] == code


async def test_ED14_a_preview_takes_what_is_booked_until_its_moment_as_made(offline):
    """For the subject itself too, so that nobody is shown a date for what he has by then."""
    offline.adapters.records.load([Customer(customer="K-1001", name="Muster GmbH", editions={"jtl": "jtl_pro"})])
    offline.adapters.runs.register("edition/K-1001/jtl", "r-1", "edition", "K-1001", True)
    offline.adapters.bookings.place_order(step("edition", "jtl", order(), target="jtl_advanced"))
    said = []
    for time in ("2027-01-31T23:59:59+01:00", "2027-02-01T00:00:00+01:00"):
        found = (await offline.http.post("/previews", json=PREVIEW | {"target": "jtl_advanced", "time": time})).json()
        said.append((found["effective_at"], found["refusal"] and found["refusal"]["code"]))
    assert said == [("2027-02-28T23:00:00Z", None), (None, "not_lower")]


@pytest.mark.parametrize("document", [{}, [], {"kind": "x"}, PREVIEW | {"time": "soon"}, PREVIEW | {"customer": 1}])
async def test_malformed_previews(portal, document):
    is_problem(await portal.http.post("/previews", json=document), 422, "malformed")


async def test_what_is_answered_calls_licences_as_the_customer_does(portal):
    """No history holds their names, so they are put in where the answer leaves."""
    document = {"kind": "edition", "customer": "K-1001", "subject": "wms", "target": "wms_start"}
    texts = str((await portal.http.post("/previews", json=document)).json()["warnings"])
    assert "Picker 3 (L-77)" in texts and "WMS-Benutzer (L-77)" not in texts


async def test_a_preview_starts_nothing(portal, customer):
    portal.adapters.records.load([Customer(customer=customer, name="Muster GmbH", editions={"jtl": "jtl_pro"})])
    answer = await portal.http.post("/previews", json=PREVIEW | {"customer": customer})
    assert answer.status_code == 200 and answer.json()["refusal"] is None
    is_problem(await portal.http.get(f"/cancellations/edition/{customer}/jtl"), 404, "unknown_run")


async def test_unavailable_where_temporal_cannot_be_reached(offline):
    answer = await offline.http.get("/cancellations/edition/K-1/jtl")
    is_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]


async def test_unavailable_where_no_worker_answers(alone, customer, monkeypatch):

    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.3)
    monkeypatch.setattr(run_reader, "READ_WITHIN", 0.5)
    await alone.send(requested(customer))
    is_problem(await alone.http.get(f"/cancellations/edition/{customer}/jtl"), 503, "unavailable")


async def test_a_run_that_drops_a_query_as_it_closes_is_answered_from_the_ledger(alone, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.3)
    monkeypatch.setattr(run_reader, "ASK_WITHIN", 0.3)
    await alone.send(requested(customer))
    workflow_id = f"edition/{customer}/jtl"
    run_id = (await alone.client.get_workflow_handle(workflow_id).describe()).run_id
    ended = {"workflow_id": workflow_id, "run_id": run_id, "state": "abandoned"}
    status = Status.model_validate(openapi_examples.STATUS | ended)
    moment = datetime.now(UTC)
    SqlLedger(alone.adapters.database).record_end(
        End(status=status, started_at=moment, ended_at=moment, first_run_id=run_id)
    )
    assert (await alone.http.get(f"/cancellations/{workflow_id}")).json()["state"] == "abandoned"


async def test_events_are_counted_by_outcome_and_calls_by_route(portal, customer):
    sent = requested(customer)
    await asyncio.gather(portal.send(sent), portal.send(event("abandon", f"voucher/{customer}/x", "9")))
    await portal.send(sent)
    counted = (await portal.http.get("/metrics")).text
    for line in (
        'cancellations_events_total{event="requested",outcome="taken"} 1.0',
        'cancellations_events_total{event="requested",outcome="repeated"} 1.0',
        'cancellations_events_total{event="abandon",outcome="unknown_run"} 1.0',
        'cancellations_request_seconds_count{method="POST",route="/events",status="202"} 2.0',
    ):
        assert line in counted
    assert customer not in counted


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/events", 405, "method_not_allowed"),
        ("PUT", "/tasks", 405, "method_not_allowed"),
    ],
)
async def test_what_the_framework_refuses_is_a_problem_too(portal, method, path, status, code):
    is_problem(await portal.http.request(method, path), status, code)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/customers/K-1001/calendar", "DELETE, GET, POST"),
        ("/freeze", "GET, POST"),
        ("/bulk-decisions", "GET, POST"),
        ("/tasks", "GET"),
        ("/my/enter", "GET"),
    ],
)
async def test_allow_names_every_method_of_an_address(portal, path, methods):
    answer = await portal.http.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


NO_BOOLEANS = ["yes", "no", "true", "false", 1, 0, None]


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (CalendarChange, lambda value: {"renew": value}),
        (BulkRequest, lambda value: {"start": value}),
        (BulkRequest, lambda value: {"filter": {"type": "repair", "unclaimed": value}}),
        (BulkRequest, lambda value: {"filter": {"type": "repair", "overdue": value}}),
        (Step, lambda value: {"step": 1, "done": value}),
        (Confirmation, lambda value: {"confirm_anyway": value}),
    ],
)
def test_true_and_false_are_the_only_booleans_of_a_body(shape, body):
    for value in (True, False):
        assert shape.model_validate(body(value))
    for other in NO_BOOLEANS:
        with pytest.raises(ValidationError):
            shape.model_validate(body(other))


def test_no_boolean_of_a_body_is_forgotten():
    for shape in (
        *(BulkBy, BulkRequest, BulkFilter, Comment, CalendarChange, Confirmation, CustomerSession, Doing, HandOver),
        *(Rejection, Step, FreezeOrder, FreezeRelease, Beginning, AskedConsequence),
    ):
        for name, field in shape.model_fields.items():
            assert field.annotation is not bool or Strict() in field.metadata or name == "promised", (shape, name)


def test_a_whole_number_of_a_body_may_have_a_point_and_is_never_true():
    request = {"kind": "order_package", "customer": "K-1", "subject": "order_package"}
    assert repr(Request.model_validate(request | {"target": 1000.0}).target) == "1000"
    assert repr(CalendarChange.model_validate({"remind_before": 3.0}).remind_before) == "3"
    assert repr(Step.model_validate({"step": 2.0}).step) == "2"
    for shape, body in (
        (Request, request | {"target": True}),
        (Request, request | {"target": 1000.5}),
        (CalendarChange, {"remind_before": True}),
        (Step, {"step": True}),
    ):
        with pytest.raises(ValidationError):
            shape.model_validate(body)


def test_a_structured_event_without_version_is_none_for_the_description_too():
    assert "specversion" in CloudEventDocument.model_json_schema()["required"]


@pytest.mark.parametrize(("call", "message"), [(Confirmation, ConfirmTask), (Rejection, RejectTask)])
def test_portal_and_workflow_judge_a_decision_by_one_model(call, message):
    """Only who decides may be left out at the portal, which knows it from the token."""
    assert issubclass(call, message) and set(call.model_fields) == set(message.model_fields)
    others = [name for name in message.model_fields if name != "by"]
    assert [call.model_fields[name].annotation for name in others] == [
        message.model_fields[name].annotation for name in others
    ]
    assert [repr(call.model_fields[name].metadata) for name in others] == [
        repr(message.model_fields[name].metadata) for name in others
    ]


async def test_openapi_has_examples_problems_and_the_shapes(portal):
    document = (await portal.http.get("/openapi.json")).json()
    assert document["info"]["version"]
    assert set(document["paths"]) == {
        "/events", "/customers/{customer}/licences", "/customers/{customer}/board", "/customers/{customer}/choices",
        "/customers/{customer}/calendar",
        "/previews", "/customer-sessions",
        "/cancellations", "/cancellations/{workflow_id}", "/.well-known/jwks.json",
        "/cancellations/{kind}/{customer}/{subject}/receipts", "/cancellations/{kind}/{customer}/{subject}/mails",
        "/cancellations/{kind}/{customer}/{subject}/receipts/{name}",
        "/tasks", "/tasks/counts", "/tasks/{task}", "/tasks/{task}/claim", "/tasks/{task}/release",
        "/tasks/{task}/hand-over", "/tasks/{task}/comments", "/tasks/{task}/steps",
        "/tasks/{task}/confirm", "/tasks/{task}/reject",
        "/task-types", "/tasks/{task}/consequence", "/freeze", "/freeze/release", "/overview", "/effects",
        "/administration",
        "/search", "/cases/{kind}/{customer}/{subject}", "/customers/{customer}", "/customers/{customer}/mails",
        "/customers/{customer}/cancellations",
        "/bulk-decisions", "/bulk-decisions/{bulk}", "/bulk-decisions/{bulk}/failures.csv",
        "/bulk-decisions/{bulk}/consequence",
        *(f"/bulk-decisions/{{bulk}}/{act}" for act in ("pause", "resume", "stop", "again")),
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            answers = {status: answer for status, answer in call["responses"].items() if int(status) < 300}
            content = next(iter(next(iter(answers.values()))["content"].values()))
            assert content.get("example"), (method, path)
            assert "HTTPValidationError" not in str(call), (method, path)
            for status, answer in call["responses"].items():
                assert int(status) < 400 or "application/problem+json" in answer["content"], (method, path, status)
            assert method in ("get", "delete") or call["requestBody"]["content"], (method, path)
    assert {"Status", "PreviewDocument", "ProblemDocument", "CloudEventDocument"} <= set(
        document["components"]["schemas"]
    )


async def test_the_examples_of_openapi_are_of_their_shapes():
    shapes: list[tuple[Any, Any]] = [
        (Request, openapi_examples.REQUEST),
        (CloudEventDocument, openapi_examples.EVENT),
        (CloudEventDocument, openapi_examples.ORDER),
        (Status, openapi_examples.STATUS),
        (ProblemDocument, openapi_examples.PROBLEM),
        (LicencesAnswer, openapi_examples.LICENCES),
        (Board, openapi_examples.BOARD),
        (Calendar, openapi_examples.CALENDAR),
        (CalendarChange, openapi_examples.CALENDAR_CHANGE),
        (Choices, openapi_examples.CHOICES),
        (PreviewDocument, openapi_examples.PREVIEW),
        (CancellationPage, openapi_examples.PAGE),
        (ReceiptsAnswer, openapi_examples.RECEIPTS),
        (KeySet, openapi_examples.KEYS),
        (TaskPage, openapi_examples.TASKS),
        (TaskDetails, openapi_examples.TASK_DETAILS),
        (TaskCounts, openapi_examples.TASK_COUNTS),
        (HandOver, openapi_examples.HAND_OVER),
        (Comment, openapi_examples.COMMENT),
        (Step, openapi_examples.STEP_DONE),
        (Confirmation, openapi_examples.CONFIRMATION),
        (Rejection, openapi_examples.REJECTION),
        (TaskTypes, openapi_examples.TASK_TYPES),
        (BulkRequest, openapi_examples.BULK_REQUEST),
        (BulkAnswer, openapi_examples.BULK_WHOLE),
        (BulkConsequence, openapi_examples.BULK_CONSEQUENCE),
        (BulkPage, openapi_examples.BULK_PAGE),
        (BulkBy, openapi_examples.BULK_BY),
        (Health, openapi_examples.READY),
    ]
    for shape, example in shapes:
        assert set(shape.model_validate(example).model_dump(exclude_unset=True)) == set(example)

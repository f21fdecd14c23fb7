"""When a customer acted, as `POST /events` and `POST /previews` are told: never dropped or replaced, judged once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from activities.sql.tables import inbox
from tests.portal.conftest import Caller, event, now, requested
from tests.portal.standin import until
from tests.portal.test_events import is_problem

PREVIEW = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_start"}


def without(sent: dict[str, Any], *names: str) -> dict[str, Any]:
    """The event without these attributes."""
    return {name: value for name, value in sent.items() if name not in names}


def first_line_at(document: dict[str, Any]) -> datetime:
    """The moment of the first line in the timeline."""
    return datetime.fromisoformat(document["timeline"][0]["at"])


@pytest.mark.parametrize("where", ["attribute", "data", "both"])
async def test_attribute_and_data_mean_the_same_and_one_suffices(portal, customer, where):
    said = now(days=-3)
    sent = requested(customer, **({} if where == "attribute" else {"time": said}))
    sent = without(sent, "time") if where == "data" else sent | {"time": said}
    answer = await portal.send(sent)
    assert answer.status_code == 202, answer.text
    assert first_line_at(answer.json()) == datetime.fromisoformat(said)


async def test_both_agree_as_moments_however_they_are_written(portal, customer):
    moment = datetime.now(UTC) - timedelta(hours=1)
    in_berlin = moment.astimezone(ZoneInfo("Europe/Berlin")).isoformat()
    assert (await portal.send(requested(customer, time=in_berlin) | {"time": moment.isoformat()})).status_code == 202
    same = without(requested(customer, time=in_berlin), "time")
    assert (await portal.send(same)).status_code == 202, "the same event in another spelling is the same"


WRONG = [
    ("two moments", {"time": now(hours=-1)}, {}, "differ"),
    ("no moment", {"time": "gestern"}, {}, "`time`"),
    ("without an offset", {"time": "2026-11-27T12:00:00"}, {}, "`time`"),
    ("a number", {"time": 1700000000}, {}, "`time`"),
    ("another year", {"time": "1812-01-01T00:00:00Z"}, {}, "`time`"),
    ("too old", {"time": now(days=-8)}, {"time": None}, "`time`"),
    ("ahead", {"time": now(hours=1)}, {"time": None}, "`time`"),
    ("what a portal says", {"received_at": now(days=-30)}, {}, "`received_at`"),
    ("a promise", {"promised": True}, {}, "`promised`"),
    ("another subject", {}, {"subject": "edition/K-9/wms"}, "subject"),
    ("a reason that is not listed", {"reason": {"code": "because"}}, {}, "missing_function"),
]
OF_EVERY_EVENT = WRONG[:-2]


@pytest.mark.parametrize(("data", "attributes", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
async def test_what_is_wrong_is_named_in_a_request(offline, customer, data, attributes, named):
    sent = {name: value for name, value in (requested(customer, **data) | attributes).items() if value is not None}
    assert named in is_problem(await offline.send(sent), 422, "malformed")["detail"]


@pytest.mark.parametrize(
    ("data", "attributes", "named"), [case[1:] for case in OF_EVERY_EVENT], ids=[case[0] for case in OF_EVERY_EVENT]
)
@pytest.mark.parametrize("name", ["place-order", "acknowledge-warning", "abandon"])
async def test_what_is_wrong_is_named_in_every_event(offline, customer, name, data, attributes, named):
    sent = event(name, f"edition/{customer}/jtl", "1", **data) | attributes
    sent = {name: value for name, value in sent.items() if value is not None}
    assert named in is_problem(await offline.send(sent), 422, "malformed")["detail"]


@pytest.mark.parametrize("subject", ["edition/{customer}/jtl", None])
async def test_a_request_may_name_the_run_that_it_makes(portal, customer, subject):
    sent = requested(customer) | ({"subject": subject.format(customer=customer)} if subject else {})
    assert (await portal.send(sent)).status_code == 202


@pytest.mark.parametrize("data", [{"time": "gestern"}, {"received_at": now()}, {"promised": False}])
async def test_a_preview_is_told_its_moment_alike(portal, data):
    body = is_problem(await portal.http.post("/previews", json=PREVIEW | data), 422, "malformed")
    assert next(iter(data)) in body["detail"]


async def test_a_preview_takes_the_reasons_that_a_request_takes(portal):
    wrong = PREVIEW | {"reason": {"code": "because"}}
    assert "season" in is_problem(await portal.http.post("/previews", json=wrong), 422, "malformed")["detail"]
    assert (await portal.http.post("/previews", json=PREVIEW | {"reason": {"code": "season"}})).status_code == 200


async def test_what_has_ended_is_counted_by_the_reason_given(portal, customer):
    await portal.send(requested(customer, reason={"code": "season"}))
    await portal.send(event("abandon", f"edition/{customer}/jtl", "2"))
    line = 'cancellations_ended{kind="edition",reason="season",state="abandoned"} 1.0'

    async def counted() -> bool:
        return line in (await portal.http.get("/metrics")).text

    assert await until(counted)
    assert "cancellations_promises 0.0" in (await portal.http.get("/metrics")).text


@pytest.mark.parametrize("more", [{"task": "t-another"}, {"received_at": now()}, {"promised": True}])
@pytest.mark.parametrize("call", ["confirm", "reject"])
async def test_a_decision_says_nothing_that_is_passed_over(portal, customer, call, more):
    await portal.send(requested(customer, explanation="task"))

    async def listed() -> Any:
        return (await portal.http.get("/tasks", params={"customer": customer})).json()["items"]

    (task,) = await until(listed)
    decision = {"by": "o", "note": "n"} | more
    body = is_problem(await portal.http.post(f"/tasks/{task['id']}/{call}", json=decision), 422, "malformed")
    assert next(iter(more)) in body["detail"]


async def test_extension_attributes_are_the_transports(portal, customer):
    sent = requested(customer) | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert (await portal.send(sent)).status_code == 202


# What was not said.


async def test_an_event_without_time_carries_none_and_says_when_it_was_received(portal, client, customer):
    await portal.send(without(requested(customer), "time"))
    history = await client.get_workflow_handle(f"edition/{customer}/jtl").fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes.input.payloads[0].data.decode()
    assert '"time"' not in started and '"received_at"' in started


# First receipt decides, by the inbox's own record.


async def received_ago(portal: Caller, **ago: float) -> None:
    """Everything was received that long before."""
    with portal.adapters.database.write() as connection:
        connection.execute(update(inbox).values(received_at=datetime.now(UTC) - timedelta(**ago)))


async def test_what_was_received_in_time_is_taken_however_often_it_is_sent(offline, portal, customer):
    sent = requested(customer) | {"time": now(days=-6)}
    is_problem(await offline.send(sent), 503, "unavailable")
    await received_ago(portal, days=4)
    answer = await portal.send(sent)
    assert answer.status_code == 202, answer.text


async def test_what_came_too_late_stays_too_late(portal, customer):
    sent = requested(customer) | {"time": now(days=-8)}
    for _ in range(2):
        is_problem(await portal.send(sent), 422, "malformed")


async def test_what_was_ahead_when_it_was_received_stays_so(portal, customer):
    sent = requested(customer) | {"time": now(minutes=8)}
    is_problem(await portal.send(sent), 422, "malformed")
    await received_ago(portal, minutes=2)
    is_problem(await portal.send(sent), 422, "malformed")
    await received_ago(portal, minutes=-4)
    assert (await portal.send(sent)).status_code == 202, "only the receipt counts, whenever it is sent again"


async def test_two_portals_tell_the_run_the_same_moment(portal, client, customer):
    """The same event doubled over two portals is one event, also without `time`."""
    second = Caller(client, portal.settings)
    sent = without(requested(customer), "time")
    first = await portal.send(sent)
    with portal.adapters.database.write() as connection:
        connection.execute(update(inbox).values(status=None, body=None))
    again = await second.send(sent)
    assert (again.status_code, again.json()) == (202, first.json())
    await second.close()


# A refusal has changed nothing.


async def test_what_was_refused_is_judged_anew_and_what_was_taken_is_answered_for_ever(portal, customer):
    """A queue that delivers out of order gets through in the end."""
    workflow_id = f"edition/{customer}/jtl"
    early = event("abandon", workflow_id, "2")
    is_problem(await portal.send(early), 404, "unknown_run")
    assert (await portal.send(requested(customer))).status_code == 202
    taken = await portal.send(early)
    assert (taken.status_code, taken.json()["state"]) == (202, "abandoned")
    assert (await portal.send(early)).json() == taken.json()


async def test_what_a_run_refused_is_judged_anew_by_that_run(portal, customer):
    await portal.send(requested(customer))
    no = requested(customer, "2", details={"refuse_as": "not_lower", "times": 1})
    is_problem(await portal.send(no), 409, "not_lower")
    assert (await portal.send(no)).status_code == 202


async def test_another_body_stays_another_event_also_after_a_refusal(portal, customer):
    refused = event("abandon", f"edition/{customer}/jtl", "2")
    is_problem(await portal.send(refused), 404, "unknown_run")
    await portal.send(requested(customer))
    is_problem(await portal.send(refused | {"data": {"by": "another"}}), 409, "id_reused")
    assert (await portal.send(refused)).status_code == 202

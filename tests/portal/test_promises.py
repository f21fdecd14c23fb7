"""202 is a promise: it is carried out, whatever becomes of the portal, or of what Temporal had only admitted."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from activities.sql.inbox import InboxEntry, Stage
from activities.sql.tables import inbox
from portal import run_client
from portal.deliverer import Deliverer
from portal.delivery import Caller as Sender
from portal.incoming import read_event
from tests.portal.conftest import Caller, event, requested
from tests.portal.standin import until
from tests.portal.test_events import is_problem
from worker import repeat


async def row_of(portal: Caller, sent: dict[str, Any]) -> Any:
    """What the inbox holds of an event."""
    mine = (inbox.c.source == sent["source"], inbox.c.id == sent["id"])
    with portal.adapters.database.read() as connection:
        return connection.execute(select(inbox).where(*mine)).one()


async def promised(portal: Caller, sent: dict[str, Any], stage: Stage = "promised") -> InboxEntry:
    """An event that was answered 202, of which Temporal has forgotten what it had only admitted."""
    inbound = read_event({"content-type": "application/cloudevents+json"}, json.dumps(sent).encode())
    entry = portal.adapters.inbox.remember(
        inbound.source, inbound.id, inbound.hash, inbound.type, inbound.run, inbound.content, asdict(Sender())
    )
    portal.adapters.inbox.promise(entry, stage)
    return entry


async def let_all_be_due(portal: Caller) -> None:
    """The pause before a worker carries out what was promised has passed."""
    with portal.adapters.database.write() as connection:
        was = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(inbox).where(inbox.c.stage.is_not(None)).values(due_at=was))


@asynccontextmanager
async def delivering(portal: Caller, programs: int = 2) -> AsyncIterator[None]:
    """Several workers carry out what was promised."""
    delivery = portal.app.state.portal.intake.delivery
    loops = [asyncio.create_task(repeat(Deliverer(delivery).carry_out_due, pause_s=0.05)) for _ in range(programs)]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def test_what_was_promised_is_carried_out_once_and_in_order_of_arrival(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    events = [requested(customer), event("place-order", workflow_id, "2"), event("abandon", workflow_id, "3")]
    for sent in events:
        await promised(portal, sent)
    await let_all_be_due(portal)

    async def ended() -> bool:
        return (await row_of(portal, events[-1])).status == 202

    async with delivering(portal):
        await until(ended)
    document = await client.get_workflow_handle(workflow_id).result()
    assert [line["event"] for line in document["timeline"]] == ["requested", "place_order", "abandon"]
    for sent in events:
        row = await row_of(portal, sent)
        assert (row.status, row.stage, row.due_at) == (202, None, None)
        again = await portal.send(sent)
        assert (again.status_code, again.json()) == (202, row.body)


async def test_a_promise_counts_from_when_it_was_received(portal, client, customer):
    sent = {name: value for name, value in requested(customer).items() if name != "time"}
    entry = await promised(portal, sent)
    await let_all_be_due(portal)

    async def answered() -> Any:
        return (await row_of(portal, sent)).body

    async with delivering(portal):
        document = await until(answered)
    assert datetime.fromisoformat(document["timeline"][0]["at"]) == entry.received_at


async def test_what_the_run_refuses_is_kept_as_its_answer_and_judged_anew_when_it_comes_again(portal, customer):
    workflow_id = f"edition/{customer}/jtl"
    early = event("abandon", workflow_id, "2")
    await promised(portal, early)
    await let_all_be_due(portal)

    async def refused() -> Any:
        return (await row_of(portal, early)).status

    async with delivering(portal):
        assert await until(refused) == 404
    row = await row_of(portal, early)
    assert (row.stage, row.body["code"]) == (None, "unknown_run")
    await portal.send(requested(customer))
    assert (await portal.send(early)).json()["state"] == "abandoned"


async def test_without_a_worker_the_answer_is_a_promise_and_is_kept_by_the_inbox(alone, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    sent = requested(customer)
    assert (await alone.send(sent)).status_code == 202
    row = await row_of(alone, sent)
    assert (row.stage, row.status, row.content["data"]) == ("promised", None, sent["data"])
    nobody = {"operator": None, "portal": None, "customer": None, "grade": "admin", "for_customer": False}
    assert row.sender == {"language": None, "is_operator": True} | nobody
    assert row.due_at > row.received_at


async def test_what_the_run_has_accepted_is_promised_by_temporal(portal, client, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    workflow_id = f"edition/{customer}/jtl"
    await portal.send(requested(customer))
    sent = event("place-order", workflow_id, "2", details={"slow": True})
    assert (await portal.send(sent)).json()["waiting_for"] == ["system"]
    assert (await row_of(portal, sent)).stage == "accepted"
    await client.get_workflow_handle(workflow_id).signal("go")
    await let_all_be_due(portal)

    async def answered() -> Any:
        return (await row_of(portal, sent)).body

    async with delivering(portal):
        document = await until(answered)
    assert [line["event"] for line in document["timeline"]] == ["requested", "place_order"]


async def test_what_could_not_be_sent_at_all_is_not_promised(offline, portal, customer):
    sent = requested(customer)
    is_problem(await offline.send(sent), 503, "unavailable")
    assert (await row_of(portal, sent)).stage is None
    async with delivering(portal):
        await asyncio.sleep(0.3)
    assert (await row_of(portal, sent)).status is None, "nobody acts on what nobody was told"


async def test_an_event_waits_behind_what_was_promised_before_it(portal, customer):
    workflow_id = f"edition/{customer}/jtl"
    first = requested(customer)
    await promised(portal, first)
    second = await portal.send(event("place-order", workflow_id, "2"))
    assert [line["event"] for line in second.json()["timeline"]] == ["requested", "place_order"]
    assert (await row_of(portal, first)).status == 202


async def test_behind_what_cannot_be_carried_out_yet_an_event_is_promised_too(alone, customer, monkeypatch):
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.5)
    workflow_id = f"edition/{customer}/jtl"
    await alone.send(requested(customer))
    order = event("place-order", workflow_id, "2")
    answer = await alone.send(order)
    assert (answer.status_code, answer.json()["waiting_for"]) == (202, ["system"])
    assert (await row_of(alone, order)).stage == "promised"
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 3.6)
    await let_all_be_due(alone)

    async def answered() -> Any:
        return (await row_of(alone, order)).body

    async with alone.worker(), delivering(alone):
        document = await until(answered)
    assert [line["event"] for line in document["timeline"]] == ["requested", "place_order"]


async def test_behind_a_promise_that_is_tried_once_more_an_event_is_answered_in_time_and_promised(alone, customer):
    """Temporal can be reached and no worker answers: what came before is tried, and each still gets its 202."""
    workflow_id = f"edition/{customer}/jtl"
    sent = [requested(customer), event("acknowledge-warning", workflow_id, "2"), event("abandon", workflow_id, "3")]
    for each in sent:
        answer = await alone.send(each)
        assert (answer.status_code, answer.json()["waiting_for"]) == (202, ["system"]), answer.text
        assert (await row_of(alone, each)).stage == "promised"


async def test_a_decision_that_nobody_has_for_good_is_not_promised(portal, client, customer, monkeypatch):
    """The work list's calls keep no inbox: what Temporal has only admitted is `unavailable`, to be sent again."""
    await portal.send(requested(customer, explanation="task"))
    tasks = await until(lambda: open_tasks(portal, customer))
    worker_gone = Caller(client, portal.settings)
    monkeypatch.setattr(run_client.RunClient, "update", never_accepted)
    monkeypatch.setattr(run_client, "UPDATE_WITHIN", 0.3)
    answer = await worker_gone.http.post(
        f"/tasks/{tasks[0]['id']}/confirm", json={"by": "o", "proof": {"reference": "r"}}
    )
    is_problem(answer, 503, "unavailable")
    await worker_gone.close()


async def never_accepted(*_: Any, **__: Any) -> Any:
    """An update that Temporal has only admitted."""
    await asyncio.sleep(9)


async def open_tasks(portal: Caller, customer: str) -> list[dict[str, Any]]:
    """The open tasks of a customer."""
    items: list[dict[str, Any]] = (await portal.http.get("/tasks", params={"customer": customer})).json()["items"]
    return items

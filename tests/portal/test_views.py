"""Every answer that holds a status document leaves in the caller's view: the document, a problem, what is kept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from pydantic import SecretStr

from activities.customer_centre import load_customers
from states.model.record import Customer, Licence
from tests.adapters.stored_runs import ended
from tests.canary import canaries_in, planted
from tests.portal.conftest import CUSTOMERS, Caller, requested
from tests.strong import ANNA, OTTO

BY_OPERATOR = {"authorization": f"Bearer {ANNA}"}
BY_PORTAL = {"authorization": f"Bearer {OTTO}"}
INTERNAL = ("http://ui", "Click.")
"""What the stand-in for runs says in fields that are operators' alone."""


@pytest_asyncio.fixture
async def guarded(client, settings) -> AsyncIterator[Caller]:
    """A portal that knows an operator and a customers' portal."""
    tokens = {"operator_tokens": {"anna": (SecretStr(ANNA),)}, "portal_tokens": {"shop": (SecretStr(OTTO),)}}
    secured = settings.model_copy(update=tokens)
    await load_customers(secured, CUSTOMERS)
    caller = Caller(client, secured)
    async with caller.worker():
        yield caller
    await caller.close()


async def test_a_kept_document_shows_its_canaries_to_operators_alone(guarded):
    end = ended()
    kept = planted(state="applied", run_id=end.status.run_id)
    guarded.adapters.ledger.record_end(end.model_copy(update={"status": kept}))
    address = f"/cancellations/{kept.workflow_id}?run_id={kept.run_id}"
    for_operators = await guarded.http.get(address, headers=BY_OPERATOR)
    for_portals = await guarded.http.get(address, headers=BY_PORTAL)
    assert (for_operators.status_code, for_portals.status_code) == (200, 200)
    assert for_operators.json()["ui_url"] in canaries_in(for_operators.text)
    assert canaries_in(for_portals.text) == [] and "ui_url" not in for_portals.json()
    assert [line["by"] for line in for_portals.json()["timeline"]] == ["JTL", "JTL"]


async def test_what_is_answered_to_an_event_is_in_the_senders_view_also_when_it_is_sent_again(guarded, customer):
    sent = requested(customer, kind="misclick", subject=f"{customer}-t", target=None, explanation="task")
    by_portal = [await guarded.send(sent, **BY_PORTAL) for _ in range(2)]
    by_operator = await guarded.send(sent, **BY_OPERATOR)
    assert [answer.status_code for answer in (*by_portal, by_operator)] == [202, 202, 202]
    assert all(word in by_operator.text for word in INTERNAL)
    for answer in by_portal:
        assert not any(word in answer.text for word in INTERNAL) and answer.json()["tasks"] == []


async def test_how_the_run_stands_in_a_problem_is_in_the_senders_view(guarded, customer):
    await guarded.send(requested(customer), **BY_PORTAL)
    refused = {"details": {"refuse_as": "not_enabled"}, "target": "jtl_start"}
    answers = {
        who: await guarded.send(requested(customer, id=who, **refused), authorization=by["authorization"])
        for who, by in (("portal", BY_PORTAL), ("operator", BY_OPERATOR))
    }
    assert {answer.status_code for answer in answers.values()} == {409}
    assert answers["operator"].json()["current"]["ui_url"] in INTERNAL
    assert "ui_url" not in answers["portal"].json()["current"]
    assert answers["portal"].json()["current"]["state"] == answers["operator"].json()["current"]["state"]


async def test_the_label_of_a_document_is_the_one_in_our_record(guarded):
    market = Licence(licence="M-83", product="marketplace", label="Amazon Gartenparadies")
    guarded.adapters.records.load([Customer(customer="K-83", name="Muster GmbH", licences=(market,))])
    known: dict[str, Any] = {"kind": "marketplace", "subject": "M-83"}
    for run_id, label in (("r1", "eazyAuction-Marktplatz (M-83)"), ("r2", "M-83")):
        guarded.adapters.ledger.record_end(ended("marketplace/K-83/M-83", run_id, **(known | {"label": label})))
        address = f"/cancellations/marketplace/K-83/M-83?run_id={run_id}"
        for who in (BY_PORTAL, BY_OPERATOR):
            assert (await guarded.http.get(address, headers=who)).json()["label"] == "Amazon Gartenparadies"

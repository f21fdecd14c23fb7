"""What people write and who they are: their words come back as they are, and their names stand in no history."""

from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from tests.runs.customers import REGISTERS, customer_record
from tests.runs.harness import World, failed_workflow_tasks
from tests.runs.payloads import FORM, WORDS


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.settings(customer_centre="guided")
async def test_a_persons_own_words_are_shown_as_they_are(world: World, words: str) -> None:
    await world.load(customer_record({"licence": "H-1", "product": "shop_hosting", "term_ends": "2027-06-30"}))
    run = await world.request(
        "shop_hosting", "K-1001", "H-1", target=words.replace("\n", " "), details=FORM, explanation=words
    )
    await run("acknowledge_warning", by=words)
    await run("place_order", details={"new_contract": words} | FORM)
    rejected = await run.reject("perform", note=words)
    assert rejected["timeline"][-1]["note"] == f"Änderung im Kundencenter: zurückgewiesen. Dazu: {words}"
    await run("request_revocation", explanation=words)
    answer = await run.status()
    assert answer["timeline"][-1]["note"] == words
    assert all(part in task["instructions"] for task in answer["tasks"] for part in words.splitlines())
    await run.confirm("revocation", decision="declined", note=words)
    done = await run.confirm("perform", proof={"reference": words, "confirmed_by": words})
    assert done["state"] == "scheduled"
    ticket = await world.request("misclick", "K-1001", "x", explanation=words, details={"meant": words} | FORM)
    declined = await ticket.confirm("support_ticket", decision="declined", note=words)
    assert words in declined["refusal"]["text"]
    assert await failed_workflow_tasks(run.handle) == []
    assert await failed_workflow_tasks(ticket.handle) == []


async def test_histories_hold_identifiers_and_no_people(world: World) -> None:
    people = ["Muster GmbH", "kontakt@muster.example", "Erika Mustermann", "Lager Nord", "Kaufhaus Ost", "Kasse Anna"]
    partners: list[dict[str, Any]] = [
        {"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 3, "stock": 4},
        {"id": "P-2", "name": "Kaufhaus Ost", "role": "merchant"},
    ]
    licences: list[dict[str, Any]] = [
        {"licence": "M-1", "product": "marketplace", "label": "Erika Mustermann", "pilot": True},
        *(register | {"label": "Kasse Anna"} for register in REGISTERS),
    ]
    await world.load(customer_record(*licences, partners=partners))
    edition_run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await edition_run("acknowledge_warning")
    await edition_run("override_surplus", licences=["P-1", "P-2"])
    await edition_run("place_order")
    network = await world.request("fulfillment", "K-1001", "ffn")
    assert network.first["state"] == "surplus_resolution"
    idle = [partner | {"open_operations": 0, "stock": 0} for partner in partners]
    await world.load(customer_record(customer="K-1002", partners=idle))
    other = await world.request("fulfillment", "K-1002", "ffn")
    await other("place_order")
    market = await world.request("marketplace", "K-1001", "M-1")
    await market("place_order")
    await world.env.sleep(60)
    for run in (edition_run, network, other, market):
        written = await everything(run.handle)
        assert '"K-100' in written
        assert [name for name in people if name in written] == [], run.first["workflow_id"]


async def everything(handle: WorkflowHandle[Any, Any]) -> str:
    """All that a history holds, its payloads readable."""
    history = await handle.fetch_history()
    return "\n".join(event.SerializeToString().decode("utf-8", errors="replace") for event in history.events)

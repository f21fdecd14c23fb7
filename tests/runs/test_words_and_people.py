"""What people write and who they are: their words come back as they are, and their names stand in no history."""

from functools import partial
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from activities.adapters import opened_adapters
from tests.markdown import read_aloud
from tests.runs.customers import REGISTERS, customer_record
from tests.runs.documents import Mail, mails
from tests.runs.harness import World, failed_workflow_tasks
from tests.runs.payloads import FORM, WORDS
from tests.runs.steps import mails_when, status_when


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
    shown = [read_aloud(task["instructions"]) for task in answer["tasks"]]
    assert all(part in text for text in shown for part in words.splitlines())
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


def names(called: str, written: list[Mail]) -> bool:
    """Whether a mail's subject calls it so."""
    return any(called in mail.subject for mail in written)


async def test_mails_and_tasks_call_licences_and_partners_as_the_customer_does(world: World) -> None:
    """Also the last mail, which goes when the licence has left the record; and what is kept of an ended run."""
    register = {"licence": "POS-21", "product": "pos_wawi", "label": "Kasse Filiale 2"}
    market = {"licence": "M-1", "product": "marketplace", "label": "eBay Haushalt", "pilot": True}
    partner = {"id": "P-1", "name": "Lager Nord", "role": "fulfiller"}
    await world.load(customer_record(register, market, partners=[partner]))
    for kind, subject, called in (
        ("pos", "POS-21", "Kasse Filiale 2 (POS-21)"),
        ("marketplace", "M-1", "eBay Haushalt (M-1)"),
        ("fulfillment", "ffn", "Lager Nord (P-1)"),
    ):
        run = await world.request(kind, "K-1001", subject)
        placed = await run("place_order")
        if placed["tasks"] or placed["state"] == "third_party":
            assert called not in str(await run.status())  # the run itself knows no names
            async with opened_adapters(world.settings) as adapters:
                (row,) = adapters.work_list.tasks(workflow_id=run.first["workflow_id"]).items
            assert called in row.instructions
            await run.confirm("third_party", proof={"reference": "T-1"})
        ended = await status_when(run, lambda status: status["state"] == "applied")
        assert called not in str(ended)
        if subject != "ffn":
            await mails_when(run, partial(names, called))
    told = [mail for mail in mails(world) if "kontakt" in mail.to]
    assert [mail.subject for mail in told if "JTL-Wawi (POS-21)" in mail.subject + mail.body] == []

"""What an operator finds in the web UI, who has never seen the code: handlers, summaries, current details."""

import json
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata

from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import Run, World
from tests.runs.test_handlers import refusal_of_payloads


async def metadata(run: Run) -> WorkflowMetadata:
    """What the web UI asks for: handlers with their descriptions, and the current details."""
    answer: WorkflowMetadata = await run.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return answer


async def test_every_handler_says_what_it_is_for(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    definition = (await metadata(run)).definition
    ours = [
        handler
        for handlers in (definition.signal_definitions, definition.update_definitions, definition.query_definitions)
        for handler in handlers
        if not handler.name.startswith("__")
    ]
    assert {"confirm_task", "place_order", "status"} <= {handler.name for handler in ours}
    assert {signal.name for signal in definition.signal_definitions} == {"confirm_task", "reject_task"}, "no program's"
    assert [handler.name for handler in ours if len(handler.description) < 20] == []


async def test_each_timer_and_activity_has_a_summary(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order")
    history = await run.handle.fetch_history()
    shown = [
        event
        for event in history.events
        if event.HasField("timer_started_event_attributes")
        or event.HasField("activity_task_scheduled_event_attributes")
    ]
    assert len(shown) >= 2
    assert [event.event_id for event in shown if not event.user_metadata.summary.data] == []


def pasted(details: str) -> dict[str, Any]:
    """The JSON that the details show, filled in by an operator."""
    text = details.split("```json")[1].split("```")[0]
    message: dict[str, Any] = json.loads(text)
    filled = {"by": "Ms Operator", "proof": {"reference": "T-1"}, "note": "as agreed", "at": "2027-12-31"}
    return {name: filled.get(name, str(value).split(" | ")[0]) for name, value in message.items()}


PARTNERLESS: dict[str, Any] = {"partners": []}
OPENED = [
    pytest.param(
        *("perform", "edition", "jtl", {"target": "jtl_advanced"}, "scheduled"),
        marks=pytest.mark.settings(customer_centre="guided"),
    ),
    ("support_ticket", "misclick", "anything", {"explanation": "booked twice"}, "applied"),
    ("clarify", "fulfillment", "ffn", {}, "order"),
]


@pytest.mark.parametrize(("task", "kind", "subject", "more", "then"), OPENED, ids=str)
async def test_the_json_of_the_details_confirms_the_task(
    world: World, task: str, kind: str, subject: str, more: dict[str, Any], then: str
) -> None:
    await world.load(customer_record(**PARTNERLESS))
    run = await world.request(kind, "K-1001", subject, **more)
    if task == "perform":
        await run("acknowledge_warning")
        await run("place_order")
    details = (await metadata(run)).current_details
    assert f"#### `{task}`" in details
    assert task_types(await run.status()) == [task]
    template = json.loads(details.split("```json")[1].split("```")[0])
    assert (await refusal_of_payloads(run, "confirm_task", template)).code == "malformed"
    before = await run.status()
    await run.signal("confirm_task", template)
    await run.signal("confirm_task", template | {"by": ["me"]})
    await run.signal("confirm_task", {"by": "**Ms**\nOperator", "at": 1})
    refused = await run.status()
    assert (refused["state"], task_types(refused)) == (before["state"], [task]), "what is unedited changes nothing"
    # What has no shape is noted at once; what has one waits for its turn, be it refused then.
    lines = refused["timeline"][-3:]
    assert {(line["by"], line["actor"], line["audience"]) for line in lines} == {
        (by, "operator", "operators") for by in ("…", None, "**Ms** Operator")
    }
    shown = (await metadata(run)).current_details
    assert "**Ms** Operator" not in shown, "who sent it is quoted"
    await run.signal("confirm_task", pasted(details))
    assert await settled(world, run, then) == (then, [])


async def test_X11_the_details_of_what_was_revoked_name_no_date_and_no_saving(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order")
    scheduled = (await metadata(run)).current_details
    await run("request_revocation", explanation="Ein Versehen")
    await run.confirm("revocation", decision="granted")
    revoked = (await metadata(run)).current_details
    for label in ("**Wirksam ab**", "**Kosten**"):
        assert label in scheduled
        assert label not in revoked
    assert "`revoked`" in revoked


@pytest.mark.parametrize("decision", ["granted", "declined"])
async def test_X11_the_timeline_says_what_was_decided_beside_the_note(decision: str, world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    await run("place_order")
    await run("request_revocation", explanation="Ein Versehen")
    decided = await run.confirm("revocation", decision=decision, note="geprüft")
    (line,) = [line for line in decided["timeline"] if line["event"] == "confirm_task"]
    outcome = {"granted": "bewilligt", "declined": "abgelehnt"}[decision]
    assert line["note"] == f"Bitte um Rücknahme: {outcome}. Dazu: geprüft"


async def settled(world: World, run: Run, state: str) -> tuple[str, list[Any]]:
    """State and open tasks, as soon as the run has taken what arrived."""
    for _ in range(20):
        document = await run.status()
        if document["state"] == state and document["tasks"] == []:
            break
        await world.env.sleep(timedelta(seconds=1))
    return document["state"], document["tasks"]

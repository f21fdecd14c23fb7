"""What a portal has promised and a run refuses is seen: as a line in the timeline, as an ignored signal leaves one."""

import pytest

from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import timeline_events
from tests.runs.harness import Refused, World
from tests.runs.steps import answer_meanwhile, prepare_downgrade, request_downgrade, status_when


async def test_a_promised_event_that_is_refused_leaves_a_line_and_any_other_none(world: World) -> None:
    await world.load(customer_record())
    run = await request_downgrade(world)
    before = await run.status()
    for promised in (False, True):
        with pytest.raises(Refused) as refused:
            await run("place_order", promised=promised)
        assert refused.value.code == "not_enabled"
        lines = (await run.status())["timeline"][len(before["timeline"]) :]
        assert [(line["event"], line["by"]) for line in lines] == ([("place_order", "tester")] if promised else [])
    assert "feature_warning" in lines[0]["note"]
    with pytest.raises(Refused) as wrong:
        await run("acknowledge_warning", promised=True, colour="red")
    assert wrong.value.code == "malformed"
    assert timeline_events(await run.status())[-1] == "acknowledge_warning"
    assert (await run("acknowledge_warning", promised=True))["state"] == "order"
    assert (await run("abandon"))["state"] == "abandoned"


async def test_an_order_answered_while_a_system_was_silent_and_refused_afterwards_leaves_a_line(world: World) -> None:
    """X2: the answer was `system`; the check made later finds what stands in the way."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    world.centre.down.add("standing")
    answer = await answer_meanwhile(world, run("place_order"))
    assert answer["waiting_for"] == ["system"]
    await world.load(customer_record(licence("T-9", "track_and_trace")))
    world.centre.down.clear()
    await world.env.sleep(120)
    stopped = await status_when(run, lambda status: status["state"] == "surplus_resolution")
    refused = [line["note"] for line in stopped["timeline"] if line["event"] == "place_order" and line["note"]]
    assert len(refused) == 1 and "T-9" in refused[0]


async def test_the_document_of_the_start_is_the_runs_own_also_when_it_was_promised(world: World) -> None:
    await world.load(customer_record())
    document = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_advanced", "by": "c"}
    handle = await world.env.client.start_workflow(
        "EditionDowngrade", document, id="edition/K-1001/jtl", task_queue=world.settings.task_queue
    )
    answer = await handle.execute_update("requested", document | {"promised": True})
    assert timeline_events(answer).count("requested") == 1

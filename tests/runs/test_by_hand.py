"""What is started or completed by hand otherwise than it should be: a person is told, and no workflow task fails."""

import pytest

from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import World, failed_workflow_tasks
from tests.runs.steps import prepare_downgrade

pytestmark = pytest.mark.server


@pytest.mark.parametrize("workflow_id", ["edition/K-1001/jtl", "anything"])
async def test_a_workflow_type_that_does_not_exist_is_refused_and_leaves_the_id_free(
    served: World, workflow_id: str
) -> None:
    await served.load(customer_record())
    client, queue = served.env.client, served.settings.task_queue
    started = await client.start_workflow("EditionDowngrad", {"any": "thing"}, id=workflow_id, task_queue=queue)
    ended = await started.result()
    assert (ended["state"], ended["refusal"]["code"]) == ("refused", "malformed")
    assert "EditionDowngrad" in ended["refusal"]["text"]
    kept = served.adapters.ledger.ended_run(workflow_id)
    assert kept is not None and (kept["state"], kept["workflow_id"]) == ("refused", workflow_id)
    assert await failed_workflow_tasks(started) == []
    assert (await prepare_downgrade(served)).handle.id == "edition/K-1001/jtl"


@pytest.mark.parametrize("answer", [{"another": "shape"}, ["no"], None])
async def test_an_activity_completed_by_hand_with_another_answer_is_a_task(served: World, answer: object) -> None:
    await served.load(customer_record())
    run = await prepare_downgrade(served)

    async def complete_by_hand() -> None:
        described = (await run.handle.describe()).raw_description
        (pending,) = [
            activity for activity in described.pending_activities if activity.activity_type.name == "place_order"
        ]  # beside the mail that it has arrived
        by_hand = served.env.client.get_async_activity_handle(
            workflow_id=run.handle.id, run_id=run.first["run_id"], activity_id=pending.activity_id
        )
        await by_hand.complete(answer)

    served.centre.before["place_order"] = complete_by_hand
    held = await run("place_order")
    assert (held["state"], task_types(held), held["waiting_for"]) == ("order", ["repair"], ["repair"])
    assert "place_order was answered in another form than Receipt" in held["tasks"][0]["instructions"]
    assert (await run.confirm("repair", decision="retry"))["state"] == "scheduled"
    assert await failed_workflow_tasks(run.handle) == []

"""An open run that was deleted at Temporal: what the record knows is answered, and operators are told at once."""

from typing import Any

import httpx
import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import RPCError

from portal.app import build
from tests.runs.customers import VOUCHERS, customer_record
from tests.runs.documents import mails
from tests.runs.harness import Run, World
from tests.runs.steps import prepare_downgrade
from tests.system.processes import until

pytestmark = pytest.mark.server
EDITION = "edition/K-1001/jtl"


async def delete(world: World, run: Run) -> None:
    """Delete a run at Temporal, as an administrator may."""
    execution = WorkflowExecution(workflow_id=run.handle.id)
    request = DeleteWorkflowExecutionRequest(namespace=world.env.client.namespace, workflow_execution=execution)
    await world.env.client.workflow_service.delete_workflow_execution(request)

    async def gone() -> bool:
        try:
            await run.handle.describe()
        except RPCError:
            return True
        return False

    await until(gone)


def event(name: str, **data: Any) -> dict[str, Any]:
    """An event for the edition's run."""
    subject = {} if name == "requested" else {"subject": EDITION}
    envelope = {"specversion": "1.0", "type": f"jtl.cancellation.{name}.v1", "source": "tests", "id": name}
    return envelope | subject | {"data": {"by": "c"} | data}


async def test_a_deleted_run_answers_with_what_is_recorded_and_is_told_and_closed(served: World) -> None:
    await served.load(customer_record(VOUCHERS))
    run = await prepare_downgrade(served)
    booked = await run("place_order")
    assert booked["state"] == "scheduled"
    await served.request("misclick", "K-1001", "anything", explanation="booked twice")
    await delete(served, run)
    app = build(served.env.client, served.settings, trusted=True)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        answer = await http.get(f"/cancellations/{EDITION}")
        assert answer.status_code == 200, answer.text
        document = answer.json()
        assert (document["state"], document["waiting_for"], document["enabled"]) == ("scheduled", ["operator"], [])
        assert (document["effective_at"], document["target"]) == (booked["effective_at"], "jtl_advanced")
        (line,) = document["timeline"]
        assert line["event"] == "gone" and "nicht mehr auffindbar" in line["note"]

        headers = {"content-type": "application/cloudevents+json"}
        refused = (await http.post("/events", json=event("abandon"), headers=headers)).json()
        assert (refused["status"], refused["code"]) == (409, "ended")
        assert "nicht mehr auffindbar" in refused["detail"]

        async def closed() -> bool:
            return bool((await http.get(f"/cancellations/{EDITION}")).json()["state"] == "given_up")

        await until(closed)
        told = [mail for mail in mails(served) if mail.to == served.settings.operator_mail]
        assert any(EDITION in mail.body for mail in told)
        assert (await http.get("/cancellations/voucher/K-1001/V-9")).status_code == 404
    again = await served.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert again.first["state"] == "feature_warning"

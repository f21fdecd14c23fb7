"""The least path on DBOS: a workflow whose steps are the same activities, messages to it, and an event for each answer.

`python -m bench.beside.dbos_side SYSTEM_DATABASE_URL FOLDER DATABASE_URL [POLL_S]`

The web handler of such an application starts the workflow in its own process and waits for an event, so client and
application are one process here. What waits is a coroutine, as a library needs it whose runs sleep for weeks.
"""

import asyncio
import logging
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from temporalio.testing import ActivityEnvironment

from activities.cancellations import CancellationActivities, create_activities
from bench.beside.application import serve
from bench.document import MONTH, document_of, line_of, receipt_of, told_of
from bench.sides import settings_of
from states.model.effects import ApplyChange, BookOrder, IssueReceipt, Notify, Step
from states.model.facts import Check, Inquiry
from states.model.names import case_number
from states.model.receipts import ReceiptEvent
from states.model.request import Request
from states.model.status import End, Status, TimelineEntry

A_MONTH_S = 30 * 24 * 3600
ACTIVITIES: CancellationActivities


class Run:
    """One cancellation."""

    def __init__(self, request: Request, at: datetime) -> None:
        self.request = request
        self.id = DBOS.workflow_id or ""
        self.started_at = self.placed_at = at
        self.check: Check | None = None
        self.number = 0
        self.lines: list[TimelineEntry] = []
        self.environment = ActivityEnvironment()
        self.environment.info = replace(self.environment.info, workflow_run_id=self.id)
        """Activities ask Temporal's SDK for the run that they are of."""

    async def act(self, activity: Any, argument: Any) -> Any:
        """An activity as a step: tried again until it succeeds, its answer kept."""

        async def step() -> Any:
            return await self.environment.run(activity, argument)

        return await DBOS.run_step_async({"name": activity.__name__, "retries_allowed": True}, step)

    async def read(self, at: datetime, first: bool = False) -> None:
        """The record, as it stands."""
        version = self.check.catalogue if self.check else None
        inquiry = Inquiry(request=self.request, at=at, version=version, first=first)
        self.check = await self.act(ACTIVITIES.read, inquiry)

    async def change(self, activity: Any, effect: BookOrder | ApplyChange | IssueReceipt | Notify) -> None:
        """A change in the world under its key, a receipt, or a mail."""
        self.number += 1
        receipt = effect.receipt if isinstance(effect, Notify) else None
        step = Step(
            key=f"{self.id}/{effect.effect}/{self.number}",
            receipt=f"{self.id}/issue_receipt/{receipt}" if receipt else "",
            workflow_id=self.request.workflow_id,
            kind=self.request.kind,
            customer=self.request.customer,
            subject=self.request.subject,
            target=self.request.target,
            run_id=self.id,
            case=case_number(self.request.workflow_id, self.id),
            effect=effect.numbered(self.number),
        )
        await self.act(activity, step)

    async def tell(self, template: str, event: ReceiptEvent) -> None:
        """Give the customer a receipt, and send it by mail."""
        receipt = receipt_of(event, self.request, self.check, self.id, self.placed_at)
        await self.change(ACTIVITIES.issue_receipt, receipt)
        values, opens = told_of(self.placed_at), event == "ordered"
        mail = Notify(template=template, values=values, receipt=self.number, opens_thread=opens)
        await self.change(ACTIVITIES.notify, mail)

    def enter(self, state: str, event: str, at: datetime) -> Status:
        """The next state; the document that says so."""
        self.lines.append(line_of(at, state, event))
        run = self.request.workflow_id, self.id
        return document_of(self.request, run, self.check, self.placed_at, self.lines)

    async def answer(self, event: str, document: Status) -> None:
        """What can be searched for, and the answer to a message."""
        searched = {"kind", "customer", "state", "waiting_for", "effective_at", "order_by"}
        attributes = document.model_dump(mode="json", include=searched)
        await DBOS.update_workflow_attributes_async(self.id, attributes)
        await DBOS.set_event_async(event, document)

    async def message(self, event: str) -> datetime:
        """Wait for a customer's message; when it came."""
        message = await DBOS.recv_async(event, A_MONTH_S)
        return datetime.fromisoformat(message["time"])


@DBOS.workflow(name="Downgrade")
async def downgrade(document: dict[str, str], at: datetime) -> Status:
    """Requested → acknowledged → ordered → waits → applied."""
    run = Run(Request.model_validate(document), at)
    run.enter("received", "requested", at)
    await run.read(at, first=True)
    await run.answer("requested", run.enter("feature_warning", "begin", at))
    at = await run.message("acknowledge_warning")
    run.enter("license_check", "acknowledge_warning", at)
    await run.read(at)
    await run.answer("acknowledge_warning", run.enter("order", "licences_checked", at))
    at = run.placed_at = await run.message("place_order")
    run.enter("order", "place_order", at)
    await run.read(at)
    await run.tell("order_received", "ordered")
    await run.change(ACTIVITIES.place_order, BookOrder(placed_at=at, effective_at=at + MONTH))
    await run.answer("place_order", run.enter("scheduled", "order_placed", at))
    await run.tell("scheduled", "booked")
    await DBOS.sleep_async(MONTH.total_seconds())
    assert run.check is not None
    await run.change(ACTIVITIES.apply_change, ApplyChange(catalogue=run.check.catalogue))
    ended = run.enter("applied", "change_applied", at + MONTH)
    await DBOS.update_workflow_attributes_async(run.id, {"state": ended.state}, merge=True)
    await run.tell("applied", "applied")
    end = End(status=ended, started_at=run.started_at, ended_at=at + MONTH, first_run_id=run.id)
    await run.act(ACTIVITIES.record_end, end)
    return ended


async def least_path(customer: str) -> tuple[str, float]:
    """What the web handlers of such an application do."""
    request = {"kind": "edition", "customer": customer, "subject": "jtl", "target": "jtl_advanced"}
    began = time.perf_counter()
    workflow_id = f"edition/{customer}/jtl"
    with SetWorkflowID(workflow_id):
        handle = await DBOS.start_workflow_async(downgrade, request, datetime.now(UTC))
    await answered(workflow_id, "requested")
    first = time.perf_counter() - began
    for event in ("acknowledge_warning", "place_order"):
        message = {"by": "bench", "time": datetime.now(UTC).isoformat()}
        await DBOS.send_async(workflow_id, message, topic=event)
        await answered(workflow_id, event)
    ended = await handle.get_result()
    assert ended.state == "applied", ended
    return workflow_id, first


async def answered(workflow_id: str, event: str) -> Status:
    """The document that answers an event."""
    document = await DBOS.get_event_async(workflow_id, event, timeout_seconds=60)
    assert isinstance(document, Status), document
    return document


async def main(system: str, folder: Path, database_url: str, poll_s: float | None) -> None:
    """Serve until the input ends."""
    global ACTIVITIES
    ACTIVITIES = create_activities(settings_of("dbos", folder, database_url))
    config: DBOSConfig = {"name": "beside", "system_database_url": system, "console_log_level": "ERROR"}
    if poll_s is not None:
        config["notification_listener_polling_interval_sec"] = poll_s
    DBOS(config=config)
    DBOS.launch()
    try:
        await serve(least_path)
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    poll = float(sys.argv[4]) if sys.argv[4:] else None
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], poll))

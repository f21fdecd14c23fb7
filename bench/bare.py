"""The least path of an edition by hand: the same activities, updates, timer and search attributes, no chart, no driver.

What a developer would write who needs this one path and nothing else: no revocation, no repair, no change of target,
no reminders, no re-check by itself, no texts but English ones.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from bench.document import MONTH, document_of, line_of, receipt_of, told_of
    from states.model.effects import ApplyChange, BookOrder, IssueReceipt, Notify, Step
    from states.model.facts import Check, Inquiry, Receipt
    from states.model.names import case_number
    from states.model.receipts import ReceiptEvent
    from states.model.request import Request
    from states.model.status import End, Status, TimelineEntry
from workflows.search_attributes import CUSTOMER, EFFECTIVE_DATE, KIND, ORDER_BY, STATE, WAITING_FOR

OPTIONS: Any = {
    "start_to_close_timeout": timedelta(seconds=5),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=200)),
}
"""Of every activity."""


@workflow.defn(name="BareDowngrade")
class BareDowngrade:
    """Requested → acknowledged → ordered → waits → applied."""

    @workflow.init
    def __init__(self, document: dict[str, Any]) -> None:
        self.request = Request.model_validate(document)
        self.info = workflow.info()
        self.state = "received"
        self.check: Check | None = None
        self.placed_at: datetime | None = None
        self.acknowledged = False
        self.number = 0
        self.at_rest = False
        self.lines: list[TimelineEntry] = []
        self.published: dict[str, Any] = {}

    @workflow.run
    async def run(self, document: dict[str, Any]) -> Status:
        """Straight down."""
        self.enter("received", "requested", at_rest=False)
        self.check = await self.read(first=True)
        self.enter("feature_warning", "begin")
        await workflow.wait_condition(lambda: self.acknowledged)
        self.enter("license_check", "acknowledge_warning", at_rest=False)
        self.check = await self.read()
        self.enter("order", "licences_checked")
        await workflow.wait_condition(lambda: self.placed_at is not None)
        placed_at = self.placed_at
        assert placed_at is not None
        self.enter("order", "place_order", at_rest=False)
        self.check = await self.read(order_at=placed_at)
        received = asyncio.create_task(self.tell("order_received", "ordered"))
        booking = BookOrder(placed_at=placed_at, effective_at=placed_at + MONTH)
        await self.act(activity_names.PLACE_ORDER, booking, "Book the order")
        self.enter("scheduled", "order_placed")
        await received
        await self.tell("scheduled", "booked")
        waits = max(timedelta(), placed_at + MONTH - workflow.now())  # on a busy machine the date has come already
        await workflow.sleep(waits, summary="The month begins")
        await self.act(activity_names.APPLY_CHANGE, ApplyChange(catalogue=self.check.catalogue), "Make the change")
        self.enter("applied", "change_applied")
        await asyncio.gather(self.tell("applied", "applied"), self.keep())
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.document()

    async def read(self, first: bool = False, order_at: datetime | None = None) -> Check:
        """The record, as it stands."""
        version = self.check.catalogue if self.check else None
        inquiry = Inquiry(request=self.request, at=order_at or workflow.now(), version=version, first=first)
        check: Check = await workflow.execute_local_activity(
            activity_names.READ, inquiry, result_type=Check, summary="Read the record", **OPTIONS
        )
        return check

    def step(self, effect: BookOrder | ApplyChange | IssueReceipt | Notify) -> Step:
        """An effect with its key; a mail with that of the receipt that goes with it."""
        self.number += 1
        receipt = effect.receipt if isinstance(effect, Notify) else None
        return Step(
            key=self.key(effect.effect, self.number),
            receipt=self.key("issue_receipt", receipt) if receipt else "",
            workflow_id=self.info.workflow_id,
            kind=self.request.kind,
            customer=self.request.customer,
            subject=self.request.subject,
            target=self.request.target,
            run_id=self.info.first_execution_run_id,
            case=case_number(self.info.workflow_id, self.info.first_execution_run_id),
            effect=effect.numbered(self.number),
        )

    def key(self, name: str, number: int) -> str:
        """The key of an effect."""
        return f"{self.info.workflow_id}/{self.info.run_id}/{name}/{number}"

    async def act(
        self, name: str, effect: BookOrder | ApplyChange | IssueReceipt | Notify, summary: str, result: Any = Receipt
    ) -> None:
        """A change in the world, a receipt, or a mail."""
        await workflow.execute_activity(name, self.step(effect), result_type=result, summary=summary, **OPTIONS)

    async def tell(self, template: str, event: ReceiptEvent) -> None:
        """Give the customer a receipt, and send it by mail."""
        placed_at = self.placed_at or workflow.now()
        receipt = receipt_of(event, self.request, self.check, self.info.first_execution_run_id, placed_at)
        await self.act(activity_names.ISSUE_RECEIPT, receipt, "Issue a receipt", result=None)
        opens = event == "ordered"
        mail = Notify(template=template, values=told_of(placed_at), receipt=self.number, opens_thread=opens)
        await self.act(activity_names.NOTIFY, mail, "Send a mail", result=None)

    async def keep(self) -> None:
        """The ended run in the ledger."""
        end = End(
            status=self.document(),
            started_at=self.info.start_time,
            ended_at=workflow.now(),
            first_run_id=self.info.first_execution_run_id,
        )
        await workflow.execute_activity(
            activity_names.RECORD_END, end, result_type=Receipt, summary="Keep the ended run", **OPTIONS
        )

    def enter(self, state: str, event: str, at_rest: bool = True) -> None:
        """The next state: a line, search attributes, current details."""
        self.state, self.at_rest = state, at_rest
        self.lines.append(line_of(workflow.now(), state, event))
        if not at_rest:
            return
        document = self.document()
        attributes: dict[Any, Any] = {
            KIND: document.kind,
            CUSTOMER: document.customer,
            STATE: document.state,
            WAITING_FOR: list(document.waiting_for),
            EFFECTIVE_DATE: document.effective_at,
            ORDER_BY: document.order_by,
        }
        changed = {
            key: value for key, value in attributes.items() if value is not None and self.published.get(key) != value
        }
        self.published |= changed
        workflow.upsert_search_attributes([key.value_set(value) for key, value in changed.items()])
        timeline = "\n".join(f"- {line.at} `{line.event}` → `{line.state}`" for line in self.lines)
        workflow.set_current_details(
            f"- **Target**: {document.target}\n- **State**: {state}\n- **Takes effect**: {document.effective_at}\n"
            f"\n### Timeline\n{timeline}"
        )

    def document(self) -> Status:
        """The status document."""
        run = self.info.workflow_id, self.info.run_id
        return document_of(self.request, run, self.check, self.placed_at or workflow.now(), self.lines)

    async def answered(self) -> Status:
        """The document, once the run waits again."""
        await workflow.wait_condition(lambda: self.at_rest)
        return self.document()

    def validate(self, event: str, state: str, message: dict[str, Any]) -> None:
        """Refuse in readable words what is malformed, or not possible here."""
        if "by" not in message:
            raise ApplicationError("by: Field required", type="malformed")
        if self.state != state:
            raise ApplicationError(f"{event} is not possible in state {self.state}", type="not_enabled")

    @workflow.update
    async def requested(self, document: dict[str, Any]) -> Status:
        """The first answer."""
        return await self.answered()

    @workflow.update
    async def acknowledge_warning(self, message: dict[str, Any]) -> Status:
        """The customer has read what is lost."""
        self.acknowledged, self.at_rest = True, False
        return await self.answered()

    @acknowledge_warning.validator
    def _acknowledge(self, message: dict[str, Any]) -> None:
        self.validate("acknowledge_warning", "feature_warning", message)

    @workflow.update
    async def place_order(self, message: dict[str, Any]) -> Status:
        """The order itself."""
        self.placed_at = datetime.fromisoformat(message["time"]) if "time" in message else workflow.now()
        self.at_rest = False
        return await self.answered()

    @place_order.validator
    def _order(self, message: dict[str, Any]) -> None:
        self.validate("place_order", "order", message)

    @workflow.query
    def status(self) -> Status:
        """Where it stands."""
        return self.document()

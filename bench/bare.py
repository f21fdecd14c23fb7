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
    from states.model.effects import ApplyChange, BookOrder, CheckLicences, Notify, Step
    from states.model.facts import Check, Inquiry, Receipt
    from states.model.request import Request
    from states.model.status import End, Status, TimelineEntry, WarningText, WhyStep
from workflows.search_attributes import CUSTOMER, EFFECTIVE_DATE, KIND, ORDER_BY, STATE, WAITING_FOR

RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200))
MONTH = timedelta(seconds=3)
"""How long an order waits; the measured side is given the same."""


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
        self.settled = False
        self.lines: list[TimelineEntry] = []
        self.shown: dict[str, Any] = {}

    @workflow.run
    async def run(self, document: dict[str, Any]) -> Status:
        """Straight down."""
        self.enter("received", "requested", rest=False)
        self.check = await self.read(first=True)
        self.enter("feature_warning", "begin")
        await workflow.wait_condition(lambda: self.acknowledged)
        self.check = await self.read()
        self.enter("order", "licences_checked")
        await workflow.wait_condition(lambda: self.placed_at is not None)
        placed_at = self.placed_at
        assert placed_at is not None
        self.check = await self.read(order_at=placed_at)
        booking = BookOrder(placed_at=placed_at, effective_at=placed_at + MONTH)
        await self.act(activity_names.PLACE_ORDER, booking, "Book the order")
        told = asyncio.create_task(self.mail("scheduled"))
        self.enter("scheduled", "order_placed")
        await told
        await workflow.sleep(placed_at + MONTH - workflow.now(), summary="The month begins")
        await self.act(activity_names.APPLY_CHANGE, ApplyChange(catalogue=self.check.catalogue), "Make the change")
        self.enter("applied", "change_applied")
        await asyncio.gather(self.mail("applied"), self.keep())
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.document()

    async def read(self, first: bool = False, order_at: datetime | None = None) -> Check:
        """The record, as it stands."""
        version = self.check.catalogue if self.check else None
        inquiry = Inquiry(request=self.request, at=order_at or workflow.now(), version=version, first=first)
        return await self.local(activity_names.READ, inquiry, Check, "Read the record")

    async def local(self, name: str, argument: Any, answer: type | None, summary: str) -> Any:
        """A short activity in the worker."""
        return await workflow.execute_local_activity(
            name,
            argument,
            result_type=answer,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RETRY,
            summary=summary,
        )

    def step(self, effect: CheckLicences | BookOrder | ApplyChange | Notify) -> Step:
        """An effect with its key."""
        self.number += 1
        return Step(
            key=f"{self.info.workflow_id}/{self.info.run_id}/{effect.effect}/{self.number}",
            workflow_id=self.info.workflow_id,
            kind=self.request.kind,
            customer=self.request.customer,
            subject=self.request.subject,
            target=self.request.target,
            effect=effect.numbered(self.number),
        )

    async def act(self, name: str, effect: BookOrder | ApplyChange, summary: str) -> None:
        """A change in the world."""
        await workflow.execute_activity(
            name,
            self.step(effect),
            result_type=Receipt,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RETRY,
            summary=summary,
        )

    async def mail(self, template: str) -> None:
        """Tell the customer."""
        at = self.placed_at
        values = {"effective_at": (at + MONTH).isoformat()} if at else {}
        await self.local(
            activity_names.NOTIFY, self.step(Notify(template=template, values=values)), None, "Send a mail"
        )

    async def keep(self) -> None:
        """The ended run in the ledger."""
        end = End(status=self.document(), started_at=self.info.start_time, ended_at=workflow.now())
        await self.local(activity_names.RECORD_END, end, Receipt, "Keep the ended run")

    def enter(self, state: str, event: str, rest: bool = True) -> None:
        """The next state: a line, search attributes, current details."""
        self.state, self.settled = state, rest
        line = TimelineEntry(at=workflow.now(), state=state, event=event, by=None, note=None)
        self.lines.append(line)
        if not rest:
            return
        document = self.document()
        wanted: dict[Any, Any] = {
            KIND: document.kind,
            CUSTOMER: document.customer,
            STATE: document.state,
            WAITING_FOR: list(document.waiting_for),
            EFFECTIVE_DATE: document.effective_at,
            ORDER_BY: document.order_by,
        }
        changed = {key: value for key, value in wanted.items() if value is not None and self.shown.get(key) != value}
        self.shown |= changed
        workflow.upsert_search_attributes([key.value_set(value) for key, value in changed.items()])
        timeline = "\n".join(f"- {one.at} `{one.event}` → `{one.state}`" for one in self.lines)
        workflow.set_current_details(
            f"- **Target**: {document.target}\n- **State**: {state}\n- **Takes effect**: {document.effective_at}\n"
            f"\n### Timeline\n{timeline}"
        )

    def document(self) -> Status:
        """The status document, with the texts as constants."""
        check = self.check
        placed_at = self.placed_at or workflow.now()
        effective_at = placed_at + MONTH
        order_by = effective_at
        waits = {"feature_warning": ("customer",), "order": ("customer",), "scheduled": ("date",)}
        enabled = {
            "feature_warning": ("acknowledge_warning", "abandon"),
            "order": ("place_order", "recheck_licences", "abandon"),
            "scheduled": ("supersede", "request_revocation"),
        }
        why = [
            WhyStep(step=f"The order was placed at {placed_at}.", value=placed_at.isoformat(), rule="D6"),
            WhyStep(step=f"In Berlin that is {placed_at.date()}.", value=placed_at.date().isoformat(), rule="D8"),
            WhyStep(step=f"The last day in time is {order_by.date()}.", value=order_by.date().isoformat(), rule="D5"),
            WhyStep(step=f"It takes effect at {effective_at}.", value=effective_at.date().isoformat(), rule="D2"),
        ]
        return Status(
            workflow_id=self.info.workflow_id,
            run_id=self.info.run_id,
            ui_url=f"http://127.0.0.1:8233/namespaces/default/workflows/{self.info.workflow_id}/{self.info.run_id}/history",
            kind=self.request.kind,
            customer=self.request.customer,
            subject=self.request.subject,
            target=self.request.target,
            state=self.state,
            waiting_for=waits.get(self.state, ()),  # type: ignore[arg-type]
            enabled=enabled.get(self.state, ()),
            effective_at=effective_at,
            order_by=order_by,
            why=tuple(why),
            term_ends=check.term_ends if check else None,
            cost_effect=check.cost_effect if check else "unknown",
            catalogue=check.catalogue if check else None,
            warnings=tuple(
                WarningText(code=note.code, text=f"{note.code}: {note.values}")
                for note in (check.warnings if check else ())
            ),
            refusal=None,
            surplus=(),
            standing=None,
            tasks=(),
            timeline=tuple(self.lines),
        )

    async def answered(self) -> Status:
        """The document, once the run waits again."""
        await workflow.wait_condition(lambda: self.settled)
        return self.document()

    def refuse(self, event: str) -> ApplicationError:
        """A readable refusal."""
        return ApplicationError(f"{event} is not possible in state {self.state}", type="not_enabled")

    @workflow.update
    async def requested(self, document: dict[str, Any]) -> Status:
        """The first answer."""
        return await self.answered()

    @workflow.update
    async def acknowledge_warning(self, message: dict[str, Any]) -> Status:
        """The customer has read what is lost."""
        self.acknowledged, self.settled = True, False
        return await self.answered()

    @acknowledge_warning.validator
    def _acknowledge(self, message: dict[str, Any]) -> None:
        if "by" not in message:
            raise ApplicationError("by: Field required", type="malformed")
        if self.state != "feature_warning":
            raise self.refuse("acknowledge_warning")

    @workflow.update
    async def place_order(self, message: dict[str, Any]) -> Status:
        """The order itself."""
        self.placed_at = datetime.fromisoformat(message["time"]) if "time" in message else workflow.now()
        self.settled = False
        return await self.answered()

    @place_order.validator
    def _order(self, message: dict[str, Any]) -> None:
        if "by" not in message:
            raise ApplicationError("by: Field required", type="malformed")
        if self.state != "order":
            raise self.refuse("place_order")

    @workflow.query
    def status(self) -> Status:
        """Where it stands."""
        return self.document()

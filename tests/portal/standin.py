"""A stand-in for the real workflows: the same messages, and no rules of its own.

What it does is steered by the request's `explanation`: `refused` ends at once, `slow` answers after the signal `go`,
`silent` answers at once that a system does not answer.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

from states.model.status import ShownRun
from workflows.listing import SHOW, tell

STATE = SearchAttributeKey.for_keyword("CancellationState")
WAITING_FOR = SearchAttributeKey.for_keyword_list("WaitingFor")
EFFECTIVE_DATE = SearchAttributeKey.for_datetime("EffectiveDate")
LONG = timedelta(seconds=30)
EFFECTIVE_AT = "2027-02-01T00:00:00+01:00"


class StandIn:
    """State, messages and the status document."""

    @workflow.init
    def __init__(self, *payloads: Any) -> None:
        self.doc = payloads[0]
        self.state = "order"
        self.waiting_for = ["customer"]
        self.timeline: list[dict[str, Any]] = []
        self.refusals = 0
        self.task: str | None = None
        how = self.doc.get("explanation")
        self.busy = how in ("slow", "silent")
        if how == "refused":
            self.state = "refused"
        if how == "task":
            self.task = "t-" + self.doc["subject"]

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.state in ("refused", "abandoned", "applied")

    async def drive(self) -> dict[str, Any]:
        """Publish, wait for the end, and leave the document in the ledger."""
        attributes: list[Any] = [STATE.value_set(self.state), WAITING_FOR.value_set(self.waiting_for)]
        workflow.upsert_search_attributes([*attributes, EFFECTIVE_DATE.value_set(datetime.fromisoformat(EFFECTIVE_AT))])
        self.show()
        if self.task:
            await self.act("write_tasks", self.status())
        await workflow.wait_condition(lambda: self.ended)
        await self.act("record_end", self.status())
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.status()

    def show(self) -> None:
        """In the list of open runs, as the real runs do."""
        info, names = workflow.info(), workflow.info().workflow_id.split("/")
        if not self.ended:
            at = datetime.fromisoformat(EFFECTIVE_AT)
            stands = (self.state, tuple(self.waiting_for), at, None, False, info.start_time, workflow.now())
            tell(SHOW, ShownRun._make([info.workflow_id, info.run_id, info.run_id, *names, *stands]))

    async def act(self, name: str, document: dict[str, Any]) -> None:
        """Perform an activity of the tests."""
        await workflow.execute_activity(
            name, args=[document, workflow.info().start_time.isoformat()], schedule_to_close_timeout=LONG
        )

    @workflow.query(name="status")
    def status(self) -> dict[str, Any]:
        """The status document."""
        info = workflow.info()
        kind, customer, subject = info.workflow_id.split("/")
        tasks = [{"task": self.task, "type": "perform", "due_at": None, "instructions": "Click."}] if self.task else []
        return {
            "workflow_id": info.workflow_id,
            "run_id": info.run_id,
            "ui_url": "http://ui",
            "kind": kind,
            "customer": customer,
            "subject": subject,
            "label": "JTL Pro",
            "target": self.doc.get("target"),
            "target_text": self.doc.get("target"),
            "reason": {"text": None} | self.doc["reason"] if self.doc.get("reason") else None,
            "state": self.state,
            "state_text": self.state,
            "waiting_for": [] if self.ended else ["system"] if self.busy else self.waiting_for,
            "waiting_text": None if self.ended else "…",
            "enabled": [] if self.ended else ["place_order", "abandon"],
            "effective_at": EFFECTIVE_AT,
            "effective_day": EFFECTIVE_AT[:10],
            "order_by": None,
            "order_by_day": None,
            "why": [],
            "term_ends": None,
            "cost_effect": "cancellation",
            "catalogue": "2024-09-01",
            "warnings": [],
            "refusal": None,
            "surplus": [],
            "standing": None,
            "tasks": [task | {"decisions": [], "proof_required": True, "customer_text": None} for task in tasks],
            "timeline": self.timeline,
        }

    def note(self, event: str, payload: Any) -> dict[str, Any]:
        """Remember that an event was taken, and answer the document."""
        by = payload.get("by")
        at = payload.get("time") or payload.get("received_at") or workflow.now().isoformat()
        line = {"at": at, "state": self.state, "event": event, "by": by, "note": None}
        self.timeline.append(
            line
            | {
                "actor": "operator" if event.endswith("_task") else "customer",
                "audience": "everyone",
                "customer_note": None,
            }
        )
        return self.status()

    def refuse(self, code: str) -> None:
        """Refuse an update as the real runs do."""
        problem = {
            "code": code,
            "rule": "R1",
            "text": f"no: {code} (misclick)",
            "enabled": ["abandon"],
            "current": self.status(),
        }
        raise ApplicationError(f"no: {code} (misclick)", problem, type=code, non_retryable=True)

    @workflow.update(name="requested")
    async def requested(self, payload: Any) -> dict[str, Any]:
        """The request; another target is refused with the code it names."""
        if self.doc.get("explanation") == "silent":
            return self.note("requested", payload)
        await workflow.wait_condition(lambda: not self.busy)
        details = payload.get("details") or {}
        if details.get("refuse_as") and self.refusals < details.get("times", 9):
            self.refusals += 1
            self.refuse(details["refuse_as"])
        return self.note("requested", payload)

    @workflow.update(name="place_order")
    async def place_order(self, payload: Any) -> dict[str, Any]:
        """The order; slow where its details say so."""
        if (payload.get("details") or {}).get("slow"):
            self.busy = True
            await workflow.wait_condition(lambda: not self.busy)
        return self.note("place_order", payload)

    @place_order.validator
    def _place_order(self, payload: Any) -> None:
        code = (payload.get("details") or {}).get("refuse_as")
        if code:
            self.refuse(code)

    @workflow.update(name="abandon")
    def abandon(self, payload: Any) -> dict[str, Any]:
        """The end."""
        self.state = "abandoned"
        return self.note("abandon", payload)

    @abandon.validator
    def _abandon(self, payload: Any) -> None:
        if self.state == "abandoned":  # it is on its way to its end, as the real runs may be
            self.refuse("ended")

    @workflow.update(name="confirm_task")
    async def confirm_task(self, payload: Any) -> dict[str, Any]:
        """The task is done, and the run with it."""
        if payload["task"] != self.task:
            self.refuse("unknown_task")
        if "proof" not in payload:
            self.refuse("proof_missing")
        self.state, self.task = "applied", None
        return self.note("confirm_task", payload)

    @workflow.update(name="reject_task")
    async def reject_task(self, payload: Any) -> dict[str, Any]:
        """The task stays open."""
        return self.note("reject_task", payload)

    @workflow.signal
    def go(self) -> None:
        """The system answers."""
        self.busy = False


@workflow.defn(name="EditionDowngrade", sandboxed=False)
class EditionDowngrade(StandIn):
    """As `edition`."""

    @workflow.run
    async def run(self, *payloads: Any) -> dict[str, Any]:
        """To the end."""
        return await self.drive()


@workflow.defn(name="VoucherCancellation", sandboxed=False)
class VoucherCancellation(StandIn):
    """As `voucher`."""

    @workflow.run
    async def run(self, *payloads: Any) -> dict[str, Any]:
        """To the end."""
        return await self.drive()


@workflow.defn(name="MisclickTicket", sandboxed=False)
class MisclickTicket(StandIn):
    """As `misclick`."""

    @workflow.run
    async def run(self, *payloads: Any) -> dict[str, Any]:
        """To the end."""
        return await self.drive()


WORKFLOWS = [EditionDowngrade, VoucherCancellation, MisclickTicket]


def activities_on(database: Any) -> list[Any]:
    """The two activities, on the real tables."""
    from activities.sql.ledger import SqlLedger
    from activities.sql.work_list import SqlWorkList
    from states.model.status import End, Status, TaskList, TaskRow

    @activity.defn(name="record_end")
    async def record_end(document: dict[str, Any], started_at: str) -> None:
        status = Status.model_validate(document)
        now = datetime.now().astimezone()
        SqlLedger(database).record_end(
            End(
                status=status,
                started_at=datetime.fromisoformat(started_at),
                ended_at=now,
                first_run_id=status.run_id,
            )
        )

    @activity.defn(name="write_tasks")
    async def write_tasks(document: dict[str, Any], started_at: str) -> None:
        status = Status.model_validate(document)
        rows = tuple(TaskRow(entry=entry, text="perform", subject=None, ticket=False) for entry in status.tasks)
        listed = TaskList(
            workflow_id=status.workflow_id,
            run_id=status.run_id,
            kind=status.kind,
            customer=status.customer,
            tasks=rows,
        )
        SqlWorkList(database).write(listed, {})

    return [record_end, write_tasks]


async def until(condition: Any) -> Any:
    """Ask again and again until it answers something true; at most ten seconds."""
    async with asyncio.timeout(10):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
        return found

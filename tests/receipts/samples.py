"""Receipts of a made-up case, issued over a database, and as the files that a customer has of them."""

from datetime import UTC, datetime
from typing import Any

from activities.cancellations import CancellationActivities
from activities.receipts.issuing import ReceiptDesk
from activities.sql.issued_receipts import IssuedReceipt
from states.model.effects import IssueReceipt, Step
from states.model.facts import Warning
from states.model.receipts import DateReason, HeededWarning, ReceiptFacts

PLACED = datetime(2027, 1, 17, 9, 30, tzinfo=UTC)
ARRIVED = datetime(2027, 1, 17, 9, 31, tzinfo=UTC)
FIRST = "2027-01-31T23:00:00+00:00"
LATER = datetime(2027, 2, 28, 23, tzinfo=UTC)
RUN: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "called": None,
    "effective_at": FIRST,
    "order_by": None,
    "last_day_unclear": None,
    "stage": "ordered",
    "term_ends": None,
    "cost_effect": "cancellation",
    "price": "99.00",
    "new_price": "49.00",
    "saved_price": "50.00",
}
LOST = Warning(
    code="features_lost",
    values={"features": ["JTL-Track&Trace"], "limited": [], "complete": True, "inferred": [], "no_term": False}
    | {"current": "JTL Pro", "target": "JTL Advanced"},
)
WHY = DateReason(text="placed", values={"placed_at": PLACED.isoformat(), "zone": "Europe/Berlin"}, value="-", rule="D6")
FACTS = ReceiptFacts(
    first_run_id="r-1",
    run=RUN,
    other_effective_at=LATER,
    why=(WHY,),
    warnings=(HeededWarning(warning=LOST, heed="acknowledged", by="Erika", at=PLACED),),
    catalogue="2026-04-01",
)
ORDERED = IssueReceipt(event="ordered", at=ARRIVED, placed_at=PLACED, by="Erika", facts=FACTS, number=1)
BOOKED = IssueReceipt(event="booked", at=ARRIVED, facts=FACTS, number=2)
APPLIED = IssueReceipt(event="applied", at=ARRIVED, facts=FACTS, number=3)


def step_of(effect: IssueReceipt, *, customer: str = "K-1001", run_id: str = "r-1", **more: Any) -> Step:
    """The step of a receipt of the edition's run."""
    workflow_id = f"edition/{customer}/jtl"
    key = f"{workflow_id}/{run_id}/issue_receipt/{effect.number}"
    document = {"key": key, "workflow_id": workflow_id, "kind": "edition", "customer": customer, "subject": "jtl"}
    return Step(**(document | {"target": "jtl_advanced", "run_id": run_id} | more), effect=effect)


def desk_of(acts: CancellationActivities) -> ReceiptDesk:
    """The desk that issues receipts for these activities."""
    return ReceiptDesk(acts.adapters, acts.catalogues, acts.receipt_keys, acts.settings.time_zone)


def issue(acts: CancellationActivities, *effects: IssueReceipt, **more: Any) -> list[IssuedReceipt]:
    """These receipts, one after the other."""
    run_id = more.get("run_id", "r-1")
    return [desk_of(acts).issue(step_of(effect, **more), effect, run_id) for effect in effects]

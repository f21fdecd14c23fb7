"""What each hand-written side answers with: a status document of the same size as ours, its texts constants."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from states.model.effects import IssueReceipt
from states.model.facts import Check
from states.model.receipts import ReceiptEvent, ReceiptFacts
from states.model.request import Request
from states.model.status import Status, TimelineEntry, WarningText, WhyStep

MONTH = timedelta(seconds=float(os.environ.get("BENCH_MONTH_S", "3")))
"""How long an order waits, on every side."""
WAITING: dict[str, tuple[str, ...]] = {
    "feature_warning": ("customer",),
    "order": ("customer",),
    "scheduled": ("date",),
}
ENABLED = {
    "feature_warning": ("acknowledge_warning", "abandon"),
    "order": ("place_order", "recheck_licences", "abandon"),
    "scheduled": ("supersede", "request_revocation"),
}


def facts_of(request: Request, placed_at: datetime) -> dict[str, Any]:
    """What receipts and mails say of a run, as plain JSON."""
    at = (placed_at + MONTH).isoformat()
    own = {"kind": request.kind, "customer": request.customer, "subject": request.subject, "target": request.target}
    unknown = ("called", "last_day_unclear", "term_ends", "price", "new_price", "saved_price")
    dated = {"zone": "Europe/Berlin", "effective_at": at, "order_by": at, "stage": "ordered", "cost_effect": "saves"}
    return own | dated | dict.fromkeys(unknown)


def receipt_of(
    event: ReceiptEvent, request: Request, check: Check | None, run_id: str, placed_at: datetime
) -> IssueReceipt:
    """The receipt of an order, or of what became of it, as every side asks for it."""
    facts = ReceiptFacts(
        first_run_id=run_id, run=facts_of(request, placed_at), catalogue=check.catalogue if check else None
    )
    ordered = {"placed_at": placed_at, "by": "bench"} if event == "ordered" else {}
    return IssueReceipt(event=event, at=placed_at, facts=facts, **ordered)


def document_of(
    request: Request,
    run: tuple[str, str],
    check: Check | None,
    placed_at: datetime,
    lines: Sequence[TimelineEntry],
) -> Status:
    """The document of a run, of its workflow ID and run ID, as the last line of its timeline says that it stands."""
    workflow_id, run_id = run
    state = lines[-1].state
    effective_at = order_by = placed_at + MONTH
    why = [
        WhyStep(step=f"The order was placed at {placed_at}.", value=placed_at.isoformat(), rule="D6"),
        WhyStep(step=f"In Berlin that is {placed_at.date()}.", value=placed_at.date().isoformat(), rule="D8"),
        WhyStep(step=f"The last day in time is {order_by.date()}.", value=order_by.date().isoformat(), rule="D5"),
        WhyStep(step=f"It takes effect at {effective_at}.", value=effective_at.date().isoformat(), rule="D2"),
    ]
    return Status(
        workflow_id=workflow_id,
        run_id=run_id,
        ui_url=f"http://127.0.0.1:8233/namespaces/default/workflows/{workflow_id}/{run_id}/history",
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        label=request.subject,
        target=request.target,
        target_text=None if request.target is None else str(request.target),
        state=state,
        state_text=state,
        waiting_for=WAITING.get(state, ()),
        waiting_text=f"It waits for {WAITING.get(state)}.",
        enabled=ENABLED.get(state, ()),
        effective_at=effective_at,
        effective_day=effective_at.date(),
        order_by=order_by,
        order_by_day=order_by.date(),
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
        timeline=tuple(lines),
    )

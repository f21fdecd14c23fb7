"""What each hand-written side answers, and what its receipts and mails say: as much as ours, its texts constants."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from states.model.effects import IssueReceipt
from states.model.facts import Check
from states.model.names import case_number
from states.model.receipts import DateReason, HeededWarning, ReceiptEvent, ReceiptFacts
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


STATES = {
    "feature_warning": ("Notes not acknowledged yet", "Please read and acknowledge what you lose; then it goes on."),
    "order": ("Not submitted yet", "Please submit it if you want to go on. Nothing changes until then."),
    "scheduled": ("Scheduled", "It takes effect on the day that is shown; until then everything stays as it is."),
}
"""What is said of each state."""
WHY = (
    ("placed", "placed_at", "D6", "What counts is the moment at which you submit it: {}"),
    ("day", "day_on", "D8", "In the time zone Europe/Berlin that is {}"),
    ("last_day_inclusive", "last_on", "D5", "Last day in time for the next month's start, 14 days before its end: {}"),
    ("result", "effective_at", "D3", "So it takes effect on {}"),
)
"""Each step of the derivation of the date: its text, what it shows, its rule, and the text for the page."""
LOST = """With JTL Advanced instead of JTL Pro, what you can use changes. Until the day that is shown everything stays
as it is, and you pay the lower price from then on.

You will no longer have:

{}

You will have these with restrictions only:

{}

With these we assume it, and have no express statement about it: {}.

We have no record of a term of your edition, so we assume a monthly one. If you have an annual contract, please tell us
before you submit the change: we then find out on which day the edition can change.

This list is not complete: it names only what is publicly documented or what we concluded from it. Please also look at
what the customer centre shows for this change.

If you want to go on, please confirm that you have read this."""
"""What a customer reads of what is lost."""


def facts_of(request: Request, placed_at: datetime) -> dict[str, Any]:
    """What a receipt says of a run, as plain JSON."""
    at = (placed_at + MONTH).isoformat()
    own = {"kind": request.kind, "customer": request.customer, "subject": request.subject, "target": request.target}
    unknown = ("called", "term_ends", "price", "new_price", "saved_price")
    dated = {"zone": "Europe/Berlin", "effective_at": at, "order_by": at, "last_day_unclear": True}
    return own | dated | {"stage": "ordered", "cost_effect": "cancellation"} | dict.fromkeys(unknown)


def told_of(placed_at: datetime) -> dict[str, Any]:
    """What a mail says of a run beyond what the step itself names."""
    at = (placed_at + MONTH).isoformat()
    return {"effective_at": at, "order_by": at, "last_day_unclear": True, "cost_effect": "cancellation"}


def receipt_of(
    event: ReceiptEvent, request: Request, check: Check | None, run_id: str, placed_at: datetime
) -> IssueReceipt:
    """The receipt of an order, or of what became of it, as every side asks for it."""
    ordered = event == "ordered"
    heeded = check.warnings if check and ordered else ()
    facts = ReceiptFacts(
        first_run_id=run_id,
        run=facts_of(request, placed_at),
        other_effective_at=None,
        why=tuple(
            DateReason(text=text, values={name: value, "zone": "Europe/Berlin"}, value=value, rule=rule)
            for (text, name, rule, _), value in zip(WHY, shown(placed_at), strict=True)
        ),
        warnings=tuple(
            HeededWarning(warning=warning, heed="acknowledged", by="bench", at=placed_at) for warning in heeded
        ),
        catalogue=check.catalogue if check else None,
        details=None,
        optional_services=(),
    )
    return IssueReceipt(
        event=event, at=placed_at, facts=facts, **({"placed_at": placed_at, "by": "bench"} if ordered else {})
    )


def shown(placed_at: datetime) -> tuple[str, ...]:
    """What each step of the derivation shows."""
    at = placed_at + MONTH
    return placed_at.isoformat(), placed_at.date().isoformat(), at.date().isoformat(), at.isoformat()


def line_of(at: datetime, state: str, event: str) -> TimelineEntry:
    """A line of the timeline."""
    customers = event in ("requested", "acknowledge_warning", "place_order")
    return TimelineEntry(
        at=at,
        state=state,
        event=event,
        actor="customer" if customers else "system",
        by="bench" if customers else None,
        note=None,
        audience="everyone",
        customer_note=None,
        task=None,
    )


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
    state_text, waiting_text = STATES.get(state, (state, None))
    effective_at = order_by = placed_at + MONTH
    return Status(
        workflow_id=workflow_id,
        run_id=run_id,
        case_number=case_number(workflow_id, run_id),
        ui_url=f"http://127.0.0.1:8233/namespaces/default/workflows/{workflow_id}/{run_id}/history",
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        language="en",
        label="JTL Pro",
        target=request.target,
        target_text="JTL Advanced",
        reason=None,
        state=state,
        state_text=state_text,
        being_booked=False,
        waiting_for=WAITING.get(state, ()),
        waiting_text=waiting_text,
        enabled=ENABLED.get(state, ()),
        effective_at=effective_at,
        effective_day=effective_at.date(),
        order_by=order_by,
        order_by_day=order_by.date(),
        why=tuple(
            WhyStep(step=text.format(value), value=value, rule=rule)
            for (_, _, rule, text), value in zip(WHY, shown(placed_at), strict=True)
        ),
        term_ends=check.term_ends if check else None,
        cost_effect=check.cost_effect if check else "unknown",
        catalogue=check.catalogue if check else None,
        warnings=tuple(
            WarningText(code=note.code, text=lost(note.values))
            for note in (check.warnings if check and state in ("feature_warning", "order") else ())
        ),
        refusal=None,
        surplus=(),
        standing=None,
        tasks=(),
        timeline=tuple(lines),
    )


def lost(values: dict[str, Any]) -> str:
    """The warning's text."""
    listed = ("\n".join(f"- {feature}" for feature in values[which]) for which in ("features", "limited"))
    return LOST.format(*listed, ", ".join(values["inferred"]))

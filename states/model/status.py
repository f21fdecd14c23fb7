"""The status document: what the query `status`, every update and the portal answer (docs/contract.md, Temporal)."""

from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from states.model.base import Moment, Value
from states.model.facts import CostEffect

WaitingFor = Literal["customer", "operator", "third_party", "date", "system", "repair"]

DEADLINE_KEPT = frozenset({"scheduled", "applied"})
"""The states in which the customer has ordered, so that `order_by` lies behind and is not shown to people."""


def page_of(web_ui: str, namespace: str, workflow_id: str, run_id: str) -> str:
    """The run's page in Temporal's web UI: `ui_url`."""
    return f"{web_ui.rstrip('/')}/namespaces/{namespace}/workflows/{quote(workflow_id, safe='')}/{run_id}/history"


class WhyStep(Value):
    """One step of the derivation of the date."""

    step: str
    value: str
    rule: str


class WarningText(Value):
    """A warning: a stable code, and its text in the customer's language."""

    code: str
    text: str


class RefusalText(Value):
    """A refusal: rule, stable code, and its text in the customer's language."""

    rule: str
    code: str
    text: str


class ReasonText(Value):
    """Why the customer leaves, as he said it when asked: a code of the catalogue's list, and his own words."""

    code: str
    text: str | None


class SurplusEntry(Value):
    """A licence too many; of a limit, `licence` is None and `too_many` of `candidates` are (POS3)."""

    licence: str | None
    product: str
    reason: str
    candidates: tuple[str, ...]
    too_many: int
    """How many have still to end: none where enough ends are booked (X3)."""
    resolved: bool


class StandingOrder(Value):
    """The order that stays in force while a change is under way (X10)."""

    target: int | str | None
    effective_at: Moment | None


class TaskEntry(Value):
    """An open task: what an operator reads and what may be decided."""

    task: str
    type: str
    due_at: Moment | None
    instructions: str
    decisions: tuple[str, ...]
    proof_required: bool


class TimelineEntry(Value):
    """What happened, when, by whom."""

    at: Moment
    state: str
    event: str
    by: str | None
    note: str | None


class Status(Value):
    """The whole of a run as outsiders see it. Every field is always set."""

    workflow_id: str
    run_id: str
    ui_url: str
    kind: str
    customer: str
    subject: str
    target: int | str | None
    reason: ReasonText | None = None
    state: str
    waiting_for: tuple[WaitingFor, ...]
    enabled: tuple[str, ...]
    effective_at: Moment | None
    order_by: Moment | None
    why: tuple[WhyStep, ...]
    term_ends: date | None
    cost_effect: CostEffect
    catalogue: str | None
    warnings: tuple[WarningText, ...]
    refusal: RefusalText | None
    surplus: tuple[SurplusEntry, ...]
    standing: StandingOrder | None
    tasks: tuple[TaskEntry, ...]
    timeline: tuple[TimelineEntry, ...]


def bare_status(**known: Any) -> Status:
    """The document of a run of which no more is known than this: who it is, and in which state."""
    unknown = dict.fromkeys(("effective_at", "order_by", "term_ends", "catalogue", "refusal", "standing"))
    none = dict.fromkeys(("waiting_for", "enabled", "why", "warnings", "surplus", "tasks", "timeline"), ())
    return Status.model_validate({"cost_effect": "unknown", **unknown, **none, **known})


class CancellationItem(Value):
    """A run in the list."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str
    state: str
    waiting_for: tuple[WaitingFor, ...]
    effective_at: Moment | None
    order_by: Moment | None
    started_at: Moment | None
    ended_at: Moment | None


class ShownRun(NamedTuple):
    """What the list shows of an open run, and as of when. Not a `Value`: it is made at every rest, and never sent."""

    workflow_id: str
    run_id: str
    """Of its newest part."""
    first_run_id: str
    kind: str
    customer: str
    subject: str
    state: str
    waiting_for: tuple[WaitingFor, ...]
    effective_at: datetime | None
    order_by: datetime | None
    started_at: datetime
    as_of: datetime


class Problem(Value):
    """Why an event was refused: the `details` of the failed update, from which the portal makes problem+json."""

    code: str
    rule: str | None
    text: str
    enabled: tuple[str, ...] = ()
    current: dict[str, Any] | None = None


class End(Value):
    """What the ledger keeps when a run ends."""

    status: Status
    started_at: Moment
    ended_at: Moment
    first_run_id: str
    """The run ID by which the run began, the same when it continued as new or was reset."""


class GoingOn(Value):
    """A run that an administrator has reset, and that goes on under another run ID."""

    workflow_id: str
    first_run_id: str
    run_ids: tuple[str, ...]
    """By which its idempotency keys are named."""
    kind: str
    customer: str


class TaskRow(Value):
    """A task as a run writes it for the work list."""

    entry: TaskEntry
    text: str
    subject: str | None
    ticket: bool
    """Whether a person at the vendor decides it, so that a ticket is opened for it."""


class TaskList(Value):
    """All open tasks of a run: what is in the work list and not here is closed there."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    tasks: tuple[TaskRow, ...]


class TicketNumbers(Value):
    """The ticket of each task that has one, by task."""

    tickets: dict[str, str]

"""The status document: what the query `status`, every update and the portal answer (docs/contract.md, Temporal)."""

from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from pydantic import ConfigDict, Field

from states.model.base import Moment, Value
from states.model.facts import CostEffect, Receipt
from states.model.memory import Actor
from states.model.names import case_number
from states.model.request import Proof

WaitingFor = Literal["customer", "operator", "third_party", "date", "system", "repair"]


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


Audience = Literal["everyone", "retold", "operators"]
"""Who reads a line of the timeline: everyone as it stands, customers in other words, or operators alone."""


class ProposedDecision(Value):
    """What one person has decided and a second one must still confirm: who and when, and what he said.

    `date`: the day or the moment that he named.
    """

    by: str
    at: Moment
    decision: str | None
    note: str | None
    date: str | None
    reference: str | None


TakesAt = Literal["needed", "optional"] | None
"""Whether a confirmation must or may name a day or a moment."""


class TaskEntry(Value):
    """An open task: what an operator reads and what may be decided.

    `customer_text`: what the customer reads of it, who must act or waits for it; None where it is not for him.
    `proposed`: what waits for a second person. `at`: whether a confirmation names a day or a moment. `proof`: what the
    customer has handed in, still to be checked.
    """

    task: str
    type: str
    due_at: Moment | None
    instructions: str
    customer_text: str | None = None
    decisions: tuple[str, ...]
    proof_required: bool
    proposed: ProposedDecision | None = None
    at: TakesAt = None
    proof: Proof | None = None


class TimelineEntry(Value):
    """What happened, when, by whom. `by` is what the one who acted said of himself, `actor` what he is.

    `customer_note`: where the line is `retold`, what the customer reads in place of `note`. `task`: the task that was
    done with by an operator's decision.
    """

    at: Moment
    state: str
    event: str
    actor: Actor = "system"
    by: str | None
    note: str | None
    audience: Audience = "operators"
    customer_note: str | None = None
    task: str | None = None


def without_operators_field(schema: dict[str, Any]) -> None:
    """Say of `ui_url` that customers do not get it (`states.views.audience`)."""
    schema["required"] = [name for name in schema["required"] if name != "ui_url"]
    schema["properties"]["ui_url"]["description"] = "For operators only"


class Status(Value):
    """The whole of a run as outsiders see it. Every field is always set.

    What people read stands beside the codes, in the customer's language: `label`, what is ended; `state_text`;
    `target_text`; `waiting_text`, for whom or what the run waits, None where it has ended. `effective_day` and
    `order_by_day` are calendar days in the run's time zone, the latter the last one in time.
    """

    model_config = ConfigDict(json_schema_extra=without_operators_field)

    workflow_id: str
    run_id: str
    case_number: str = ""
    """What people call the run (`states.model.names`)."""
    ui_url: str
    kind: str
    customer: str
    subject: str
    language: Literal["de", "en"] | None = None
    """That of all texts; None in documents that were kept before they said it."""
    label: str
    target: int | str | None
    target_text: str | None
    reason: ReasonText | None = None
    state: str
    state_text: str
    being_booked: bool = False
    """In `order`: what was ordered is checked or booked, by a person perhaps."""
    waiting_for: tuple[WaitingFor, ...]
    waiting_text: str | None
    enabled: tuple[str, ...]
    effective_at: Moment | None
    effective_day: date | None
    order_by: Moment | None
    order_by_day: date | None
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
    """The document of a run of which no more is known than this: who it is, and in which state.

    Its codes stand for the texts, which `states.views.labels` puts in.
    """
    unknown = dict.fromkeys(("effective_at", "order_by", "term_ends", "catalogue", "refusal", "standing"))
    unknown |= dict.fromkeys(("target_text", "waiting_text", "effective_day", "order_by_day"))
    none = dict.fromkeys(("waiting_for", "enabled", "why", "warnings", "surplus", "tasks", "timeline"), ())
    codes = {"label": known["subject"], "state_text": known["state"], "cost_effect": "unknown"}
    codes["case_number"] = case_number(known["workflow_id"], known["run_id"])
    return Status.model_validate({**codes, **unknown, **none, **known})


class CancellationItem(Value):
    """A run in the list."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str
    state: str
    being_booked: bool
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
    being_booked: bool
    """In `order`: it has been placed."""
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


class WentOn(Receipt):
    """What a run that was reset is told: it goes on, or how it had ended before."""

    ended: Status | None = None


class TaskRow(Value):
    """A task as a run writes it for the work list."""

    entry: TaskEntry
    text: str
    subject: str | None
    ticket: bool
    """Whether a person at the vendor decides it, so that a ticket is opened for it."""
    deadline: Moment | None = None
    """The customer's deadline that depends on it: the first moment at which it is too late for his date."""
    awaits_proof: bool = False
    """The customer must hand in a proof first: nobody here has anything to decide."""
    proof_at: Moment | None = None
    """When he handed in the proof that waits to be checked."""
    escalated: int = 0
    """How often it has been brought to mind."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What a notice of it says beside: the `note` of the last rejection; of a `repair` the `action` and its `error`."""


class TaskList(Value):
    """All open tasks of a run: what is in the work list and not here is closed there."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    called: str | None = None
    """What the run calls the licence, and what the customer has: of which it is made what is ended."""
    current: int | str | None = None
    tasks: tuple[TaskRow, ...]


class TicketNumbers(Value):
    """The ticket of each task that has one, by task.

    `freeze`: while all effects are frozen no ticket is opened or renewed; the number of the freeze.
    """

    tickets: dict[str, str]
    freeze: int | None = None

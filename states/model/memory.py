"""All that a chart remembers: what continue-as-new carries and what exploration hashes."""

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from states.model.base import Moment, Value
from states.model.effects import AnyEffect, Notify
from states.model.facts import Check, CostEffect, DateRule, Receipt, Refusal, RunSettings, Surplus, Undelivered
from states.model.request import ConfirmTask, Proof, Request

Actor = Literal["customer", "operator", "system"]
"""Who acted, by the way in which it came: a customer's event, an operator's decision, or neither. Never by a name."""


class Proposal(Value):
    """A decision that needs a second person, as the first one has sent it, and when it was taken."""

    at: Moment
    message: ConfirmTask


class Task(Value):
    """A person's task; what its type means is in `states.chart.task_types`.

    `step` is the effect that a `perform` or `repair` task holds. `proof` is what the customer handed in.
    `note` is the last rejection's. `due_at` follows from type and run, and is as of the last event
    (`states.chart.task_types.due_of`).
    """

    task: str
    type: str
    opened_at: Moment
    due_at: Moment | None = None
    decisions: tuple[str, ...] | None = None
    """The decisions that a confirmation may carry, where they are not all those of the type."""
    at_required: bool = False
    """Whether a confirmation must name a day or a moment."""
    text: str
    """A key of the texts, made with `values` into the instructions."""
    values: dict[str, Any] = Field(default_factory=dict)
    subject: str | None = None
    """What the task is about where a run has several of a type: a partner, a step outside."""
    step: AnyEffect | None = None
    proof: Proof | None = None
    note: str | None = None
    escalated: int = 0
    reminded_at: Moment | None = None
    """When the operators were last reminded of it."""
    proposed: Proposal | None = None
    """What one person has decided and a second one must still confirm (`states.chart.second_opinion`)."""


class TimelineLine(Value):
    """One line of the timeline. `note` is a person's own words, or with `values` (perhaps none) the key of a text."""

    at: Moment
    state: str
    event: str
    actor: Actor = "system"
    by: str | None = None
    note: str | None = None
    values: dict[str, Any] | None = None
    task: str | None = None
    """The task that was done with by this decision."""
    times: int = 1
    """How often it happened, the last time `at`, where a long timeline counts what is repeated."""
    shortened: bool = False
    """Its words are an excerpt, where the timeline has no room for all of them."""
    left_out: int = 0
    """How many lines of the same event before it are left out, where there is no room for them either."""


class Order(Value):
    """An order as the customer placed it."""

    by: str
    placed_at: Moment
    arrived_at: Moment | None = None
    """When we received it; None as `placed_at`."""
    effective_at: Moment | None
    """None: what a late booking gives is still to be clarified."""
    effective_on: date | None = None
    details: dict[str, Any] | None = None
    optional_services: tuple[str, ...] = ()
    cost_effect: CostEffect
    date_rule: DateRule | None = None
    """Where its date comes from, once its own check has been made: what is booked stays so, whatever is found later."""
    term: date | None = None
    """The term clarified by a person, where the date came from there."""
    found: bool = False
    """Its date is what the person found who booked it by hand, so that no notice can move it any more (D7)."""
    late: bool = False
    """Booked by hand too late for its date: a person is asked what holds (docs/contract.md, `perform`)."""
    booked_at: Moment | None = None
    """When it was booked by hand, where that came too late: then the date follows from this moment."""
    planned_at: Moment | None = None
    """The date that it was placed for, where nobody booked it by hand in time: a click in time may still be told."""
    overdue_at: Moment | None = None
    """When that was noticed last: until it is booked, the date shown is what a click at this moment would give."""


class Standing(Value):
    """A booked order that stays in force while a change is under way (X10): all that is put back when it is dropped."""

    request: Request
    order: Order
    check: Check
    receipt: Receipt | None
    clarified_cost: CostEffect | None = None
    clarified_term: date | None = None
    overridden: tuple[str, ...] = ()


class LicenceNews(Value):
    """Another run's news: its licence and the state that it reached."""

    licence: str
    state: str
    at: Moment


class Untold(Value):
    """A mail that the customer did not get, when that was noticed, and why."""

    mail: Notify
    at: Moment
    undelivered: Undelivered


class Memory(BaseModel):
    """The chart's model. Assignments are validated, so an answer of the wrong shape never gets in."""

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    state: str = "received"
    request: Request
    run_id: str = ""
    """What keys and tasks are named by: the run's first execution ID; after a reset the run ID of what goes on."""
    named_before: tuple[tuple[int, str], ...] = ()
    """Up to which number they were named by which other run ID, before each reset."""
    run_ids: tuple[str, ...] = ()
    """The run IDs by which the run is known: its present one, its first, those before it continued as new."""
    now: Moment
    acting_at: Moment | None = None
    """When the person acted whose event is being judged; None between events."""
    requested_at: Moment
    settings: RunSettings = Field(default_factory=RunSettings)
    check: Check | None = None
    found_against: bool = False
    """News of the record made a check refuse the request; `check` is the one before, by which the run goes on."""

    clarified_cost: CostEffect | None = None
    clarified_term: date | None = None
    clarified_note: str | None = None
    acknowledged: bool = False
    """The warning has been acknowledged for this target under this catalogue (OP0-4)."""
    overridden: tuple[str, ...] = ()
    once_surplus: tuple[Surplus, ...] = ()
    """Every licence that a check of this run found in surplus, or named as a candidate: what may end for it (X13)."""
    licence_news: tuple[LicenceNews, ...] = ()
    """What other runs of this customer said of their licences (X3), the last word of each."""
    order: Order | None = None
    receipt: Receipt | None = None
    standing: Standing | None = None
    refusal: Refusal | None = None
    revoking: bool = False
    """A revocation was granted while an effect was under way: taken up with its answer."""
    rechecked: bool = False
    """The check some days before the date has been made (X2)."""
    receipted: bool = False
    """The customer has a receipt of what he ordered, reported or asked: whatever becomes of it gets its own."""
    told_of_surplus: bool = False
    """The customer has been told before the date what is still in surplus (X2)."""
    reassigned_to: str | None = None
    """Where a WMS user is assigned instead of ending (WMU4)."""
    agreed_at: Moment | None = None
    """The moment that a person agreed (MOV1, SUP3)."""
    proved_at: Moment | None = None
    """The latest moment that the proof of a step at a third party names."""
    took_effect_at: Moment | None = None
    """When it took effect, where that is not the date of an order: granted, proved, re-assigned, made later."""
    given_up_after: bool = False
    """A person ended the run in repair when its change was made already."""
    held_since: Moment | None = None
    """The date on which the order was held back first (X4)."""

    written_to: tuple[str, ...] = ()
    """To whom a mail has been asked for: the first one to each opens a thread."""
    untold: tuple[Untold, ...] = ()
    """What the customer was to be told by mail, was not, and has not been told by a person since."""
    tasks: tuple[Task, ...] = ()
    timeline: tuple[TimelineLine, ...] = ()
    number: int = 0
    last_customer_at: Moment | None = None
    idle_since: Moment | None = None
    """Since when the customer has done nothing; None while somebody else is awaited."""
    idle_spent: timedelta = timedelta(0)
    reminders: int = 0
    reminded_at: Moment | None = None
    """When the customer was last reminded, whatever it was of."""
    reminded: dict[str, Moment] = Field(default_factory=dict)
    """When what is closed by now was last brought to the operators' mind, by what it asked for."""

    @property
    def first_run_id(self) -> str:
        """The run ID by which the run began, the same when it continued as new or was reset."""
        return self.run_ids[1] if len(self.run_ids) > 1 else self.run_id

    def name_anew(self, run_id: str) -> None:
        """Name what is asked for from now on by another run ID."""
        self.named_before = (*self.named_before, (self.number, self.run_id))
        self.run_id = run_id

    def name_of(self, number: int) -> str:
        """The run ID that names what was asked for under a number: the same for as long as it is tried."""
        return next((run_id for last, run_id in self.named_before if number <= last), self.run_id)

    def names(self) -> tuple[str, ...]:
        """Every run ID that keys of this run are named by."""
        return (*(run_id for _, run_id in self.named_before), self.run_id)

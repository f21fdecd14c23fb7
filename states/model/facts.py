"""What activities tell a chart: the result of a check, a receipt, the settings of a run."""

from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal, get_args

from pydantic import Field

from states.model.base import Amount, Moment, Value
from states.model.request import Request

CostEffect = Literal["cancellation", "deactivation", "none", "unknown"]
Mode = Literal["automatic", "guided"]
Action = Literal["order", "reassign", "decouple", "withdraw"]
"""What a person does in the customer centre: `order` books or switches off, which is one way there (G10)."""
ACTIONS: tuple[Action, ...] = get_args(Action)
DateRule = Literal["notice", "term", "moment", "agreed"]
"""Where the effective date comes from: the notice rule (D1), the term shown (X6), the moment placed (X6), a person."""
QuestionType = Literal["clarify_cost", "clarify_term", "clarify"]
QUESTION_TYPES: tuple[QuestionType, ...] = get_args(QuestionType)
"""The task types of what must be known before an order."""


class Warning(Value):
    """A warning as code and values; the text is made where it is shown, in the customer's language."""

    code: str
    values: dict[str, Any] = Field(default_factory=dict)


class Refusal(Value):
    """Why something is not possible: the rule, the stable code, the values its text needs."""

    rule: str
    code: str
    values: dict[str, Any] = Field(default_factory=dict)


class Feature(Value):
    """A function lost (or, where `limited`, only restricted) with the target; `feature` in the customer's language."""

    feature: str
    limited: bool = False


class Surplus(Value):
    """What the target does not allow (ED5): a licence, or of a limit that is exceeded how many of its licences (POS3).

    `licence` is None of a limit: `too_many` of `candidates` are in surplus, and ending any of them makes one less.
    """

    licence: str | None = None
    product: str
    reason: str
    """A key of the texts: `not_available`, `limit`, `channel`, `open_operations`, `stock`."""
    values: dict[str, Any] = Field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    too_many: int = 1
    """How many are too many, beside those whose end is booked: none is left where enough ends are (X3)."""
    ends_at: Moment | None = None
    """When the licence is gone, where its own end is booked (X3)."""
    ending: dict[str, Moment] = Field(default_factory=dict)
    """Of a limit: when those are gone whose ends are booked, by licence (X3)."""

    @property
    def left(self) -> int:
        """How many are still too many."""
        return 0 if self.ends_at is not None else self.too_many

    @property
    def licences(self) -> tuple[str, ...]:
        """The licence, or of a limit those among which the customer chooses."""
        return (self.licence,) if self.licence else self.candidates

    @property
    def booked_ends(self) -> dict[str, datetime]:
        """The booked ends, by licence."""
        return {self.licence: self.ends_at} if self.licence and self.ends_at else self.ending


class Question(Value):
    """What must be clarified by a person before an order is possible (X5, X6, X14)."""

    type: QuestionType
    rule: str
    values: dict[str, Any] = Field(default_factory=dict)
    text: str | None = None
    """The key of its instructions; the type's own where there is none."""
    answers: dict[str, CostEffect | Refusal] = Field(default_factory=dict)
    """`clarify`: the decisions to choose from, each with what it means for the cost, or why it stands against it."""


class OutsideStep(Value):
    """A step outside our reach (X9). `what`: `pilot`, `third_party`, `shopify`, `ecomdata`, `partner`."""

    what: str
    rule: str
    name: str | None = None
    subject: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)


CONFIGURED = frozenset({"edition", "order_package"})
"""The kinds that are ordered in one configurator, all settings together (L73)."""


class BookedChange(Value):
    """What else is ordered in the configurator for this customer. `effective_at` None: requested, not booked yet."""

    kind: str
    subject: str
    target: int | str | None = None
    effective_at: Moment | None = None


class Cost(Value):
    """Cost per month before and after, where both are known from a source."""

    before: Amount
    after: Amount
    currency: str = "EUR"


class Addon(Value):
    """An add-on of a hosting contract: what becomes of it, the order says (ADD2)."""

    licence: str
    product: str
    """What its product is called, in the customer's language."""
    ends_at: Moment | None = None
    """When its own end, which is booked, takes effect: the end of the hosting then ends and saves nothing of it."""
    cost: Cost | None = None
    details_needed: tuple[str, ...] | None = None
    """The keys that its own form asks for (ADD1); an empty tuple: any that are not empty; None: it has no form."""


class RunSettings(Value):
    """The settings that a run was requested under, recorded with it by its first check."""

    revision: int = 1
    """How runs behaved that were requested when this one was (`states.chart.revision`); where none is recorded, 1."""

    boundary: Literal["inclusive", "strict"] = "inclusive"
    zone: str = "Europe/Berlin"
    abandon_after: timedelta = timedelta(days=30)
    remind_every: timedelta = timedelta(days=7)
    recheck_before: timedelta = timedelta(days=5)
    repair_after: timedelta = timedelta(hours=1)
    apply_window: timedelta = timedelta(minutes=10)
    max_event_age: timedelta = timedelta(days=7)
    task_due: dict[str, str] = Field(default_factory=dict)
    """Within which time tasks of a type are due, where that is not the type's own (`states.rules.due_dates`)."""
    second_opinion: tuple[str, ...] = ()
    """The decisions that need a second person, as `<task type>:<decision>` (`states.chart.second_opinion`)."""
    reasons: tuple[str, ...] = ()
    """The codes that the catalogue lists for why a customer leaves."""
    ui_url: str = "http://127.0.0.1:8233"
    namespace: str = "default"


class Check(Value):
    """What the catalogue and the customer's record say about a request at one moment.

    Made by `states.kinds` from the record and one catalogue version, for runs and previews alike.
    Only fields that differ from their default are set, which keeps histories small.
    """

    language: Literal["de", "en"] = "de"
    catalogue: str
    """The version this was judged by."""
    in_force: str | None = None
    """The version in force at the moment asked about, where it is another (X8)."""
    refusal: Refusal | None = None
    called: str | None = None
    """What texts call the subject, where it is a licence: its product's label with its number."""
    current: int | str | None = None
    """What the customer has now: the edition, the tier, whom the user is assigned to."""
    date_rule: DateRule = "moment"
    cost_effect: CostEffect = "unknown"
    inferred: bool = False
    """No source says what it does to the cost: it is inferred from what they say (G8)."""
    term_ends: date | None = None
    """The last usable day as recorded, where the licence or edition has a running term."""
    notice: int | None = None
    """The days of notice before that day, where the catalogue gives them; None: not known (D7)."""
    questions: tuple[Question, ...] = ()
    surplus: tuple[Surplus, ...] = ()
    warnings: tuple[Warning, ...] = ()
    features_lost: tuple[Feature, ...] = ()
    cost: Cost | None = None
    outside: tuple[OutsideStep, ...] = ()
    details_needed: tuple[str, ...] | None = None
    """The keys an order's details must have; an empty tuple: any that are not empty; None: no details needed."""
    addons: tuple[Addon, ...] = ()
    """The add-ons that `details.addons` must name (ADD2)."""
    addon_path: tuple[str, ...] = ()
    """The steps by which a person ends an add-on, where there are some (X12)."""
    optional_services: tuple[str, ...] = ()
    """Catalogue keys that an order may carry (ED10)."""
    beside: tuple[BookedChange, ...] = ()
    """What else is booked or requested in the same configurator (ED14, OP2)."""
    mode: Mode = "automatic"
    click_paths: dict[Action, tuple[str, ...]] = Field(default_factory=dict)
    """The steps of each action that a person does by hand, in the customer's language; one that is missing here has
    none that is known (X12)."""
    service_labels: dict[str, str] = Field(default_factory=dict)
    """What the optional services are called, by catalogue key, likewise."""
    settings: RunSettings | None = None
    """Set in a run's first check only."""
    run_id: str | None = None
    """Set in a first check only: the run was reset to before it, and names what it does by this run ID."""
    had_ended: bool = False
    """Set in a first check only: the run was reset to before it, and had ended."""

    def digest(self) -> str:
        """The same for checks that say the same, however they were asked for."""
        said = self.model_dump_json(exclude={"settings", "run_id"}, exclude_unset=True)
        return blake2b(said.encode(), digest_size=12).hexdigest()


class Unchanged(Value):
    """The answer to a check that says what the last one said: a history holds that once."""

    unchanged: Literal[True]


class Inquiry(Value):
    """What a check is asked.

    `version`: the catalogue version to judge by; None takes the one in force at `at`.
    `first`: the run's first check, which registers the run and answers its settings.
    """

    request: Request
    at: Moment
    version: str | None = None
    first: bool = False
    run_id: str | None = None
    """With `first`: the run's first execution ID."""
    after: bool = False
    """The change has been made: only what is in surplus now is asked (X2)."""
    known: str | None = None
    """The digest of the last check: one that says the same is answered as `Unchanged`."""


class Undelivered(Value):
    """A mail that did not reach whom it was for, and why nobody tries it any more by itself."""

    why: Literal["no_address", "wrong_address", "refused", "given_up"]
    said: str | None = None
    """What the mail server said: a code, or the last error."""


class Receipt(Value):
    """What an effect left behind. The same key answers the same receipt, however often it is asked."""

    key: str
    reference: str | None = None
    tell: tuple[str, ...] = ()
    """Workflow IDs of open runs that this concerns (X3)."""
    surplus: tuple[Surplus, ...] = ()
    """ApplyChange only: what is still in surplus after the change (X2), or what holds it (X4)."""
    held: bool = False
    """ApplyChange only: nothing was changed, since `surplus` stands against it (X4)."""

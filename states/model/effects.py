"""Effects: what a chart asks for. Frozen values, performed by the driver through activities, shown by previews.

Each class names the event that answers it (`answer`) and, where the world may say no, the event for that (`refused`).
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from states.model.base import Moment, Value
from states.model.facts import Action, Check
from states.model.receipts import ReceiptEvent, ReceiptFacts
from states.model.request import Proof, Request


class Effect(Value):
    """One thing asked for. `number` makes its idempotency key: the same on retry and repair, new when asked anew."""

    answer: ClassVar[str]
    refused: ClassVar[str | None] = None
    action: ClassVar[Action] = "order"
    """What a person does where it is made by hand (X12)."""
    holds: ClassVar[bool] = False
    """Whether events of people wait for the answer."""

    number: int = 0

    @property
    def name(self) -> str:
        """Its discriminator."""
        return str(getattr(self, "effect"))  # noqa: B009

    def numbered(self, number: int) -> Self:
        """The same effect under a number; its discriminator counts as set, so that it is written like the rest."""
        return self.model_copy(update={"number": number, "effect": self.name})


class CheckLicences(Effect):
    """Judge the request by the customer's present record.

    `proposal`: another target is asked about, and nothing changes unless it is possible.
    `order_at`: the check before an order, which also asks for the catalogue in force at that moment (X8).
    """

    answer: ClassVar[str] = "licences_checked"
    holds: ClassVar[bool] = True

    effect: Literal["check_licences"] = "check_licences"
    proposal: Request | None = None
    order_at: Moment | None = None
    version: str | None = None
    """The catalogue version to judge by; None: the one in force."""
    after: bool = False
    """The change has been made: only what is still in surplus is asked (X2)."""

    def is_answered_by(self, check: Check) -> bool:
        """Whether a check made just now says all that is asked: the present record, by the same version."""
        plain = self.proposal is None and self.order_at is None and not self.after
        return plain and self.version in (None, check.catalogue) and check.refusal is None


class BookOrder(Effect):
    """Book the order in the customer centre. `booked` False: our note only, nothing is booked there (G5)."""

    answer: ClassVar[str] = "order_placed"
    refused: ClassVar[str | None] = "order_refused"

    effect: Literal["place_order"] = "place_order"
    placed_at: Moment
    effective_at: Moment
    booked: bool = True
    details: dict[str, Any] | None = None
    optional_services: tuple[str, ...] = ()
    proof: Proof | None = None


class ApplyChange(Effect):
    """Make the change itself: the edition, the tier, the end of the licence. Answers what is then in surplus."""

    answer: ClassVar[str] = "change_applied"

    effect: Literal["apply_change"] = "apply_change"
    catalogue: str
    proof: Proof | None = None


class Withdraw(Effect):
    """Take a booked order back (X11); answers too where nothing was booked."""

    answer: ClassVar[str] = "withdrawn"
    action: ClassVar[Action] = "withdraw"

    effect: Literal["withdraw"] = "withdraw"
    proof: Proof | None = None


class AssignLicence(Effect):
    """Assign a WMS user elsewhere (WMU4)."""

    answer: ClassVar[str] = "reassigned_to"
    refused: ClassVar[str | None] = "reassign_refused"
    action: ClassVar[Action] = "reassign"

    effect: Literal["reassign"] = "reassign"
    to: str
    proof: Proof | None = None


class Decouple(Effect):
    """Take a marketplace account off this customer, at the moment agreed (MOV1)."""

    answer: ClassVar[str] = "decoupled"
    refused: ClassVar[str | None] = "decouple_refused"
    action: ClassVar[Action] = "decouple"

    effect: Literal["decouple"] = "decouple"
    proof: Proof | None = None


class Notify(Effect):
    """Tell the customer, the operators, or the customer to whom a marketplace account moves (MOV1).

    `template` is a key of the mail texts. `receipt`: the number of the receipt of the same moment, which goes with it.
    """

    answer: ClassVar[str] = "notified"

    effect: Literal["notify"] = "notify"
    template: str
    to: Literal["customer", "operator", "other_customer"] = "customer"
    values: dict[str, Any] = Field(default_factory=dict)
    opens_thread: bool = False
    """The first mail of the run to whom it goes: the later ones refer to it."""
    receipt: int | None = None


class IssueReceipt(Effect):
    """Give the customer a receipt of what arrived, or of what became of it.

    `at`: when that was; of what a person sent, when it arrived, and `placed_at`, when the person acted. `by` is the
    customer's side only. `facts` are read off the chart when the event has been taken (`states.views.receipts`).
    """

    answer: ClassVar[str] = "issued"

    effect: Literal["issue_receipt"] = "issue_receipt"
    event: ReceiptEvent
    at: Moment
    placed_at: Moment | None = None
    by: str | None = None
    words: str | None = None
    """What was written with it: the customer's own words, or the answer that he gets."""
    facts: ReceiptFacts | None = None


class HandOver(Effect):
    """Start a `misclick` run for a revocation that is still open on the effective date (X11)."""

    answer: ClassVar[str] = "handed_over"

    effect: Literal["hand_over"] = "hand_over"
    request: Request


class Tell(Effect):
    """Signal `licence_changed` to those runs (X3)."""

    answer: ClassVar[str] = "told"

    effect: Literal["tell"] = "tell"
    runs: tuple[str, ...]
    state: str


AnyEffect = Annotated[
    CheckLicences
    | BookOrder
    | ApplyChange
    | Withdraw
    | AssignLicence
    | Decouple
    | Notify
    | IssueReceipt
    | HandOver
    | Tell,
    Field(discriminator="effect"),
]

CHANGES = (BookOrder, ApplyChange, Withdraw, AssignLicence, Decouple)
"""The effects that change what is booked or recorded."""


class Step(Value):
    """An effect on its way to an activity. `key` is the idempotency key."""

    key: str
    workflow_id: str
    kind: str
    customer: str
    subject: str
    target: int | str | None = None
    run_id: str = ""
    case: str = ""
    """What people call the run (`states.model.names.case_number`)."""
    receipt: str = ""
    """The key of the receipt that goes with a mail."""
    effect: AnyEffect

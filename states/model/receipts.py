"""What a customer's receipt says, as codes and values: the texts are made from them when it is issued."""

from typing import Any, Literal, get_args

from pydantic import Field

from states.model.base import Moment, Value
from states.model.facts import Warning

ReceiptEvent = Literal[
    "ordered",
    "reported",
    "revocation_requested",
    "booked",
    "booking_refused",
    "moved",
    "cost_changed",
    "change_dropped",
    "changed",
    "applied",
    "reassigned",
    "revoked",
    "declined",
    "refused",
    "superseded",
    "abandoned",
    "given_up",
]
"""What a receipt is about: what arrived (the first three), and what became of it."""
RECEIPT_EVENTS: tuple[ReceiptEvent, ...] = get_args(ReceiptEvent)
Heed = Literal["acknowledged", "overridden", "shown"]
"""What the customer did about a warning: confirmed having read it, named the licences that stay, or was shown it."""


class DateReason(Value):
    """One step of the derivation of a date: the text `why.<text>` with its values, what it shows, and the rule."""

    text: str
    values: dict[str, Any]
    value: str
    rule: str


class HeededWarning(Value):
    """A warning that was said to the customer, and what he did about it."""

    warning: Warning
    heed: Heed
    by: str | None = None
    at: Moment | None = None


class ReceiptFacts(Value):
    """How the case stood at that moment. `run`: what texts may use (`states.rules.run_values.run_facts`)."""

    first_run_id: str
    """With the workflow ID it names the case: the same when it continued as new or was reset."""
    run: dict[str, Any] = Field(default_factory=dict)
    other_effective_at: Moment | None = None
    """The date by the other reading of the boundary day (X1)."""
    why: tuple[DateReason, ...] = ()
    warnings: tuple[HeededWarning, ...] = ()
    catalogue: str | None = None
    details: dict[str, Any] | None = None
    """What the order's form asked for, in the customer's words; what becomes of add-ons stands in `run`."""
    optional_services: tuple[str, ...] = ()

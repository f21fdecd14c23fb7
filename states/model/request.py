"""What customers and operators send: the `requested` document and the payload of each decision."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from states.model.base import (
    WITHOUT_NUL,
    Details,
    Identifier,
    LongIdentifier,
    LongText,
    ShortText,
    Value,
    WeighedDay,
    WeighedMoment,
    WrittenDay,
    WrittenMoment,
    as_number,
)
from states.model.record import MOST_LICENCES

Target = (
    Annotated[int, Field(strict=True, ge=-(10**9), le=10**9), BeforeValidator(as_number)]
    | Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]
)
"""An edition, a tier, a tariff, another customer: what each kind makes of it is the kind's to say."""


class Reason(Value):
    """Why a customer leaves: a code of the catalogue's list, asked for once and never a condition."""

    code: ShortText
    text: LongText | None = None


class Sent(Value):
    """What everything that a person sends says of its moment; `states.rules.moments` says what follows from it."""

    time: WrittenMoment | None = None
    """When the person acted; without it, when it arrived."""
    received_at: SkipJsonSchema[WrittenMoment | None] = None
    """When a portal first received it: portals say so, never those who send to them."""
    promised: SkipJsonSchema[bool] = False
    """A portal has answered that it will be carried out, so that a refusal must be seen: portals say that too."""

    def arrived(self, now: datetime) -> Self:
        """The message as it arrives: received by a portal before, else now; never later than that."""
        return self.model_copy(update={"received_at": min(self.received_at or now, now)})


def spoken(reason: Reason | str | None) -> str | None:
    """A reason in words: the person's own, with the code that it has in the catalogue's list."""
    if not isinstance(reason, Reason):
        return reason
    return f"{reason.text} ({reason.code})" if reason.text else reason.code


class Request(Sent):
    """The `requested` document: the one argument of each workflow (docs/contract.md, Temporal)."""

    kind: ShortText
    customer: Identifier
    subject: LongIdentifier
    target: Target | None = None
    details: Details | None = None
    explanation: LongText | None = None
    reason: Reason | None = None
    by: ShortText | None = None
    operator: SkipJsonSchema[ShortText | None] = None
    """The operator who asks for it on the customer's behalf: portals say so, never those who send to them."""

    @property
    def workflow_id(self) -> str:
        """`<kind>/<customer>/<subject>`: one open run for each."""
        return f"{self.kind}/{self.customer}/{self.subject}"


class Message(Sent):
    """What every decision may carry: who, when, and what the person saw when deciding."""

    by: ShortText
    run_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    target: Target | None = None
    effective_at: WrittenMoment | None = None


class AcknowledgeWarning(Message):
    """The customer has read what is lost (ED4)."""


class RecheckLicences(Message):
    """The customer asks for a fresh check (ED9)."""


class OverrideSurplus(Message):
    """The customer goes on in spite of surplus, naming every unresolved licence (X2)."""

    licences: Annotated[tuple[ShortText, ...], Field(max_length=MOST_LICENCES)]


class PlaceOrder(Message):
    """The order itself; its `time` is the moment placed (D6). `effective_on` is the first day without it (X6)."""

    effective_on: WrittenDay | None = None
    details: Details | None = None
    optional_services: tuple[ShortText, ...] = ()


class Abandon(Message):
    """The customer leaves everything as it is."""

    reason: Reason | LongText | None = None


class Cancel(Abandon):
    """A cancel request from the web UI or the `temporal` command line: an operator's `abandon`."""


class RequestRevocation(Message):
    """The customer asks a person to take the order back (X11)."""

    explanation: LongText


class HandInProof(Message):
    """The customer's proof of a step at a third party (X9)."""

    task: ShortText
    reference: LongText
    note: LongText | None = None


class Supersede(Message):
    """An upgrade was booked elsewhere (X10)."""

    booking: ShortText


class Reassign(Message):
    """A WMS user is assigned elsewhere instead of cancelled (WMU4)."""

    to: ShortText


class Proof(Value):
    """Who confirmed, when, and a reference: ticket, mail, address (X9)."""

    reference: LongText
    confirmed_by: ShortText | None = None
    confirmed_at: WeighedMoment | None = None


class ConfirmTask(Sent):
    """An operator's confirmation; `task` may be left out where just one is open."""

    task: ShortText | None = None
    by: ShortText
    decision: ShortText | None = None
    at: WeighedMoment | WeighedDay | None = Field(default=None, union_mode="left_to_right")
    proof: Proof | None = None
    note: LongText | None = None
    confirm_anyway: StrictBool = False
    """What was asked back (`confirm_anyway`) is meant so; `note` says why."""


class RejectTask(Sent):
    """An operator's rejection, with its reason."""

    task: ShortText | None = None
    by: ShortText
    note: LongText


class LicenceChanged(Value):
    """Another run's news: a licence of this customer is scheduled or has ended (X3)."""

    licence: Identifier
    state: Identifier


CUSTOMER_MESSAGES: dict[str, type[Message]] = {
    "acknowledge_warning": AcknowledgeWarning,
    "recheck_licences": RecheckLicences,
    "override_surplus": OverrideSurplus,
    "place_order": PlaceOrder,
    "reassign": Reassign,
    "hand_in_proof": HandInProof,
    "supersede": Supersede,
    "request_revocation": RequestRevocation,
    "abandon": Abandon,
}
"""The customer's events in the order in which `enabled` lists them, each with its payload."""

OPERATOR_MESSAGES: dict[str, type[ConfirmTask] | type[RejectTask]] = {
    "confirm_task": ConfirmTask,
    "reject_task": RejectTask,
}

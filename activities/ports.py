"""The ports: what the activities need from the world. Adapters implement them; nothing here imports one.

Our own tables (receipts, runs, ledger, work list, inbox) are no ports: they stand in our database always.

Errors of every adapter:

    AdapterError
    ├── Refused         the system said no: business, never retried
    ├── Unavailable     the system does not answer: retried
    ├── Misconfigured   we are set up wrongly: never retried, a person is asked at once
    └── Frozen          all effects are frozen: not retried, done when the freeze is over
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

from states.model.effects import Step
from states.model.facts import BookedChange, Receipt, Surplus
from states.model.reconciliation import Execution
from states.model.record import Customer, NamedPart
from states.model.status import ShownRun

Ends = Mapping[str, datetime]
"""When the booked ends of a customer's licences take effect, by licence, in UTC (X3)."""

FINDING = "compare"
"""What the keys of findings begin with, which no idempotency key of a run does."""


class AdapterError(Exception):
    """A port could not do what it was asked."""

    def __init__(self, message: str, *, reference: str | None = None) -> None:
        super().__init__(message)
        self.reference = reference
        """What the system itself calls the refusal or the fault."""


class Refused(AdapterError):
    """The system said no. Never retried."""


class Unavailable(AdapterError):
    """The system does not answer. Retried."""


class Misconfigured(AdapterError):
    """We are set up wrongly. Never retried: an administrator must act."""


class Frozen(AdapterError):
    """All effects are frozen. Not retried: whoever asked is told when the freeze is over."""

    def __init__(self, freeze: int) -> None:
        super().__init__(f"all effects are frozen (freeze {freeze})")
        self.freeze = freeze
        """The number of the freeze."""


@dataclass(frozen=True)
class TouchedRun:
    """An open run that a load concerns: it is told, and checks again. `changed`: the places of the record."""

    customer: str
    workflow_id: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class UnknownProduct:
    """A licence of a product that no version of the catalogue knows: kept and shown, not ended here."""

    customer: str
    licence: str
    product: str


@dataclass(frozen=True)
class LoadReport:
    """What a load did: customers new and replaced, and the open runs that it concerns."""

    created: tuple[str, ...]
    replaced: tuple[str, ...]
    touched: tuple[TouchedRun, ...]
    unknown: tuple[UnknownProduct, ...] = ()

    @property
    def customers(self) -> int:
        """How many customers were loaded."""
        return len(self.created) + len(self.replaced)


class CustomerRecords(Protocol):
    """Our record of the customers: as it was loaded, and as changes have left it since."""

    def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""

    def with_former_names(self, customer: str) -> tuple[Customer | None, Mapping[NamedPart, str]]:
        """The record, or None, and what licences and partners were called that have left it."""

    def several(self, customers: Collection[str]) -> Mapping[str, tuple[Customer, Mapping[NamedPart, str]]]:
        """The same of all these customers who are known, by number, in one read."""

    def load(self, records: Iterable[Customer]) -> LoadReport:
        """Replace or create these customers, all or none, and have the open runs told that it concerns."""


class Judgement(NamedTuple):
    """What the catalogue says of a change: what is then in surplus (X2), or what stands against it (X4)."""

    surplus: tuple[Surplus, ...] = ()
    held: bool = False
    """The change must not be made: `surplus` stands against it."""


Judge = Callable[[Customer, Ends], Judgement]
"""Judges the record that a change would leave, with the ends booked in it. Pure, and quick: a transaction waits."""


class Standing(NamedTuple):
    """A customer at one moment: the record, and what is booked and not made yet."""

    record: Customer | None
    ends: Ends
    changes: tuple[BookedChange, ...]
    """Of the editions and the order package."""
    other: Customer | None = None
    """The record of the other customer that was asked about."""
    own_ends: Ends = MappingProxyType({})
    """Of `ends` those that were ordered for the licence by itself."""


class Bookings(Protocol):
    """The vendor's customer centre: what is booked there, and every change to it once for its idempotency key.

    A second call with the same `step.key` changes nothing and answers the first receipt. Whom to tell is said by a
    centre that makes a change in the transaction of our own tables; for every other one the activity looks it up. All
    raise `Unavailable` where the system does not answer.
    """

    def standing(self, customer: str, other: str | None = None) -> Standing:
        """The record and what is booked: one picture of both.

        An adapter that cannot read both at one moment reads the bookings first. The other way round, a licence that
        ends in between would be there and its end would not: in surplus for good.
        """

    def place_order(self, step: Step) -> Receipt:
        """Book the order; a newer one of the same run replaces it (X10). Raises `Refused`."""

    def apply_change(self, step: Step, judge: Judge) -> Receipt:
        """Make the change in the record (edition, tier, end of the licence) and close the booking.

        `judge` is asked while nobody else can change the record. Where it holds the change, nothing is changed and
        nothing remembered, so that the same key may succeed later: the receipt says `held` (X4).
        """

    def withdraw(self, step: Step) -> Receipt:
        """Take the booking back (X11); fine where there is none."""

    def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user `step.subject` to `step.effect.to` (WMU4). Raises `Refused`."""

    def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer (MOV1). Raises `Refused`."""


class Tickets(Protocol):
    """The vendor's ticket system."""

    def open(self, key: str, customer: str, category: str, text: str) -> str:
        """Open a ticket once for a key; answers its number."""

    def close(self, key: str) -> None:
        """Close the ticket of a key; fine where there is none."""


class Attachment(NamedTuple):
    """A file that goes with a mail. `media_type`: `application/pdf`, say."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail as it is handed to be sent. It may hold any text: the sender takes care of what a header cannot hold."""

    to: tuple[str, ...]
    """The addresses, each without a name. One at least."""
    subject: str
    text: str
    html: str | None = None
    """The same for programs that show it instead."""
    thread: str | None = None
    """The same for all mails that belong together, so that mail programs show them so."""
    opens_thread: bool = False
    """The first of its thread, to which the others refer."""
    pictures: tuple[Attachment, ...] = ()
    """What `html` shows: `cid:` and the name of each. None is fetched from elsewhere."""
    attachments: tuple[Attachment, ...] = ()


class TakenMail(NamedTuple):
    """What a mail server took: under which message ID, and for which addresses of the letter, one at least."""

    message_id: str
    addresses: tuple[str, ...]


class Mail(Protocol):
    """Mail to customers and operators."""

    async def send(self, key: str, letter: Letter) -> TakenMail:
        """Send once for a key, as far as mail allows: the key becomes the message ID.

        Raises `Refused` (this mail, for good), `Unavailable` or `Misconfigured`.
        """

    async def ready(self) -> None:
        """Raises `Unavailable` or `Misconfigured` where no mail could be sent now."""


@dataclass(frozen=True)
class SentDecision:
    """A person's decision on a task, as it goes to the task's run. `event`: `confirm_task` or `reject_task`."""

    workflow_id: str
    customer: str
    task: str
    event: str
    payload: dict[str, Any]
    update_id: str
    """The same, however often it is sent: a run takes it once."""
    again: bool
    """It was sent before, and nobody knows what came of it."""
    since: datetime
    """When the task was chosen: whoever decided it was faster after that."""


class LineOutcome(NamedTuple):
    """What came of a decision: `decided`, `proposed` (a second person must decide too) or `failed`, and why.

    `text`: as the run says it, to the customer's language; `said`: by language. `first`: who was faster, `{by, at,
    note}`.
    """

    state: Literal["decided", "proposed", "failed"]
    code: str | None = None
    rule: str | None = None
    text: str | None = None
    first: dict[str, Any] | None = None
    said: dict[str, str] | None = None


class TaskDecisions(Protocol):
    """The runs, as far as people's decisions on their tasks go to them."""

    async def decide(self, decision: SentDecision) -> LineOutcome:
        """Send a decision. Raises `Unavailable` where nobody can say what came of it."""


class Executions(Protocol):
    """The runs as Temporal knows them, whatever our database holds of them."""

    async def seen(self, workflow_id: str, run_id: str) -> Execution:
        """The run that `run_id` is a part of, as it stands now; one that continued as new is the same run."""

    async def status(self, workflow_id: str, run_id: str) -> dict[str, Any] | None:
        """The status document as the run last had it, also of a closed one; None where nobody can say."""

    def open_runs(self) -> AsyncIterator[Sequence[ShownRun]]:
        """All that are open, some at a time, as they can be searched for: seconds late."""

    async def shown(self, workflow_id: str) -> ShownRun | None:
        """What the open run of that workflow ID shows now; None where none is open."""

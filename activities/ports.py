"""The ports: what the activities need from the world. Adapters implement them; nothing here imports one.

Errors of every adapter:

    AdapterError
    ├── Refused         the system said no: business, never retried
    ├── Unavailable     the system does not answer: retried
    └── Misconfigured   we are set up wrongly: never retried, a person is asked at once
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from states.model.effects import Step
from states.model.facts import Receipt
from states.model.reconciliation import Execution
from states.model.record import Customer
from states.model.status import End, TaskList


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


class CustomerCentre(Protocol):
    """The vendor's customer centre: its record is read always, and changed under an idempotency key.

    Every change writes `step.key` in the transaction of the change; a second call with the key changes nothing and
    answers the first receipt. All raise `Unavailable` where the system does not answer.
    """

    async def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""

    async def with_ends(self, customer: str) -> tuple[Customer | None, Mapping[str, datetime]]:
        """The record, and when the booked ends of its licences take effect, by licence (X3): one picture of both.

        Read apart, a licence that ends in between would be there and its end would not: in surplus for good.
        """

    async def place_order(self, step: Step) -> Receipt:
        """Book the order (a newer one of the same run replaces it, X10). Raises `Refused`."""

    async def apply_change(self, step: Step) -> Receipt:
        """Make the change in the record: edition, tier, or end of the licence; closes the booking."""

    async def withdraw(self, step: Step) -> Receipt:
        """Take the booking back; fine where there is none."""

    async def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user `step.subject` to `step.effect.to`. Raises `Refused`."""

    async def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer. Raises `Refused`."""


class Runs(Protocol):
    """Which runs a customer has open, and who wants to hear of changes (X3)."""

    async def register(self, workflow_id: str, run_id: str, kind: str, customer: str, watches: bool) -> None:
        """Remember an open run; the same again changes nothing."""

    async def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""

    async def watchers(self, customer: str, but: str) -> tuple[str, ...]:
        """Workflow IDs of the customer's open runs that want to hear of changes, without `but`."""


class Ledger(Protocol):
    """The ended runs, kept beyond Temporal's retention."""

    async def record_end(self, end: End) -> None:
        """Keep the status document, close the run, its booking and its tasks. The same again changes nothing."""


class WorkList(Protocol):
    """The operators' open tasks, one table for all runs."""

    async def write(self, tasks: TaskList, tickets: Mapping[str, str]) -> None:
        """Make the run's tasks in the work list those of `tasks`; the others of this run are closed."""


class Tickets(Protocol):
    """The vendor's ticket system."""

    async def open(self, key: str, customer: str, category: str, text: str) -> str:
        """Open a ticket once for a key; answers its number."""

    async def close(self, key: str) -> None:
        """Close the ticket of a key; fine where there is none."""


class Mail(Protocol):
    """Mail to customers and operators."""

    async def send(self, key: str, to: str, subject: str, body: str) -> None:
        """Send once for a key, as far as mail allows: the key becomes the message ID."""


class Executions(Protocol):
    """The runs as Temporal knows them, whatever our database holds of them."""

    async def seen(self, workflow_id: str, run_id: str) -> Execution:
        """The run that `run_id` is a part of, as it stands now; one that continued as new is the same run."""

    async def status(self, workflow_id: str, run_id: str) -> dict[str, Any] | None:
        """The status document as the run last had it, also of a closed one; None where nobody can say."""

"""What the nightly comparison finds: runs that our database holds for open, against those that Temporal knows."""

from typing import Literal

from states.model.base import Moment, Value

WORKFLOW = "NightlyComparison"
"""The workflow type of the comparison."""

LIST_WORKFLOW = "ListComparison"
"""The workflow type of that part of it which mends the list of open runs."""

How = Literal["open", "completed", "terminated", "failed", "timed_out", "canceled", "unknown"]
"""What Temporal says of a run; `unknown`: its retention has passed, or it was deleted."""

Code = Literal["booking_unwatched", "tasks_dropped", "run_lost", "booking_left", "overdue", "overdue_unwatched",
               "all_unknown"]  # fmt: skip
"""Worst first:

    booking_unwatched   the run is over without an end of its own, and what it booked stands
    tasks_dropped       the same without a booking; people had open tasks
    run_lost            the same without either
    booking_left        the run ended otherwise than given up, and a booking stands all the same
    overdue             the date of a booking has passed, its run is open and waits for nobody
    overdue_unwatched   the date of a booking has passed, and its run is over: our record does not follow by itself
    all_unknown         Temporal knows none of the open runs: another server, or a lost one; nothing is settled
"""

LOST: tuple[Code, ...] = ("booking_unwatched", "tasks_dropped", "run_lost")
"""The findings that are settled: the run is closed in our database, its end goes into the ledger."""


class Execution(Value):
    """A run as Temporal knows it: its newest part, where it continued as new or was reset."""

    workflow_id: str
    run_id: str
    how: How
    first_run_id: str | None = None
    """By which it began, where Temporal knows it."""
    started_at: Moment | None = None
    at: Moment | None = None
    """When it ended."""
    by: str | None = None
    """Who terminated it, as Temporal names him."""
    reason: str | None = None
    succeeded: bool = False
    """A newer run of the same workflow ID is there."""


class Booking(Value):
    """An order that stands. `booked` False: a note of ours only, nothing in the customer centre."""

    order: str
    reference: str
    target: int | str | None
    placed_at: Moment
    effective_at: Moment
    booked: bool


class RecordedRun(Value):
    """What our database holds of a run that is not over there: it is open, or its booking stands."""

    workflow_id: str
    run_id: str
    kind: str
    customer: str
    subject: str
    open: bool
    """Its row is open, or one of its tasks."""
    booking: Booking | None = None
    tasks: tuple[str, ...] = ()
    """The types of its open tasks."""
    ended: str | None = None
    """The state in which it has ended, by the ledger."""


class Finding(Value):
    """Something that an operator must know. `key` tells it from all others, whichever night finds it."""

    key: str
    code: Code
    workflow_id: str
    run_id: str
    how: How
    at: Moment | None = None
    by: str | None = None
    reason: str | None = None
    booking: Booking | None = None
    overdue: bool = False
    tasks: tuple[str, ...] = ()
    ended: str | None = None
    count: int = 1
    """How many runs it stands for."""
    known: bool = False
    """Operators have been told."""


class Comparison(Value):
    """What one comparison found, worst first, of how many runs; `total` counts what did not fit, too."""

    compared: int
    total: int
    findings: tuple[Finding, ...]


class Night(Value):
    """Findings to be told or settled. `night` is the comparison's own run, the key of its mail."""

    night: str
    findings: tuple[Finding, ...]

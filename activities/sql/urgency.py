"""How urgent a task is, told by columns that nobody has to write again while time passes.

A task has a rank, by which its urgency is told, and a moment `due`; both stay until its run writes it anew. What a
list in the order of urgency shows at a moment is then a few stretches of an index, one behind the other, whose bounds
follow from that moment: each is read from its place on, and no further (docs/adr/0032).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from activities.sql.columns import UNSTORABLE
from activities.sql.paging import WrongCursor
from states.model.base import in_utc
from states.model.status import TaskRow

Order = Literal["due", "urgency"]
Urgency = Literal["overdue", "deadline", "waiting"]
"""`deadline`: a customer's deadline depends on it that is `NEAR`."""
Rank = Literal["deadline", "due", "age", "third_party"]
"""By what the urgency of a task is told: a customer's deadline, its own date, how long it has been open; and last what
waits for a proof of the customer's, so that an operator has nothing to decide yet."""
RANKS: tuple[Rank, ...] = get_args(Rank)
NEAR = timedelta(days=7)
"""So long before it must be done, what a customer's deadline depends on goes before all that is not overdue."""


class Stretch(NamedTuple):
    """A part of an index: the tasks of a rank that are due after one moment, and not after another.

    Without a rank those of every rank, one behind the other.
    """

    rank: Rank | None
    after: datetime | None = None
    until: datetime | None = None


Parts = Mapping[str, Sequence[Stretch]]
"""The parts of a list in their order; the stretches of one are merged."""


class Place(NamedTuple):
    """Where a list goes on: as of when it is shown, in which part, and behind which task there."""

    order: str
    as_of: datetime
    part: str
    due: datetime
    task: str

    def __str__(self) -> str:
        values = [self.order, self.as_of.isoformat(), self.part, self.due.isoformat(), self.task]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def parts_of(order: Order, now: datetime, *, waiting_for: str | None = None, overdue: bool = False) -> Parts:
    """The list as of a moment, in parts. `overdue`: of them only what is."""
    late = (Stretch("deadline", until=now), Stretch("due", until=now))
    if overdue:
        parts: Parts = {"overdue": late if waiting_for != "third_party" else ()}
    elif order == "due":
        parts = {"all": tuple(map(Stretch, RANKS))}
    else:
        soon = now + NEAR
        parts = {
            "overdue": late,
            "deadline": (Stretch("deadline", now, soon),),
            "waiting": (Stretch("age"), Stretch("due", now), Stretch("deadline", soon)),
            "third_party": (Stretch("third_party"),),
        }
    return {name: [each for each in part if is_awaited(each.rank, waiting_for)] for name, part in parts.items()}


def is_awaited(rank: str | None, waiting_for: str | None) -> bool:
    """Whether tasks of a rank wait for whom is asked about; None: whoever it is."""
    return waiting_for is None or waiting_for == waits_for(rank)


def waits_for(rank: str | None) -> str:
    """Whom tasks of a rank wait for."""
    return "third_party" if rank == "third_party" else "operator"


def urgency_of(rank: str, due: datetime, now: datetime) -> Urgency:
    """How urgent a task is at a moment."""
    if rank in ("deadline", "due") and due <= now:
        return "overdue"
    return "deadline" if rank == "deadline" and due <= now + NEAR else "waiting"


def rank_of(row: TaskRow) -> Rank:
    """By what the urgency of a task is told: not by a customer's deadline that is never near before the task is due."""
    own = row.entry.due_at
    if row.awaits_proof:
        return "third_party"
    if row.deadline is not None and (own is None or row.deadline - own <= NEAR):
        return "deadline"
    return "due" if own is not None else "age"


def due_of(row: TaskRow) -> datetime | None:
    """When a task must be done: at the latest when the customer's deadline is."""
    return min((moment for moment in (row.entry.due_at, row.deadline) if moment is not None), default=None)


def read_place(cursor: str, order: Order) -> Place:
    """The place that a cursor names. Raises `WrongCursor`."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        made_for, as_of, part, due, task = map(plain, values)
        place = Place(made_for, moment_in(as_of), part, moment_in(due), task)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise wrong_cursor() from None
    if place.order != order:
        raise wrong_cursor()
    return place


def wrong_cursor() -> WrongCursor:
    """That it is none of this list."""
    return WrongCursor("cursor: take it from `next` of the page before")


def plain(value: Any) -> str:
    """A text that can be kept. Raises `ValueError` or `TypeError`."""
    if UNSTORABLE.search(value):
        raise ValueError("cannot be kept")
    return str(value)


def moment_in(text: str) -> datetime:
    """A moment of a cursor. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without an offset")
    return in_utc(moment)

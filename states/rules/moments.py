"""When a person acted, and whether a moment may be named at all: the one place that decides it, for every way in."""

from datetime import datetime, timedelta

from states.model.memory import Memory
from states.model.request import ConfirmTask, RejectTask, Sent

AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead (docs/contract.md, `MAX_EVENT_AGE`)."""


def acted_at(memory: Memory, message: Sent, now: datetime) -> datetime:
    """When the person acted: as the message says, else when it arrived.

    A moment that the customer did not send is no claim of his: it is never before his previous event of this run.
    """
    if message.time is not None:
        return message.time
    arrived = message.received_at or now
    if memory.last_customer_at is None or isinstance(message, ConfirmTask | RejectTask):
        return arrived
    return max(arrived, memory.last_customer_at)


def bounds(message: Sent, now: datetime, oldest: timedelta) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that the message may name, by when it first arrived."""
    arrived = message.received_at or now
    return arrived - oldest, arrived + AHEAD

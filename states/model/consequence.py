"""What a decision would do: asked of a run before it is sent, and what the run answers (docs/contract.md, Temporal)."""

from datetime import date
from typing import Any, Literal

from states.model.base import Moment, Value, WrittenMoment
from states.model.effects import Notify, Step
from states.model.record import Language
from states.model.status import Problem, WaitingFor


class AskedDecision(Value):
    """A decision that is weighed and not sent: just one of `confirm` and `reject`, with its payload.

    `language`: in which texts of ours are answered, the customer's unless given; mails are in their reader's. `now`: as
    of when; a run by itself knows no later moment than that of what happened to it last.
    """

    confirm: Any = None
    reject: Any = None
    language: Language | None = None
    now: WrittenMoment | None = None


class OpenedTask(Value):
    """A task that the decision would open."""

    type: str
    instructions: str


class MailToCome(Value):
    """A mail that would go out. `step`: as it would be asked for, to be made with names and link by the portal."""

    to: Literal["customer", "operators", "other_customer"]
    subject: str
    text: str
    step: Step


class Consequence(Value):
    """How the run would stand after the decision, and who would hear of it; what was asked for is taken as done.

    `refused`: why it would not be taken; then nothing would change. `needs_second`: it would do so only once a second
    person has confirmed it. Every field is always set.
    """

    refused: Problem | None
    state: str
    state_text: str
    effective_at: Moment | None
    effective_day: date | None
    waiting_for: tuple[WaitingFor, ...]
    waiting_text: str | None
    closes: tuple[str, ...]
    opens: tuple[OpenedTask, ...]
    mails: tuple[MailToCome, ...]
    needs_second: bool


READERS = {"operator": "operators"}
"""Whom a mail goes to, where it is called otherwise than in the effect."""


def reader_of(mail: Notify) -> str:
    """Whom a mail goes to, as outsiders call him."""
    return READERS.get(mail.to, mail.to)

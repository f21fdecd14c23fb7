"""What the customer was to be told and was not: a mail that could not be delivered becomes a task, never a delay."""

from typing import Any

from states.chart.excerpts import newest_untold
from states.chart.tasks import change_task, open_task, tasks_of
from states.chart.turn import Turn
from states.model.effects import Effect, Notify
from states.model.facts import Undelivered
from states.model.memory import Memory, Untold
from states.rules.run_values import isoformat

TASK = "tell_customer"


def note_not_delivered(turn: Turn) -> None:
    """A mail could not be delivered: operators are asked to tell the customer, in one task for all such mails.

    Their own mails are none of it: they see the tasks themselves.
    """
    assert turn.answer is not None and turn.answer.undelivered is not None
    keep_untold(turn.memory, turn.answer.effect, turn.answer.undelivered)
    ask_to_tell(turn)


def keep_untold(memory: Memory, mail: Effect, undelivered: Undelivered) -> None:
    """Remember a mail that did not arrive, once; none of the operators' own."""
    if not isinstance(mail, Notify) or mail.to == "operator":
        return
    others = (other for other in memory.untold if other.mail.number != mail.number)
    memory.untold = newest_untold((*others, Untold(mail=mail, at=memory.now, undelivered=undelivered)))


def ask_to_tell(turn: Turn) -> None:
    """One task, which lists what the customer was not told; none where there is nothing."""
    memory = turn.memory
    values = {"mails": [mail_row(memory, untold) for untold in memory.untold]}
    for task in tasks_of(memory, TASK):
        change_task(memory, task, values=values, proposed=None)
    if memory.untold:
        open_task(turn, TASK, TASK, values=values)


def mail_row(memory: Memory, untold: Untold) -> dict[str, Any]:
    """A mail, for a list in a text: which, to whom, when, and why it did not arrive."""
    other = untold.mail.to == "other_customer"
    return {
        "mail": untold.mail.template,
        "other_customer": memory.request.target if other else None,
        "at": isoformat(untold.at),
        **untold.undelivered.model_dump(include={"why", "said"}),
    }


def note_told(turn: Turn) -> None:
    """A person has told the customer; the note says how."""
    turn.memory.untold = ()


def mail_again(turn: Turn) -> None:
    """Send them once more, each under its key: the address is right now, or the server takes mail again."""
    for untold in turn.memory.untold:
        turn.ask_again(untold.mail)
    turn.memory.untold = ()

"""How a person's decision on a task, and other words of people, stand in the timeline."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from states.chart.task_types import rejected_event
from states.model.facts import Undelivered
from states.model.memory import Actor, Task
from states.model.request import (
    CUSTOMER_MESSAGES,
    OPERATOR_MESSAGES,
    Cancel,
    ConfirmTask,
    HandInProof,
    RejectTask,
    Request,
    spoken,
)

STAYS_OPEN = frozenset({"stays_open", "perform_rejected"})
"""What a rejection causes by which nothing changes."""


class Note(NamedTuple):
    """What a line of the timeline says: the text `note.<key>`, made with these values where it is shown."""

    key: str
    values: dict[str, Any]


def by_operator() -> Cancel:
    """A cancel request from the web UI or the command line, which in runs of the first revision is an operator's
    `abandon`."""
    return Cancel(by="operator")


def sender_of(event: str) -> Actor:
    """Who sends an event of that name, whatever it says of its sender."""
    if event in OPERATOR_MESSAGES:
        return "operator"
    return "customer" if event in CUSTOMER_MESSAGES or event == "requested" else "system"


def amendment_note(request: Request, later: Request) -> Note:
    """What a later request for the same target says anew."""
    said = {"explanation": later.explanation, "details": later.details, "reason": spoken(later.reason)}
    former = {"explanation": request.explanation, "details": request.details, "reason": spoken(request.reason)}
    return Note("amended", {name: value for name, value in said.items() if value not in (None, former[name])})


def decision_note(
    message: ConfirmTask | RejectTask | HandInProof, task: Task, doubts: Iterable[Mapping[str, Any]] = ()
) -> Note:
    """Which task, what came of it, the day or moment said, the proof (X9) and the person's own words.

    `stays_open`: the rejection changes nothing, and is an operator's word to operators. `doubts`: what was asked back,
    and confirmed all the same.
    """
    at = getattr(message, "at", None)
    values = {
        "type": task.type,
        "step": task.text.removeprefix("third_party_") if task.type == "third_party" else None,
        "name": task.values.get("name"),
        "outcome": outcome_of(message),
        "at": at.isoformat() if at else None,
        **proof_facts(message, task),
        "note": message.note,
        "doubts": [doubt["doubt"] for doubt in doubts] or None,
        "stays_open": (isinstance(message, RejectTask) and rejected_event(task) in STAYS_OPEN) or None,
    }
    return Note("decided", {name: value for name, value in values.items() if value is not None})


def undelivered_note(mail: Any, undelivered: Undelivered | None) -> Note:
    """Which mail did not arrive, to whom it went, and why."""
    facts = undelivered.model_dump(include={"why", "said"}) if undelivered else {}
    return Note("not_delivered", {"mail": mail.template, "to": mail.to} | facts)


def outcome_of(message: ConfirmTask | RejectTask | HandInProof) -> str:
    """The decision; without one what was done: a key of the texts, `decision.<outcome>`."""
    if isinstance(message, HandInProof):
        return "handed_in"
    return getattr(message, "decision", None) or ("confirmed" if isinstance(message, ConfirmTask) else "rejected")


def proof_facts(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> dict[str, str | None]:
    """The proof that is handed in or confirmed, as plain JSON; nothing where there is none.

    Of one that the customer has handed in, what he calls himself is no confirmation of anybody's.
    """
    if isinstance(message, HandInProof):
        return {"reference": message.reference}
    proof = message.proof if isinstance(message, ConfirmTask) else None
    if proof is None:
        own = task.proof if isinstance(message, ConfirmTask) else None
        return {"reference": own.reference, "handed_in_by": own.confirmed_by} if own else {}
    confirmed_at = proof.confirmed_at.isoformat() if proof.confirmed_at else None
    return {"reference": proof.reference, "confirmed_by": proof.confirmed_by, "confirmed_at": confirmed_at}

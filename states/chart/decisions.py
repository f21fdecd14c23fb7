"""How a person's decision on a task, and other words of people, stand in the timeline."""

from typing import Any, NamedTuple

from states.model.memory import Task
from states.model.request import Abandon, ConfirmTask, HandInProof, Proof, RejectTask, Request, spoken


class Note(NamedTuple):
    """What a line of the timeline says: the text `note.<key>`, made with these values where it is shown."""

    key: str
    values: dict[str, Any]


def by_operator() -> Abandon:
    """A cancel request from the web UI or the command line is an operator's `abandon`."""
    return Abandon(by="operator")


def amendment_note(request: Request, later: Request) -> Note:
    """What a later request for the same target says anew."""
    said = {"explanation": later.explanation, "details": later.details, "reason": spoken(later.reason)}
    former = {"explanation": request.explanation, "details": request.details, "reason": spoken(request.reason)}
    return Note("amended", {name: value for name, value in said.items() if value not in (None, former[name])})


def decision_note(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> Note:
    """Which task, what came of it, the day or moment said, the proof (X9) and the person's own words."""
    at = getattr(message, "at", None)
    values = {
        "type": task.type,
        "step": task.text.removeprefix("third_party_") if task.type == "third_party" else None,
        "name": task.values.get("name"),
        "outcome": outcome_of(message),
        "at": at.isoformat() if at else None,
        **proof_facts(proof_in(message, task)),
        "note": message.note,
    }
    return Note("decided", {name: value for name, value in values.items() if value is not None})


def outcome_of(message: ConfirmTask | RejectTask | HandInProof) -> str:
    """The decision; without one what was done: a key of the texts, `decision.<outcome>`."""
    if isinstance(message, HandInProof):
        return "handed_in"
    return getattr(message, "decision", None) or ("confirmed" if isinstance(message, ConfirmTask) else "rejected")


def proof_facts(proof: Proof | None) -> dict[str, str | None]:
    """The proof as plain JSON; nothing where there is none."""
    if proof is None:
        return {}
    confirmed_at = proof.confirmed_at.isoformat() if proof.confirmed_at else None
    return {"reference": proof.reference, "confirmed_by": proof.confirmed_by, "confirmed_at": confirmed_at}


def proof_in(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> Proof | None:
    """The proof that is handed in or confirmed: the message's own, else the one that the customer handed in."""
    if isinstance(message, HandInProof):
        return Proof(reference=message.reference)
    return (message.proof or task.proof) if isinstance(message, ConfirmTask) else None

"""How a person's decision on a task stands in the timeline."""

from states.model.memory import Task
from states.model.request import Abandon, ConfirmTask, HandInProof, Proof, RejectTask


def by_operator() -> Abandon:
    """A cancel request from the web UI or the command line is an operator's `abandon`."""
    return Abandon(by="operator")


def decision_note(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> str:
    """Task and decision with the note, else either; and always the proof (X9)."""
    proof = proof_in(message, task)
    if proof is None:
        decision = getattr(message, "decision", None)
        parts = (task.type, decision, message.note) if decision else (message.note or task.type,)
        return ", ".join(part for part in parts if part)
    step = f"{task.type} {task.subject}" if task.type == "third_party" else task.type
    confirmed_at = proof.confirmed_at.isoformat() if proof.confirmed_at else None
    return ", ".join(part for part in (step, proof.reference, proof.confirmed_by, confirmed_at, message.note) if part)


def proof_in(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> Proof | None:
    """The proof that is handed in or confirmed: the message's own, else the one that the customer handed in."""
    if isinstance(message, HandInProof):
        return Proof(reference=message.reference)
    return (message.proof or task.proof) if isinstance(message, ConfirmTask) else None

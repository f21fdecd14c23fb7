"""A decision that needs a second person: what the first one has said is kept, and changes nothing else."""

from typing import Any

from states.chart.tasks import change_task
from states.chart.turn import Turn
from states.model.memory import Proposal


def keep_proposal(turn: Turn) -> None:
    """Keep the first word; it takes the place of another one."""
    task, message = turn.task, turn.message
    assert task is not None
    change_task(turn.memory, task, proposed=Proposal(at=turn.memory.now, message=message))


def withdraw_proposal(turn: Turn) -> None:
    """What was proposed is not done; the task is as it was."""
    assert turn.task is not None
    change_task(turn.memory, turn.task, proposed=None)


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """What was proposed, for texts; without what was not said."""
    message, at = proposal.message, proposal.message.at
    facts = {
        "by": message.by,
        "proposed_at": proposal.at.isoformat(),
        "outcome": message.decision or "confirmed",
        "at": at.isoformat() if at else None,
        "reference": message.proof.reference if message.proof else None,
        "note": message.note,
    }
    return {name: value for name, value in facts.items() if value is not None}

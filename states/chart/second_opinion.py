"""Four eyes: decisions that are taken up only when two people have said the same (`SECOND_OPINION`).

The first confirmation is kept as proposed and changes nothing else. The same decision by another name carries it out;
what the second leaves unsaid is as the first has said it. Another decision that needs two takes the proposal's place,
one that needs none is carried out, and a rejection, by either, withdraws what was proposed.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from states.chart.admission import decision_of, ended, task_meant
from states.chart.dates import Doubt, doubts_of
from states.chart.decisions import Note, decision_note
from states.chart.first_come import with_who_was_first
from states.chart.task_types import TASK_TYPES, type_of
from states.chart.turn import Turn
from states.model.facts import Refusal, RunSettings
from states.model.memory import Memory, Proposal, Task
from states.model.request import ConfirmTask, Proof, RejectTask, Sent
from states.model.seen import seen_in

CONFIRMED = "confirmed"
"""What stands for the decision where a type has none to choose from."""
NAMES = tuple(f"{type_.type}:{name}" for type_ in TASK_TYPES.values() for name in type_.decisions or (CONFIRMED,))
"""What the setting may name: each type's decisions."""
OWN = frozenset({*Sent.model_fields, "task", "by", "decision"})
"""What each of the two says for himself."""


class Decided(NamedTuple):
    """A decision that can be taken: as it is carried out, on which task, the event that follows, what is noted."""

    message: ConfirmTask | RejectTask
    task: Task
    event: str
    note: Note


def decided(turn: Turn, said: ConfirmTask | RejectTask) -> Decided | Refusal:
    """What follows from an operator's decision, or why it cannot be taken."""
    task = task_meant(turn.memory, said.task)
    if isinstance(task, Refusal):
        return with_who_was_first(turn.memory, said.task, task)
    proposal = task.proposed
    if proposal is not None and isinstance(said, RejectTask):
        return Decided(said, task, "proposal_withdrawn", noted("proposal_withdrawn", said, task, proposal))
    message = completed(said, proposal)
    decision = decision_of(replace(turn, message=message), message)
    if isinstance(decision, Refusal):
        return decision
    _, event = decision
    doubts = doubts_of(replace(turn, message=message), task, message)
    named = name_in(turn.memory.settings, task, message, event)
    if named is None:
        return Decided(message, task, event, decision_note(message, task, doubts))
    confirmation = as_confirmation(message, task, named)
    if proposal is None or not agree(proposal.message, confirmation):
        return Decided(confirmation, task, "proposed", noted("proposed", confirmation, task, None, doubts))
    if same_name(proposal.message.by, confirmation.by):
        values = {"by": proposal.message.by, "proposed_at": proposal.at.isoformat()}
        return Refusal(rule="contract", code="second_needed", values=values)
    return Decided(confirmation, task, event, noted("decided", confirmation, task, proposal, doubts))


def after_the_end(memory: Memory, message: Any) -> Refusal:
    """Why a run that is over takes nothing more. To an operator it says what became of the task that he decides: a new
    request, to which `ended` points, is the customer's way."""
    if not isinstance(message, ConfirmTask | RejectTask):
        return ended(memory)
    task = task_meant(memory, message.task)
    return ended(memory) if isinstance(task, Task) else with_who_was_first(memory, message.task, task)


def name_in(settings: RunSettings, task: Task, message: ConfirmTask | RejectTask, event: str) -> str | None:
    """The decision by which the setting names it, where it needs a second person; a rejection that causes the same as
    such a decision is that decision."""
    type_ = type_of(task)
    if isinstance(message, ConfirmTask):
        meant = [message.decision if type_.decisions else CONFIRMED]
    else:
        meant = [decision for decision, caused in type_.decisions.items() if caused == event]
    return next((name for name in meant if f"{task.type}:{name}" in settings.second_opinion), None)


def as_confirmation(message: ConfirmTask | RejectTask, task: Task, named: str) -> ConfirmTask:
    """The decision as a confirmation."""
    if isinstance(message, ConfirmTask):
        return message.model_copy(update={"task": task.task, "proof": dated_proof(message)})
    said = message.model_dump(include={*Sent.model_fields, "by", "note"})
    return ConfirmTask(**said, task=task.task, decision=named)


def dated_proof(message: ConfirmTask) -> Proof | None:
    """The proof, with who says that it was done, and when: for that the second person's moment does not count."""
    proof = message.proof
    if proof is None:
        return None
    said = {"confirmed_by": proof.confirmed_by or message.by, "confirmed_at": proof.confirmed_at or message.time}
    return proof.model_copy(update=said)


def completed(message: ConfirmTask | RejectTask, proposal: Proposal | None) -> ConfirmTask | RejectTask:
    """The decision with what the first has said, where the second says nothing of it."""
    if proposal is None or not isinstance(message, ConfirmTask) or message.decision != proposal.message.decision:
        return message
    first = proposal.message
    unsaid = {name for name in type(first).model_fields.keys() - OWN if getattr(message, name) is None}
    given = {name: getattr(first, name) for name in unsaid}
    if message.proof is not None and message.proof.confirmed_at is None and first.proof is not None:
        given["proof"] = message.proof.model_copy(update={"confirmed_at": first.proof.confirmed_at})
    return message.model_copy(update=given)


def agree(first: ConfirmTask, second: ConfirmTask) -> bool:
    """Whether both have decided the same: the decision, and the day or moment from which anything follows."""
    return (first.decision, first.at, done_at(first)) == (second.decision, second.at, done_at(second))


def done_at(message: ConfirmTask) -> datetime | None:
    """When it is said to have been done."""
    return message.proof.confirmed_at if message.proof else None


def same_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: nobody is two by capitals, blanks or signs that are not seen."""
    return bare(one) == bare(other)


def bare(name: str) -> str:
    """What is left of a name without capitals, forms of letters, blanks and what is not seen."""
    return "".join(seen_in(seen_in(name).casefold()).split())


def noted(
    key: str, message: ConfirmTask | RejectTask, task: Task, proposal: Proposal | None, doubts: Iterable[Doubt] = ()
) -> Note:
    """What stands in the timeline, with who proposed it."""
    first = {"first": proposal.message.by} if proposal is not None else {}
    return Note(key, decision_note(message, task, doubts).values | first)


def seconded(before: tuple[Task, ...], after: tuple[Task, ...]) -> ConfirmTask | None:
    """What a second person would say to carry out what has just been proposed; None where nothing was."""
    known = {task.task: task.proposed for task in before}
    new = (task for task in after if task.proposed is not None and task.proposed != known.get(task.task))
    proposal = next((task.proposed for task in new), None)
    return proposal.message.model_copy(update={"by": f"{proposal.message.by} +"}) if proposal else None

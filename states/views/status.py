"""The status document, read off a chart: the same for runs and previews (docs/contract.md, Query `status`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from states.chart.base import Chart
from states.chart.dates import takes_at
from states.chart.excerpts import quoted
from states.chart.proposals import proposal_facts
from states.chart.task_types import decisions_of, type_of
from states.chart.tasks import tasks_of
from states.chart.turn import Turn
from states.kinds.registry import KINDS
from states.model.memory import Memory, Proposal, Task, TimelineLine
from states.model.names import case_number
from states.model.status import (
    ProposedDecision,
    ReasonText,
    StandingOrder,
    Status,
    SurplusEntry,
    TakesAt,
    TaskEntry,
    TimelineEntry,
)
from states.model.texts import Say
from states.rules.effective_date import cost_effect_of, effective_at, order_by
from states.rules.run_values import change_row, isoformat, origin_facts, run_facts, stage_of
from states.rules.surplus_resolution import resolved_flags
from states.views.audience import audience_of, customer_note, customer_text
from states.views.labels import label_of, texts_of
from states.views.refusals import language_of, refusal_of, with_fault
from states.views.warnings import warning_texts
from states.views.why import why

SHOWN_ALREADY = {"support_ticket": ("said",), "perform": ("given",)}
"""By type, what the instructions themselves say of the customer's words."""


def task_entries(memory: Memory, say: Say, language: str | None = None) -> tuple[TaskEntry, ...]:
    """Every open task; what the run says of itself is read off once for all of them.

    `language`: the customer's unless given.
    """
    if not memory.tasks:
        return ()
    facts = run_facts(memory) | quoted(origin_facts(memory), len(memory.tasks))
    facts |= {"beside": beside_rows(memory), "revocation_asked": bool(tasks_of(memory, "revocation"))}
    language = language or language_of(memory)
    traits = KINDS[memory.request.kind].chart.traits
    return tuple(
        task_entry(task, facts | deadline(memory, task), say, language, at_of(Turn(memory, traits, frozenset), task))
        for task in memory.tasks
    )


def instructed_in(document: Status, memory: Memory, say: Say, language: str) -> Status:
    """The same document with the instructions of its tasks, which are the operators' to read, in another language."""
    instructions = {entry.task: entry.instructions for entry in task_entries(memory, say, language)}
    tasks = tuple(
        entry.model_copy(update={"instructions": instructions.get(entry.task, entry.instructions)})
        for entry in document.tasks
    )
    return document.model_copy(update={"tasks": tasks})


def deadline(memory: Memory, task: Task) -> dict[str, Any]:
    """The customer's deadline that depends on a task, which its own due date need not be."""
    return {"deadline": isoformat(type_of(task).deadline(memory, task))}


def task_entry(task: Task, facts: Mapping[str, Any], say: Say, language: str, at: TakesAt) -> TaskEntry:
    """A task with its instructions: what to do, who asked, the proof handed in, the last rejection's note.

    `at`: whether it is decided with a day or a moment.
    """
    values = {**facts, "late": task.subject == "late"} | task.values
    values |= dict.fromkeys(SHOWN_ALREADY.get(task.type, ()))
    text = say(language, f"task.{task.text}", values) + "\n\n" + say(language, "task.asked", values)
    if task.proof is not None:
        text += "\n\n" + say(language, "task.proof", {"reference": task.proof.reference, "by": task.proof.confirmed_by})
    if task.note:
        text += "\n\n" + say(language, "task.note", {"note": task.note})
    if task.proposed is not None:
        text += "\n\n" + say(language, "task.proposed", {**values, **proposal_facts(task.proposed)})
    return TaskEntry(
        task=task.task,
        type=task.type,
        due_at=task.due_at,
        instructions=text,
        customer_text=customer_text(task, facts, say, language),
        decisions=decisions_of(task),
        proof_required=type_of(task).needs_proof,
        proposed=proposed_decision(task.proposed) if task.proposed else None,
        at=at,
        proof=task.proof,
    )


def at_of(turn: Turn, task: Task) -> TakesAt:
    """Whether a confirmation names a day or a moment. A recorded term that runs out meanwhile is one until it is asked
    for: what a run shows changes with what happens to it, and never with the clock."""
    if task.at_required:
        return "needed"
    return "optional" if takes_at(turn, task) else None


def proposed_decision(proposal: Proposal) -> ProposedDecision:
    """What waits for a second person."""
    facts = proposal_facts(proposal)
    return ProposedDecision(
        by=proposal.message.by,
        at=proposal.at,
        decision=proposal.message.decision,
        note=proposal.message.note,
        date=facts.get("at"),
        reference=facts.get("reference"),
    )


def beside_rows(memory: Memory) -> list[dict[str, Any]]:
    """What else is booked or requested in the configurator, by the last check (ED14)."""
    return [change_row(change) for change in memory.check.beside] if memory.check else []


def surplus_entries(memory: Memory, say: Say, language: str) -> tuple[SurplusEntry, ...]:
    """Every entry with whether it is resolved."""
    entries = memory.check.surplus if memory.check else ()
    flags = resolved_flags(entries, memory.overridden)
    return tuple(
        SurplusEntry(
            licence=entry.licence,
            product=entry.product,
            reason=say(language, f"surplus.{entry.reason}", {"stage": stage_of(memory)} | entry.values),
            candidates=entry.candidates,
            too_many=entry.left,
            resolved=resolved,
        )
        for entry, resolved in zip(entries, flags, strict=True)
    )


def timeline_entry(line: TimelineLine, say: Say, language: str) -> TimelineEntry:
    """A line with its note in the customer's language."""
    note = line.note
    if note and line.values is not None:
        note = say(language, note, with_fault(say, language, line.values))
    audience = audience_of(line)
    return TimelineEntry(
        at=line.at,
        state=line.state,
        event=line.event,
        actor=line.actor,
        by=line.by,
        note=with_what_is_left_out(line, note, say, language),
        audience=audience,
        customer_note=with_what_is_left_out(line, customer_note(line, say, language), say, language, times=1)
        if audience == "retold"
        else None,
        task=line.task,
    )


def with_what_is_left_out(
    line: TimelineLine, note: str | None, say: Say, language: str, times: int | None = None
) -> str | None:
    """A note with how often it happened, whether it is an excerpt, and how many lines before it are not shown."""
    times = times or line.times
    if times > 1:
        note = say(language, "part.repeated", {"note": note, "times": times})
    if line.shortened:
        note = say(language, "part.shortened", {"note": note})
    if line.left_out:
        note = say(language, "part.left_out", {"note": note, "number": line.left_out})
    return note


class Glance(NamedTuple):
    """What a run is searched by, without a text."""

    state: str
    waiting_for: tuple[Any, ...]
    effective_at: datetime | None
    order_by: datetime | None
    being_booked: bool = False
    """In `order`: it has been placed, and is checked or booked, by a person perhaps."""


def glance(chart: Chart, *, busy: bool = False) -> Glance:
    """How a run stands. `busy`: a system does not answer, and the run is at work."""
    memory = chart.model
    dated = shows_date(chart)
    return Glance(
        state=chart.public_state,
        waiting_for=("system",) if busy and not chart.ended else chart.waiting_for(),
        effective_at=effective_at(memory) if dated else None,
        order_by=order_by(memory) if dated else None,
        being_booked=chart.public_state == "order" != memory.state,
    )


def shows_date(chart: Chart) -> bool:
    """Whether there is a date to show: not where a run has ended that never had one."""
    return chart.model.order is not None or chart.model.took_effect_at is not None or not chart.ended


def status(
    chart: Chart,
    say: Say,
    *,
    workflow_id: str,
    run_id: str,
    ui_url: str,
    busy: bool = False,
    frozen: bool = False,
) -> Status:
    """The whole document. `busy`: a system does not answer, and the run is at work; or, `frozen`, all effects are."""
    memory = chart.model
    language = language_of(memory)
    request = memory.request
    shown = glance(chart, busy=busy)
    dated = shows_date(chart)
    return Status(
        workflow_id=workflow_id,
        run_id=run_id,
        case_number=case_number(workflow_id, memory.first_run_id),
        ui_url=ui_url,
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        language=language,
        label=label_of(memory, say, language),
        target=request.target,
        reason=ReasonText(code=request.reason.code, text=request.reason.text) if request.reason else None,
        state=shown.state,
        being_booked=shown.being_booked,
        waiting_for=shown.waiting_for,
        enabled=chart.enabled(),
        effective_at=shown.effective_at,
        order_by=shown.order_by,
        why=why(memory, chart.traits, say) if dated else (),
        term_ends=memory.check.term_ends if memory.check else None,
        cost_effect=cost_effect_of(memory),
        catalogue=memory.check.catalogue if memory.check else None,
        warnings=warning_texts(memory, say),
        refusal=refusal_of(memory, say),
        surplus=surplus_entries(memory, say, language),
        standing=standing_of(memory),
        tasks=task_entries(memory, say),
        timeline=tuple(timeline_entry(line, say, language) for line in memory.timeline),
        **texts_of(
            say,
            language,
            memory.settings.zone,
            kind=request.kind,
            target=request.target,
            frozen=frozen,
            enabled=chart.enabled(),
            awaited=awaited_by(memory),
            **shown._asdict(),
        ),
    )


def awaited_by(memory: Memory) -> list[str]:
    """What is awaited in each open task, by its type: `proof` of one that is to be checked."""
    return ["proof" if task.proof is not None else task.type for task in memory.tasks]


def standing_of(memory: Memory) -> StandingOrder | None:
    """The order beneath a change (X10)."""
    standing = memory.standing
    return StandingOrder(target=standing.request.target, effective_at=standing.order.effective_at) if standing else None

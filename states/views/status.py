"""The status document, read off a chart: the same for runs and previews (contract, Query `status`)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from states.chart.lifecycle import Conduct
from states.chart.tasks import recorded_term
from states.model import payload_errors
from states.model.base import day_of
from states.model.facts import Refusal, Warning
from states.model.memory import Memory, Task, TimelineLine
from states.model.status import (
    Problem,
    RefusalText,
    StandingOrder,
    Status,
    SurplusEntry,
    TaskEntry,
    TimelineEntry,
    WarningText,
    WhyStep,
)
from states.model.texts import Say
from states.rules.effective_date import (
    cost_effect_of,
    date_rule_of,
    effective_at,
    notice_moment,
    notice_rule,
    open_questions,
    order_by,
    other_reading,
)
from states.rules.run_values import isoformat, origin_facts, run_facts, surplus_rows
from states.rules.surplus_resolution import resolved_flags, surplus_names


def language_of(memory: Memory) -> str:
    """The customer's language; German until it is known."""
    return memory.check.language if memory.check else "de"


def refusal_text(say: Say, memory: Memory, prefix: str, refusal: Refusal) -> str:
    """The text of a refusal, with the run's facts; a `fault` that is itself a key is made into its text first."""
    language = language_of(memory)
    return say(language, f"{prefix}.{refusal.code}", with_fault(say, language, run_facts(memory) | refusal.values))


FAULT = re.compile(r"fault\.[a-z_]+")
"""A key of the texts; a sentence about a payload may begin alike, but goes on."""


def with_fault(say: Say, language: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values with their `fault` as a text, where it is a key or a list of faults."""
    values = dict(given)
    fault = values.get("fault")
    if isinstance(fault, str) and FAULT.fullmatch(fault):
        values["fault"] = say(language, fault, values)
    elif isinstance(fault, list):
        values["fault"] = payload_errors.text_of(say, language, fault)
    return values


def problem(chart: Conduct, say: Say, refusal: Refusal, current: Status | None) -> Problem:
    """Why an event was refused, for people and portals. A request's refusal keeps its own text."""
    for prefix in ("problem", "refusal"):
        try:
            text = refusal_text(say, chart.model, prefix, refusal)
            break
        except KeyError:
            text = refusal.code
    return Problem(
        code=refusal.code,
        rule=refusal.rule,
        text=text,
        enabled=chart.enabled(),
        current=current.model_dump(mode="json") if current else None,
    )


def warning_texts(chart: Conduct, say: Say) -> tuple[WarningText, ...]:
    """The warnings for people: each with its own values, and the date and the price that the run knows."""
    memory = chart.model
    facts, language = run_facts(memory), language_of(memory)
    return tuple(
        WarningText(code=note.code, text=say(language, f"warning.{note.code}", facts | note.values))
        for note in warnings_of(chart)
    )


def warnings_of(chart: Conduct) -> tuple[Warning, ...]:
    """The check's warnings, and those that depend on the state of the run."""
    memory = chart.model
    notes = list(memory.check.warnings) if memory.check else []
    effect = cost_effect_of(memory)
    if memory.clarified_cost and effect != "cancellation" and not any(note.code == "no_saving" for note in notes):
        notes.append(Warning(code="no_saving"))
    date = effective_at(memory)
    other = other_reading(memory)
    if date and other:
        values = isoed(effective_at=date, other_effective_at=other, placed_on=notice_moment(memory))
        notes.append(Warning(code="boundary_day", values=values))
    notes += surplus_warnings(memory, date)
    standing = memory.standing.order.effective_at if memory.standing else None
    if date and standing and date > standing:
        notes.append(Warning(code="later_than_standing", values=isoed(effective_at=date, standing_at=standing)))
    return tuple(notes)


def surplus_warnings(memory: Memory, date: Any) -> list[Warning]:
    """Licences in surplus, and those whose own end lies on another date (ED5, X3)."""
    entries = memory.check.surplus if memory.check else ()
    open_ = [entry for entry in entries if entry.ends_at is None]
    notes = [Warning(code="surplus", values={"surplus": surplus_rows(open_), "count": len(open_)})] if open_ else []
    for entry in entries:
        if entry.ends_at is not None and date is not None and entry.ends_at != date:
            values = {"licence": surplus_names([entry])[0]} | isoed(licence_ends_at=entry.ends_at, effective_at=date)
            notes.append(Warning(code="surplus_gap", values=values))
    return notes


def isoed(**moments: Any) -> dict[str, str]:
    """Moments as plain JSON."""
    return {name: moment.isoformat() for name, moment in moments.items()}


def why(chart: Conduct, say: Say) -> tuple[WhyStep, ...]:
    """How the date follows, step by step."""
    memory = chart.model
    date = effective_at(memory)
    rule = date_rule_of(memory)
    language, zone = language_of(memory), memory.settings.zone
    if date is None and rule == "notice" and "clarify_term" in open_questions(memory):
        return (WhyStep(step=say(language, "why.annual"), value=recorded_term(memory), rule="X14"),)
    if date is None and cost_effect_of(memory) == "unknown" and "clarify_cost" in open_questions(memory):
        return (WhyStep(step=say(language, "why.unclear"), value="unclear", rule="X5"),)
    if date is None and rule != "moment":
        return ()
    steps: list[tuple[str, str, str, str]] = []
    term = memory.order.term if memory.order else memory.clarified_term
    if term is not None:
        steps.append(("clarified", "term_ends", term.isoformat(), "X6" if rule == "term" else "X14"))
    elif rule == "notice":
        placed = notice_moment(memory)
        day = day_of(placed, zone)
        last = notice_rule(memory).last_day_in_time(day)
        if memory.order and memory.order.booked_at:
            steps.append(("booked", "booked_at", placed.isoformat(), "X12"))
        else:
            steps.append(("placed", "placed_at", placed.isoformat(), "D6"))
        steps.append(("day", "day_on", day.isoformat(), "D8"))
        steps.append((f"last_day_{memory.settings.boundary}", "last_on", last.isoformat(), "D5"))
    elif rule == "term" and memory.check and memory.check.term_ends:
        steps.append(("term", "term_ends", memory.check.term_ends.isoformat(), "X6"))
    elif rule == "moment":
        steps.append(moment_step(chart))
    elif rule == "agreed" and date:
        steps.append(("agreed", "agreed_at", date.isoformat(), "MOV1"))
    texts = [
        WhyStep(step=say(language, f"why.{key}", {name: value, "zone": zone}), value=value, rule=number)
        for key, name, value, number in steps
    ]
    return (*texts, *results(chart, say, language, zone, rule == "notice" and term is None))


def moment_step(chart: Conduct) -> tuple[str, str, str, str]:
    """Why what has no term ends when it does: on the day chosen, at once, or when others have done their part."""
    memory = chart.model
    chosen = memory.order.effective_on if memory.order else None
    if chosen is not None:
        return "chosen", "chosen_on", chosen.isoformat(), "X6"
    key, rule = chart.ends_when()
    return key, key, key, rule


def results(chart: Conduct, say: Say, language: str, zone: str, noticed: bool) -> tuple[WhyStep, ...]:
    """The result; on the boundary day the other reading beside it (X1)."""
    memory = chart.model
    date = effective_at(memory)
    if date is None:
        return ()
    rule = notice_rule(memory)
    number = "X6"
    if noticed:
        number = "D2" if rule.in_time(day_of(notice_moment(memory), zone)) else "D3"
    found = [
        WhyStep(
            step=say(language, "why.result", isoed(effective_at=date) | {"zone": zone}),
            value=day_of(date, zone).isoformat(),
            rule=number,
        )
    ]
    other = other_reading(memory)
    if other:
        text = say(language, "why.other_reading", isoed(effective_at=other) | {"zone": zone})
        found.append(WhyStep(step=text, value=day_of(other, zone).isoformat(), rule="X1"))
    return tuple(found)


def due_of(task: Task) -> datetime | None:
    """By when a person must act; a revocation must be decided before what was ordered takes effect (X11)."""
    date = task.values.get("effective_at") if task.type == "revocation" else None
    return datetime.fromisoformat(date) if date else task.due_at


def task_entry(task: Task, say: Say, memory: Memory) -> TaskEntry:
    """A task with its instructions: who asked, what to do, the last rejection's note, the proof handed in."""
    language = language_of(memory)
    values = (
        run_facts(memory) | origin_facts(memory) | {"due_at": isoformat(task.due_at), "late": task.subject == "late"}
    )
    values |= task.values
    text = say(language, f"task.{task.text}", values) + "\n\n" + say(language, "task.asked", values)
    if task.proof is not None:
        text += "\n\n" + say(language, "task.proof", {"reference": task.proof.reference, "by": task.proof.confirmed_by})
    if task.note:
        text += "\n\n" + say(language, "task.note", {"note": task.note})
    return TaskEntry(
        task=task.task,
        type=task.type,
        due_at=due_of(task),
        instructions=text,
        decisions=tuple(task.decisions),
        proof_required=task.proof_required,
    )


def surplus_entries(memory: Memory, say: Say, language: str) -> tuple[SurplusEntry, ...]:
    """Every entry with whether it is resolved."""
    entries = memory.check.surplus if memory.check else ()
    flags = resolved_flags(entries, memory.overridden)
    return tuple(
        SurplusEntry(
            licence=entry.licence,
            product=entry.product,
            reason=say(language, f"surplus.{entry.reason}", entry.values),
            candidates=entry.candidates,
            resolved=resolved,
        )
        for entry, resolved in zip(entries, flags, strict=True)
    )


def timeline_entry(line: TimelineLine, say: Say, language: str) -> TimelineEntry:
    """A line with its note in the customer's language."""
    note = line.note
    if note and line.values is not None:
        note = say(language, note, with_fault(say, language, line.values))
    return TimelineEntry(at=line.at, state=line.state, event=line.event, by=line.by, note=note)


def status(
    chart: Conduct, say: Say, *, workflow_id: str, run_id: str, ui_url: Callable[[str, str], str], busy: bool = False
) -> Status:
    """The whole document. `busy`: a system does not answer, and the run is at work."""
    memory = chart.model
    language = language_of(memory)
    request = memory.request
    shows_date = memory.order is not None or not chart.ended
    return Status(
        workflow_id=workflow_id,
        run_id=run_id,
        ui_url=ui_url(workflow_id, run_id),
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        target=request.target,
        state=chart.shown,
        waiting_for=("system",) if busy and not chart.ended else chart.waiting_for(),
        enabled=chart.enabled(),
        effective_at=effective_at(memory) if shows_date else None,
        order_by=order_by(memory) if shows_date else None,
        why=why(chart, say) if shows_date else (),
        term_ends=memory.check.term_ends if memory.check else None,
        cost_effect=memory.order.cost_effect if memory.order else cost_effect_of(memory),
        catalogue=memory.check.catalogue if memory.check else None,
        warnings=warning_texts(chart, say),
        refusal=refusal_of(memory, say),
        surplus=surplus_entries(memory, say, language),
        standing=standing_of(memory),
        tasks=tuple(task_entry(task, say, memory) for task in memory.tasks),
        timeline=tuple(timeline_entry(line, say, language) for line in memory.timeline),
    )


def standing_of(memory: Memory) -> StandingOrder | None:
    """The order beneath a change (X10)."""
    standing = memory.standing
    return StandingOrder(target=standing.request.target, effective_at=standing.order.effective_at) if standing else None


def refusal_of(memory: Memory, say: Say) -> RefusalText | None:
    """The run's refusal with its text."""
    refusal = memory.refusal
    if refusal is None:
        return None
    return RefusalText(rule=refusal.rule, code=refusal.code, text=refusal_text(say, memory, "refusal", refusal))

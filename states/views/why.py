"""How the effective date follows, step by step (D1 to D8, X1, X6)."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from states.chart.checks import ends_outside
from states.chart.traits import Traits
from states.model.base import day_after, day_of
from states.model.facts import DateRule
from states.model.memory import Memory
from states.model.status import WhyStep
from states.model.texts import Say
from states.rules.effective_date import (
    answered_term,
    cost_effect_of,
    date_rule_of,
    effective_at,
    notice_missed,
    notice_moment,
    notice_of,
    notice_rule,
    open_questions,
    other_reading,
    recorded_term,
)
from states.rules.notice import last_day_to_order
from states.views.refusals import language_of


class Reason(NamedTuple):
    """One step of the derivation: the text `why.<text>`, which says `value` under `name` (if any), and the rule.

    `shown`: what the document shows in place of the value, the day of a moment.
    """

    text: str
    name: str
    value: str
    rule: str
    shown: str | None = None
    passed: bool = False
    """Whether that day is over, so that the month after next begins (D3)."""


def why(memory: Memory, traits: Traits, say: Say) -> tuple[WhyStep, ...]:
    """The derivation of the date shown; on the boundary day with the other reading beside it (X1)."""
    language, zone = language_of(memory), memory.settings.zone
    return tuple(
        WhyStep(
            step=say(language, f"why.{step.text}", said_of(step, zone)),
            value=step.shown or step.value,
            rule=step.rule,
        )
        for step in reasons(memory, traits)
    )


def reasons(memory: Memory, traits: Traits) -> list[Reason]:
    """The same as codes and values."""
    date, rule = effective_at(memory), date_rule_of(memory)
    term = memory.order.term if memory.order else answered_term(memory)
    if memory.order is None and (memory.took_effect_at or memory.agreed_at):
        steps = [without_order(memory, traits)]
    elif date is None and memory.order and memory.order.planned_at:
        steps = [planned_step("unbooked", memory.order.planned_at, "X12", memory)]
    elif date is None and rule != "moment":
        steps = unknown_date(memory, rule)
    elif term is not None:
        steps = [Reason("clarified", "term_ends", term.isoformat(), "X6" if rule == "term" else "X14")]
    else:
        steps = origin_of(memory, traits, rule)
    if memory.check and memory.check.inferred and memory.clarified_cost is None and rule == "term":
        steps.insert(0, Reason("inferred", "", "inferred", "G8"))
    planned = memory.order.effective_at if memory.order else memory.agreed_at
    if memory.held_since is not None:
        steps += held_back(memory)
    elif memory.took_effect_at is not None and planned not in (None, memory.took_effect_at):
        steps.append(planned_step("made_later", planned, "X12", memory))
    return steps + results_of(memory, steps, by_notice=rule == "notice" and term is None)


def said_of(step: Reason, zone: str) -> dict[str, Any]:
    """The values of a step's text."""
    if not step.name:
        return {}
    return {step.name: step.value, "zone": zone} | ({"passed": True} if step.passed else {})


def without_order(memory: Memory, traits: Traits) -> Reason:
    """Why something without an order takes effect when it does: at its term, agreed, re-assigned, proved, granted."""
    if memory.agreed_at is not None:
        term = memory.check.term_ends if memory.check else None
        if term is not None and day_after(term, memory.settings.zone) == memory.agreed_at:
            return Reason("term", "term_ends", term.isoformat(), "X6")
        return Reason("agreed", "agreed_at", memory.agreed_at.isoformat(), traits.declined_by)
    if memory.reassigned_to is not None:
        return Reason("reassigned", "", memory.reassigned_to, "WMU4")
    return moment_step(memory, traits)


def held_back(memory: Memory) -> list[Reason]:
    """On its date a channel was active, so that it holds from when it is changed, or from the day named (X4)."""
    steps = [planned_step("held", memory.held_since, "X4", memory)]
    if memory.agreed_at is not None:
        steps.append(Reason("named", "named_at", memory.agreed_at.isoformat(), "X4"))
    return steps


def planned_step(text: str, planned: datetime | None, rule: str, memory: Memory) -> Reason:
    """For when it was planned."""
    assert planned is not None
    return Reason(text, "planned_at", planned.isoformat(), rule, day_of(planned, memory.settings.zone).isoformat())


def unknown_date(memory: Memory, rule: DateRule | None) -> list[Reason]:
    """What must be clarified before there is a date."""
    questions = open_questions(memory)
    if rule == "notice" and "clarify_term" in questions:
        return [Reason("annual", "", recorded_term(memory), "X14")]
    if notice_missed(memory):
        return [Reason("notice_missed", "", recorded_term(memory), "D7")]
    if cost_effect_of(memory) == "unknown" and questions:
        return [Reason("unclear", "", "unclear", "X5")]
    return []


def origin_of(memory: Memory, traits: Traits, rule: DateRule | None) -> list[Reason]:
    """Where the date comes from: the moment that counts, the term, the day chosen or agreed."""
    if rule == "notice":
        return notice_steps(memory)
    date = memory.order.effective_at if memory.order else effective_at(memory)
    if rule == "term" and date:
        # The day before: what is booked stays so, whatever is recorded since.
        last_day = day_of(date, memory.settings.zone) - timedelta(days=1)
        return term_steps(memory, last_day)
    return [moment_step(memory, traits)] if rule == "moment" else []


def term_steps(memory: Memory, last_day: date) -> list[Reason]:
    """The recorded term, and the last day in time for it, where the catalogue gives a notice (X6, D7)."""
    steps, notice = [Reason("term", "term_ends", last_day.isoformat(), "X6")], notice_of(memory)
    if notice is not None:
        steps.append(Reason("last_day_term", "last_on", last_day_to_order(last_day, notice).isoformat(), "D7"))
    return steps


def notice_steps(memory: Memory) -> list[Reason]:
    """The moment that counts, its day in the zone, and the last day in time (D5, D6, D8)."""
    settings, moment = memory.settings, notice_moment(memory)
    day = day_of(moment, settings.zone)
    rule = notice_rule(memory)
    last_day = rule.last_day_in_time(day)
    if memory.order and memory.order.overdue_at:
        counts = Reason("overdue", "overdue_at", moment.isoformat(), "X12")
    elif memory.order and memory.order.booked_at:
        counts = Reason("booked", "booked_at", moment.isoformat(), "X12")
    else:
        counts = Reason("placed", "placed_at", moment.isoformat(), "D6")
    return [
        counts,
        Reason("day", "day_on", day.isoformat(), "D8"),
        Reason(f"last_day_{settings.boundary}", "last_on", last_day.isoformat(), "D5", passed=not rule.in_time(day)),
    ]


def moment_step(memory: Memory, traits: Traits) -> Reason:
    """Why what has no term ends when it does: on the day chosen, at once, or when others have done their part."""
    chosen = memory.order.effective_on if memory.order else None
    if chosen is not None:
        return Reason("chosen", "chosen_on", chosen.isoformat(), "X6")
    text, rule = ("third_party", "CO4") if ends_outside(memory) else traits.ends
    return Reason(text, text, text, rule)


def results_of(memory: Memory, steps: list[Reason], *, by_notice: bool) -> list[Reason]:
    """The result; on the boundary day the other reading beside it (X1)."""
    date, zone = effective_at(memory), memory.settings.zone
    if date is None:
        return []
    rule = "X6"
    if steps and (memory.took_effect_at or memory.held_since):
        rule = steps[-1].rule
    elif by_notice:
        rule = "D2" if notice_rule(memory).in_time(day_of(notice_moment(memory), zone)) else "D3"
    steps = [Reason("result", "effective_at", date.isoformat(), rule, day_of(date, zone).isoformat())]
    other = other_reading(memory)
    if other:
        steps.append(Reason("other_reading", "effective_at", other.isoformat(), "X1", day_of(other, zone).isoformat()))
    return steps

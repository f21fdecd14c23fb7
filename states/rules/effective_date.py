"""The effective date of a run, read off its memory: before the order what would follow now, after it what holds."""

from datetime import datetime

from states.model.base import day_after, day_of, start_of
from states.model.facts import CostEffect, DateRule
from states.model.memory import Memory
from states.model.request import PlaceOrder
from states.rules.notice import NoticeRule


def notice_rule(memory: Memory) -> NoticeRule:
    """The rule as this run was requested under it (X1)."""
    return NoticeRule(boundary=memory.settings.boundary, zone=memory.settings.zone)


def cost_effect_of(memory: Memory) -> CostEffect:
    """What ending it does to the cost: as a person clarified it, else as the check found (X5).

    What is assigned elsewhere does not end, and costs what it did (WMU4).
    """
    if memory.state == "reassigned":
        return "none"
    if memory.clarified_cost:
        return memory.clarified_cost
    return memory.check.cost_effect if memory.check else "unknown"


def date_rule_of(memory: Memory) -> DateRule | None:
    """Where the date comes from; None while that is not known (X5, X6)."""
    check = memory.check
    if check is None:
        return None
    if check.date_rule in ("notice", "agreed"):
        return check.date_rule
    effect = cost_effect_of(memory)
    return None if effect == "unknown" else "term" if effect == "cancellation" else "moment"


def open_questions(memory: Memory) -> tuple[str, ...]:
    """The task types that must be answered before an order is possible (X5, X6, X14)."""
    check = memory.check
    if check is None:
        return ()
    question_types = {question.type for question in check.questions}
    rule = date_rule_of(memory)
    missing = []
    if "clarify_cost" in question_types and memory.clarified_cost is None:
        missing.append("clarify_cost")
    term_open = memory.clarified_term is None and (
        (rule == "notice" and "clarify_term" in question_types) or (rule == "term" and not term_runs(memory))
    )
    if term_open:
        missing.append("clarify_term")
    if "clarify" in question_types and memory.clarified_note is None:
        missing.append("clarify")
    return tuple(missing)


def term_runs(memory: Memory) -> bool:
    """Whether the record shows a term whose last usable day is today or later (X6)."""
    check = memory.check
    return bool(check and check.term_ends and check.term_ends >= day_of(memory.now, memory.settings.zone))


def date_for(memory: Memory, placed_at: datetime, message: PlaceOrder | None = None) -> datetime | None:
    """The effective moment of an order placed at `placed_at`, in UTC; None where it cannot be known before the order.

    By the notice rule (D1), the day after the last usable day (X6), the moment that a person agreed (SUP3, MOV1), or,
    once `message` orders it, the day chosen there, else `placed_at` (X6).
    """
    zone = memory.settings.zone
    rule = date_rule_of(memory)
    if rule in ("notice", "term") and memory.clarified_term:
        return day_after(memory.clarified_term, zone)
    if rule is None or "clarify_term" in open_questions(memory):
        return None
    if rule == "notice":
        return notice_rule(memory).effective_at(placed_at)
    if rule == "term" and memory.check and memory.check.term_ends:
        return day_after(memory.check.term_ends, zone)
    if rule == "agreed":
        return memory.agreed_at
    if message is None:
        return None
    return start_of(message.effective_on, zone) if message.effective_on else placed_at


def effective_at(memory: Memory) -> datetime | None:
    """What the run shows: when it took effect, the order's date, the moment agreed; else what an order placed now
    would give."""
    if memory.took_effect_at:
        return memory.took_effect_at
    if memory.order:
        return memory.order.effective_at
    return memory.agreed_at or date_for(memory, memory.now)


def follows_notice(memory: Memory) -> bool:
    """Whether the date shown comes from the notice rule, so that there is a deadline."""
    term = memory.order.term if memory.order else memory.clarified_term
    return date_rule_of(memory) == "notice" and term is None and "clarify_term" not in open_questions(memory)


def order_by(memory: Memory) -> datetime | None:
    """The first moment that is too late for the date shown; None where no notice rule applies."""
    date = memory.order.effective_at if memory.order else effective_at(memory)
    return notice_rule(memory).order_by(date) if date and follows_notice(memory) else None


def notice_moment(memory: Memory) -> datetime:
    """When notice was given: the booking by hand where that came late, else the order; before it, now."""
    return (memory.order.booked_at or memory.order.placed_at) if memory.order else memory.now


def other_reading(memory: Memory) -> datetime | None:
    """When it would take effect with the boundary day read the other way; None on any other day (X1)."""
    if memory.took_effect_at is not None or not on_boundary_day(memory):
        return None
    return notice_rule(memory).other_reading().effective_at(notice_moment(memory))


def on_boundary_day(memory: Memory) -> bool:
    """Whether the moment that counts lies on the boundary day (X1)."""
    return follows_notice(memory) and notice_rule(memory).is_boundary(notice_moment(memory))


def recorded_term(memory: Memory) -> str:
    """What the record shows of the term, for the one who is asked about it."""
    return memory.check.term_ends.isoformat() if memory.check and memory.check.term_ends else "-"

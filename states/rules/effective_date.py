"""The effective date of a run, read off its memory: before the order what would follow now, after it what holds."""

from datetime import date, datetime

from states.model.base import day_after, day_of, start_of
from states.model.facts import CostEffect, DateRule
from states.model.memory import Memory
from states.model.request import PlaceOrder
from states.rules.notice import NoticeRule, last_day_to_order


def notice_rule(memory: Memory) -> NoticeRule:
    """The rule as this run was requested under it (X1)."""
    return NoticeRule(boundary=memory.settings.boundary, zone=memory.settings.zone)


def cost_effect_of(memory: Memory) -> CostEffect:
    """What ending it does to the cost: as it was ordered, else as a person clarified it or as the check found (X5).

    What is assigned elsewhere does not end, and costs what it did (WMU4).
    """
    if memory.state == "reassigned":
        return "none"
    if memory.order and memory.order.date_rule:
        return memory.order.cost_effect
    if memory.clarified_cost:
        return memory.clarified_cost
    return memory.check.cost_effect if memory.check else "unknown"


def date_rule_of(memory: Memory) -> DateRule | None:
    """Where the date comes from: as it was ordered, else by the last check; None while that is not known (X5, X6)."""
    check = memory.check
    if memory.order and memory.order.date_rule:
        return memory.order.date_rule
    if check is None:
        return None
    if check.date_rule in ("notice", "agreed"):
        return check.date_rule
    effect = cost_effect_of(memory)
    return None if effect == "unknown" else "term" if effect == "cancellation" else "moment"


def open_questions(memory: Memory, at: datetime | None = None) -> tuple[str, ...]:
    """The task types that must be answered before an order is possible (X5, X6, X14).

    `at`: for an order placed at that moment, whenever it is delivered; by itself when it was placed, before it now.
    """
    check = memory.check
    if check is None:
        return ()
    question_types = {question.type for question in check.questions}
    rule = date_rule_of(memory)
    missing = []
    if "clarify_cost" in question_types and memory.clarified_cost is None:
        missing.append("clarify_cost")
    needs_term = rule == "term" or (rule == "notice" and "clarify_term" in question_types)
    if needs_term and running_term(memory, at) is None:
        missing.append("clarify_term")
    if "clarify" in question_types and memory.clarified_note is None:
        missing.append("clarify")
    return tuple(missing)


def running_term(memory: Memory, at: datetime | None = None) -> date | None:
    """The last usable day that gives the date of an order placed at that moment: of a paid licence the recorded one,
    while it runs and its notice can be kept; else what a person said, while that runs. Once it is past it is asked
    about again (X6, X14)."""
    recorded = memory.check.term_ends if memory.check and date_rule_of(memory) == "term" else None
    if recorded and still_runs(memory, last_day_to_order(recorded, notice_of(memory)), at):
        return recorded
    return memory.clarified_term if still_runs(memory, memory.clarified_term, at) else None


def last_order_day(memory: Memory) -> date | None:
    """The last day on which an order would still take effect with the term that runs; None where none does."""
    term = running_term(memory)
    return last_day_to_order(term, notice_of(memory)) if term and term != memory.clarified_term else term


def notice_of(memory: Memory) -> int | None:
    """The days of notice that the catalogue gives for what ends at its term; None where it gives none (D7)."""
    return memory.check.notice if memory.check else None


def notice_missed(memory: Memory) -> bool:
    """The recorded term still runs, but its notice cannot be kept any more: what holds then is not known (D7)."""
    recorded = memory.check.term_ends if memory.check and date_rule_of(memory) == "term" else None
    return still_runs(memory, recorded) and running_term(memory) != recorded


def notice_unknown(memory: Memory) -> bool:
    """Whether the date shown is the end of a term whose notice nobody knows, and no person has found it there (D7)."""
    return effective_at(memory) is not None and notice_never_known(memory)


def notice_never_known(memory: Memory) -> bool:
    """Whether it ends with a term whose notice nobody knows, whatever is shown by now (D7)."""
    if date_rule_of(memory) != "term" or notice_of(memory) is not None or memory.agreed_at is not None:
        return False
    return not (memory.order and memory.order.found)


def answered_term(memory: Memory, at: datetime | None = None) -> date | None:
    """The same, where a person said it."""
    term = running_term(memory, at)
    return term if term == memory.clarified_term else None


def still_runs(memory: Memory, last_day: date | None, at: datetime | None = None) -> bool:
    """Whether a term is not over at the moment that counts: the one given, else the order's, else now."""
    at = at or (memory.order.placed_at if memory.order else memory.now)
    return last_day is not None and last_day >= day_of(at, memory.settings.zone)


def date_for(memory: Memory, placed_at: datetime, message: PlaceOrder | None = None) -> datetime | None:
    """The effective moment of an order placed at `placed_at`, in UTC; None where it cannot be known before the order.

    By the notice rule (D1), the day after the last usable day (X6), the moment that a person agreed (SUP3, MOV1), or,
    once `message` orders it, the day chosen there, else `placed_at` (X6).
    """
    zone = memory.settings.zone
    rule = date_rule_of(memory)
    if rule is None or "clarify_term" in open_questions(memory, placed_at):
        return None
    if rule in ("notice", "term") and (term := running_term(memory, placed_at)):
        return day_after(term, zone)
    if rule == "notice":
        return notice_rule(memory).effective_at(placed_at)
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
    """Whether the date shown comes from the notice rule, so that there is a deadline; not where it was held (X4)."""
    if memory.held_since is not None:
        return False
    term = memory.order.term if memory.order else answered_term(memory)
    return date_rule_of(memory) == "notice" and term is None and "clarify_term" not in open_questions(memory)


def order_by(memory: Memory) -> datetime | None:
    """The first moment that is too late for the date shown; None where no notice is known."""
    return deadline_for(memory, memory.order.effective_at if memory.order else effective_at(memory))


def deadline_for(memory: Memory, date: datetime | None) -> datetime | None:
    """The first moment that is too late for a date; None where no notice is known."""
    if date is None:
        return None
    if follows_notice(memory):
        return notice_rule(memory).order_by(date)
    return term_order_by(memory, date)


def term_order_by(memory: Memory, date: datetime) -> datetime | None:
    """The same of what ends at its recorded term, by the notice that the catalogue gives (D7)."""
    notice, term = notice_of(memory), memory.order.term if memory.order else answered_term(memory)
    if notice is None or term is not None or date_rule_of(memory) != "term":
        return None
    zone = memory.settings.zone
    return start_of(last_day_to_order(day_of(date, zone), notice), zone)


def notice_moment(memory: Memory) -> datetime:
    """When notice was given: the booking by hand where that came late or is overdue, else the order; before it, now."""
    order = memory.order
    return (order.booked_at or order.overdue_at or order.placed_at) if order else memory.now


def other_reading(memory: Memory) -> datetime | None:
    """When it would take effect with the boundary day read the other way; None on any other day (X1)."""
    if not on_boundary_day(memory):
        return None
    return notice_rule(memory).other_reading().effective_at(notice_moment(memory))


def on_boundary_day(memory: Memory) -> bool:
    """Whether the moment that counts lies on the boundary day (X1)."""
    return follows_notice(memory) and notice_rule(memory).is_boundary(notice_moment(memory))


def recorded_term(memory: Memory) -> str:
    """What the record shows of the term, for the one who is asked about it."""
    return memory.check.term_ends.isoformat() if memory.check and memory.check.term_ends else "-"

"""When a run wakes: read off its memory, so that there is nothing to cancel and nothing to carry."""

from datetime import datetime

from states.chart.overdue import booking_deadline
from states.chart.questions import term_ends_at
from states.chart.reminders import customer_clock, escalation_at
from states.chart.state_names import BEFORE_ORDER
from states.chart.traits import Traits
from states.model.memory import Memory
from states.rules.effective_date import effective_at, follows_notice, notice_rule

TIMERS = {
    "abandon": "the end of patience with the customer",
    "remind": "a reminder to the customer",
    "order_by_passed": "the day on which the date shown changes",
    "booking_overdue": "the deadline of a booking that a person has yet to click",
    "term_ran_out": "the end of the recorded term",
    "date_reached": "the effective date",
    "recheck_due": "the check before the effective date",
    "standing_due": "the standing order's effective date",
    "task_due": "a reminder of an open task",
}
"""The event of each timer, and what people are told that it waits for."""


def timers_of(memory: Memory, traits: Traits, possible: frozenset[str]) -> dict[str, datetime]:
    """The moments at which the run wakes, by the event that it then takes."""
    due = customer_clock(memory)
    if memory.state in BEFORE_ORDER and follows_notice(memory):
        due["order_by_passed"] = notice_rule(memory).next_change(memory.now)
    deadline = booking_deadline(memory)
    if deadline is not None:
        due["booking_overdue"] = deadline
    term_ends = term_ends_at(memory)
    if term_ends is not None:
        due["term_ran_out"] = term_ends
    if memory.state == "scheduled":
        due |= date_timers(memory, traits)
    if memory.standing and memory.standing.order.effective_at and "standing_due" in possible:
        due["standing_due"] = memory.standing.order.effective_at
    if memory.tasks:
        due["task_due"] = min(escalation_at(memory, task) for task in memory.tasks)
    return due


def date_timers(memory: Memory, traits: Traits) -> dict[str, datetime]:
    """The effective moment, and the check some days before it (X2)."""
    date = effective_at(memory)
    if date is None:
        return {}
    due = {"date_reached": date}
    if traits.rechecks and not memory.rechecked:
        due["recheck_due"] = date - memory.settings.recheck_before
    return due

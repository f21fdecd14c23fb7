"""By when a task is to be done: the customer's deadline that depends on it, or a setting a type (`TASK_DUE`).

Pure functions. As `order_by` is, a due date is the first moment that is too late.
"""

from datetime import datetime, timedelta

from states.model.base import day_after, day_of, start_of
from states.model.durations import patience
from states.model.effects import ApplyChange, BookOrder, Decouple, Withdraw
from states.model.memory import Memory, Task
from states.rules.effective_date import effective_at, notice_never_known, notice_of, notice_rule, order_by, still_runs
from states.rules.notice import last_day_to_order

SATURDAY, A_WEEK = 5, 7


def due_within(opened_at: datetime, written: str, zone: str) -> datetime:
    """The first moment that is too late for what was opened then and may take so long.

    Days of the calendar end with a day, in `zone`: what is opened on Monday, at whatever hour, and has two days is due
    by the end of Wednesday. Where that day is a Saturday or a Sunday, Monday takes its place, as it does for a
    declaration in law (BGB, section 193); public holidays are not known here. Hours are counted through, at night too.
    """
    days, elapsed = patience(written)
    if not days:
        return opened_at + elapsed
    last = day_of(opened_at, zone) + timedelta(days=days)
    return day_after(last + timedelta(days=A_WEEK - last.weekday() if last.weekday() >= SATURDAY else 0), zone)


def a_day_before(moment: datetime, zone: str) -> datetime:
    """A midnight a day earlier, also when the clocks change."""
    return start_of(day_of(moment, zone) - timedelta(days=1), zone)


# The customer's deadline that depends on a task, as the run stands; None where there is none.


def none_depends(memory: Memory, task: Task) -> datetime | None:
    """No deadline of the customer depends on it."""
    return None


def before_the_date(memory: Memory, task: Task) -> datetime | None:
    """By the moment from which what is booked holds; beneath a change the standing order's (X10)."""
    if memory.standing is not None:
        return memory.standing.order.effective_at
    return effective_at(memory) if memory.order or memory.agreed_at else None


def while_the_step_is_in_time(memory: Memory, task: Task) -> datetime | None:
    """A booking before its date would move, a withdrawal before that date; what is switched off by hand on its day, and
    not before; an account at the moment agreed (X11, X12, MOV1)."""
    date = effective_at(memory)
    if isinstance(task.step, BookOrder):
        # Once that has passed without a click, and nobody knows another date, it stays due since then.
        return order_by(memory) or date or (memory.order.overdue_at if memory.order else None)
    if isinstance(task.step, ApplyChange):
        return day_after(day_of(date, memory.settings.zone), memory.settings.zone) if date else None
    if isinstance(task.step, Decouple):
        return memory.agreed_at
    return date if isinstance(task.step, Withdraw) else None


def when_it_must_be_clicked(memory: Memory, task: Task) -> datetime | None:
    """The same; at once where nobody knows which notice holds (D7)."""
    books = isinstance(task.step, BookOrder)
    return task.opened_at if books and notice_never_known(memory) else while_the_step_is_in_time(memory, task)


def while_it_can_be_ordered(memory: Memory, task: Task) -> datetime | None:
    """A day before the customer could not order in time any more, since he must read the answer and act; at once where
    that is nearer. After a late booking, of which the answer says the date: by that date."""
    if memory.order is not None:
        return memory.order.effective_at
    deadline = last_chance(memory)
    return max(a_day_before(deadline, memory.settings.zone), task.opened_at) if deadline else None


def last_chance(memory: Memory) -> datetime | None:
    """The first moment that is too late to order, as far as that is known while something must still be clarified.

    Where a term is recorded it may end with that one, if its notice can be kept; else, by the notice rule, at the next
    date (D1, D7, X14).
    """
    check, zone = memory.check, memory.settings.zone
    if check is None:
        return None
    if check.term_ends is not None:
        last = last_day_to_order(check.term_ends, None if check.date_rule == "notice" else notice_of(memory))
        return day_after(last, zone) if still_runs(memory, last) else None
    if check.date_rule != "notice":
        return None
    rule = notice_rule(memory)
    return rule.order_by(rule.effective_at(memory.now))

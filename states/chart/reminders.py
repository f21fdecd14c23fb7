"""Reminders: who is told again, when, and more urgently each time (X9)."""

from datetime import datetime, timedelta
from typing import Any

from states.chart.checks import pointless
from states.chart.notifications import step_rows, tell
from states.chart.state_names import public_state
from states.chart.tasks import change_task, tasks_of
from states.chart.turn import Turn
from states.model.memory import Memory, Task
from states.rules.run_values import isoformat, left_unclear


def customer_clock(memory: Memory) -> dict[str, datetime]:
    """When the clock of a customer who does nothing next rings: `remind`, and `abandon` at the end of patience."""
    if memory.idle_since is None:
        return {}
    start = memory.idle_since - memory.idle_spent
    end = start + memory.settings.abandon_after
    reminder = start + memory.settings.remind_every * (memory.reminders + 1)
    if memory.reminded_at is not None:
        reminder = max(reminder, memory.reminded_at + memory.settings.remind_every)
    return {"abandon": end} | ({"remind": reminder} if reminder < end else {})


LEAD = timedelta(days=1)
"""So long before it is due a task is brought to mind, while there is still time to do it."""


def escalation_at(memory: Memory, task: Task) -> datetime:
    """When a task is next brought to mind: once a period (`remind_every`), and shortly before it is due unless it was
    in the period before that moment. What would come less than a period before it is left out for its sake.

    One that is opened shortly before it is due: in the middle of the time that is left; due at once: a day later.
    """
    period, due_at = memory.settings.remind_every, task.due_at or task.opened_at
    before_due = due_at - min(LEAD, (due_at - task.opened_at) / 2)
    if task.reminded_at is None and due_at <= task.opened_at:
        return task.opened_at + min(LEAD, period)
    following = (task.reminded_at or task.opened_at) + period
    first_may_be_sooner = task.reminded_at is None or before_due >= following
    return before_due if first_may_be_sooner and following > before_due - period else following


def remind_customer(turn: Turn) -> None:
    """The customer is reminded, more urgently each time, and told when patience ends; the last time as the last."""
    memory = turn.memory
    memory.reminders += 1
    memory.reminded_at = memory.now
    if pointless(memory):
        return
    due = customer_clock(memory)
    unproved = tuple(task for task in tasks_of(memory, "third_party") if task.proof is None)
    ending = {"abandons_on": isoformat(due.get("abandon")), "last": "remind" not in due}
    send_reminder(turn, memory.reminders, unproved, standing=memory.standing is not None, **ending)
    turn.write("remind", "reminded")


def remind_of_tasks(turn: Turn) -> None:
    """Each task whose moment has come is brought to mind, more urgently each time.

    Operators are told of it beside the run, from the work list (docs/contract.md, Notices). For what third parties must
    do the customer is reminded too, of all of it in one mail, unless his own clock does it.
    """
    memory = turn.memory
    due = [task for task in memory.tasks if escalation_at(memory, task) <= memory.now]
    for task in due:
        note_reminder(memory, task)
    numbers = [task.escalated + 1 for task in due if task.type == "third_party" and task.proof is None]
    if numbers and memory.idle_since is None and may_remind_customer(memory):
        unproved = tuple(task for task in tasks_of(memory, "third_party") if task.proof is None)
        memory.reminded_at = memory.now
        send_reminder(turn, max(numbers), unproved)
    if due:
        turn.write("task_due", "escalated", times=len(due))


def may_remind_customer(memory: Memory) -> bool:
    """Whether his last reminder is a period ago."""
    return memory.reminded_at is None or memory.reminded_at + memory.settings.remind_every <= memory.now


def keep_open(turn: Turn) -> None:
    """Rejected, but the task does not go away: the note is shown, and it is escalated, but once a period only, however
    often it is rejected."""
    task, memory = turn.task, turn.memory
    assert task is not None
    change_task(memory, task, note=turn.message.note)
    if task.reminded_at is None or escalation_at(memory, task) <= memory.now:
        note_reminder(memory, task_named(memory, task))


def reject_proof(turn: Turn) -> None:
    """A proof handed in that is no good counts for nothing: the customer is told why, and awaited again (X9).

    What he is told is the answer to what he handed in, and no reminder.
    """
    keep_open(turn)
    assert turn.task is not None
    task = task_named(turn.memory, turn.task)
    change_task(turn.memory, task, proof=None)
    tell(turn, "proof_rejected", steps=step_rows((task,)), note=turn.message.note)


def task_named(memory: Memory, task: Task) -> Task:
    """A task as it is now."""
    return next(other for other in memory.tasks if other.task == task.task)


def note_reminder(memory: Memory, task: Task) -> None:
    """It is brought to mind now: once more, and the more urgently, the more often."""
    change_task(memory, task, escalated=task.escalated + 1, reminded_at=memory.now)


def pass_over_reminders(memory: Memory) -> None:
    """After a reset: what was due until now was told before it, and is not told again; it counts as told."""
    for task in memory.tasks:
        if escalation_at(memory, task) <= memory.now:
            note_reminder(memory, task)
    while customer_clock(memory).get("remind", memory.now + LEAD) <= memory.now:
        memory.reminders += 1


def send_reminder(turn: Turn, number: int, unproved: tuple[Task, ...], **values: Any) -> None:
    """A mail to the customer, more urgent each time; `unproved`: the steps whose proof is missing (X9)."""
    facts = {
        "state": public_state(turn.memory.state),
        "number": number,
        "again": number > 2,
        "steps": step_rows(unproved),
    }
    if left_unclear(turn.memory):
        facts["unclear"] = True
    tell(turn, "reminder" if number == 1 else "reminder_urgent", **facts, **values)

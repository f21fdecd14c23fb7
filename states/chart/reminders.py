"""Reminders: who is told again, when, and more urgently each time (X9)."""

from datetime import datetime, timedelta
from typing import Any

from states.chart.notifications import step_rows, tell, tell_operators
from states.chart.state_names import public_state
from states.chart.tasks import change_task, tasks_of
from states.chart.turn import Turn
from states.model.memory import Memory, Task
from states.rules.run_values import isoformat


def customer_clock(memory: Memory) -> dict[str, datetime]:
    """When the clock of a customer who does nothing next rings: `remind`, and `abandon` at the end of patience."""
    if memory.idle_since is None:
        return {}
    start = memory.idle_since - memory.idle_spent
    end = start + memory.settings.abandon_after
    reminder = start + memory.settings.remind_every * (memory.reminders + 1)
    return {"abandon": end} | ({"remind": reminder} if reminder < end else {})


LEAD = timedelta(days=1)
"""So long before it is due a task is brought to mind, while there is still time to do it."""


def escalation_at(memory: Memory, task: Task) -> datetime:
    """When a task is next brought to mind: before it is due and when it is, at the latest after `remind_every`.

    One that is opened shortly before it is due: in the middle of the time that is left; due at once: a day later.
    """
    last = task.reminded_at or task.opened_at
    moments = [last + memory.settings.remind_every]
    if task.due_at and task.due_at > task.opened_at:
        lead = min(LEAD, (task.due_at - task.opened_at) / 2)
        moments += [task.due_at - lead, task.due_at]
    elif task.due_at:
        moments.append(task.opened_at + LEAD)
    return min(moment for moment in moments if moment > last)


def remind_customer(turn: Turn) -> None:
    """The customer is reminded, more urgently each time, and told when patience ends; the last time as the last."""
    memory = turn.memory
    memory.reminders += 1
    due = customer_clock(memory)
    unproved = tuple(task for task in tasks_of(memory, "third_party") if task.proof is None)
    ending = {"abandons_on": isoformat(due.get("abandon")), "last": "remind" not in due}
    send_reminder(turn, memory.reminders, unproved, standing=memory.standing is not None, **ending)
    turn.write("remind", "reminded")


def remind_of_tasks(turn: Turn) -> None:
    """Each task whose moment has come is brought to mind, more urgently each time.

    Operators are told; for a third party the customer too, unless the customer's own clock does it.
    """
    memory = turn.memory
    tells_customer = memory.idle_since is None
    due = [task for task in memory.tasks if escalation_at(memory, task) <= memory.now]
    for task in due:
        remind_operators(turn, task)
        if tells_customer and task.type == "third_party" and task.proof is None:
            send_reminder(turn, task.escalated + 1, (task,))
    if due:
        turn.write("task_due", "escalated", times=len(due))


def keep_open(turn: Turn) -> None:
    """Rejected, but the task does not go away: the note is shown, and it is escalated."""
    task, note = turn.task, turn.message.note
    assert task is not None
    remind_operators(turn, task.model_copy(update={"note": note}))


def reject_proof(turn: Turn) -> None:
    """A proof handed in that is no good counts for nothing: the customer is told why, and awaited again (X9)."""
    keep_open(turn)
    task = turn.task
    assert task is not None
    change_task(turn.memory, next(other for other in turn.memory.tasks if other.task == task.task), proof=None)
    send_reminder(turn, task.escalated + 1, (task,), note=turn.message.note)


def remind_operators(turn: Turn, task: Task) -> None:
    """The operators are told of a task that is still open: the more urgently, the more often."""
    number, now = task.escalated + 1, turn.memory.now
    change_task(turn.memory, task, escalated=number, reminded_at=now)
    values = {"task": task.task, "type": task.type, "due_at": isoformat(task.due_at), "note": task.note or ""}
    overdue = task.due_at is not None and task.due_at <= now
    tell_operators(
        turn, "task_escalated", number=number, urgent=number > 1, again=number > 2, overdue=overdue, **values
    )


def send_reminder(turn: Turn, number: int, unproved: tuple[Task, ...], **values: Any) -> None:
    """A mail to the customer, more urgent each time; `unproved`: the steps whose proof is missing (X9)."""
    facts = {
        "state": public_state(turn.memory.state),
        "number": number,
        "again": number > 2,
        "steps": step_rows(unproved),
    }
    tell(turn, "reminder" if number == 1 else "reminder_urgent", **facts, **values)

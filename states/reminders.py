"""Reminders: who is told again, when, and more urgently each time (X9)."""

from datetime import datetime
from typing import Any

from states.model.effects import Notify
from states.model.memory import Task
from states.tasks import Tasks, iso, told_so_often


class Reminders(Tasks):
    """The part of every chart that reminds customers and operators. Declares no states."""

    def escalation_at(self, task: Task) -> datetime:
        """When a task is next brought to mind: when due, at the latest after `remind_every`, and again and again."""
        every = self.model.settings.remind_every
        first = (
            min(task.due_at, task.opened_at + every)
            if task.due_at and task.due_at > task.opened_at
            else task.opened_at + every
        )
        return first + task.escalated * every

    def clock_reminds(self) -> bool:
        """Whether the customer's own clock runs, which reminds by itself."""
        return self.model.idle_since is not None

    def react_remind(self) -> None:
        """The customer is reminded; more urgently each time, and with the day on which patience ends."""
        memory = self.model
        memory.reminders += 1
        start = (memory.idle_since or memory.now) - memory.idle_spent
        values = {"state": self.shown, "ends_at": iso(start + memory.settings.abandon_after)}
        for task in self.open_of("third_party"):
            values |= step_of(task)
        self.remind(memory.reminders, values)
        self.write("remind", "reminded")

    def react_task_due(self) -> None:
        """Operators are reminded; for a third party the customer too, unless the customer's own clock does it."""
        self.bring_to_mind(customer=not self.clock_reminds())

    def react_task_due_twice(self) -> None:
        """As in runs that began before one reminder was held to be enough: they must replay."""
        self.bring_to_mind(customer=True)

    def bring_to_mind(self, *, customer: bool) -> None:
        """Each task whose moment has come, more urgently each time."""
        for task in self.model.tasks:
            if self.escalation_at(task) <= self.model.now:
                number = task.escalated + 1
                self.change_task(task, escalated=number)
                values = {"task": task.task, "note": task.note or ""} | told_so_often(number)
                self.ask(Notify(template="task_escalated", to="operator", values=values))
                if customer and task.type == "third_party" and task.proof is None:
                    self.remind(number, {"state": self.shown} | step_of(task))
                self.write("task_due", "escalated")

    def react_proof_rejected(self) -> None:
        """A proof handed in that is no good counts for nothing: the customer is told why, and awaited again (X9)."""
        self.react_stays_open()
        self.change_task(next(one for one in self.model.tasks if one.task == self.task.task), proof=None)
        values = {"state": self.shown, "note": self.message.note} | step_of(self.task)
        self.remind(self.task.escalated + 1, values)

    def remind(self, number: int, values: dict[str, Any]) -> None:
        """A mail to the customer: the first is a reminder, those after it are urgent."""
        template = "reminder" if number == 1 else "reminder_urgent"
        self.ask(Notify(template=template, values=values | told_so_often(number)))


def step_of(task: Task) -> dict[str, Any]:
    """Which step outside our reach a task is about, and with whom: a name, a partner's number, or nobody."""
    return {"step": task.text.removeprefix("third_party_"), "provider": task.values.get("name")}

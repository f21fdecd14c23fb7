"""Reminders: who is told again, when, and more urgently each time (X9)."""

from datetime import datetime
from typing import Any

from states.chart.tasks import Tasks
from states.model.memory import Task
from states.rules.run_values import isoformat, provider_names


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

    def clock_timers(self) -> dict[str, datetime]:
        """When the customer's own clock next rings: `remind` and `abandon`."""
        return {}

    def react_remind(self) -> None:
        """The customer is reminded, more urgently each time, and told when patience ends; the last time as the last."""
        memory = self.model
        memory.reminders += 1
        due = self.clock_timers()
        outside = tuple(task for task in self.open_of("third_party") if task.proof is None)
        ending = {"abandons_on": isoformat(due.get("abandon")), "last": "remind" not in due}
        self.remind(memory.reminders, outside, standing=memory.standing is not None, **ending)
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
                self.change_task(task, escalated=task.escalated + 1)
                self.escalate(task, task.note)
                if customer and task.type == "third_party" and task.proof is None:
                    self.remind(task.escalated + 1, (task,))
                self.write("task_due", "escalated")

    def react_proof_rejected(self) -> None:
        """A proof handed in that is no good counts for nothing: the customer is told why, and awaited again (X9)."""
        self.react_stays_open()
        self.change_task(next(one for one in self.model.tasks if one.task == self.task.task), proof=None)
        self.remind(self.task.escalated + 1, (self.task,), note=self.message.note)

    def remind(self, number: int, outside: tuple[Task, ...], **values: Any) -> None:
        """A mail to the customer, more urgent each time; `outside`: the steps whose proof is missing (X9)."""
        steps = [task.text.removeprefix("third_party_") for task in outside]
        named = provider_names(task.values.get("name") for task in outside)
        template = "reminder" if number == 1 else "reminder_urgent"
        said = {"state": self.shown, "number": number, "again": number > 2, "steps": steps, "provider": named}
        self.tell(template, **said, **values)

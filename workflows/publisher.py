"""What a run shows, written only where it has changed: search attributes and the work list."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.texts import say
    from states.chart.task_types import ticket_group
    from states.model.memory import Memory, Task
    from states.model.status import TaskEntry, TaskList, TaskRow, TicketNumbers
    from states.views.deadlines import awaits_proof, deadline_of
    from states.views.status import Glance, task_entries
from workflows import search_attributes
from workflows.activity_calls import call_until_done
from workflows.background import Background
from workflows.freezing import Freezing

TICKETS = -1
"""The number under which tickets wait for the end of a freeze, among those of effects."""

Deadlines = tuple[datetime | None, ...]

DEADLINES_MOVE = "deadlines move"
"""The patch since which tasks are written again where nothing but a customer's deadline has changed."""


class Publisher:
    """At rest: tasks to the work list, then search attributes."""

    def __init__(self, background: Background, freezing: Freezing) -> None:
        self.background = background
        self.freezing = freezing
        self.changed = True
        """Something may have changed since it was last published."""
        self.attributes: dict[str, Any] = {}
        self.tasks: Any = ()
        self.deadlines: Deadlines = ()
        """Of the tasks, as they were written last."""
        self.reminders: tuple[int, ...] = ()
        """How often each has been brought to mind, as it was written last."""
        self.tickets: dict[str, str] = {}
        self.writing = False
        """The work list is being written."""
        self.held_up = False
        """The database does not answer: nobody waits for the work list meanwhile."""
        self.written = False
        """It has been, since the loop last asked: tickets may have come back."""

    def publish(self, shown: Glance, memory: Memory, info: workflow.Info) -> None:
        """Show how the run stands. The tasks of a run that has ended are closed with its end (`record_end`)."""
        if not self.changed:
            return
        self.changed = False
        entries = task_entries(memory, say)
        deadlines = tuple(deadline_of(task, memory, shown) for task in memory.tasks)
        reminders = tuple(task.escalated for task in memory.tasks)
        changed = entries != self.tasks or reminders != self.reminders
        if not self.writing and shown.waiting_for and (changed or self.have_moved(deadlines)):
            self.tasks, self.deadlines, self.reminders = entries, deadlines, reminders
            self.writing = True
            self.background.start(self.write_tasks(task_list(entries, deadlines, memory, info)))
        self.publish_attributes(shown, memory)

    def have_moved(self, deadlines: Deadlines) -> bool:
        """Whether a customer's deadline is another than was written; asked last, since the patch leaves a mark."""
        return deadlines != self.deadlines and workflow.patched(DEADLINES_MOVE)

    async def write_tasks(self, tasks: TaskList) -> None:
        """The run's open tasks as the work list shows them; tickets come back with their numbers.

        Runs beside the loop, so that an unreachable database never keeps an event waiting.
        """
        summary = "Write the open tasks to the work list"
        answer = await call_until_done(activity_names.WRITE_TASKS, tasks, TicketNumbers, summary, self.note_held_up)
        self.tickets = dict(answer.tickets)
        self.writing = self.held_up = False
        self.written = self.changed = True
        if answer.freeze is not None:
            await self.freezing.over(TICKETS, None, answer.freeze)
            self.tasks = None  # written again, with their tickets
            self.written = self.changed = True

    def note_held_up(self) -> None:
        """The database does not answer."""
        self.held_up = True

    def is_shown(self) -> bool:
        """Whether the work list has the tasks, or cannot be written now."""
        return not self.writing or self.held_up

    def forget(self) -> None:
        """What is shown outside may be what another part of the run wrote: write all of it again."""
        self.tasks = None
        self.deadlines = ()
        self.attributes = {}
        self.changed = True

    def publish_attributes(self, shown: Glance, memory: Memory) -> None:
        """One upsert of what changed. A date is never unset: its last value stays (docs/adr/0009)."""
        wanted: dict[Any, Any] = {
            search_attributes.KIND: memory.request.kind,
            search_attributes.CUSTOMER: memory.request.customer,
            search_attributes.STATE: shown.state,
            search_attributes.WAITING_FOR: list(shown.waiting_for),
            search_attributes.TICKET_ID: sorted(self.tickets.values()) or None,
            search_attributes.EFFECTIVE_DATE: shown.effective_at,
            search_attributes.ORDER_BY: shown.order_by,
        }
        before = self.attributes
        changed = {key: value for key, value in wanted.items() if value is not None and before.get(key.name) != value}
        if changed:
            workflow.upsert_search_attributes([key.value_set(value) for key, value in changed.items()])
            before |= {key.name: value for key, value in changed.items()}


def task_list(entries: tuple[TaskEntry, ...], deadlines: Deadlines, memory: Memory, info: workflow.Info) -> TaskList:
    """The open tasks of a run for the work list, each with whether a ticket is opened for it."""
    return TaskList(
        workflow_id=info.workflow_id,
        run_id=info.run_id,
        kind=memory.request.kind,
        customer=memory.request.customer,
        called=memory.check.called if memory.check else None,
        current=memory.check.current if memory.check else None,
        tasks=tuple(
            TaskRow(
                entry=entry,
                text=task.text,
                subject=task.subject,
                ticket=ticket_group(task.type, task.text) is not None,
                deadline=deadline,
                awaits_proof=awaits_proof(task),
                proof_at=task.proof.confirmed_at if task.proof else None,
                escalated=task.escalated,
                facts=facts_of(task),
            )
            for entry, deadline, task in zip(entries, deadlines, memory.tasks, strict=True)
        ),
    )


def facts_of(task: Task) -> dict[str, Any]:
    """What a notice of a task says beside what the work list shows."""
    facts = {name: task.values.get(name) for name in ("action", "error")} if task.type == "repair" else {}
    return {name: value for name, value in {**facts, "note": task.note}.items() if value}

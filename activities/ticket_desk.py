"""Tickets while all effects are frozen: none is opened, renewed or closed, and none is forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass

from activities.adapters import Adapters
from activities.ports import Frozen
from activities.sql.freezes import CLOSE_TICKET, WRITE_TICKETS, Held
from states.chart.task_types import ticket_group
from states.model.status import TaskList, TicketNumbers


@dataclass(frozen=True)
class TicketDesk:
    """Opens and closes tickets over the adapters, in the transaction of whoever asks."""

    adapters: Adapters

    def write(self, tasks: TaskList, asker: str) -> TicketNumbers:
        """A ticket for each task that a person at the vendor decides; the others of the run are closed.

        In a freeze the numbers are those that are there, `freeze` says so, and `asker` is told when it is over: it
        writes its tasks again then.
        """
        ticketed = [row for row in tasks.tasks if row.ticket]
        self.close(tasks.workflow_id, still_open={row.entry.task for row in ticketed})
        frozen = self.hold_opening(tasks.workflow_id, asker) if ticketed else None
        if frozen is not None:
            present = self.adapters.work_list.ticket_numbers(tasks.workflow_id)
            kept = {row.entry.task: present[row.entry.task] for row in ticketed if row.entry.task in present}
            return TicketNumbers(tickets=kept, freeze=frozen.freeze)
        tickets = {
            row.entry.task: self.adapters.tickets.open(
                row.entry.task,
                tasks.customer,
                ticket_group(row.entry.type, row.text) or "support",
                row.entry.instructions,
            )
            for row in ticketed
        }
        return TicketNumbers(tickets=tickets)

    def hold_opening(self, workflow_id: str, asker: str) -> Frozen | None:
        """Whether all effects are frozen; then the asker is told when that is over."""
        return self.adapters.freezes.hold(Held(f"{workflow_id}/{WRITE_TICKETS}", WRITE_TICKETS, asker))

    def close(self, workflow_id: str, still_open: Iterable[str] = ()) -> None:
        """Before the work list forgets them: the tickets of tasks that are no longer open."""
        present = self.adapters.work_list.ticketed(workflow_id)
        self.close_those([task for task in present if task not in set(still_open)], workflow_id)

    def close_those(self, tasks: Iterable[str], workflow_id: str) -> None:
        """Close the tickets of these tasks; in a freeze that is done when it is over, by whichever worker."""
        leaving = [Held(task, CLOSE_TICKET, workflow_id) for task in tasks]
        if leaving and self.adapters.freezes.hold(*leaving) is None:
            for each in leaving:
                self.adapters.tickets.close(each.key)

"""What a run shows: the status document, search attributes, current details and the work list."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.texts import known, say
    from states.model.ends import CHANGING_NOTHING
    from states.model.facts import Refusal
    from states.model.status import DEADLINE_KEPT, Problem, Status, TaskList, TaskRow, Tickets, page_of
    from states.rules.run_values import facts_of
    from states.views.status import language_of, problem, refusal_text, status
from workflows import options
from workflows.effect_calls import Slow, call, call_patiently
from workflows.run_state import Base, Item
from workflows.search_attributes import CUSTOMER, EFFECTIVE_DATE, KIND, ORDER_BY, STATE, TICKET_ID, WAITING_FOR

TIMERS = {
    "abandon": "the end of patience with the customer",
    "remind": "a reminder to the customer",
    "order_by_passed": "the day on which the date shown changes",
    "term_ran_out": "the end of the recorded term",
    "date_reached": "the effective date",
    "recheck_due": "the check before the effective date",
    "standing_due": "the standing order's effective date",
    "task_due": "a reminder of an open task",
}
"""What the web UI says that a timer waits for."""

TICKETED = frozenset({"support_ticket", "revocation", "appointment"})
"""The task types that a person at the vendor decides in the ticket system."""


class EventRefused(ApplicationError):
    """An event that is not taken; people read it, in the web UI's form too, so it travels without a trace of calls."""


class Face(Base):
    """The part of the driver that people and programs look at."""

    def prepare_face(self) -> None:
        """What was last shown, so that only changes are written."""
        self.forget()
        self.touched = True
        self.shown_attributes: dict[str, Any] = {}
        self.shown_tasks: Any = ()
        self.tickets: dict[str, str] = {}
        self.writing: asyncio.Task[None] | None = None

    # Handlers' helpers.

    def would_be_own_request(self, payloads: tuple[Any, ...]) -> bool:
        """Whether this is the document that the run itself was started with."""
        return not self.own_request_seen and list(payloads) == list(self.payloads)

    def is_own_request(self, payloads: tuple[Any, ...]) -> bool:
        """The same, once: a later one is a request on an open run."""
        own = self.would_be_own_request(payloads)
        self.own_request_seen = True
        return own

    async def answered(self, item: Item | None) -> Status:
        """Wait until the event is judged and the run waits for someone, has ended, or a system does not answer."""

        def settled() -> bool:
            if self.busy() or (item is not None and item.judged and item.refusal is not None):
                return True
            quiet = self.begun() and (self.chart.ended or self.rests())
            return quiet and (item is None or item.judged)

        await workflow.wait_condition(settled)
        if item is not None and item.refusal is not None:
            raise self.failure(item.refusal)
        return self.document()

    @contextmanager
    def at_this_moment(self) -> Iterator[None]:
        """Judge by the present moment without remembering it: a validator changes nothing."""
        memory = self.chart.model
        before = memory.now
        memory.__dict__["now"] = workflow.now()
        try:
            yield
        finally:
            memory.__dict__["now"] = before

    # Documents.

    def ui_url(self, workflow_id: str, run_id: str) -> str:
        """The run's page in the web UI."""
        settings = self.chart.model.settings
        return page_of(settings.ui_url, settings.namespace, workflow_id, run_id)

    def document(self) -> Status:
        """The status document as of the last event."""
        busy = self.busy()
        if self.known_document is None or self.known_document[0] != busy:
            info = self.info
            made = status(
                self.chart, say, workflow_id=info.workflow_id, run_id=info.run_id, ui_url=self.ui_url, busy=busy
            )
            self.known_document = (busy, made)
        return self.known_document[1]

    def problem_of(self, refusal: Refusal) -> Problem:
        """Why an event was refused, with the document as it stands."""
        return problem(self.chart, say, refusal, self.document())

    def failure(self, refusal: Refusal) -> EventRefused:
        """A refused update: the code as type, the problem as details, and a text for people."""
        found = self.problem_of(refusal)
        return EventRefused(found.text, found.model_dump(mode="json"), type=found.code, non_retryable=True)

    def text_of(self, refusal: Refusal) -> str:
        """The text of a refused event."""
        return refusal_text(say, self.chart.model, "problem", refusal)

    # Publishing.

    def publish(self) -> None:
        """At rest: tasks to the work list, then search attributes and current details, each only where changed."""
        if not self.touched:
            return
        self.touched = False
        document = self.document()
        if document.tasks != self.shown_tasks and self.writing is None:
            self.shown_tasks = document.tasks
            self.writing = asyncio.create_task(self.write_tasks(document))
        self.publish_attributes(document)
        workflow.set_current_details(self.details(document))

    async def write_tasks(self, document: Status) -> None:
        """The run's open tasks as the work list shows them; tickets come back with their numbers.

        Runs beside the loop, so that an unreachable database never keeps an event waiting.
        """
        rows = tuple(
            TaskRow(entry=entry, text=task.text, subject=task.subject, ticket=task.type in TICKETED)
            for entry, task in zip(document.tasks, self.chart.model.tasks, strict=True)
        )
        listed = TaskList(
            workflow_id=document.workflow_id,
            run_id=document.run_id,
            kind=document.kind,
            customer=document.customer,
            tasks=rows,
        )
        summary = "Write the open tasks to the work list"
        try:
            answer = await call(activity_names.WRITE_TASKS, listed, Tickets, summary, local=True)
        except (Slow, FailureError):
            answer = await call_patiently(activity_names.WRITE_TASKS, listed, Tickets, summary, None)
        self.tickets = dict(answer.tickets)
        self.writing = None
        self.touched = self.rang = True

    def publish_attributes(self, document: Status) -> None:
        """One upsert of what changed. A date is never unset: its last value stays."""
        wanted: dict[Any, Any] = {
            KIND: document.kind,
            CUSTOMER: document.customer,
            STATE: document.state,
            WAITING_FOR: list(document.waiting_for),
            TICKET_ID: sorted(self.tickets.values()) or None,
            EFFECTIVE_DATE: document.effective_at,
            ORDER_BY: document.order_by,
        }
        shown = self.shown_attributes
        updates = [
            key.value_set(value) for key, value in wanted.items() if value is not None and shown.get(key.name) != value
        ]
        if updates:
            workflow.upsert_search_attributes(updates)
            shown.update({key.name: value for key, value in wanted.items() if value is not None})

    def details(self, document: Status) -> str:
        """Current details for the web UI: Markdown, lists only."""
        language = language_of(self.chart.model)

        def label(key: str, values: dict[str, Any] | None = None) -> str:
            return say(language, key, values)

        facts = facts_of(self.chart.model)
        lines = [
            f"- {label('part.case', facts)}",
            f"- **{label('details.state')}**: {label('state.' + document.state)} (`{document.state}`)",
        ]
        waits = ", ".join(label("waiting." + value) for value in document.waiting_for) or label("details.nothing")
        lines.append(f"- **{label('details.waits_for')}**: {waits}")
        if document.state not in CHANGING_NOTHING:
            lines += self.effect_details(document, label)
        if document.refusal:
            lines.append(f"- **{label('details.refusal')}**: {document.refusal.text}")
        lines += self.task_details(document, label)
        return "\n".join([*lines, *self.timeline_details(document, label)])

    def effect_details(self, document: Status, label: Any) -> list[str]:
        """From when, until when to order, and what becomes of the costs."""
        lines = []
        if document.effective_at:
            lines.append(f"- **{label('details.effective_at')}**: {self.said_at(document.effective_at)}")
        if document.order_by and document.state not in DEADLINE_KEPT:
            lines.append(f"- **{label('details.order_by')}**: {self.said_at(document.order_by)}")
        return [*lines, f"- **{label('details.cost')}**: {label('cost.' + document.cost_effect)}"]

    def timeline_details(self, document: Status, label: Any) -> list[str]:
        """The last lines of the timeline, each event and state by label and by name."""
        lines = ["", f"### {label('details.timeline')}"]
        for line in document.timeline[-options.LINES_SHOWN :]:
            by = f" ({line.by})" if line.by else ""
            note = f": {line.note}" if line.note else ""
            event = f"{label('event.' + line.event)} (`{line.event}`)" if known("event." + line.event) else line.event
            state = f"{label('state.' + line.state)} (`{line.state}`)"
            lines.append(f"- {self.said_at(line.at)}: {event} → {state}{by}{note}")
        return lines

    def task_details(self, document: Status, label: Any) -> list[str]:
        """Each open task with the JSON to paste into the form."""
        lines = ["", f"### {label('details.tasks')}"] if document.tasks else []
        for task, held in zip(document.tasks, self.chart.model.tasks, strict=True):
            paste: dict[str, Any] = {"task": task.task, "by": "…"}
            if task.decisions:
                paste["decision"] = task.decisions[0]
            if task.proof_required:
                paste["proof"] = {"reference": "…"}
            if held.at_required:
                paste["at"] = "2027-01-31"
            if "*" in held.note_required:
                paste["note"] = "…"
            decisions = f" ({' | '.join(task.decisions)})" if task.decisions else ""
            zone = self.chart.model.settings.zone
            due = label("part.due", {"due_at": task.due_at, "zone": zone}) if task.due_at else ""
            lines += [
                f"#### `{task.type}`: {label('task_type.' + task.type)}{decisions}",
                *((due, "") if due else ()),
                task.instructions,
                "",
                label("details.paste"),
                "",
                "```json",
                to_json(paste),
                "```",
            ]
        return lines

    def said_at(self, moment: datetime) -> str:
        """A moment in the customer's language and the run's time zone; the beginning of a day as that day."""
        memory = self.chart.model
        values = {"at": moment.isoformat(), "zone": memory.settings.zone}
        return say(language_of(memory), "part.moment", values)

    def readable(self, moment: datetime) -> str:
        """A moment for people, in the run's time zone."""
        from states.model.base import local

        return local(moment, self.chart.model.settings.zone)

    def timer_summary(self, event: str, moment: datetime) -> str:
        """What a timer in the web UI waits for."""
        return f"waits for {TIMERS.get(event, event)}, {self.readable(moment)}"


def to_json(value: Any) -> str:
    """JSON as people paste it."""
    import json

    return json.dumps(value, ensure_ascii=False)

"""What an operator reads of a run in the web UI: current details in Markdown, lists only."""

import json
from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from catalogue.quoting import in_markdown
    from catalogue.texts import cost_label, known, say_in_markdown
    from states.chart.task_types import type_of
    from states.chart.unfilled import BLANK
    from states.model.ends import CHANGING_NOTHING, DEADLINE_KEPT
    from states.model.memory import Memory, Task
    from states.model.status import Status, TaskEntry
    from states.rules.run_values import run_facts
    from states.views.refusals import language_of
from workflows import options

BLANK_DATES = {"day": "YYYY-MM-DD", "moment": "YYYY-MM-DDTHH:MM:SS+01:00"}
"""Where a day or a moment is asked for: as it stands it is none."""


class CurrentDetails:
    """The document of a run as Markdown, in the customer's language."""

    def __init__(self, document: Status, memory: Memory) -> None:
        self.document = document
        self.memory = memory
        self.language = language_of(memory)
        self.zone = memory.settings.zone

    def text(self, key: str, values: dict[str, Any] | None = None) -> str:
        """A text in the customer's language."""
        return say_in_markdown(self.language, key, values)

    def moment(self, moment: datetime) -> str:
        """A moment in the run's time zone; the beginning of a day as that day."""
        return self.text("part.moment", {"at": moment.isoformat(), "zone": self.zone})

    def labelled(self, namespace: str, code: str) -> str:
        """A code by its label and by itself."""
        return f"{self.text(f'{namespace}.{code}')} (`{code}`)"

    def markdown(self) -> str:
        """All of it."""
        document = self.document
        waits = ", ".join(self.text("waiting." + value) for value in document.waiting_for)
        lines = [
            f"- {self.text('part.case', run_facts(self.memory))}",
            f"- **{self.text('details.state')}**: {self.labelled('state', document.state)}",
            f"- **{self.text('details.waits_for')}**: {waits or self.text('details.nothing')}",
        ]
        if document.state not in CHANGING_NOTHING:
            lines += self.effect()
        if document.refusal:
            lines.append(f"- **{self.text('details.refusal')}**: {in_markdown(document.refusal.text)}")
        return "\n".join([*lines, *self.tasks(), *self.timeline()])

    def effect(self) -> list[str]:
        """From when, until when to order, and what becomes of the costs."""
        document = self.document
        lines = []
        if document.effective_at:
            lines.append(f"- **{self.text('details.effective_at')}**: {self.moment(document.effective_at)}")
        if document.order_by and document.state not in DEADLINE_KEPT:
            lines.append(f"- **{self.text('details.order_by')}**: {self.moment(document.order_by)}")
        cost = cost_label(document.kind, document.cost_effect, document.state)
        return [*lines, f"- **{self.text('details.cost')}**: {self.text(cost)}"]

    def tasks(self) -> list[str]:
        """Each open task with the JSON to paste into the form."""
        entries = self.document.tasks
        lines = ["", f"### {self.text('details.tasks')}"] if entries else []
        for entry, task in zip(entries, self.memory.tasks, strict=True):
            decisions = f" ({' | '.join(entry.decisions)})" if entry.decisions else ""
            due = self.text("part.due", {"due_at": entry.due_at, "zone": self.zone}) if entry.due_at else ""
            lines += [
                f"#### `{entry.type}`: {self.text('task_type.' + entry.type)}{decisions}",
                *((due, "") if due else ()),
                entry.instructions,
                "",
                self.text("details.paste"),
                "",
                "```json",
                written(template_of(entry, task)),
                "```",
            ]
        return lines

    def timeline(self) -> list[str]:
        """The last lines of the timeline, each event and state by label and by name."""
        lines = ["", f"### {self.text('details.timeline')}"]
        for line in self.document.timeline[-options.LINES_SHOWN :]:
            event = self.labelled("event", line.event) if known("event." + line.event) else line.event
            by = f" ({self.text('part.by', {'actor': line.actor, 'by': line.by})})" if line.by else ""
            note = f": {in_markdown(line.note)}" if line.note else ""
            lines.append(f"- {self.moment(line.at)}: {event} → {self.labelled('state', line.state)}{by}{note}")
        return lines


def written(template: dict[str, Any]) -> str:
    """A template as it is shown, a line for each field: neither the page nor the form's box then cuts it off."""
    return json.dumps(template, ensure_ascii=False, indent=2)


def template_of(entry: TaskEntry, task: Task) -> dict[str, Any]:
    """What a confirmation of a task needs, to be filled in: sent as it is, it is refused."""
    template: dict[str, Any] = {"task": entry.task, "by": BLANK}
    if entry.decisions:
        template["decision"] = " | ".join(entry.decisions)
    if entry.proof_required:
        template["proof"] = {"reference": BLANK}
    if task.at_required:
        template["at"] = BLANK_DATES[type_of(task).at_form]
    if "*" in type_of(task).needs_note:
        template["note"] = BLANK
    return template

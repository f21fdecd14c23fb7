"""One task with all that its page shows: the case that it belongs to, its steps, who decided it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from catalogue.texts import known, say
from pages.calls import Document
from pages.desk.addresses import case_address, mails_address
from pages.desk.instructions import Part, Step, parts_of
from pages.desk.task_form import REJECT, TaskForm, form_of
from pages.desk.words import happened
from pages.desk_calls import Operator
from pages.site import Site

OF_MAILS = "tell_customer"
"""A type of task that outlives its run, which then does not know of it any more."""
SAID_OTHERWISE = {
    '"confirm_anyway": true': "desk.task.anyway.yes",
    "text": "desk.task.comment",
    "to": "desk.task.hand_over_to",
}
"""What is a button of the page, or a field beside those that decide, by what a payload has for it."""


@dataclass(frozen=True)
class TaskView:
    """A task as its page shows it. `case`: how its run stands; None where nobody answers for it."""

    task: Document
    type: Document
    form: TaskForm
    case: Document | None
    licences: tuple[Document, ...]
    is_open: bool
    language: str
    """The operator's."""

    @property
    def instructions(self) -> list[Part]:
        """What is to be done."""
        return parts_of(self.task["instructions"], self.called)

    @property
    def steps(self) -> list[Step]:
        """The steps that can be ticked."""
        return [step for part in self.instructions for step in part.steps]

    @property
    def ticked(self) -> dict[int, Document]:
        """By step who has ticked it, and when."""
        return {entry["step"]: entry for entry in self.task["steps_done"]}

    @property
    def awaits(self) -> bool:
        """Whether the customer is told that he is waited for, or for what he waits: while the task is open."""
        return self.is_open and bool(self.task["customer_text"])

    @property
    def case_address(self) -> str:
        """The page of its case."""
        return case_address(self.task["workflow_id"])

    @property
    def mails_address(self) -> str:
        """What its customer was told by mail, in this run."""
        return mails_address(self.task["workflow_id"], (self.case or {}).get("run_id"))

    @property
    def decided(self) -> list[Document]:
        """Who has decided it, the latest first; nothing where it was dropped."""
        return [line for line in self.lines if line.get("task") == self.task["id"]]

    @property
    def lines(self) -> list[Document]:
        """The timeline, the latest first."""
        return list(reversed((self.case or {}).get("timeline", ())))

    @property
    def told(self) -> list[Document]:
        """What the customer reads in the timeline, the latest first, in the words in which he does."""
        read = []
        for line in self.lines:
            note = line["note"] if line["audience"] == "everyone" else line["customer_note"]
            if line["audience"] in ("everyone", "retold") and note:
                read.append({"at": line["at"], "note": note})
        return read

    def event(self, line: Document) -> str:
        """What happened, in words for the vendor's people."""
        return happened(self.language, line["event"])

    def choice(self, name: str) -> str:
        """What a decision is called on the form."""
        own = f"page.desk.task.choice.{self.task['type']}.{name}"
        return say(self.language, own if known(own) else f"decision.{name}")

    def words(self, text: str) -> list[Part]:
        """A text of the run."""
        return parts_of(text, self.called)

    def called(self, name: str) -> str | None:
        """What a field or a decision is called on the page, of its name in a payload or as a call."""
        name = name.removeprefix("proof.")
        if name in SAID_OTHERWISE:
            return say(self.language, f"page.{SAID_OTHERWISE[name]}")
        if name == "at" and self.form.at:
            return say(self.language, f"page.desk.task.at.{self.form.type}")
        if name == "reject_task" and self.form.choice(REJECT):
            return self.choice(REJECT)
        if known(field := f"page.desk.task.called.{name}"):
            return say(self.language, field)
        return self.choice(name) if self.form.choice(name) else None


async def view_of(site: Site, operator: Operator, task: str) -> TaskView:
    """A task with its case. Raises `CallRefused` where there is no such task."""
    document, types, case = await asyncio.gather(
        site.desk.tasks.task(operator, task),
        site.desk.tasks.task_types(operator),
        site.desk.task_room.case(operator, task),
    )
    type_ = next(type_ for type_ in types["items"] if type_["type"] == document["type"])
    licences = await site.desk.task_room.licences(operator, document["customer"])
    return TaskView(
        task=document,
        type=type_,
        form=form_of(document, type_),
        case=case,
        licences=concerned(case, licences),
        is_open=document["open"] and (document["type"] == OF_MAILS or case is None or stands(task, case)),
        language=operator.language,
    )


def stands(task: str, case: Document) -> bool:
    """Whether the run still has the task: the work list follows it a moment later."""
    return any(entry["task"] == task for entry in case["tasks"])


def concerned(case: Document | None, licences: Document | None) -> tuple[Document, ...]:
    """The licences that the case is about: what it ends, and what is too many."""
    if case is None or licences is None:
        return ()
    named: set[Any] = {case["subject"]}
    for entry in case["surplus"]:
        named |= {entry["licence"], *entry["candidates"]}
    return tuple(
        licence for licence in licences["licences"] if licence["licence"] in named or licence["subject"] in named
    )

"""The form that decides a task, made from its type: what may be decided, what that needs, and what was sent."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import MINYEAR, datetime
from typing import Any

from pages.calls import Document, Form
from pages.forms import moment_in, value

REJECT = "reject"
CONFIRM = "confirm"
"""What stands for the decision where a type has none to choose from."""
TYPED = ("decision", "at", "reference", "confirmed_by", "confirmed_at", "note", "confirm_anyway")
"""The fields that decide; each is sent on until the decision is."""


@dataclass(frozen=True)
class Choice:
    """One decision that may be taken. `note_needed`: not without a reason."""

    name: str
    note_needed: bool

    @property
    def rejects(self) -> bool:
        """Whether it is a rejection."""
        return self.name == REJECT

    @property
    def negative(self) -> bool:
        """Whether nothing is done, so that there is neither a day nor a proof to name."""
        return self.name in (REJECT, "declined")


@dataclass(frozen=True)
class TaskForm:
    """What a task's form asks for. `at`: whether it names a day (`at_form`) or a moment. `proof`: whether it names what
    proves it, and `proof_there` whether the customer has handed one in."""

    type: str
    choices: tuple[Choice, ...]
    at: str | None
    at_form: str
    proof: bool
    proof_there: bool

    @property
    def date_input(self) -> str:
        """The browser's field for it."""
        return "datetime-local" if self.at_form == "moment" else "date"

    @property
    def names_confirmer(self) -> bool:
        """Whether somebody else confirms it than who decides here."""
        return self.proof and self.type == "third_party"

    @property
    def noted(self) -> list[str]:
        """The decisions that need a note."""
        return [choice.name for choice in self.choices if choice.note_needed]

    @property
    def note_always(self) -> bool:
        """Whether none can be taken without one."""
        return all(choice.note_needed for choice in self.choices)

    def needs_nothing(self, choice: Choice) -> bool:
        """Whether a decision is complete by itself, so that what it would do can be said at once."""
        asks = self.at == "needed" or (self.proof and not self.proof_there)
        return not choice.note_needed and (choice.negative or not asks)

    def choice(self, name: str | None) -> Choice | None:
        """A decision by its name."""
        return next((choice for choice in self.choices if choice.name == name), None)


def form_of(task: Document, type_: Document) -> TaskForm:
    """The form of a task. `type_`: what its type needs (`GET /task-types`)."""
    noted = {choice["decision"]: choice["note_needed"] for choice in type_["decisions"]}
    choices = [Choice(name, noted.get(name, False)) for name in task["decisions"]]
    choices = choices or [Choice(CONFIRM, type_["note_needed"])]
    # Rejected, a task of such a type is declined; a proposal is taken back by nothing else than a rejection.
    if type_["rejected_as"] not in task["decisions"] or task["proposed"]:
        choices.append(Choice(REJECT, note_needed=True))
    return TaskForm(
        type=task["type"],
        choices=tuple(choices),
        at=task["at"],
        at_form=type_["at_form"],
        proof=task["proof_required"],
        proof_there=task["proof"] is not None,
    )


@dataclass(frozen=True)
class Entered:
    """What was entered, and what is wrong with it: by field the key of a text, `desk.task.fault.<key>`."""

    given: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def decision(self) -> str | None:
        """What was chosen."""
        return self.given.get("decision")


def entered_in(form: Form) -> dict[str, str]:
    """The fields that decide, as they were sent."""
    return {name: given for name in TYPED if (given := value(form, name))}


def faults_in(form: TaskForm, given: Mapping[str, str], zone: str) -> dict[str, str]:
    """What is missing, or is no day or moment; what else is wrong the run says."""
    choice = form.choice(given.get("decision"))
    if choice is None:
        return {"decision": "decision"}
    faults = {}
    if choice.note_needed and "note" not in given:
        faults["note"] = "note"
    if choice.negative:
        return faults
    if form.at and "at" not in given and form.at == "needed":
        faults["at"] = f"at_{form.at_form}"
    if "at" in given and (wrong := fault_of_date(given["at"], form.at_form, zone)):
        faults["at"] = wrong
    proved = form.proof and any(name in given for name in ("confirmed_by", "confirmed_at"))
    if form.proof and "reference" not in given and (not form.proof_there or proved):
        faults["reference"] = "reference"
    if form.proof and "confirmed_at" in given and (wrong := fault_of_date(given["confirmed_at"], "moment", zone)):
        faults["confirmed_at"] = wrong
    return faults


def fault_of_date(given: str, at_form: str, zone: str) -> str | None:
    """What is wrong with what should be a day, or day and time: it is none, or clocks skip that hour."""
    with suppress(ValueError):
        shown = datetime.fromisoformat(given)
        if ("T" in given) == (at_form == "moment") and shown.year > MINYEAR:
            return None if at_form == "day" or moment_in(given, zone) else "at_skipped"
    return f"at_{at_form}"


def document_in(form: TaskForm, given: Mapping[str, str], zone: str) -> Document:
    """What the calls take: `{confirm: {…}}` or `{reject: {…}}`. What a decision has no use for is left out."""
    choice = form.choice(given.get("decision"))
    noted = {"note": given["note"]} if "note" in given else {}
    if choice is None or choice.rejects:
        return {"reject": noted}
    confirm: Document = dict(noted)
    if choice.name != CONFIRM:
        confirm["decision"] = choice.name
    if "confirm_anyway" in given:
        confirm["confirm_anyway"] = True
    if choice.negative:
        return {"confirm": confirm}
    if form.at and "at" in given:
        confirm["at"] = moment_in(given["at"], zone) if form.at_form == "moment" else given["at"]
    if form.proof and "reference" in given:
        confirm["proof"] = {"reference": given["reference"]} | proof_in(form, given, zone)
    return {"confirm": confirm}


def proof_in(form: TaskForm, given: Mapping[str, str], zone: str) -> Document:
    """Who confirmed, and when, where it was said."""
    said: dict[str, Any] = {}
    if form.names_confirmer and "confirmed_by" in given:
        said["confirmed_by"] = given["confirmed_by"]
    if "confirmed_at" in given:
        said["confirmed_at"] = moment_in(given["confirmed_at"], zone)
    return said


def seen_of(consequence: Document, task: Document) -> str:
    """What was shown, as a mark: another one where the decision would do something else by now.

    Without what only says when it was asked: the words of mails, and of what is to be done next.
    """
    refused, proposed = consequence["refused"], task["proposed"]
    mails = sorted((mail["to"], mail["subject"]) for mail in consequence["mails"])
    shown = [
        [consequence[name] for name in ("state", "effective_day", "waiting_for", "closes", "needs_second")],
        [entry["type"] for entry in consequence["opens"]],
        mails,
        refused and refused["code"],
        proposed and [proposed["by"], proposed["at"]],
        consequence["freeze"] is not None,
        task["proof"],
    ]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]

"""Plays the example conversations on the charts alone: no Temporal, one constant clock, the shipped catalogue."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.loader import Catalogues, load_catalogues
from catalogue.texts import say
from states.chart.base import Chart
from states.chart.turn import Answer
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.effects import CheckLicences, HandOver, Notify, Tell
from states.model.facts import Check, Inquiry, Receipt, Refusal, RunSettings
from states.model.memory import Memory
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES, Request
from states.model.status import Status
from states.views.refusals import problem
from states.views.status import status

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "conversations"
START = datetime(2027, 1, 4, 9, tzinfo=UTC)
STEP = timedelta(minutes=5)
UNANSWERED = (Notify, Tell, HandOver)
"""Effects whose answer no state waits for."""

Document = dict[str, Any]


@cache
def conversation(kind: str) -> Document:
    """What is written down for a kind: the groups of its rules, the customer, the request, the steps.

    A step: `send` an event with its payload (`by` is added), `confirm` or `reject` the open task of a type, or `wait`
    for the effective date.
    """
    return tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Exchange:
    """An event, and what came of it: the run's status, or the code and rule of the refusal."""

    event: str
    payload: Document
    status: Status | None
    code: str | None = None
    rule: str | None = None

    def shown(self) -> str:
        """The payload as JSON on one line; a task's id is left open."""
        payload = self.payload | ({"task": "t-…"} if "task" in self.payload else {})
        return json.dumps(payload, ensure_ascii=False, default=str)


@cache
def shipped() -> Catalogues:
    """The shipped versions of the catalogue, read once: every page asks for them."""
    return load_catalogues()


class Play:
    """A run without Temporal: answers each effect at once, as a customer centre in automatic mode would."""

    def __init__(self, kind: str) -> None:
        self.kind = KINDS[kind]
        self.conversation = conversation(kind)
        self.now = START
        self.request = Request.model_validate({"kind": kind, "customer": "K-1", **self.conversation["request"]})
        self.memory = Memory(request=self.request, run_id="r", run_ids=("r",), now=START, requested_at=START)
        self.chart: Chart = self.kind.chart(self.memory)
        self.receive("start", None)

    def check(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say, with the settings in the first check."""
        documents = [self.conversation["customer"], *self.conversation.get("others", ())]
        records = {each["customer"]: Customer.model_validate({"language": "en"} | each) for each in documents}
        context = Context(record=records["K-1"], other=records.get(str(self.request.target)))
        check = self.kind.check(inquiry, context, shipped().in_force(self.now.date()))
        return check.model_copy(update={"settings": RunSettings()} if inquiry.first else {})

    def receive(self, event: str, message: Any) -> Refusal | None:
        """Take an event, answer what it asks for until nothing is under way, then take what is due.

        Answers why it is not taken after all, where an answer said so.
        """
        waiting, verdict = list(self.chart.receive(event, message, self.now)), self.chart.verdict
        while waiting:
            effect: Any = waiting.pop(0)
            if not isinstance(effect, UNANSWERED):
                waiting += self.chart.receive("answered", self.answer(effect), self.now)
                verdict = self.chart.verdict or verdict
        due = [event for event, moment in self.chart.timers().items() if moment <= self.now]
        return (self.receive(due[0], None) if due else None) or verdict

    def answer(self, effect: Any) -> Answer:
        """What the world says to an effect: yes. What the check finds in surplus is left after the change."""
        check = self.memory.check
        if isinstance(effect, CheckLicences):
            inquiry = Inquiry(request=self.request, at=self.now, first=check is None)
            return Answer(effect, check=self.check(inquiry))
        surplus = check.surplus if check is not None and effect.answer == "change_applied" else ()
        return Answer(effect, receipt=Receipt(key="played", surplus=surplus))

    def status(self) -> Status:
        """How the run stands."""
        return status(self.chart, say, workflow_id=self.request.workflow_id, run_id="r", ui_url="")

    def exchange(self, step: Document) -> Exchange:
        """One step of the conversation. Raises where it does not fit the run."""
        self.now += STEP
        if "wait" in step:
            self.wait()
            return Exchange("(the date comes)", {}, self.status())
        event, payload = event_of(step, self.status())
        message = (CUSTOMER_MESSAGES | OPERATOR_MESSAGES)[event].model_validate(payload)
        refusal = self.chart.would_refuse(event, message, self.now) or self.receive(event, message)
        if refusal is None:
            return Exchange(event, payload, self.status())
        document = problem(self.chart, say, refusal, None)
        return Exchange(event, payload, None, document.code, document.rule or "")

    def wait(self) -> None:
        """Let time pass until the effective date; every timer on the way fires in its turn."""
        date = self.status().effective_at
        if date is None:
            raise ValueError(f"{self.kind.kind}: waits for a date that it has not got")
        while timers := {event: moment for event, moment in self.chart.timers().items() if moment <= date}:
            event = min(timers, key=lambda name: timers[name])
            self.now = max(self.now, timers[event])
            self.receive(event, None)
        self.now = date


@cache
def played(kind: str) -> tuple[Exchange, ...]:
    """The conversation of a kind with its answers, in order."""
    run = Play(kind)
    document = {"kind": kind, "customer": "K-1", **run.conversation["request"], "by": "customer"}
    return (Exchange("requested", document, run.status()), *map(run.exchange, run.conversation["steps"]))


def event_of(step: Document, now: Status) -> tuple[str, Document]:
    """The event of a step and its payload, with the id of the task that it names by its type."""
    event = step.get("send") or ("confirm_task" if "confirm" in step else "reject_task")
    type_ = step.get("task") or step.get("confirm") or step.get("reject")
    payload = {"by": "customer" if "send" in step else "operator", **step.get("with", {})}
    if type_ is not None:
        payload["task"] = next(task.task for task in now.tasks if task.type == type_)
    return event, payload

"""Plays the example conversations on the charts alone: no Temporal, one constant clock, the shipped catalogue."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.loader import load_catalogues
from catalogue.texts import say
from states.chart.admission import judge, judge_confirmation, judge_rejection
from states.chart.lifecycle import Conduct
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.effects import CheckLicences, Effect, HandOver, Notify, Tell
from states.model.facts import Check, Inquiry, Receipt, Refusal, RunSettings
from states.model.memory import Memory
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES, Request
from states.model.status import Status
from states.views.status import problem, status

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


class Play:
    """A run without Temporal: answers each effect at once, as a customer centre in automatic mode would."""

    def __init__(self, kind: str) -> None:
        self.kind = KINDS[kind]
        self.conversation = conversation(kind)
        self.catalogues = load_catalogues()
        self.now = START
        self.request = Request.model_validate({"kind": kind, "customer": "K-1", **self.conversation["request"]})
        self.memory = Memory(request=self.request, run_id="r", now=self.now, requested_at=self.now)
        self.chart: Conduct = self.kind.chart(self.memory)
        self.perform(self.chart.start())

    def check(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say, with the settings in the first check."""
        documents = [self.conversation["customer"], *self.conversation.get("others", ())]
        records = {each["customer"]: Customer.model_validate({"language": "en"} | each) for each in documents}
        context = Context(record=records["K-1"], other=records.get(str(self.request.target)))
        check = self.kind.check(inquiry, context, self.catalogues.in_force(self.now.date()))
        return check.model_copy(update={"settings": RunSettings()} if inquiry.first else {})

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Answer what is asked for until nothing is under way, then take what is due."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            if not isinstance(effect, UNANSWERED):
                waiting += self.chart.answer(effect, self.now, **self.answer(effect))
        due = [event for event, moment in self.chart.timers().items() if moment <= self.now]
        if due:
            self.perform(self.chart.decide(due[0], self.now))

    def answer(self, effect: Effect) -> Document:
        """What the world says to an effect: yes. What the check finds in surplus is left after the change."""
        check = self.memory.check
        if isinstance(effect, CheckLicences):
            return {"check": self.check(Inquiry(request=self.request, at=self.now, first=check is None))}
        surplus = check.surplus if check is not None and effect.answer == "change_applied" else ()
        return {"receipt": Receipt(key="played", surplus=surplus)}

    def status(self) -> Status:
        """How the run stands."""
        return status(self.chart, say, workflow_id=self.request.workflow_id, run_id="r", ui_url=lambda *_: "")

    def take(self, event: str, payload: Document) -> Refusal | None:
        """A customer's event or an operator's decision; answers why it is not taken."""
        if event in CUSTOMER_MESSAGES:
            message: Any = CUSTOMER_MESSAGES[event].model_validate(payload)
            refusal = judge(self.chart, event, message, ["r"])
            if refusal is not None:
                return refusal
            task = next((task for task in self.memory.tasks if task.task == payload.get("task")), None)
            self.perform(self.chart.decide(event, self.now, message=message, task=task, last_customer_at=self.now))
            return self.chart.verdict
        confirmed = event == "confirm_task"
        message = OPERATOR_MESSAGES[event].model_validate(payload)
        decision = judge_confirmation(self.chart, message) if confirmed else judge_rejection(self.chart, message)
        if isinstance(decision, Refusal):
            return decision
        task, caused = decision
        self.perform(self.chart.decide(caused, self.now, message=message, task=task, said=event))
        return None

    def exchange(self, step: Document) -> Exchange:
        """One step of the conversation. Raises where it does not fit the run."""
        self.now += STEP
        if "wait" in step:
            self.wait()
            return Exchange("(the date comes)", {}, self.status())
        event, payload = event_of(step, self.status())
        refusal = self.take(event, payload)
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
            self.perform(self.chart.decide(event, self.now))
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

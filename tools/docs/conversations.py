"""Plays the example conversations on the charts alone: no Temporal, one constant clock, the shipped catalogue."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catalogue.loader import Catalogues, load_catalogues
from catalogue.texts import say
from states.chart.admission import judge, judge_confirmation, judge_rejection
from states.chart.lifecycle import Conduct
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.effects import CheckLicences, Effect, HandOver, Notify, Tell
from states.model.facts import Check, Inquiry, Receipt, Refusal, RunSettings, Surplus
from states.model.memory import Memory, Task
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, ConfirmTask, RejectTask, Request
from states.model.status import Status
from states.views.status import problem, status

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
STEP = timedelta(minutes=5)
UNSEEN = (Notify, Tell, HandOver)
"""Effects without an answer that the chart waits for."""

Document = dict[str, Any]


def conversation(kind: str) -> Document:
    """What is written down for a kind: the groups of its rules, the customer, the request, the steps.

    A step: `send` an event with its payload (`by` is added), `confirm` or `reject` the open task of a type, or `wait`
    for the effective date.
    """
    path = Path(__file__).resolve().parents[2] / "docs" / "conversations" / f"{kind}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass
class Exchange:
    """One thing said, and what came of it: the run's status, or the problem."""

    said: str
    payload: Document
    answer: Status | None
    code: str | None = None
    rule: str | None = None


@dataclass
class Play:
    """A run without Temporal: answers each effect at once, as a customer centre in automatic mode would."""

    kind: str
    catalogues: Catalogues = field(default_factory=load_catalogues)

    def __post_init__(self) -> None:
        self.conversation = conversation(self.kind)
        self.now = START
        self.request = Request.model_validate({"kind": self.kind, "customer": "K-1", **self.conversation["request"]})
        self.memory = Memory(request=self.request, run_id="r", now=self.now, requested_at=self.now)
        self.chart: Conduct = KINDS[self.kind].chart(self.memory)
        self.perform(self.chart.start())

    def check(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say, with the settings in the first check."""
        records = [self.conversation["customer"], *self.conversation.get("others", ())]
        found = {record["customer"]: Customer.model_validate({"language": "en"} | record) for record in records}
        context = Context(record=found["K-1"], other=found.get(str(self.request.target)))
        check = KINDS[self.kind].check(inquiry, context, self.catalogues.in_force(self.now.date()))
        return check.model_copy(update={"settings": RunSettings()} if inquiry.first else {})

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Answer what is asked for until nothing is under way."""
        waiting = [effect for effect in effects if not isinstance(effect, UNSEEN)]
        while waiting:
            effect = waiting.pop(0)
            asked = self.chart.answer(effect, self.now, **self.fact(effect))
            waiting += [one for one in asked if not isinstance(one, UNSEEN)]
        due = [event for event, at in self.chart.timers().items() if at <= self.now]
        if due:
            self.perform(self.chart.decide(due[0], self.now))

    def fact(self, effect: Effect) -> Document:
        """What the world says to an effect: yes. After the change, what the check still finds in surplus is left."""
        if isinstance(effect, CheckLicences):
            first = self.memory.check is None
            return {"check": self.check(Inquiry(request=self.request, at=self.now, first=first))}
        left: tuple[Surplus, ...] = ()
        if effect.answer == "change_applied" and self.memory.check is not None:
            left = self.memory.check.surplus
        return {"receipt": Receipt(key="played", surplus=left)}

    def status(self) -> Status:
        """How the run stands."""
        return status(self.chart, say, workflow_id=self.request.workflow_id, run_id="r", ui_url=lambda *_: "")

    def refused(self, refusal: Refusal) -> tuple[None, str, str]:
        """An event that was not possible."""
        said = problem(self.chart, say, refusal, None)
        return None, said.code, said.rule or ""

    def send(self, event: str, payload: Document) -> tuple[Status | None, str | None, str | None]:
        """A customer's event."""
        message = CUSTOMER_MESSAGES[event].model_validate(payload)
        refusal = judge(self.chart, event, message, ["r"])
        if refusal is not None:
            return self.refused(refusal)
        task = self.task_named(payload.get("task"))
        self.perform(self.chart.decide(event, self.now, message=message, task=task, last_customer_at=self.now))
        return (self.status(), None, None) if self.chart.verdict is None else self.refused(self.chart.verdict)

    def decide(self, event: str, payload: Document) -> tuple[Status | None, str | None, str | None]:
        """An operator's decision."""
        message: Any = (ConfirmTask if event == "confirm_task" else RejectTask).model_validate(payload)
        judged = (judge_confirmation if event == "confirm_task" else judge_rejection)(self.chart, message)
        if isinstance(judged, Refusal):
            return self.refused(judged)
        task, caused = judged
        self.perform(self.chart.decide(caused, self.now, message=message, task=task, said=event))
        return self.status(), None, None

    def task_named(self, name: str | None) -> Task | None:
        """The open task of that name."""
        return next((task for task in self.memory.tasks if task.task == name), None)

    def wait(self) -> None:
        """Let time pass until the effective date; every timer on the way fires in its turn."""
        goal = self.status().effective_at
        if goal is None:
            raise ValueError(f"{self.kind}: waits for a date that it has not got")
        while timers := {event: at for event, at in self.chart.timers().items() if at <= goal}:
            event = min(timers, key=lambda name: timers[name])
            self.now = max(self.now, timers[event])
            self.perform(self.chart.decide(event, self.now))
        self.now = goal


def played(kind: str) -> list[Exchange]:
    """The conversation of a kind with its answers, in order. Raises where a step does not fit the run."""
    run = Play(kind)
    asked = {"kind": kind, "customer": "K-1", **run.conversation["request"], "by": "customer"}
    exchanges = [Exchange("requested", asked, run.status())]
    for step in run.conversation["steps"]:
        run.now += STEP
        if "wait" in step:
            run.wait()
            exchanges.append(Exchange("(the date comes)", {}, run.status()))
            continue
        event, payload = said_in(step, run.status())
        answer, code, rule = (run.send if "send" in step else run.decide)(event, payload)
        exchanges.append(Exchange(event, payload, answer, code, rule))
    return exchanges


def said_in(step: Document, now: Status | Any) -> tuple[str, Document]:
    """The event of a step and its payload, with the id of the task that it names by its type."""
    event = step.get("send") or ("confirm_task" if "confirm" in step else "reject_task")
    type_ = step.get("task") or step.get("confirm") or step.get("reject")
    payload = {"by": "customer" if "send" in step else "operator", **step.get("with", {})}
    if type_ is not None:
        payload["task"] = next(task.task for task in now.tasks if task.type == type_)
    return event, payload


def shown(payload: Document) -> str:
    """A payload as JSON on one line; a task's id is told by its place."""
    plain = {name: "t-…" if name == "task" else value for name, value in payload.items()}
    return json.dumps(plain, ensure_ascii=False, default=str)

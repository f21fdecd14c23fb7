"""A run on its chart alone, without Temporal: a test says what the check finds and what the world answers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.request_check import by_hand
from catalogue.texts import say
from settings import Settings
from states.chart.base import Chart
from states.chart.receipts import ARRIVALS
from states.chart.revision import REVISION
from states.chart.tasks import tasks_of
from states.chart.turn import Answer
from states.kinds.registry import KINDS
from states.model.effects import BookOrder, CheckLicences, Effect, HandOver, IssueReceipt, Notify, Tell
from states.model.facts import Check, Mode, Question, Receipt, Refusal, RunSettings, Surplus
from states.model.memory import Memory, Order, Task
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, ConfirmTask, RejectTask, Request
from states.model.status import Status, TaskEntry
from states.model.texts import Say
from states.rules.moments import AHEAD
from states.views.status import status
from tests.rules.checks import AT, SHIPPED, ask

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)
DAY = timedelta(days=1)
UNSEEN = (Notify, IssueReceipt, Tell, HandOver)
"""Effects that no state waits for."""

NOTICE: dict[str, Any] = {"date_rule": "notice", "cost_effect": "cancellation"}
PAID: dict[str, Any] = {"date_rule": "term", "cost_effect": "cancellation", "term_ends": "2027-01-31"}
INCLUDED: dict[str, Any] = {"date_rule": "moment", "cost_effect": "deactivation"}
LIMIT = Surplus(product="pos_wawi", reason="limit", candidates=("L-1", "L-2"), values={"kind": "pos"})
UNAVAILABLE = Surplus(licence="L-9", product="voucher", reason="not_available", values={"kind": "voucher"})
ROW_LIMIT = {"names": ["pos_wawi (L-1)", "pos_wawi (L-2)"], "reason": "limit", "number": 1, "kind": "pos"}
"""How texts get the first of them, where no label is known."""
ROW_UNAVAILABLE = {"names": ["voucher (L-9)"], "reason": "not_available", "number": 1, "kind": "voucher"}
ASK_COST = Question(type="clarify_cost", rule="X5", values={"product": "P", "recorded": "R"})
ASK_TERM = Question(type="clarify_term", rule="X6", values={"product": "P", "recorded": "R"})
GONE = Refusal(rule="G2", code="not_held")
EDITION: dict[str, Any] = {"subject": "jtl", "target": "jtl_start"}
PACKAGE: dict[str, Any] = {"subject": "orders", "target": 0}
TOLD_TERM = {"effective_at": "2027-01-31T23:00:00+00:00", "cost_effect": "cancellation"}
"""What each mail says beside its own values, of a licence that is paid until its term."""
TOLD = TOLD_TERM | {"order_by": "2027-01-17T23:00:00+00:00", "last_day_unclear": True}
"""The same of an edition, before its deadline."""
TOLD_LATER = TOLD | {"effective_at": "2027-02-28T23:00:00+00:00", "order_by": "2027-02-14T23:00:00+00:00"}
"""The same after it."""
PRICES: dict[str, Any] = {"price": None, "new_price": None, "saved_price": None}
FACTS: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "kind": "edition",
    "customer": "K-1",
    "subject": "jtl",
    "target": "jtl_start",
    "called": None,
    "effective_at": "2027-01-31T23:00:00+00:00",
    "order_by": "2027-01-17T23:00:00+00:00",
    "last_day_unclear": True,
    "stage": None,
    "term_ends": None,
    "cost_effect": "cancellation",
} | PRICES
"""What each text of a run may say of it, in their order: of an edition, before its deadline."""
FACTS_LATER = FACTS | {"effective_at": "2027-02-28T23:00:00+00:00", "order_by": "2027-02-14T23:00:00+00:00"}
"""The same after it."""
FACTS_TERM = FACTS | {
    "subject": "L-1", "target": None, "order_by": None, "last_day_unclear": None, "term_ends": "2027-01-31",
}  # fmt: skip
"""The same of a licence that is paid until its term, but for its kind."""


def moment(text: str) -> datetime:
    """`2027-01-17 12:00`, in UTC; a mere day is its start."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class LoneRun:
    """One run. `says`: what checks say; `held_back`: names of effects that the world leaves unanswered for now."""

    def __init__(
        self, kind: str, says: dict[str, Any], *, held_back: tuple[str, ...] = (), now: datetime = NOW, **request: Any
    ) -> None:
        self.now = now
        self.says = {"catalogue": "v1"} | says
        self.receipt = Receipt(key="k")
        self.refuses: Refusal | None = None
        self.held_back = set(held_back)
        self.waiting: list[Any] = []
        self.effects: list[Effect] = []
        settings = self.says.pop("settings", RunSettings())
        if "revision" not in settings.model_fields_set:
            settings = settings.model_copy(update={"revision": REVISION})
        document = {"kind": kind, "customer": "K-1", "subject": "L-1"} | request
        memory = Memory(
            request=Request(**document),
            run_id="r",
            run_ids=("r",),
            now=now,
            requested_at=now,
            settings=settings,
            last_customer_at=now,
        )
        self.chart: Chart = KINDS[kind].chart(memory)
        self.receive("start", None)

    @property
    def memory(self) -> Memory:
        """What the run remembers."""
        return self.chart.model

    @property
    def order(self) -> Order:
        """The order placed."""
        assert self.memory.order is not None
        return self.memory.order

    @property
    def check(self) -> Check:
        """What the last check said."""
        assert self.memory.check is not None
        return self.memory.check

    @property
    def state(self) -> str:
        """Its state."""
        return self.memory.state

    def next_check(self, **changes: Any) -> Check:
        """What a check says now."""
        return Check(**(self.says | changes))

    def receive(self, event: str, message: Any) -> Refusal | None:
        """Hand an event to the chart and answer its effects until nothing but what is held back is under way.

        Answers why an earlier event is not taken after all, where an answer said so.
        """
        effects = self.chart.receive(event, message, self.now)
        verdict = self.chart.verdict
        self.effects += effects
        self.waiting += [effect for effect in effects if not isinstance(effect, UNSEEN)]
        return self.proceed() or verdict

    def proceed(self) -> Refusal | None:
        """Answer what is not held back."""
        verdict = None
        while (effect := next((each for each in self.waiting if each.name not in self.held_back), None)) is not None:
            assert len(self.effects) < 200, "the run asks again and again"
            verdict = self.answer(effect) or verdict
        return verdict

    def would_take(self, event: str, message: Any) -> Refusal | None:
        """Judge an event, then take it; answers the refusal, also one that an answer brought.

        One that names a later moment than may be named is sent then: time passes until it has come.
        """
        if message.time is not None and message.time > self.now + AHEAD:
            self.wait(message.time)
        return self.chart.would_refuse(event, message, self.now) or self.receive(event, message)

    def answer(self, effect: Any = None, **facts: Any) -> Refusal | None:
        """What the world says to an effect, else to the one that waits longest."""
        effect = effect or self.waiting[0]
        self.waiting.remove(effect)
        if not facts and isinstance(effect, CheckLicences):
            facts = {"check": self.next_check()}
        elif not facts and self.refuses is not None and effect.refused:
            facts = {"refusal": self.refuses}
        return self.receive("answered", Answer(effect, **(facts or {"receipt": self.receipt})))

    def release(self) -> Refusal | None:
        """Nothing is held back any more."""
        self.held_back = set()
        return self.proceed()

    def send(self, event: str, **payload: Any) -> Refusal | None:
        """A customer's event."""
        return self.would_take(event, CUSTOMER_MESSAGES[event].model_validate({"by": "c"} | payload))

    def acknowledge(self) -> None:
        """The customer acknowledges what is lost, where that is asked for."""
        if "acknowledge_warning" in self.chart.enabled():
            assert self.send("acknowledge_warning") is None

    def request(self, **document: Any) -> Refusal | None:
        """A `requested` on the open run."""
        present = self.memory.request.model_dump(exclude_none=True)
        return self.would_take("requested", Request(**(present | {"by": "c"} | document)))

    def tasks(self, *types: str) -> tuple[Task, ...]:
        """The open tasks of these types."""
        return tasks_of(self.memory, *types)

    def task(self, type_: str) -> Task:
        """The open task of a type."""
        (task,) = self.tasks(type_)
        return task

    def confirm(self, type_: str, **payload: Any) -> Refusal | None:
        """An operator confirms the open task of a type."""
        return self.confirm_task(self.task(type_), **payload)

    def confirm_task(self, task: Task, **payload: Any) -> Refusal | None:
        """An operator confirms that task."""
        return self.would_take("confirm_task", ConfirmTask.model_validate({"by": "o", "task": task.task} | payload))

    def reject(self, type_: str, note: str = "no") -> Refusal | None:
        """An operator rejects it."""
        return self.would_take("reject_task", RejectTask(by="o", task=self.task(type_).task, note=note))

    def fails(self, error: str = "down") -> None:
        """The effect that waits longest keeps failing."""
        self.receive("answered", Answer(self.waiting.pop(0), error=error))

    def wait(self, until: datetime) -> list[str]:
        """Let time pass; answers the timers that fired, in their order."""
        fired: list[str] = []
        while timers := {event: at for event, at in self.chart.timers().items() if at <= until}:
            assert len(fired) < 40, f"the run wakes again and again: {fired[-3:]}"
            event = min(timers, key=lambda name: timers[name])
            self.now = max(self.now, timers[event])
            fired.append(event)
            self.receive(event, None)
        self.now = max(self.now, until)
        self.memory.now = self.now
        return fired

    def notices(self) -> list[tuple[str, str]]:
        """The mails asked for so far, but those of what arrived: template, and to whom."""
        mails = [effect for effect in self.effects if isinstance(effect, Notify)]
        return [(mail.template, mail.to) for mail in mails if mail.template not in ARRIVALS]

    def receipts(self) -> list[str]:
        """What each receipt asked for so far is about."""
        return [effect.event for effect in self.effects if isinstance(effect, IssueReceipt)]

    def notice(self, template: str) -> dict[str, Any]:
        """The values of the last mail of a template."""
        mails = (effect for effect in reversed(self.effects) if isinstance(effect, Notify))
        return next(mail.values for mail in mails if mail.template == template)

    def booking(self) -> BookOrder:
        """The last booking asked for."""
        return next(effect for effect in reversed(self.effects) if isinstance(effect, BookOrder))

    def lines(self) -> list[str]:
        """The events in the timeline."""
        return [line.event for line in self.memory.timeline]


def edition(says: dict[str, Any] | None = None, **more: Any) -> LoneRun:
    """A run of an edition that has come to `order`, or to where its surplus leads."""
    run = LoneRun("edition", NOTICE | (says or {}), **(EDITION | more))
    assert run.send("acknowledge_warning") is None
    return run


def over_standing(**says: Any) -> LoneRun:
    """A change to JTL Start over a booked order of JTL Advanced (X10); `says`: what checks say of the change."""
    run = scheduled(edition(target="jtl_advanced"))
    run.says |= says
    assert run.request(target="jtl_start") is None
    assert (run.state, run.memory.request.target) == ("feature_warning", "jtl_start")
    return run


def scheduled(run: LoneRun, **order: Any) -> LoneRun:
    """The run with its order booked."""
    assert run.send("place_order", **order) is None, run.state
    assert run.state == "scheduled"
    return run


# In guided mode, on what the real checks find in a record.


def guided_run(
    kind: str, record: Customer, subject: str = "L-1", target: Any = None, mode: Mode = "guided", **context: Any
) -> LoneRun:
    """A run whose steps a person does by hand; nobody has made its change yet."""
    request = Request(kind=kind, customer="K-1", subject=subject, target=target)
    check = ask(kind, record, subject, target, **context)
    added = by_hand(check, request, record, SHIPPED, Settings(customer_centre=mode))
    says = check.model_dump(exclude_unset=True) | added
    return LoneRun(kind, says, held_back=("apply_change",), now=AT, subject=subject, target=target)


def perform_task(kind: str, record: Customer, subject: str = "L-1", target: Any = None, **order: Any) -> TaskEntry:
    """The task in which a person books the order, or switches off on its day what has no booking."""
    run = guided_run(kind, record, subject, target)
    run.acknowledge()
    assert run.send("place_order", **order) is None
    if not run.tasks("perform"):
        run.wait(min(run.chart.timers().values()))
    return next(task for task in document_of(run, say).tasks if task.type == "perform")


# The status document.


def say_plainly(language: str, key: str, values: Mapping[str, Any] | None = None) -> str:
    """A text as its language, key and values; of the problems only one has a text of its own."""
    if key.startswith("problem.") and not key.endswith("not_enabled"):
        raise KeyError(key)
    return f"{language} {key} {dict(values or {})}"


def document_of(run: LoneRun, words: Say = say_plainly, **more: Any) -> Status:
    """The status document of a run."""
    return status(run.chart, words, workflow_id="w", run_id="r", ui_url="w/r", **more)


def warning_codes(run: LoneRun) -> list[str]:
    """The codes of the warnings shown."""
    return [warning.code for warning in document_of(run).warnings]


def warning_text(run: LoneRun, code: str) -> str:
    """The text of a warning shown."""
    return next(warning.text for warning in document_of(run).warnings if warning.code == code)

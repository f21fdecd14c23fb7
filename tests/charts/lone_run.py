"""A run on its chart alone, without Temporal: a test says what the check finds and what the world answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from states.chart.admission import judge, judge_confirmation, judge_rejection, judge_request
from states.chart.lifecycle import Conduct
from states.kinds.registry import KINDS
from states.model.effects import BookOrder, CheckLicences, Effect, HandOver, Notify, Tell
from states.model.facts import Check, Question, Receipt, Refusal, RunSettings, Surplus
from states.model.memory import Memory, Order, Task
from states.model.request import CUSTOMER_MESSAGES, ConfirmTask, RejectTask, Request

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)
DAY = timedelta(days=1)
UNSEEN = (Notify, Tell, HandOver)
"""Effects that no state waits for."""

NOTICE: dict[str, Any] = {"date_rule": "notice", "cost_effect": "cancellation"}
PAID: dict[str, Any] = {"date_rule": "term", "cost_effect": "cancellation", "term_ends": "2027-01-31"}
INCLUDED: dict[str, Any] = {"date_rule": "moment", "cost_effect": "deactivation"}
LIMIT = Surplus(product="pos_wawi", reason="limit", candidates=("L-1", "L-2"), values={"kind": "pos"})
ONE = Surplus(licence="L-9", product="voucher", reason="not_available", values={"kind": "voucher"})
ASK_COST = Question(type="clarify_cost", rule="X5", values={"product": "P", "recorded": "R"})
ASK_TERM = Question(type="clarify_term", rule="X6", values={"product": "P", "recorded": "R"})
GONE = Refusal(rule="G2", code="not_held")
EDITION: dict[str, Any] = {"subject": "jtl", "target": "jtl_start"}
PACKAGE: dict[str, Any] = {"subject": "orders", "target": 0}
TOLD_TERM = {"effective_at": "2027-01-31T23:00:00+00:00", "cost_effect": "cancellation"}
"""What each mail says beside its own values, of a licence that is paid until its term."""
TOLD = TOLD_TERM | {"order_by": "2027-01-17T23:00:00+00:00"}
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
    "effective_at": "2027-01-31T23:00:00+00:00",
    "order_by": "2027-01-17T23:00:00+00:00",
    "term_ends": None,
    "cost_effect": "cancellation",
} | PRICES
"""What each text of a run may say of it, in their order: of an edition, before its deadline."""
FACTS_LATER = FACTS | {"effective_at": "2027-02-28T23:00:00+00:00", "order_by": "2027-02-14T23:00:00+00:00"}
"""The same after it."""
FACTS_TERM = FACTS | {"subject": "L-1", "target": None, "order_by": None, "term_ends": "2027-01-31"}
"""The same of a licence that is paid until its term, but for its kind."""


def moment(text: str) -> datetime:
    """`2027-01-17 12:00`, in UTC; a mere day is its start."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Alone:
    """One run. `held`: names of effects that the world leaves unanswered for now; `says`: what later checks find."""

    def __init__(
        self, kind: str, says: dict[str, Any], *, held: tuple[str, ...] = (), now: datetime = NOW, **request: Any
    ) -> None:
        self.now = now
        self.says = {"catalogue": "v1"} | says
        self.receipt = Receipt(key="k")
        self.refuses: Refusal | None = None
        self.held = set(held)
        self.waiting: list[Effect] = []
        self.asked: list[Effect] = []
        settings = self.says.pop("settings", RunSettings())
        asked = {"kind": kind, "customer": "K-1", "subject": "L-1"} | request
        memory = Memory(
            request=Request(**asked), run_id="r", now=now, requested_at=now, settings=settings, last_customer_at=now
        )
        self.chart: Conduct = KINDS[kind].chart(memory)
        self.take(self.chart.start())

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
    def state(self) -> str:
        """Its state."""
        return self.memory.state

    def found(self, **changes: Any) -> Check:
        """What a check says now."""
        return Check(**(self.says | changes))

    def found_last(self) -> Check:
        """What the last check found."""
        assert self.memory.check is not None
        return self.memory.check

    def take(self, effects: tuple[Effect, ...]) -> None:
        """Answer effects until nothing but what is held is under way."""
        self.asked += effects
        self.waiting += [one for one in effects if not isinstance(one, UNSEEN)]
        while (effect := next((one for one in self.waiting if one.name not in self.held), None)) is not None:
            assert len(self.asked) < 200, "the run asks again and again"
            self.answer(effect)

    def answer(self, effect: Effect | None = None, **facts: Any) -> None:
        """What the world says to an effect, else to the one that waits longest."""
        effect = effect or self.waiting[0]
        self.waiting.remove(effect)
        if not facts and isinstance(effect, CheckLicences):
            facts = {"check": self.found()}
        elif not facts and self.refuses is not None and effect.refused:
            facts = {"refusal": self.refuses}
        self.take(self.chart.answer(effect, self.now, **(facts or {"receipt": self.receipt})))

    def release(self) -> None:
        """Nothing is held any more."""
        self.held = set()
        self.take(())

    def send(self, event: str, **payload: Any) -> Refusal | None:
        """A customer's event, judged and then taken; answers the refusal, also one that the answer brought."""
        message = CUSTOMER_MESSAGES[event].model_validate({"by": "c"} | payload)
        refusal = judge(self.chart, event, message, ["r"])
        if refusal is not None:
            return refusal
        task = next((one for one in self.memory.tasks if one.task == payload.get("task")), None)
        acted = message.time or self.now
        self.take(self.chart.decide(event, self.now, message=message, task=task, last_customer_at=acted))
        return self.chart.verdict

    def request(self, **document: Any) -> Refusal | None:
        """A `requested` on the open run."""
        said = Request(**(self.memory.request.model_dump(exclude_none=True) | {"by": "c"} | document))
        refusal = judge_request(self.chart, said)
        if refusal is not None:
            return refusal
        event = "details_replaced" if said.target == self.memory.request.target else "target_proposed"
        self.take(self.chart.decide(event, self.now, message=said, quiet=True))
        return self.chart.verdict

    def task(self, type_: str) -> Task:
        """The open task of a type."""
        (found,) = self.chart.open_of(type_)
        return found

    def confirm(self, type_: str, **payload: Any) -> Refusal | None:
        """An operator confirms the open task of a type."""
        return self.confirm_task(self.task(type_), **payload)

    def confirm_task(self, task: Task, **payload: Any) -> Refusal | None:
        """An operator confirms that task."""
        message = ConfirmTask.model_validate({"by": "o", "task": task.task} | payload)
        judged = judge_confirmation(self.chart, message)
        return self.decided(judged, message, "confirm_task")

    def reject(self, type_: str, note: str = "no") -> Refusal | None:
        """An operator rejects it."""
        message = RejectTask(by="o", task=self.task(type_).task, note=note)
        judged = judge_rejection(self.chart, message)
        return self.decided(judged, message, "reject_task")

    def decided(
        self, judged: tuple[Task, str] | Refusal, message: ConfirmTask | RejectTask, said: str
    ) -> Refusal | None:
        """Take what a person decided, unless it is refused."""
        if isinstance(judged, Refusal):
            return judged
        task, event = judged
        self.take(self.chart.decide(event, self.now, message=message, task=task, said=said))
        return None

    def fails(self, error: str = "down") -> None:
        """The effect that waits longest keeps failing."""
        effect = self.waiting.pop(0)
        self.take(self.chart.failed(effect, self.now, error))

    def wait(self, until: datetime) -> list[str]:
        """Let time pass; answers the timers that fired, in their order."""
        fired: list[str] = []
        while timers := {event: at for event, at in self.chart.timers().items() if at <= until}:
            assert len(fired) < 40, f"the run wakes again and again: {fired[-3:]}"
            event = min(timers, key=lambda name: timers[name])
            self.now = max(self.now, timers[event])
            fired.append(event)
            self.take(self.chart.decide(event, self.now))
        self.now = max(self.now, until)
        self.memory.now = self.now
        return fired

    def notices(self) -> list[tuple[str, str]]:
        """The mails asked for so far: template, and to whom."""
        return [(one.template, one.to) for one in self.asked if isinstance(one, Notify)]

    def notice(self, template: str) -> dict[str, Any]:
        """The values of the last mail of a template."""
        return next(one.values for one in reversed(self.asked) if isinstance(one, Notify) and one.template == template)

    def booking(self) -> BookOrder:
        """The last booking asked for."""
        return next(one for one in reversed(self.asked) if isinstance(one, BookOrder))

    def lines(self) -> list[str]:
        """The events in the timeline."""
        return [line.event for line in self.memory.timeline]


def edition(says: dict[str, Any] | None = None, **more: Any) -> Alone:
    """A run of an edition that has come to `order`, or to where its surplus leads."""
    run = Alone("edition", NOTICE | (says or {}), **(EDITION | more))
    assert run.send("acknowledge_warning") is None
    return run


def scheduled(run: Alone, **order: Any) -> Alone:
    """The run with its order booked."""
    assert run.send("place_order", **order) is None, run.state
    assert run.state == "scheduled"
    return run

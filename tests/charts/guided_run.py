"""A run's chart without a server, in guided mode: as far as the order, and on to what a person is told to click."""

from typing import Any

from activities.request_check import by_hand
from catalogue.texts import say
from settings import Settings
from states.chart.lifecycle import Conduct
from states.kinds.registry import KINDS
from states.model.effects import BookOrder, CheckLicences, Effect
from states.model.facts import Check, Receipt, RunSettings
from states.model.memory import Memory
from states.model.record import Customer
from states.model.request import PlaceOrder as Ordered
from states.model.request import Request
from states.model.status import Status, TaskEntry
from states.views.status import status
from tests.rules.checks import AT, SHIPPED, ask

GUIDED = Settings(customer_centre="guided")


class ByHand:
    """One run: its chart, and the check that answers whenever it asks for one."""

    def __init__(self, kind: str, record: Customer, subject: str = "L-1", target: Any = None) -> None:
        self.request = Request(kind=kind, customer="K-1", subject=subject, target=target)
        found = ask(kind, record, subject, target)
        more = by_hand(found, self.request, record, SHIPPED, GUIDED)
        self.check = Check.model_validate(found.model_dump(exclude_unset=True) | more | {"settings": RunSettings()})
        memory = Memory(request=self.request, now=AT, requested_at=AT, run_id="r")
        self.chart: Conduct = KINDS[kind].chart(memory)
        self.asked: list[Effect] = []
        self.answer(self.chart.start())

    def answer(self, effects: tuple[Effect, ...]) -> None:
        """Answer checks and bookings until nothing is under way."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            self.asked.append(effect)
            if isinstance(effect, CheckLicences):
                waiting += self.chart.answer(effect, self.chart.model.now, check=self.check)
            elif isinstance(effect, BookOrder):
                waiting += self.chart.answer(effect, self.chart.model.now, receipt=Receipt(key="k"))

    def to_order(self) -> None:
        """Acknowledge what is warned of."""
        if "acknowledge_warning" in self.chart.possible():
            self.answer(self.chart.decide("acknowledge_warning", AT))

    def order(self, **said: Any) -> None:
        """The customer confirms."""
        self.answer(self.chart.decide("place_order", AT, message=Ordered(by="c", **said)))

    def next_moment(self) -> None:
        """What comes next by itself."""
        timers = self.chart.timers()
        event = min(timers, key=lambda name: timers[name])
        self.answer(self.chart.decide(event, max(timers[event], self.chart.model.now)))

    def status(self) -> Status:
        """The document."""
        return status(self.chart, say, workflow_id=self.request.workflow_id, run_id="r", ui_url=lambda *_: "")


def performed(kind: str, record: Customer, subject: str = "L-1", target: Any = None, **order: Any) -> TaskEntry:
    """The task in which a person books the order, or switches off on its day what has no booking."""
    run = ByHand(kind, record, subject, target)
    run.to_order()
    run.order(**order)
    if not run.chart.open_of("perform"):
        run.next_moment()
    return next(task for task in run.status().tasks if task.type == "perform")

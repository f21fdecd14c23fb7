"""An order on its way: asking, booking by adapter or by hand, what follows from the answer, and the ends."""

from datetime import timedelta
from typing import ClassVar

from states.chart.notifications import News
from states.model.effects import ApplyChange, AssignLicence, BookOrder, CheckLicences, Tell, Withdraw
from states.model.facts import Refusal, Surplus
from states.model.memory import Order
from states.model.request import PlaceOrder
from states.rules.effective_date import (
    cost_effect_of,
    date_for,
    effective_at,
    open_questions,
    order_by,
)
from states.rules.run_values import isoformat, provider_names
from states.rules.surplus_resolution import surplus_names, unresolved_surplus


class Orders(News):
    """The actions around an order; declares no states."""

    declined_by: ClassVar[str] = "MIS2"
    """The rule under which a person may say no: there is no claim."""

    def ask_for_check(self) -> None:
        """Look at the customer's present record, by the run's version; one that begins again takes that in force."""
        check = self.model.check
        anew = self.model.state == "received" and self.another_catalogue()
        self.ask(CheckLicences(version=check.in_force if check and anew else self.version()))

    def version(self) -> str | None:
        """The catalogue version that the run is judged by; None before its first check (X8)."""
        return self.model.check.catalogue if self.model.check else None

    def ask_for_order_check(self) -> None:
        """`place_order` checks the licences again first, and which catalogue is in force (X2, X8)."""
        memory = self.model
        memory.refusal = None
        placed_at = memory.order.placed_at if memory.order else memory.now
        self.ask(CheckLicences(version=self.version(), order_at=placed_at))

    def ask_for_booking(self) -> None:
        """Book the order, or have it booked by hand; what costs nothing becomes a note of ours at once."""
        if self.model.state == "placing":
            self.fix_date()
        order = self.model.order
        if order is None:
            return
        step = BookOrder(
            placed_at=order.placed_at,
            effective_at=order.effective_at or order.placed_at,
            booked=self.books(),
            details=order.details,
            optional_services=order.optional_services,
        )
        by_hand = self.by_hand() and self.books() and self.model.state == "placing"
        due_at = order_by(self.model) or effective_at(self.model)
        self.ask_or_open(step, by_hand, "perform_order", due_at)

    def fix_date(self) -> None:
        """The order's date, from the check made for it."""
        memory = self.model
        order = memory.order
        if order is None or order.late:
            return
        said = message_of(order)
        changes = {
            "effective_at": date_for(memory, order.placed_at, said),
            "cost_effect": cost_effect_of(memory),
            "term": memory.clarified_term,
        }
        memory.order = order.model_copy(update=changes)

    def ask_for_change(self) -> None:
        """What a booked order does on its date, the customer centre does by itself; a deactivation is clicked."""
        step = ApplyChange(catalogue=self.version() or "")
        by_hand = self.by_hand() and not self.books() and not self.ends_outside()
        self.ask_or_open(step, by_hand, "perform_end", effective_at(self.model))

    def ask_for_withdrawal(self) -> None:
        """Take the booking back before the run ends `revoked` (X11)."""
        self.model.revoking = False
        step = Withdraw()
        self.ask_or_open(step, self.by_hand() and self.books(), "perform_withdraw", effective_at(self.model))

    def ask_for_reassignment(self) -> None:
        """Assign the user elsewhere instead (WMU4)."""
        self.model.reassigned_to = self.message.to
        step = AssignLicence(to=self.message.to)
        self.ask_or_open(step, self.by_hand(), "perform_reassign", None)

    def ask_open_questions(self) -> None:
        """On entering `order`: what must be known first is asked (X5, X6, X14)."""
        if self.model.refusal is not None and self.model.refusal.code == "declined":
            return
        for type_ in open_questions(self.model):
            if type_ == "clarify_term" and "clarify_cost" in open_questions(self.model):
                continue
            self.open_question(type_)

    def questions_answered(self) -> None:
        """One answer may raise the next question: a cancellation needs a term (X6)."""
        if self.model.state == "order":
            self.ask_open_questions()

    def refuse(self) -> None:
        """Keep why the check refuses the run; where a person declined, that is kept already."""
        refusal = self.model.check.refusal if self.model.check and self.refused_by_check() else None
        if refusal is not None:
            self.model.refusal = refusal
            self.tell("refused", refusal=refusal.model_dump(mode="json", include={"code", "values"}))

    def decline(self) -> None:
        """A person said no, and the customer is told."""
        note = getattr(self.message, "note", None) or ""
        self.model.refusal = Refusal(rule=self.declined_by, code="declined", values={"note": note})
        self.tell("declined", note=note)

    def forget_order(self) -> None:
        """An order that was not taken is no order (ED10)."""
        self.model.order = None

    def reject_in_surplus(self) -> None:
        """The order is refused, naming what is in surplus (X2, X4)."""
        self.forget_order()
        rule = "X4" if self.model.request.kind == "order_package" else "X2"
        self.verdict = Refusal(
            rule=rule, code="in_surplus", values={"licences": surplus_names(unresolved_surplus(self.model))}
        )

    def reject_unclear(self) -> None:
        """What the fresh check raises must be clarified before the order."""
        self.forget_order()
        self.verdict = Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})

    def reject_catalogue(self) -> None:
        """Another catalogue is in force: the customer sees the warnings again under it (X8)."""
        self.reset_for_target()
        self.verdict = Refusal(rule="X8", code="changed", values={"what": "catalogue"})
        self.write(
            "catalogue_changed", "catalogue_changed", catalogue=self.model.check.in_force if self.model.check else None
        )

    def booked(self) -> None:
        """The customer centre has booked: the new order replaces a standing one (X10)."""
        memory = self.model
        memory.standing = None
        memory.refusal = None
        order = memory.order
        date = order.effective_at if order else None
        memory.rechecked = bool(date and date - memory.settings.recheck_before <= memory.now)
        if memory.receipt and memory.receipt.tell:
            self.ask(Tell(runs=memory.receipt.tell, state="scheduled"))
        outside = memory.check.outside if memory.check else ()
        named = provider_names(step.name for step in outside)
        if not (self.one_mail and self.made_at_once()):
            steps = [step.what for step in outside]
            doubts = self.doubts()
            self.tell("scheduled", effective_at=isoformat(date), steps=steps, provider=named, **doubts)
        for step in outside:
            self.open_outside(step)
        if order and order.late:
            self.open_late_question()

    def open_late_question(self) -> None:
        """A late booking by hand: which date holds (contract, `clarify_term`)."""
        recorded = isoformat(self.model.order.effective_at) if self.model.order else None
        self.open_task(
            "clarify_term",
            "clarify_term",
            subject="late",
            confirmed="clarified",
            at_required=True,
            values={"recorded": recorded or "-"},
        )

    def booking_refused(self) -> None:
        """The customer centre said no: an unfinished order is no order (ED10)."""
        self.forget_order()
        if not self.model.revoking:
            self.write("order_refused", "order_refused", reason=self.refusal_reason())
        self.model.revoking = False
        self.tell("booking_refused", reason=self.refusal_reason())

    def refusal_reason(self) -> str:
        """What the customer centre said."""
        return str(self.model.refusal.values.get("reason", "")) if self.model.refusal else ""

    def take_surplus(self) -> None:
        """What the change left in surplus, as its receipt says; overrides end with the change (X2)."""
        memory = self.model
        if memory.receipt is None or memory.check is None:
            return
        self.replace_surplus(memory.receipt.surplus)
        memory.overridden = ()

    def replace_surplus(self, surplus: tuple[Surplus, ...]) -> None:
        """The check with another surplus."""
        if self.model.check:
            self.model.check = self.model.check.model_copy(update={"surplus": surplus})

    def reset_for_target(self) -> None:
        """What was said about the former target or catalogue does not hold for the new one."""
        memory = self.model
        memory.order = None
        memory.overridden = ()
        memory.clarified_cost = memory.clarified_term = memory.clarified_note = None
        memory.refusal = None
        memory.acknowledged = False
        memory.idle_spent = timedelta(0)
        for task in self.open_of("clarify_cost", "clarify_term", "clarify", "third_party"):
            self.close_task(task)

    def accept_order(self) -> None:
        """The order as the customer placed it, before it is judged by a fresh check."""
        said, memory = self.message, self.model
        details = {**(memory.request.details or {}), **(said.details or {})}
        memory.order = Order(
            by=said.by,
            placed_at=said.time or memory.now,
            effective_at=date_for(memory, said.time or memory.now, said),
            effective_on=said.effective_on,
            details=details or None,
            optional_services=said.optional_services,
            cost_effect=cost_effect_of(memory),
            term=memory.clarified_term,
        )

    def accept_override(self) -> None:
        """The licences named go on in spite of surplus, recorded (X2)."""
        self.model.overridden = tuple(dict.fromkeys((*self.model.overridden, *self.message.licences)))

    def remember_acknowledged(self) -> None:
        """The acknowledgement is recorded (ED4)."""
        self.model.acknowledged = True

    def ask_anew(self) -> None:
        """Asking again clears a refusal (contract, `booking_refused`, `declined`)."""
        self.model.refusal = None

    def open_outside_steps(self) -> None:
        """Each step outside our reach is a task, until its proof is confirmed (X9)."""
        for step in self.outside_steps():
            self.open_outside(step)

    def open_leftover(self) -> None:
        """The edition has changed and something is still in surplus: an operator's task (X2)."""
        self.open_surplus("surplus")

    def open_held(self) -> None:
        """A channel is active again on package 0's date: the order is held (X4)."""
        self.open_surplus("surplus_channels")


def message_of(order: Order) -> PlaceOrder:
    """The customer's words again, for what depends on the day chosen."""
    return PlaceOrder(by=order.by, effective_on=order.effective_on)

"""What happens around an order on every path that has one: check, order, booking, date, change, revocation."""

from datetime import datetime, timedelta

from states.dates import (
    cost_effect_of,
    date_for,
    date_rule_of,
    effective_at,
    follows_notice,
    notice_rule,
    open_questions,
    term_runs,
)
from states.model.base import day_after, day_of
from states.model.effects import ApplyChange, CheckLicences, HandOver, Notify, PlaceOrder, Reassign, Tell, Withdraw
from states.model.facts import OutsideStep, Refusal, Surplus
from states.model.memory import Order, Standing
from states.model.request import PlaceOrder as PlaceOrderMessage
from states.model.request import Request
from states.surplus_state import ended_for_it, names, unresolved
from states.tasks import Tasks, iso

WARNINGS_FIRST = frozenset(
    {"features_lost", "user_management_lost", "integrations_end", "backup", "package_zero", "overage"}
)
"""The warnings that must be acknowledged before the licences are checked (ED4, VOU1, API4, HOS3, OP0-4, OP3)."""


class Orders(Tasks):
    """Guards, actions and reactions; declares no states. Guards read memory only."""

    # Guards.

    def refused_by_check(self) -> bool:
        """The record or the catalogue stands against the request."""
        return self.model.check is not None and self.model.check.refusal is not None

    def warns_first(self) -> bool:
        """Something is lost that the customer must acknowledge first."""
        return any(note.code in WARNINGS_FIRST for note in self.model.check.warnings) if self.model.check else False

    def surplus_found(self) -> bool:
        """Licences stand against the order (ED6, X2, X4)."""
        return bool(unresolved(self.model))

    def orderable(self) -> bool:
        """Nothing is left to clarify or to resolve (X2, X5, X6)."""
        declined = self.model.refusal is not None and self.model.refusal.code == "declined"
        return not declined and not open_questions(self.model) and not unresolved(self.model)

    def has_standing(self) -> bool:
        """A booked order stays in force beneath this change (X10)."""
        return self.model.standing is not None

    def another_catalogue(self) -> bool:
        """Another version is in force when the order is placed than when it was requested (X8)."""
        check = self.model.check
        return check is not None and check.in_force is not None and check.in_force != check.catalogue

    def is_revoking(self) -> bool:
        """A revocation was granted while the booking was under way (X11)."""
        return self.model.revoking

    def booking_under_way(self) -> bool:
        """A booking is on its way, and nobody holds it."""
        return self.model.state == "placing" and not self.held_by("perform", "repair")

    def held_by(self, *types: str) -> bool:
        """Whether an open task holds the present step."""
        return any(self.expects(task.step) for task in self.open_of(*types) if task.step is not None)

    def was_held(self) -> bool:
        """The date came, and something stands against the change: nothing was changed (X4)."""
        return self.model.receipt is not None and self.model.receipt.held

    def proofs_missing(self) -> bool:
        """Steps at third parties are still without a confirmed proof (X9)."""
        return bool(self.open_of("third_party"))

    def react_target_proposed(self) -> None:
        """Another target is asked about first; nothing changes unless it is possible (X10)."""
        self.ask(CheckLicences(proposal=self.message, order_at=self.message.time))

    def react_details_replaced(self) -> None:
        """Other details replace the former before the order (contract, `requested` for the same target)."""
        request = self.model.request
        said = self.message
        self.model.request = request.model_copy(
            update={"details": said.details or request.details, "explanation": said.explanation or request.explanation}
        )

    def refused_beneath(self) -> bool:
        """The change is not possible any more, but an order stands beneath it (X10)."""
        return self.refused_by_check() and self.has_standing()

    def revoking_standing(self) -> bool:
        """The change was not booked; the standing order still is (X11)."""
        return self.model.revoking and self.has_standing()

    def standing_unbooked(self) -> bool:
        """The standing order's date comes first, and the change waits to be booked by hand (X10)."""
        return self.has_standing() and self.held_by("perform")

    def nothing_booked(self) -> bool:
        """The booking waits to be clicked, and no order stands beneath it (X11)."""
        return self.held_by("perform") and not self.has_standing()

    def unclear(self) -> bool:
        """The fresh check raises what must be clarified first (X5, X6)."""
        return bool(open_questions(self.model))

    def was_acknowledged(self) -> bool:
        """The warning has been acknowledged for this target (OP0-4)."""
        return self.model.acknowledged

    def outside_steps(self) -> tuple[OutsideStep, ...]:
        """The steps outside our reach that the check names (X9)."""
        return self.model.check.outside if self.model.check else ()

    def ends_outside(self) -> bool:
        """Booked elsewhere, so it ends there, without an order of ours (CO4, ECO1)."""
        return self.model.order is None and any(step.what in ("shopify", "ecomdata") for step in self.outside_steps())

    # Asking, on entry of a doing-state.

    def ask_for_check(self) -> None:
        """Look at the customer's present record."""
        version = self.model.check.catalogue if self.model.check else None
        if self.another_catalogue() and self.model.state == "received":
            version = self.model.check.in_force if self.model.check else None
        self.ask(CheckLicences(version=version))

    def ask_for_order_check(self) -> None:
        """`place_order` checks the licences again first, and which catalogue is in force (X2, X8)."""
        memory = self.model
        memory.refusal = None
        version = memory.check.catalogue if memory.check else None
        self.ask(CheckLicences(version=version, order_at=memory.order.placed_at if memory.order else memory.now))

    def books(self) -> bool:
        """Whether there is something to book: what costs nothing has no booking (G5, contract `perform`)."""
        return date_rule_of(self.model) in ("notice", "term")

    def ask_for_booking(self) -> None:
        """Book the order, or have it booked by hand; what costs nothing becomes a note of ours at once."""
        if self.model.state == "placing":
            self.fix_date()
        order = self.model.order
        if order is None:
            return
        step = PlaceOrder(
            placed_at=order.placed_at,
            effective_at=order.effective_at or order.placed_at,
            booked=self.books(),
            details=order.details,
            optional_services=order.optional_services,
        )
        if self.by_hand() and self.books() and self.model.state == "placing":
            self.model.number += 1
            step = step.numbered(self.model.number)
            self.open_perform("perform_order", step, self.booking_due())
        else:
            self.ask(step)

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

    def booking_due(self) -> datetime | None:
        """A booking by hand is due at the deadline, else at the date (contract, `perform`)."""
        date = effective_at(self.model)
        return notice_rule(self.model).order_by(date) if date and follows_notice(self.model) else date

    def by_hand(self) -> bool:
        """Guided mode (X12)."""
        return self.model.check is not None and self.model.check.mode == "guided"

    def ask_for_change(self) -> None:
        """What a booked order does on its date, the customer centre does by itself; a deactivation is clicked."""
        step = ApplyChange(catalogue=self.model.check.catalogue if self.model.check else "")
        if self.by_hand() and not self.books() and not self.ends_outside():
            self.model.number += 1
            step = step.numbered(self.model.number)
            self.open_perform("perform_end", step, effective_at(self.model))
        else:
            self.ask(step)

    def ask_for_withdrawal(self) -> None:
        """Take the booking back before the run ends `revoked` (X11)."""
        self.model.revoking = False
        step = Withdraw()
        if self.by_hand() and self.books():
            self.model.number += 1
            step = step.numbered(self.model.number)
            self.open_perform("perform_withdraw", step, effective_at(self.model))
        else:
            self.ask(step)

    def ask_for_reassignment(self) -> None:
        """Assign the user elsewhere instead (WMU4)."""
        step = Reassign(to=self.message.to)
        if self.by_hand():
            self.model.number += 1
            step = step.numbered(self.model.number)
            self.open_perform("perform_reassign", step, None)
        else:
            self.ask(step)

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

    # Actions on the way.

    def refuse(self) -> None:
        """Keep why the run was refused."""
        self.model.refusal = self.model.check.refusal if self.model.check else None
        self.ask(Notify(template="refused", values={}))

    def forget_order(self) -> None:
        """An order that was not taken is no order (ED10)."""
        self.model.order = None

    def reject_in_surplus(self) -> None:
        """The order is refused, naming what is in surplus (X2, X4)."""
        self.forget_order()
        rule = "X4" if self.model.request.kind == "order_package" else "X2"
        self.verdict = Refusal(rule=rule, code="in_surplus", values={"licences": names(unresolved(self.model))})

    def reject_unclear(self) -> None:
        """What the fresh check raises must be clarified before the order."""
        self.forget_order()
        self.verdict = Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})

    def reject_catalogue(self) -> None:
        """Another catalogue is in force: the customer sees the warnings again under it (X8)."""
        self.forget_order()
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
        self.ask(Notify(template="scheduled", values={"effective_at": iso(date)}))
        for step in memory.check.outside if memory.check else ():
            self.open_outside(step)
        if order and order.late:
            self.open_late_question()

    def open_late_question(self) -> None:
        """A late booking by hand: which date holds (contract, `clarify_term`)."""
        recorded = iso(self.model.order.effective_at) if self.model.order else None
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
        self.model.revoking = False
        self.ask(Notify(template="booking_refused", values={"reason": self.refusal_reason()}))

    def refusal_reason(self) -> str:
        """What the customer centre said."""
        return str(self.model.refusal.values.get("reason", "")) if self.model.refusal else ""

    def hand_over_revocation(self) -> None:
        """On the effective date an open revocation passes to a `misclick` run of its own (X11)."""
        request = self.model.request
        for task in self.open_of("revocation"):
            self.close_task(task)
            self.write("revocation_passed_on", "revocation_passed_on")
            self.ask(
                HandOver(
                    request=Request(
                        kind="misclick",
                        customer=request.customer,
                        subject=f"{request.kind}.{request.subject}",
                        explanation=str(task.values.get("explanation") or "-"),
                    )
                )
            )

    def applied_now(self) -> None:
        """The change is made: tell the customer, and the runs it concerns."""
        memory = self.model
        memory.standing = None
        self.ask(Notify(template="applied", values={"effective_at": iso(effective_at(memory))}))

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

    # A change over a standing order, and another target (X10).

    def keep_standing(self) -> None:
        """Keep the booked order with all that belongs to it, beneath the change."""
        memory = self.model
        if memory.standing is None and self.kept is not None:
            memory.standing = self.kept
        self.reset_for_target()
        self.write("requested", "target_changed", target=memory.request.target)

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

    kept: Standing | None = None

    def snapshot(self) -> Standing | None:
        """The booked order as it stands, to be put back when the change is dropped."""
        memory = self.model
        if memory.order is None or memory.check is None:
            return None
        return Standing(
            request=memory.request,
            order=memory.order,
            check=memory.check,
            receipt=memory.receipt,
            clarified_cost=memory.clarified_cost,
            clarified_term=memory.clarified_term,
            overridden=memory.overridden,
        )

    def drop_change(self) -> None:
        """Back to the standing order, with a notice (X10)."""
        memory = self.model
        standing = memory.standing
        if standing is None:
            return
        self.reset_for_target()
        memory.request, memory.order, memory.check = standing.request, standing.order, standing.check
        memory.receipt, memory.clarified_cost = standing.receipt, standing.clarified_cost
        memory.clarified_term, memory.overridden = standing.clarified_term, standing.overridden
        memory.standing = None
        for task in self.open_of("perform", "repair"):
            self.close_task(task)
        self.write("change_dropped", "change_dropped", target=memory.request.target)
        self.ask(Notify(template="change_dropped", values={"effective_at": iso(effective_at(memory))}))

    # Revocation (X11).

    def react_request_revocation(self) -> None:
        """Opens a ticket; the cancellation goes on."""
        zone = self.model.settings.zone
        cancelled = [
            f"{one.workflow_id} ({f'{day_of(one.ends_at, zone).isoformat()}, ' if one.ends_at else ''}{one.state})"
            for one in ended_for_it(self.model)
        ]
        self.open_decision(
            "revocation",
            "revocation",
            "revocation_granted",
            "revocation_declined",
            explanation=self.message.explanation,
            effective_at=iso(effective_at(self.model)),
            cancelled=cancelled,
        )

    def react_revocation_under_way(self) -> None:
        """Granted while the booking is on its way: taken up with its answer."""
        self.model.revoking = True

    def end_revoked(self) -> None:
        """Nothing is booked any more; what ended for it stays ended (X13)."""
        ended = [one.licence for one in ended_for_it(self.model)]
        self.ask(Notify(template="revoked", values={"cancelled": ended}))

    # Time.

    def react_order_by_passed(self) -> None:
        """The date shown moves by itself (contract, `order_by`)."""
        self.write("order_by_passed", "order_by_passed", effective_at=iso(effective_at(self.model)))

    def react_term_ran_out(self) -> None:
        """The recorded term ran out before the order: which one holds is asked (X6)."""
        self.ask_open_questions()

    def term_ends_at(self) -> datetime | None:
        """When the recorded term runs out, while the customer has not ordered (X6)."""
        check = self.model.check
        waits = self.model.state == "order" and date_rule_of(self.model) == "term" and not self.model.clarified_term
        if not waits or check is None or check.term_ends is None or not term_runs(self.model):
            return None
        return day_after(check.term_ends, self.model.settings.zone)

    def react_recheck_due(self) -> None:
        """Some days before the date the licences are looked at again (X2)."""
        self.model.rechecked = True
        self.ask_for_check()

    def react_licence_changed(self) -> None:
        """Another run's news: check again by itself (X3)."""
        if self.model.state == "surplus_resolution":
            self.send("recheck_licences")
        elif self.model.state == "leftover":
            self.ask_what_is_left()
        elif self.model.state in ("feature_warning", "order", "scheduled"):
            self.ask_for_check()

    def remind_of_surplus(self) -> None:
        """Some days before the date the customer is told what is still in surplus, overridden or not (X2)."""
        entries = self.model.check.surplus if self.model.check else ()
        left = names(entry for entry in entries if entry.ends_at is None)
        if left and self.model.rechecked:
            self.ask(
                Notify(
                    template="surplus_reminder",
                    values={"licences": left, "effective_at": iso(effective_at(self.model))},
                )
            )

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

    # Entering the ends, and small steps on the way.

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

    def ask_what_is_left(self) -> None:
        """After the change: only what is still in surplus (X2)."""
        self.ask(CheckLicences(version=self.model.check.catalogue if self.model.check else None, after=True))

    def tell_abandoned(self) -> None:
        """An unfinished order is no order (ED10)."""
        self.ask(Notify(template="abandoned"))

    def tell_superseded(self) -> None:
        """An upgrade was booked elsewhere (X10)."""
        self.ask(Notify(template="superseded"))


def message_of(order: Order) -> PlaceOrderMessage:
    """The customer's words again, for what depends on the day chosen."""
    return PlaceOrderMessage(by=order.by, effective_on=order.effective_on)

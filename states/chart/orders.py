"""An order on its way: accepted, checked, booked by an adapter or by hand, and made on its date."""

from datetime import datetime, timedelta
from typing import Any

from states.chart.checks import books, by_hand, ends_outside, version
from states.chart.notifications import tell, tell_booked, tell_ordered, tell_watchers
from states.chart.tasks import ask_or_open, close_task, handled_by, open_steps, open_task, tasks_of
from states.chart.turn import Turn, last_line
from states.model.base import day_after, last_usable_day
from states.model.effects import ApplyChange, AssignLicence, BookOrder
from states.model.facts import QUESTION_TYPES, Refusal
from states.model.memory import Memory, Order
from states.model.request import PlaceOrder
from states.rules.effective_date import (
    answered_term,
    cost_effect_of,
    date_for,
    date_rule_of,
    deadline_for,
    follows_notice,
    notice_rule,
    open_questions,
)
from states.rules.run_values import isoformat, left_unclear, surplus_rows
from states.rules.surplus_resolution import unresolved_surplus


def orderable(model: Memory) -> bool:
    """Nothing is left to clarify or to resolve (X2, X5, X6)."""
    return not left_unclear(model) and not open_questions(model, model.acting_at) and not unresolved_surplus(model)


def booking_under_way(model: Memory) -> bool:
    """A booking is on its way, and no person has it in hand."""
    return model.state == "placing" and not handled_by(model, "perform", "repair")


# Accepting.


def accept_order(turn: Turn) -> None:
    """The order as the customer placed it, before it is judged by a fresh check."""
    message, memory = turn.message, turn.memory
    placed_at = message.time
    details = {**(memory.request.details or {}), **(message.details or {})}
    memory.order = Order(
        by=message.by,
        placed_at=placed_at,
        arrived_at=message.arrived(memory.now).received_at,
        effective_at=None if turn.traits.open_ended else date_for(memory, placed_at, message),
        effective_on=message.effective_on,
        details=details or None,
        optional_services=tuple(dict.fromkeys(message.optional_services)),
        cost_effect=cost_effect_of(memory),
        term=answered_term(memory, placed_at),
    )


def reject_in_surplus(turn: Turn) -> None:
    """The order is refused, naming what is in surplus (X2, X4)."""
    memory = turn.memory
    memory.order = None
    rule = "X4" if memory.request.kind == "order_package" else "X2"
    turn.refusal = Refusal(rule=rule, code="in_surplus", values={"surplus": surplus_rows(unresolved_surplus(memory))})


def reject_unclear(turn: Turn) -> None:
    """What the fresh check raises must be clarified before the order."""
    turn.memory.order = None
    turn.refusal = Refusal(rule="X5", code="not_enabled", values={"event": "place_order"})


def reject_catalogue(turn: Turn) -> None:
    """Another catalogue is in force: the customer sees the warnings again under it (X8)."""
    memory = turn.memory
    begin_again(turn)
    turn.refusal = Refusal(rule="X8", code="changed", values={"what": "catalogue"})
    turn.write("catalogue_changed", "catalogue_changed", catalogue=memory.check.in_force if memory.check else None)


def begin_again(turn: Turn) -> None:
    """What was said about the former target or catalogue does not hold for the new one."""
    memory = turn.memory
    memory.order = None
    memory.overridden = ()
    memory.clarified_cost = memory.clarified_term = memory.clarified_note = None
    memory.refusal = None
    memory.acknowledged = False
    memory.idle_spent = timedelta(0)
    for task in tasks_of(memory, *QUESTION_TYPES, "third_party"):
        close_task(memory, task)


def drop_order(turn: Turn) -> None:
    """What nobody has booked or switched off is given up with the request: an unfinished order is no order (ED10)."""
    turn.memory.order = None


# Booking.


def ask_for_booking(turn: Turn) -> None:
    """Book the order, or have it booked by hand; what costs nothing becomes a note of ours at once."""
    memory = turn.memory
    placing = memory.state == "placing"
    if placing:
        fix_date(memory)
    order = memory.order
    if order is None:
        return
    if placing:
        tell_ordered(turn)
    step = BookOrder(
        placed_at=order.placed_at,
        effective_at=order.effective_at or order.placed_at,
        booked=books(memory),
        details=order.details,
        optional_services=order.optional_services,
    )
    clicked = by_hand(memory, turn.traits) and books(memory) and placing
    ask_or_open(turn, step, clicked, "perform_order")


def fix_date(memory: Memory) -> None:
    """The order's date, from the check made for it."""
    order = memory.order
    if order is None or order.late:
        return
    message = PlaceOrder(by=order.by, effective_on=order.effective_on)
    changes = {
        "date_rule": date_rule_of(memory),
        "effective_at": date_for(memory, order.placed_at, message),
        "cost_effect": cost_effect_of(memory),
        "term": answered_term(memory, order.placed_at),
    }
    memory.order = order.model_copy(update=changes)


def note_booked(turn: Turn) -> None:
    """The customer centre has booked: the new order replaces a standing one (X10)."""
    memory = turn.memory
    memory.standing = None
    memory.refusal = None
    order = memory.order
    date = order.effective_at if order else None
    memory.told_of_surplus = False
    memory.rechecked = bool(date and date - memory.settings.recheck_before <= memory.now)
    tell_watchers(turn, "scheduled")
    tell_booked(turn)
    open_steps(turn, memory.check.outside if memory.check else ())
    if order and order.late:
        ask_which_date(turn, order)


def note_other_cost(turn: Turn) -> None:
    """What is booked stays so; where its end means something else for the cost by now, or a booked change of the
    edition makes it cost something until then, the customer is told once (G9, ED14)."""
    memory = turn.memory
    order, check = memory.order, memory.check
    if order is None or check is None:
        return
    values: dict[str, Any] = {}
    if check.cost_effect != order.cost_effect and not (memory.clarified_cost and check.cost_effect == "unknown"):
        memory.order = order.model_copy(update={"cost_effect": check.cost_effect})
        values = {"cost_effect": check.cost_effect}
    for warning in check.warnings:
        changes_at = warning.values.get("changes_at")
        before_end = changes_at and order.effective_at and datetime.fromisoformat(changes_at) < order.effective_at
        if before_end and not values:
            values = {name: warning.values[name] for name in ("changes_at", "becomes")}
            values["new_edition"] = warning.values["target"]
    line = last_line(memory, "cost_changed")
    if values and (line is None or line.values != values):
        turn.write("cost_changed", "cost_changed", **values)
        tell(turn, "cost_changed", **values)


def ask_which_date(turn: Turn, order: Order) -> None:
    """A late booking by hand: a person is asked which date holds (docs/contract.md, `clarify_term`)."""
    values = {"recorded": isoformat(order.effective_at) or "-"}
    open_task(turn, "clarify_term", "clarify_term", subject="late", at_required=True, values=values)


def note_booking_refused(turn: Turn) -> None:
    """The customer centre said no: an unfinished order is no order (ED10)."""
    memory = turn.memory
    memory.order = None
    reason = str(memory.refusal.values.get("reason", "")) if memory.refusal else ""
    if not memory.revoking:
        turn.write("order_refused", "order_refused", reason=reason)
    memory.revoking = False
    tell(turn, "booking_refused", reason=reason)


# By hand.


def note_performed(turn: Turn) -> None:
    """By hand, with proof: the same change is now written to our record under the effect's key (X12)."""
    assert turn.task is not None and turn.task.step is not None
    step, message = turn.task.step, turn.message
    confirmed_at = message.proof.confirmed_at or message.time
    proof = message.proof.model_copy(
        update={"confirmed_by": message.proof.confirmed_by or message.by, "confirmed_at": confirmed_at}
    )
    changes: dict[str, Any] = {"proof": proof}
    if isinstance(step, BookOrder):
        changes |= note_found(turn) or note_late_booking(turn, step, confirmed_at)
    turn.ask_again(step.model_copy(update=changes))


def note_found(turn: Turn) -> dict[str, Any]:
    """The last usable day that the customer centre showed to the person who booked there: the date follows it (D7).

    Answers what that changes in the step; nothing where no day is given.
    """
    memory, at = turn.memory, turn.message.at
    order = memory.order
    if order is None or at is None:
        return {}
    zone = memory.settings.zone
    last_day = last_usable_day(at, zone)
    date = day_after(last_day, zone)
    if date != order.effective_at:
        turn.write("date_found", "date_found", effective_at=isoformat(date))
    found = {"term": last_day, "effective_at": date, "found": True, "planned_at": None, "overdue_at": None}
    memory.order = order.model_copy(update=found)
    return {"effective_at": date}


def note_late_booking(turn: Turn, step: BookOrder, booked_at: datetime) -> dict[str, Any]:
    """A booking that came too late for its date gets the date that the click gives (docs/contract.md, `perform`).

    Answers what that changes in the step. Without a notice rule only a person can say which date holds.
    """
    memory = turn.memory
    order = memory.order
    if order is None:
        return {}
    planned = order.planned_at or order.effective_at
    noticed = {"effective_at": planned, "planned_at": None, "overdue_at": None}
    if booked_at < (deadline_for(memory, planned) or step.effective_at):
        memory.order = order.model_copy(update=noticed)
        return {}
    date = notice_rule(memory).effective_at(booked_at) if follows_notice(memory) else None
    memory.order = order.model_copy(update=noticed | {"effective_at": date, "late": True, "booked_at": booked_at})
    turn.write("late_booking", "late_booking")
    return {"effective_at": date or step.effective_at}


# Instead of ending, and on the date.


def ask_for_reassignment(turn: Turn) -> None:
    """Assign the user elsewhere instead (WMU4)."""
    turn.memory.reassigned_to = turn.message.to
    ask_or_open(turn, AssignLicence(to=turn.message.to), by_hand(turn.memory, turn.traits), "perform_reassign")


def ask_for_change(turn: Turn) -> None:
    """What a booked order does on its date, the customer centre does by itself; a deactivation is clicked."""
    memory = turn.memory
    clicked = by_hand(memory, turn.traits) and not books(memory) and not ends_outside(memory)
    ask_or_open(turn, ApplyChange(catalogue=version(memory) or ""), clicked, "perform_end")


def note_order_by_passed(turn: Turn) -> None:
    """The date shown moves by itself (docs/contract.md, `order_by`); it stays where the boundary day begins (X1)."""
    memory = turn.memory
    date = date_for(memory, memory.now)
    if turn.since is None or date != date_for(memory, turn.since):
        turn.write("order_by_passed", "order_by_passed", effective_at=isoformat(date))


def decline(turn: Turn) -> None:
    """A person said no, and the customer is told."""
    note = getattr(turn.message, "note", None) or ""
    turn.memory.refusal = Refusal(rule=turn.traits.declined_by, code="declined", values={"note": note})
    tell(turn, "declined", note=note)


def reassignable(model: Memory, traits: Any) -> bool:
    """Only a WMS user has the alternative (WMU4)."""
    return bool(traits.reassigns)

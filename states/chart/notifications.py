"""What people and other runs are told: mails to the customer and the operators, and news of licences (X3)."""

from collections.abc import Iterable
from typing import Any

from states.chart.checks import books, by_hand, outside_steps
from states.chart.outcome import note_effect
from states.chart.receipts import ask_for_receipt
from states.chart.state_names import BOOKED, CHANGED
from states.chart.traits import Traits
from states.chart.turn import Turn, last_line
from states.model.effects import Notify, Tell
from states.model.memory import Memory, Task
from states.rules.effective_date import effective_at, notice_unknown, other_reading
from states.rules.run_values import isoformat, mail_facts, stage_of, step_row, surplus_rows


def tell(turn: Turn, template: str, **values: Any) -> None:
    """A mail to the customer, with the date, the deadline and the price as far as they are known; and its receipt."""
    receipt = ask_for_receipt(turn, template, values)
    turn.ask(Notify(template=template, values=mail_facts(turn.memory) | values, receipt=receipt))


def tell_operators(turn: Turn, template: str, **values: Any) -> None:
    """A mail to the operators, with what it is about by name; a date that no order has yet is none of theirs."""
    date = isoformat(effective_at(turn.memory)) if turn.memory.order else None
    check = turn.memory.check
    called = {"called": check.called} if check and check.called else {}
    turn.ask(Notify(template=template, to="operator", values={"effective_at": date} | called | values))


def tell_watchers(turn: Turn, state: str) -> None:
    """The customer's other runs that the answer names hear that the licence has reached a state (X3)."""
    receipt = turn.memory.receipt
    if receipt and receipt.tell:
        turn.ask(Tell(runs=receipt.tell, state=state))


def tell_other(turn: Turn, what: str) -> None:
    """The customer to whom a marketplace account moves hears of it too: `agreed`, `off` or `done` (MOV1)."""
    check = turn.memory.check
    values = {"what": what, "effective_at": isoformat(turn.memory.agreed_at), "called": check.called if check else None}
    turn.ask(Notify(template="move_other", to="other_customer", values=values))


def tell_both(turn: Turn, what: str) -> None:
    """Both customers hear of the moment agreed, and of one that falls through (MOV1)."""
    tell(turn, "move", what=what, effective_at=isoformat(turn.memory.agreed_at))
    tell_other(turn, what)


# What arrived.


def tell_ordered(turn: Turn) -> None:
    """The order has arrived and is being booked: by us at once, or by a person (X12)."""
    memory = turn.memory
    by_whom = {"by_hand": True} if by_hand(memory, turn.traits) else {}
    tell(turn, "order_received", **by_whom, **doubts(memory), **without_a_wait(memory, turn.traits))


def tell_reported(turn: Turn) -> None:
    """What needs no order has arrived: a person at the vendor decides, or it is ended elsewhere (MIS1, ECO1, CO4)."""
    tell(turn, "report_received", steps=step_rows(t for t in turn.memory.tasks if t.type == "third_party"))


def tell_reported_outside(turn: Turn) -> None:
    """The same of what ends at a third party without an order (CO4); what was ordered has its receipt."""
    if turn.memory.order is None:
        tell_reported(turn)


# The booking.


def tell_booked(turn: Turn) -> None:
    """The order is booked, with what the customer must still do elsewhere.

    Nothing is said of what ends with its order: the mail of the change follows within seconds.
    """
    memory = turn.memory
    if changes_at_once(memory, turn.traits):
        return
    steps = [step_row(step.what, step.name) for step in memory.check.outside] if memory.check else []
    date = isoformat(memory.order.effective_at) if memory.order else None
    known = doubts(memory) | without_a_wait(memory, turn.traits) | left_to_end(memory)
    tell(turn, "scheduled", effective_at=date, steps=steps, **known)


def left_to_end(memory: Memory) -> dict[str, Any]:
    """What is booked and does not fit the change, though the customer goes on (X2)."""
    left = surplus_rows(entry for entry in (memory.check.surplus if memory.check else ()) if entry.left)
    return {"surplus": left} if left else {}


def changes_at_once(memory: Memory, traits: Traits) -> bool:
    """Whether it ends with its order, and nobody else has to act."""
    return with_its_order(memory, traits) and not outside_steps(memory, traits)


def with_its_order(memory: Memory, traits: Traits) -> bool:
    """Whether the change is made with its order, so that a mail of it follows that of the booking within seconds."""
    order = memory.order
    if order is None or order.effective_at is None or order.effective_at > order.placed_at:
        return False
    return not by_hand(memory, traits)


def without_a_wait(memory: Memory, traits: Traits) -> dict[str, Any]:
    """Where the date has come, with its order or before that was delivered or booked, there is none to wait for:
    what has no booking is switched off now, or as soon as a person does it; what has one holds from its date."""
    order = memory.order
    if order is None or order.effective_at is None or order.effective_at > memory.now:
        return {}
    return {"come": True} if books(memory) else {"at_once": "by_hand" if by_hand(memory, traits) else "now"}


def doubts(memory: Memory) -> dict[str, Any]:
    """What makes the date of a booking less than certain: it came late (X12) or on the boundary day (X1), or nobody
    knows its notice (D7)."""
    if memory.order and memory.order.late:
        return {"late": True}
    if notice_unknown(memory):
        return {"notice_unknown": True}
    other = other_reading(memory)
    return {"other_effective_at": isoformat(other)} if other else {}


def tell_clarified(turn: Turn) -> None:
    """A person said which date holds after a late booking, and it is booked so (docs/contract.md, `clarify_term`)."""
    tell_watchers(turn, "scheduled")
    tell(turn, "scheduled", clarified=True, **left_to_end(turn.memory), **without_a_wait(turn.memory, turn.traits))


def remind_of_surplus(turn: Turn) -> None:
    """Some days before the date the customer is told once what is still in surplus, overridden or not (X2)."""
    memory = turn.memory
    left = left_to_end(memory)
    if left and memory.rechecked and not memory.told_of_surplus:
        memory.told_of_surplus = True
        tell(turn, "surplus_reminder", **left)


def step_rows(tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """What must still be done outside, for a list in a text (X9)."""
    return [step_row(task.text.removeprefix("third_party_"), task.values.get("name")) for task in tasks]


# The ends.


def tell_applied(turn: Turn) -> None:
    """The change is made."""
    tell_made(turn)


def tell_made(turn: Turn, **values: Any) -> None:
    """The mail of the change; a revocation that passed to a ticket is named, and a date that was not kept."""
    memory = turn.memory
    memory.standing = None
    note_effect(turn)
    if memory.held_since is not None:
        values["held_since"] = isoformat(memory.held_since)
    line = last_line(memory, "revocation_passed_on")
    passed_on = {"passed_on": line.values["run"]} if line and line.values else {}
    tell(turn, "applied", **passed_on, **values)


def note_made(turn: Turn) -> None:
    """The change is made, though the run goes on: other runs need not wait for its end (X3, X4, X9)."""
    note_effect(turn)
    tell_watchers(turn, "applied")


def tell_ended(turn: Turn) -> None:
    """The licence is gone while proofs are still awaited."""
    note_made(turn)
    if not with_its_order(turn.memory, turn.traits):
        tell(turn, "changed", steps=step_rows(task for task in turn.memory.tasks if task.type == "third_party"))


def tell_refused(turn: Turn) -> None:
    """Why the check refuses the run; where a person declined, that is kept and told already."""
    check = turn.memory.check
    if check is not None and check.refusal is not None:
        turn.memory.refusal = check.refusal
        tell(turn, "refused", refusal=check.refusal.model_dump(mode="json", include={"code", "values"}))


def tell_reassigned(turn: Turn) -> None:
    """Instead of ending, the user is assigned elsewhere (WMU4)."""
    note_effect(turn)
    tell(turn, "reassigned", to=turn.memory.reassigned_to)


def tell_given_up(turn: Turn) -> None:
    """A person ended it in repair: the customer hears why, and which booking stays; a note of ours goes (G5).

    An order that was never booked is none (ED10).
    """
    memory = turn.memory
    booked = memory.order if memory.state in BOOKED and books(memory) else None
    booked = memory.standing.order if memory.standing else booked
    memory.given_up_after = stage_of(memory) == "made"
    if booked is None and memory.state not in CHANGED:
        memory.order = None
    tell(turn, "given_up", note=turn.message.note, effective_at=isoformat(booked.effective_at) if booked else None)


def tell_abandoned(turn: Turn) -> None:
    """An unfinished order is no order (ED10); whether it was ended elsewhere meanwhile, we do not know (CO4, ECO2)."""
    elsewhere = [step.what for step in (turn.memory.check.outside if turn.memory.check else ())]
    ended = next((what for what in elsewhere if what in ("shopify", "ecomdata")), None)
    tell(turn, "abandoned", **({"elsewhere": ended} if ended else {}))


def tell_superseded(turn: Turn) -> None:
    """An upgrade was booked elsewhere (X10)."""
    tell(turn, "superseded")

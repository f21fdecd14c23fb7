"""Taking an order back: never by the customer alone, and only before its date (X11, X13)."""

from datetime import datetime
from typing import Any

from states.chart.amendments import has_standing, what_stands
from states.chart.checks import books, by_hand, outside_steps
from states.chart.notifications import tell
from states.chart.state_names import AFTER_DATE
from states.chart.tasks import ask_or_open, close_task, open_task, tasks_of, unclicked
from states.chart.traits import Traits
from states.chart.turn import Turn, last_line
from states.model.effects import ApplyChange, BookOrder, HandOver, Withdraw
from states.model.memory import Memory
from states.model.request import Request
from states.rules.effective_date import effective_at
from states.rules.run_values import isoformat
from states.rules.surplus_resolution import cancellations_for_run


def is_revoking(model: Memory) -> bool:
    """A revocation was granted while the booking was under way (X11)."""
    return model.revoking


def revoking_standing(model: Memory) -> bool:
    """The change was not booked; the standing order still is (X11)."""
    return model.revoking and has_standing(model)


def nothing_booked(model: Memory) -> bool:
    """The booking waits to be clicked, and no order stands beneath it (X11)."""
    return unclicked(model) and not has_standing(model)


def changed_by_hand(memory: Memory, traits: Traits) -> bool:
    """Whether a person makes the change itself: nothing is booked that would come by itself (G5, X12)."""
    return memory.order is not None and by_hand(memory, traits) and not books(memory)


def change_unmade(model: Memory, traits: Traits) -> bool:
    """A person makes the change, and nobody has made it yet, be its day past (X12)."""
    waits = model.state == "scheduled" or (model.state == "applying" and unclicked(model))
    return waits and changed_by_hand(model, traits)


def revocable(memory: Memory, traits: Traits) -> bool:
    """From the order to the effective date, by when it is asked, or until a person has made the change (X11, X12)."""
    if not can_be_taken_back(memory, traits):
        return False
    return change_unmade(memory, traits) or not date_has_come(memory, memory.acting_at or memory.now)


def can_be_taken_back(memory: Memory, traits: Traits) -> bool:
    """What was ordered is not made yet. On the date itself an open revocation is passed on, and not dropped (X11)."""
    if memory.revoking or memory.state == "withdrawing":
        return False
    if change_unmade(memory, traits):
        return True
    return memory.state != "applying" and (memory.state in traits.revocable or has_standing(memory))


def may_be_asked(model: Memory, traits: Traits) -> bool:
    """A revocation can be asked for, and has not been."""
    return revocable(model, traits) and not tasks_of(model, "revocation")


def date_has_come(memory: Memory, at: datetime) -> bool:
    """Whether the effective moment of what is booked has come."""
    standing = memory.standing
    date = standing.order.effective_at if standing else effective_at(memory)
    return date is not None and memory.order is not None and at >= date and memory.state != "placing"


def came_too_late(memory: Memory, traits: Traits, at: datetime) -> bool:
    """Whether the date has come for which a revocation would have had to be asked for."""
    if change_unmade(memory, traits):
        return False
    if memory.state in AFTER_DATE and not revocable(memory, traits):
        return True
    return memory.state == "scheduled" and date_has_come(memory, at)


def open_revocation(turn: Turn) -> None:
    """Opens a ticket, which names what has ended for its sake (X13, FFN5); the cancellation goes on."""
    memory = turn.memory
    values: dict[str, Any] = {
        "explanation": turn.message.explanation,
        "effective_at": isoformat(effective_at(memory)),
        "by_hand": changed_by_hand(memory, turn.traits),
        "cancelled": [
            {
                "called": ended.called,
                "run": ended.workflow_id,
                "ends_at": isoformat(ended.ends_at),
                "state": ended.state,
            }
            for ended in cancellations_for_run(memory)
        ],
    }
    stands = what_stands(memory)
    tell(turn, "revocation_received", **stands)
    open_task(turn, "revocation", "revocation", values=values | stands | partners_left(memory, turn.traits))


def partners_left(memory: Memory, traits: Traits) -> dict[str, Any]:
    """The partners with whom it has ended, whatever becomes of the rest (FFN5); nothing where there are none."""
    steps = [step for step in outside_steps(memory, traits) if step.what == "partner"]
    waiting = {task.subject for task in tasks_of(memory, "third_party")}
    left = [step.name or "-" for step in steps if (step.subject or step.what) not in waiting]
    return {"partners": left} if steps else {}


def note_declined(turn: Turn) -> None:
    """The cancellation goes on, and the customer is told."""
    tell(turn, "declined", note=turn.message.note or "", revocation=True, **what_stands(turn.memory))


def note_revoking(turn: Turn) -> None:
    """Granted while the booking is on its way: taken up with its answer."""
    turn.memory.revoking = True


def wait_no_longer(turn: Turn) -> None:
    """The booking that a granted revocation waited for keeps failing: what may be booked is taken back now (X11)."""
    if turn.memory.revoking and turn.answer is not None and isinstance(turn.answer.effect, BookOrder):
        turn.follow = "revocation_granted"


def ask_for_withdrawal(turn: Turn) -> None:
    """Take the booking back before the run ends `revoked` (X11)."""
    memory = turn.memory
    memory.revoking = False
    clicked = by_hand(memory, turn.traits) and books(memory)
    ask_or_open(turn, Withdraw(), clicked, "perform_withdraw")


def tell_revoked(turn: Turn) -> None:
    """Nothing is booked any more; what ended for it, or with a partner, stays ended (X13)."""
    memory = turn.memory
    cancelled = [ended.called for ended in cancellations_for_run(memory)]
    tell(turn, "revoked", cancelled=cancelled, **what_stands(memory), **partners_left(memory, turn.traits))


def hand_over_on_date(turn: Turn) -> None:
    """On the effective date an open revocation passes on, unless a person has yet to make the change (X11, X12)."""
    if not changed_by_hand(turn.memory, turn.traits):
        hand_over_revocation(turn)


def hand_over_when_made(turn: Turn) -> None:
    """A person has made the change: what was not decided before passes on (X11, X12)."""
    if turn.task is not None and isinstance(turn.task.step, ApplyChange):
        hand_over_revocation(turn)


def hand_over_revocation(turn: Turn) -> None:
    """An open revocation passes to a `misclick` run of its own (X11)."""
    memory = turn.memory
    request = memory.request
    for task in tasks_of(memory, "revocation"):
        close_task(memory, task)
        line = last_line(memory, "request_revocation")
        ticket = Request(
            kind="misclick",
            customer=request.customer,
            subject=f"{request.kind}.{request.subject}",
            explanation=str(task.values.get("explanation") or "-"),
            details={"run": request.workflow_id},
            by=line.by if line else None,
        )
        turn.write("revocation_passed_on", "revocation_passed_on", run=ticket.workflow_id)
        turn.ask(HandOver(request=ticket))

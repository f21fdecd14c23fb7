"""When what a run was about took effect in truth: shown for ever, whether or not there was an order."""

from datetime import datetime
from typing import Any

from states.chart.checks import books
from states.chart.turn import Turn
from states.model.base import day_of
from states.model.effects import ApplyChange, Decouple
from states.model.memory import Memory


def keep_proved(turn: Turn) -> None:
    """The latest of the moments that proofs of third parties name: several need not come in their order (X9, FFN5)."""
    memory = turn.memory
    proof = turn.message.proof or (turn.task.proof if turn.task else None)
    moment = confirmed_at(proof, memory)
    memory.proved_at = max(moment, memory.proved_at or moment)


def note_proved(turn: Turn) -> None:
    """It has ended at third parties when the last of them confirmed it (X9, ECO2, FFN5)."""
    keep_proved(turn)
    turn.memory.took_effect_at = turn.memory.proved_at


def note_effect(turn: Turn) -> None:
    """The moment at which it took effect, unless that is the date of its order.

    Without an order: on the day agreed (SUP3, MOV1), else now (granted, re-assigned). What somebody had to make, and
    made on a later day than planned, has held from then (X4, X12).
    """
    memory = turn.memory
    if memory.took_effect_at is not None:
        return
    effect = turn.answer.effect if turn.answer else None
    moment = confirmed_at(getattr(effect, "proof", None), memory)
    if memory.held_since is not None and memory.agreed_at is not None:
        moment = memory.agreed_at
    planned = memory.order.effective_at if memory.order else memory.agreed_at
    if planned is None or (made_by_person(turn) and later_day(memory, planned, moment)):
        memory.took_effect_at = moment
    elif memory.order is None:
        memory.took_effect_at = planned


def made_by_person(turn: Turn) -> bool:
    """Whether somebody had to make the change now: what is booked, the customer centre ends by itself on its date."""
    memory = turn.memory
    effect = turn.answer.effect if turn.answer else None
    if isinstance(effect, ApplyChange):
        return memory.held_since is not None or (memory.order is not None and not books(memory))
    return isinstance(effect, Decouple)


def later_day(memory: Memory, planned: datetime, moment: datetime) -> bool:
    """Whether a moment lies on a later calendar day than planned (D8)."""
    zone = memory.settings.zone
    return day_of(moment, zone) > day_of(planned, zone)


def confirmed_at(proof: Any, memory: Memory) -> datetime:
    """The moment that a proof names, at the latest now."""
    return min(proof.confirmed_at, memory.now) if proof and proof.confirmed_at else memory.now

"""States by what they do: which wait for the world, and what outsiders call them."""

from states.model.effects import (
    ApplyChange,
    AssignLicence,
    BookOrder,
    CheckLicences,
    Decouple,
    Effect,
    Withdraw,
)

AWAITED_EFFECT: dict[str, type[Effect]] = {
    "received": CheckLicences,
    "license_check": CheckLicences,
    "ordering": CheckLicences,
    "placing": BookOrder,
    "applying": ApplyChange,
    "withdrawing": Withdraw,
    "reassigning": AssignLicence,
    "decoupling": Decouple,
}
"""The states in which the world is being changed or read, each with the effect whose answer leads on."""

PUBLIC_STATE: dict[str, str] = {
    "ordering": "order",
    "placing": "order",
    "applying": "scheduled",
    "withdrawing": "scheduled",
    "reassigning": "order",
    "decoupling": "scheduled",
    "leftover": "surplus_resolution",
    "held": "surplus_resolution",
    "appointing": "support_ticket",
}
"""What outsiders call a state where its own name is not the contract's."""

CUSTOMER_STATES = frozenset({"feature_warning", "surplus_resolution", "order"})
"""Where the customer is the one who acts."""

BEFORE_ORDER = frozenset({"feature_warning", "license_check", "surplus_resolution", "order"})
"""Where the date shown is what an order placed now would give."""

AFTER_DATE = frozenset({"applying", "leftover", "held", "third_party"})
"""Where the date has come."""

BOOKED = frozenset({"scheduled", "applying", "withdrawing"})
"""Where an order is booked and its change is still to come."""

CHANGED = frozenset({"third_party", "leftover", "held"})
"""After the date, whatever is still missing."""


def public_state(state: str) -> str:
    """The state as the contract names it."""
    return PUBLIC_STATE.get(state, state)


def awaits(state: str, effect: Effect) -> bool:
    """Whether a state waits for that effect's answer."""
    return isinstance(effect, AWAITED_EFFECT.get(state, ()))


def answer_event(state: str, effect: Effect) -> str:
    """The event that answers an effect in a state."""
    if isinstance(effect, CheckLicences):
        if effect.proposal is not None:
            return "target_checked"
        return "begin" if state == "received" else "licences_checked"
    return effect.answer

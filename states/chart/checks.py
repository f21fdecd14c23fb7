"""What a check found, and asking for one: guards that read it, and the questions that it leaves to a person."""

from states.chart.state_names import CUSTOMER_STATES
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.model.effects import CheckLicences
from states.model.facts import OutsideStep
from states.model.memory import Memory
from states.rules.effective_date import date_rule_of, open_questions
from states.rules.surplus_resolution import unresolved_surplus


def refused_by_check(model: Memory) -> bool:
    """The record or the catalogue stands against the request."""
    return model.check is not None and model.check.refusal is not None


def warns_first(model: Memory, traits: Traits) -> bool:
    """Something is lost that the customer must acknowledge first."""
    return any(warning.code in traits.warned_first for warning in model.check.warnings) if model.check else False


def was_acknowledged(model: Memory) -> bool:
    """The warning has been acknowledged for this target (OP0-4)."""
    return model.acknowledged


def surplus_found(model: Memory) -> bool:
    """Licences stand against the order (ED6, X2, X4)."""
    return bool(unresolved_surplus(model))


def unclear(model: Memory) -> bool:
    """The check raises what a person must clarify first (X5, X6)."""
    return bool(open_questions(model))


def another_catalogue(model: Memory) -> bool:
    """Another version is in force when the order is placed than when it was requested (X8)."""
    check = model.check
    return check is not None and check.in_force is not None and check.in_force != check.catalogue


def books(memory: Memory) -> bool:
    """Whether there is something to book: what costs nothing has no booking (G5, docs/contract.md, `perform`)."""
    return date_rule_of(memory) in ("notice", "term")


def by_hand(memory: Memory, traits: Traits) -> bool:
    """Whether a person clicks it: guided mode, and there is something to click (X12)."""
    return traits.clicked and memory.check is not None and memory.check.mode == "guided"


def outside_steps(memory: Memory, traits: Traits) -> tuple[OutsideStep, ...]:
    """The steps outside our reach: those that the check names, else the path's own (X9, FFN1)."""
    recorded = memory.check.outside if memory.check else ()
    return recorded or ((traits.unrecorded,) if traits.unrecorded else ())


def ends_outside(model: Memory) -> bool:
    """Booked elsewhere, so it ends there, without an order of ours (CO4)."""
    steps = model.check.outside if model.check else ()
    return model.order is None and any(step.what == "shopify" for step in steps)


def version(memory: Memory) -> str | None:
    """The catalogue version that the run is judged by; None before its first check (X8)."""
    return memory.check.catalogue if memory.check else None


def ask_for_check(turn: Turn) -> None:
    """Look at the customer's present record, by the run's version; one that begins again takes that in force."""
    memory = turn.memory
    begins_again = memory.state == "received" and another_catalogue(memory)
    in_force = memory.check.in_force if memory.check and begins_again else version(memory)
    turn.ask(CheckLicences(version=in_force))


def ask_for_order_check(turn: Turn) -> None:
    """`place_order` checks the licences again first, and which catalogue is in force (X2, X8)."""
    memory = turn.memory
    memory.refusal = None
    placed_at = memory.order.placed_at if memory.order else memory.now
    turn.ask(CheckLicences(version=version(memory), order_at=placed_at))


def ask_what_is_left(turn: Turn) -> None:
    """After the change: only what is still in surplus (X2)."""
    turn.ask(CheckLicences(version=version(turn.memory), after=True))


def ask_for_recheck(turn: Turn) -> None:
    """Some days before the date the licences are looked at again (X2)."""
    turn.memory.rechecked = True
    ask_for_check(turn)


def check_on_news(turn: Turn) -> None:
    """Another licence of the customer has changed: look again where that can matter (X3)."""
    if turn.memory.state in CHECKS_ON_NEWS:
        ask_for_check(turn)


def pointless(memory: Memory) -> bool:
    """Whether the customer could not go on as the record is now: it is loaded without the licence, say. Nobody reminds
    him, and nobody is asked what would be needed for it, until a check finds otherwise (G2)."""
    return memory.found_against and memory.state in CUSTOMER_STATES


CHECKS_ON_NEWS = frozenset({"feature_warning", "order", "placing", "scheduled", "support_ticket"})
"""Where news of the customer's record is looked up and changes no state: what is booked stays so."""


def remember_acknowledged(turn: Turn) -> None:
    """The acknowledgement is recorded (ED4)."""
    turn.memory.acknowledged = True


def ask_anew(turn: Turn) -> None:
    """Asking again clears a refusal (docs/contract.md, `booking_refused`, `declined`)."""
    turn.memory.refusal = None

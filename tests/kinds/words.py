"""The words for what is explored: facts that a check may find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from states.model.facts import OutsideStep, Question, Refusal, Surplus, Warning

Fields = Mapping[str, Any]
"""Fields of a check (`states.model.facts.Check`)."""


def refused(rule: str, code: str) -> Fields:
    """The check refuses."""
    return {"refusal": Refusal(rule=rule, code=code)}


GONE = refused("G2", "not_held")
"""The licence is not there any more."""
NOBODY = refused("G2", "unknown_customer")
"""The customer is not there any more."""
OPEN = {"surplus": (Surplus(licence="L-1", product="p", reason="not_available"),)}
ENDING = {"surplus": (Surplus(licence="L-1", product="p", reason="not_available", ends_at="2027-01-31T23:00:00Z"),)}
ASK_TERM = {"questions": (Question(type="clarify_term", rule="X6"),)}
ASK_PARTNERS = {"questions": (Question(type="clarify", rule="FFN1", text="clarify_partners"),)}
PAID = {"cost_effect": "cancellation", "term_ends": date(2027, 1, 31), "date_rule": "term"}
NOTICE = {"cost_effect": "cancellation", "date_rule": "notice"}
INCLUDED = {"cost_effect": "deactivation"}
UNKNOWN = {"cost_effect": "unknown", "questions": (Question(type="clarify_cost", rule="X5"),)}
AGREED = {"date_rule": "agreed"}
THE_SAME: Fields = {}
"""A later check that finds what the first one found."""


def warned(code: str) -> Fields:
    """A warning that comes first."""
    return {"warnings": (Warning(code=code),)}


def outside(what: str) -> Fields:
    """A step outside our reach."""
    return {"outside": (OutsideStep(what=what, rule="X9"),)}


@dataclass(frozen=True)
class Case:
    """What is explored of a kind, in both modes: every event in every state that these facts lead to.

    `first`: what the first check finds (each case is also explored with a first check that refuses). `later`: what
    later checks may find instead. `request`: the document without kind and customer; its subject is `L-1` unless
    given. `other`: another target that may be asked for.
    """

    first: Fields
    later: tuple[Fields, ...] = (THE_SAME,)
    request: Fields = field(default_factory=dict)
    other: int | str | None = None

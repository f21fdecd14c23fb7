"""From when an order placed at some moment would hold, and until when it may be placed, without a text."""

from datetime import datetime
from typing import Literal, NamedTuple, cast, get_args

from states.chart.base import Chart
from states.chart.checks import ends_outside
from states.model.facts import Cost, CostEffect
from states.rules.effective_date import (
    cost_effect_of,
    date_rule_of,
    effective_at,
    follows_notice,
    notice_missed,
    notice_of,
    open_questions,
    order_by,
)
from states.rules.run_values import last_day_unclear, monthly_cost

Timing = Literal[
    "notice",
    "term_notice",
    "term",
    "at_once",
    "agreed",
    "decided",
    "partners",
    "third_party",
    "notice_missed",
    "annual_term",
    "unclear",
]
"""What decides when it ends, each with a text `timing.<timing>`.

`notice`: the notice rule (D1) · `term_notice`: the end of the term, with a notice that the catalogue gives (D7) ·
`term`: the same, without one that is known (D7, X6) · `at_once`: the order, or a later day chosen in it (X6) ·
`agreed`, `decided`: a person (SUP3, SVC1) · `partners`, `third_party`: others (FFN5, CO4, ECO1) · `notice_missed`,
`annual_term`, `unclear`: nobody knows yet, and a person is asked (D7, X14, X5).
"""


class Outlook(NamedTuple):
    """What an order placed at a moment would give. `timing` None: it is refused."""

    timing: Timing | None
    effective_at: datetime | None
    order_by: datetime | None
    """The first moment that is too late for that date; None where no notice is known."""
    last_day_unclear: bool
    """Whether the last day in time is the one that the sources leave open (X1)."""
    cost_effect: CostEffect
    cost: Cost | None


def outlook(chart: Chart) -> Outlook:
    """Read it off a chart that has been played up to its order (`states.views.preview`)."""
    memory = chart.model
    timing = timing_of(chart)
    date = effective_at(memory) if timing in ("notice", "term_notice", "term", "agreed") else None
    return Outlook(
        timing=timing,
        effective_at=date,
        order_by=order_by(memory) if date else None,
        last_day_unclear=timing == "notice" and last_day_unclear(memory),
        cost_effect=cost_effect_of(memory),
        cost=monthly_cost(memory),
    )


def timing_of(chart: Chart) -> Timing | None:
    """What decides when it ends; None where it is refused."""
    memory = chart.model
    if memory.refusal is not None:
        return None
    rule, questions = date_rule_of(memory), open_questions(memory)
    if notice_missed(memory):
        return "notice_missed"
    if rule == "notice":
        return "notice" if follows_notice(memory) else "annual_term"
    if rule == "term" and "clarify_term" not in questions:
        return "term" if notice_of(memory) is None else "term_notice"
    if questions and rule != "agreed":
        return "unclear"
    if rule == "agreed":
        return "agreed"
    others = "third_party" if ends_outside(memory) else chart.traits.ends[0]
    assert others in get_args(Timing), others
    return cast(Timing, others)

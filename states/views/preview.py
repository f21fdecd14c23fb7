"""A preview: the same chart on the same facts, its effects shown instead of performed (design)."""

from datetime import datetime

from states.chart.lifecycle import Conduct
from states.kinds.kind import Kind
from states.model.base import Moment, Value
from states.model.effects import CheckLicences
from states.model.facts import Check, Cost, CostEffect, Feature, RunSettings
from states.model.memory import Memory
from states.model.request import PlaceOrder, Request
from states.model.status import RefusalText, SurplusEntry, WarningText, WhyStep
from states.model.texts import Say
from states.rules.effective_date import cost_effect_of, effective_at, follows_notice, notice_rule
from states.views.status import language_of, refusal_of, surplus_entries, warning_texts, why

ORDERABLE = frozenset({"surplus_resolution", "order"})
"""Where a path leads to an order of the customer's."""


class NextDate(Value):
    """The date after the next deadline, and its own deadline."""

    effective_at: Moment
    order_by: Moment


class Preview(Value):
    """What would happen (contract, `POST /previews`)."""

    effective_at: Moment | None
    order_by: Moment | None
    why: tuple[WhyStep, ...]
    next: NextDate | None
    cost_effect: CostEffect
    cost: Cost | None
    features_lost: tuple[Feature, ...]
    surplus: tuple[SurplusEntry, ...]
    warnings: tuple[WarningText, ...]
    refusal: RefusalText | None
    catalogue: str | None


def preview(kind: Kind, request: Request, check: Check, at: datetime, settings: RunSettings, say: Say) -> Preview:
    """Play the chart up to its order at the moment `at`, and read off what it would say."""
    memory = Memory(request=request, now=at, requested_at=at, settings=settings)
    chart = kind.chart(memory)
    effects = list(chart.start())
    while effects:
        effect = effects.pop(0)
        if isinstance(effect, CheckLicences):
            effects += chart.answer(effect, at, check=check)
        if not effects and "acknowledge_warning" in chart.possible():
            effects += chart.decide("acknowledge_warning", at)
    if chart.model.state in ORDERABLE:
        place(chart, at)
    language = language_of(memory)
    refused = memory.refusal is not None
    effective = None if refused else effective_at(memory)
    noticed = effective is not None and follows_notice(memory)
    return Preview(
        effective_at=effective,
        order_by=notice_rule(memory).order_by(effective) if noticed and effective else None,
        why=() if refused else why(chart, say),
        next=next_date(memory, effective) if noticed and effective else None,
        cost_effect=cost_effect_of(memory),
        cost=check.cost,
        features_lost=check.features_lost,
        surplus=surplus_entries(memory, say, language),
        warnings=warning_texts(chart, say),
        refusal=refusal_of(memory, say),
        catalogue=check.catalogue,
    )


def place(chart: Conduct, at: datetime) -> None:
    """The order that would be placed at that moment, judged by nobody: the path itself says what follows from it."""
    chart.message = PlaceOrder(by="preview", time=at)
    chart.accept_order()
    chart.message = None


def next_date(memory: Memory, effective: datetime) -> NextDate:
    """What an order placed just after the deadline would give."""
    rule = notice_rule(memory)
    later = rule.effective_at(rule.order_by(effective))
    return NextDate(effective_at=later, order_by=rule.order_by(later))

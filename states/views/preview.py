"""A preview: the same chart on the same facts, its effects shown instead of performed (docs/architecture.md)."""

from datetime import datetime

from states.chart.base import Chart
from states.chart.orders import accept_order
from states.chart.turn import Answer, Turn
from states.kinds.kind import Kind
from states.model.base import Moment, Value
from states.model.effects import CheckLicences
from states.model.facts import Check, Cost, CostEffect, Feature, RunSettings
from states.model.memory import Memory
from states.model.request import AcknowledgeWarning, PlaceOrder, Request
from states.model.status import RefusalText, SurplusEntry, WarningText, WhyStep
from states.model.texts import Say
from states.rules.effective_date import cost_effect_of, effective_at, follows_notice, notice_rule, order_by
from states.rules.run_values import monthly_cost
from states.views.refusals import language_of, refusal_of
from states.views.status import surplus_entries
from states.views.warnings import warning_texts
from states.views.why import why

ORDERABLE = frozenset({"surplus_resolution", "order"})
"""Where a path leads to an order of the customer's."""


class NextDate(Value):
    """The date after the next deadline, and its own deadline."""

    effective_at: Moment
    order_by: Moment


class Preview(Value):
    """What would happen (docs/contract.md, `POST /previews`)."""

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
    chart = played(kind, request, check, at, settings)
    memory = chart.model
    refused = memory.refusal is not None
    date = None if refused else effective_at(memory)
    noticed = date is not None and follows_notice(memory)
    return Preview(
        effective_at=date,
        order_by=order_by(memory) if date else None,
        why=() if refused else why(memory, chart.traits, say),
        next=next_date(memory, date) if noticed and date else None,
        cost_effect=cost_effect_of(memory),
        cost=monthly_cost(memory),
        features_lost=check.features_lost,
        surplus=surplus_entries(memory, say, language_of(memory)),
        warnings=warning_texts(memory, say),
        refusal=refusal_of(memory, say),
        catalogue=check.catalogue,
    )


def played(kind: Kind, request: Request, check: Check, at: datetime, settings: RunSettings) -> Chart:
    """The chart with the order that would be placed at that moment, judged by nobody."""
    memory = Memory(request=request, now=at, requested_at=at, settings=settings)
    chart = kind.chart(memory)
    play(chart, check, at)
    if memory.state in ORDERABLE:
        accept_order(Turn(memory, chart.traits, chart.possible, PlaceOrder(by="preview", time=at)))
    return chart


def play(chart: Chart, check: Check, at: datetime) -> None:
    """Answer every question of the chart with the check, and acknowledge what is lost."""
    effects = list(chart.receive("start", None, at))
    while effects:
        effect = effects.pop(0)
        if isinstance(effect, CheckLicences):
            effects += chart.receive("answered", Answer(effect, check=check), at)
        if not effects and "acknowledge_warning" in chart.possible():
            effects += chart.receive("acknowledge_warning", AcknowledgeWarning(by="preview"), at)


def next_date(memory: Memory, effective: datetime) -> NextDate:
    """What an order placed just after the deadline would give."""
    rule = notice_rule(memory)
    later = rule.effective_at(rule.order_by(effective))
    return NextDate(effective_at=later, order_by=rule.order_by(later))

"""What a receipt says of a case, read off the chart when the event has been taken: codes and values."""

from typing import Any

from states.chart.base import Chart
from states.chart.traits import ACKNOWLEDGED
from states.chart.turn import last_line
from states.model.effects import Effect, IssueReceipt
from states.model.facts import Warning
from states.model.memory import Memory, Standing
from states.model.receipts import DateReason, HeededWarning, ReceiptEvent, ReceiptFacts
from states.rules.effective_date import other_reading
from states.rules.run_values import addon_facts, run_facts
from states.views.status import shows_date
from states.views.warnings import warnings_of
from states.views.why import reasons, said_of

OF_A_REVOCATION = frozenset({"revocation_requested", "declined", "revoked"})
"""What may be asked, and answered, while a change is under way over a booked order."""


def with_facts(effects: tuple[Effect, ...], chart: Chart, first_run_id: str) -> tuple[Effect, ...]:
    """The effects, each receipt among them with what it says; one that is asked for again says what it said."""
    return tuple(
        effect.model_copy(update={"facts": facts_of(chart, effect.event, first_run_id)})
        if isinstance(effect, IssueReceipt) and effect.facts is None
        else effect
        for effect in effects
    )


def facts_of(chart: Chart, event: ReceiptEvent, first_run_id: str) -> ReceiptFacts:
    """What the receipt of an event says. One of a revocation is about what stands, beneath a change too (X11)."""
    memory = chart.model
    if event not in OF_A_REVOCATION:
        return receipt_facts(chart, first_run_id)
    about: dict[str, Any] = {"revocation": True} if event == "declined" and not chart.ended else {}
    if memory.standing is not None:
        about["change_to"] = memory.request.target
        chart = type(chart)(beneath_the_change(memory, memory.standing))
    facts = receipt_facts(chart, first_run_id)
    return facts.model_copy(update={"run": facts.run | about})


def beneath_the_change(memory: Memory, standing: Standing) -> Memory:
    """What a run remembers, as if nothing had been asked for over its booked order."""
    kept = {name: getattr(standing, name) for name in Standing.model_fields}
    return memory.model_copy(update={**kept, "standing": None, "state": "scheduled"})


def receipt_facts(chart: Chart, first_run_id: str) -> ReceiptFacts:
    """How the case stands now."""
    memory, order = chart.model, chart.model.order
    dated = shows_date(chart)
    run = run_facts(memory) | addon_facts(memory)
    if not dated:
        run |= {"effective_at": None, "order_by": None}
    given = order.details if order else memory.request.details
    return ReceiptFacts(
        first_run_id=first_run_id,
        run=run,
        other_effective_at=other_reading(memory) if dated else None,
        why=date_reasons(chart) if dated else (),
        warnings=tuple(heeded(memory, warning) for warning in warnings_of(memory)),
        catalogue=memory.check.catalogue if memory.check else None,
        details={name: value for name, value in (given or {}).items() if name != "addons"} or None,
        optional_services=order.optional_services if order else (),
    )


def date_reasons(chart: Chart) -> tuple[DateReason, ...]:
    """The derivation of the date."""
    memory = chart.model
    return tuple(
        DateReason(
            text=reason.text,
            values=said_of(reason, memory.settings.zone),
            value=reason.shown or reason.value,
            rule=reason.rule,
        )
        for reason in reasons(memory, chart.traits)
    )


def heeded(memory: Memory, warning: Warning) -> HeededWarning:
    """A warning with what the customer did about it: who confirmed it, and when (ED4, X2)."""
    event = None
    if memory.acknowledged and warning.code in ACKNOWLEDGED:
        event, heed = "acknowledge_warning", "acknowledged"
    elif memory.overridden and warning.code == "surplus":
        event, heed = "override_surplus", "overridden"
    line = last_line(memory, event) if event else None
    if line is None:
        return HeededWarning(warning=warning, heed="shown")
    return HeededWarning(warning=warning, heed=heed, by=line.by, at=line.at)

"""What texts for people may say of a run beside their own values: who, what, from when, at what price. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from states.model.facts import Cost, Surplus
from states.model.memory import Memory
from states.rules.effective_date import cost_effect_of, effective_at, order_by
from states.rules.surplus_resolution import singly


def facts_of(memory: Memory) -> dict[str, Any]:
    """The facts that hold now, as plain JSON; None where one is not known.

    `effective_at`, `order_by`: moments · `term_ends`: the last usable day recorded · `price`, `new_price`,
    `saved_price`: a month, before, after, and what falls away, where the record or the catalogue knows · `cost_effect`.
    """
    request, check = memory.request, memory.check
    return {
        "zone": memory.settings.zone,
        "kind": request.kind,
        "customer": request.customer,
        "subject": request.subject,
        "target": request.target,
        "effective_at": iso(effective_at(memory)),
        "order_by": iso(order_by(memory)),
        "term_ends": check.term_ends.isoformat() if check and check.term_ends else None,
        "cost_effect": cost_effect_of(memory),
    } | prices(check.cost if check else None)


def told_of(memory: Memory) -> dict[str, Any]:
    """The facts of a mail that are known: a date before the order is what an order placed now would give."""
    facts = facts_of(memory)
    return {name: facts[name] for name in TOLD if facts[name] is not None}


TOLD = ("effective_at", "order_by", "cost_effect", "price", "new_price", "saved_price")
"""What a mail may say beside its own values. Who and what it is about is looked up when it is sent."""


def prices(cost: Cost | None) -> dict[str, str | None]:
    """Amounts a month. Nothing is saved unless the price falls."""
    if cost is None:
        return {"price": None, "new_price": None, "saved_price": None}
    saved = cost.before - cost.after
    return {
        "price": str(cost.before),
        "new_price": str(cost.after),
        "saved_price": str(saved) if saved > Decimal(0) else None,
    }


def asked_of(memory: Memory) -> dict[str, Any]:
    """Who asked for it and when, and who ordered it and when: what an operator is told of every task."""
    request, order = memory.request, memory.order
    return {
        "customer": request.customer,
        "asked_by_whom": request.by,
        "asked_at": iso(request.time or memory.requested_at),
        "ordered_by_whom": order.by if order else None,
        "ordered_at": iso(order.placed_at) if order else None,
    }


def providers(called: Iterable[Any]) -> str | None:
    """The third parties that have a name, for a text; None where none has."""
    return ", ".join(str(name) for name in called if name and name != "-") or None


def surplus_said(entries: Iterable[Surplus]) -> list[dict[str, Any]]:
    """What is in surplus, for a list in a text: each licence with its product; of a limit, how many of which."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in entries:
        key = (entry.reason, entry.licence or "", *(() if entry.licence else entry.candidates))
        called = [one.licence for one in singly(entry)]
        said = {"licence": entry.licence, "candidates": called, "reason": entry.reason, "number": 0} | entry.values
        found.setdefault(key, said)["number"] += 1
    return list(found.values())


def iso(moment: datetime | None) -> str | None:
    """A moment as plain JSON."""
    return moment.isoformat() if moment else None

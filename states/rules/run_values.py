"""The facts of a run that texts for people may use beside their own values: who, what, from when, at what price."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from states.model.base import WORKFLOW_ID
from states.model.ends import ENDS
from states.model.facts import BookedChange, Cost, Surplus
from states.model.memory import Memory
from states.model.names import named
from states.model.request import Request, spoken
from states.rules.effective_date import cost_effect_of, effective_at, order_by


def run_facts(memory: Memory) -> dict[str, Any]:
    """The facts that hold now, as plain JSON; None where one is not known.

    `called`: what the subject is called, where it is a licence · `last_day_unclear`: whether the last day before
    `order_by` is the boundary day (X1) · `stage`: None before the order, then `ordered`, then `made` ·
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
        "called": check.called if check else None,
        "effective_at": isoformat(effective_at(memory)),
        "order_by": isoformat(order_by(memory)),
        "last_day_unclear": last_day_unclear(memory) or None,
        "stage": stage_of(memory),
        "term_ends": check.term_ends.isoformat() if check and check.term_ends else None,
        "cost_effect": cost_effect_of(memory),
    } | monthly_prices(monthly_cost(memory))


def last_day_unclear(memory: Memory) -> bool:
    """Whether who orders on the last day in time orders on the day that the sources leave open (X1)."""
    return memory.settings.boundary == "inclusive" and order_by(memory) is not None


def left_unclear(memory: Memory) -> bool:
    """Whether a person could not clarify what must be known before the order: it can be asked about again (X5)."""
    return memory.refusal is not None and memory.refusal.code == "declined"


def stage_of(memory: Memory) -> str | None:
    """Whether the change is ordered, or made already: what is said of it is said in that tense."""
    order, unproved = memory.order, memory.state == "third_party"
    if memory.took_effect_at is not None or memory.given_up_after or memory.state in MADE:
        return "made"
    if order is None or memory.state in ORDERABLE:
        return None
    return "made" if unproved and order.effective_at is not None else "ordered"


ORDERABLE = frozenset({"surplus_resolution", "order"})
"""Where a run has no order yet; a preview has one there that nobody placed."""
MADE = frozenset({"leftover", *(state for state, end in ENDS.items() if end.licence_gone)})
"""Where the change is made. Where only proof is missing, it is made if it had a date; what ends elsewhere has none."""


def mail_facts(memory: Memory) -> dict[str, Any]:
    """The facts of a mail that are known; before the order its date is what an order placed now would give."""
    facts = run_facts(memory)
    return {name: facts[name] for name in MAIL_FACTS if facts[name] is not None} | addon_facts(memory)


MAIL_FACTS = (
    "called",
    "effective_at",
    "order_by",
    "last_day_unclear",
    "cost_effect",
    "price",
    "new_price",
    "saved_price",
)
"""The facts that a mail may use beside its own values. Who and what it is about is looked up when it is sent."""


def addon_decisions(details: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What an order's details say of each add-on: `end` or `keep` (ADD2)."""
    addons = (details or {}).get("addons")
    return addons if isinstance(addons, dict) else {}


def decisions_of_run(memory: Memory) -> Mapping[str, Any]:
    """The same of the order, else of what has been asked for so far."""
    return addon_decisions(memory.order.details if memory.order else memory.request.details)


def addon_facts(memory: Memory) -> dict[str, list[str]]:
    """Which add-ons end with their hosting, and which stay booked, as far as that is said (ADD2).

    Neither does one whose own end is booked: it ends apart, whatever was said of it.
    """
    decided, addons = decisions_of_run(memory), memory.check.addons if memory.check else ()
    fates = [(addon, "apart" if addon.ends_at else decided.get(addon.licence)) for addon in addons]
    names = {
        word: [named(addon.product, addon.licence) for addon, fate in fates if fate == word]
        for word in ("end", "keep", "apart")
    }
    lists = {"addons_ending": names["end"], "addons_staying": names["keep"], "addons_apart": names["apart"]}
    return {name: entries for name, entries in lists.items() if entries}


def monthly_cost(memory: Memory) -> Cost | None:
    """Cost per month before and after, with the add-ons: what ends with the hosting, and what stays (ADD2).

    Without those whose own end is booked, which saves what they cost. None where one of the prices is not known.
    """
    check = memory.check
    if check is None or check.cost is None:
        return None
    before, after, decided = check.cost.before, check.cost.after, decisions_of_run(memory)
    for addon in check.addons:
        if addon.ends_at is not None:
            continue
        if addon.cost is None:
            return None
        before += addon.cost.before
        after += addon.cost.after if decided.get(addon.licence) == "end" else addon.cost.before
    return check.cost.model_copy(update={"before": before, "after": after})


def monthly_prices(cost: Cost | None) -> dict[str, str | None]:
    """Amounts a month. Nothing is saved unless the price falls."""
    if cost is None:
        return {"price": None, "new_price": None, "saved_price": None}
    saved = cost.before - cost.after
    return {
        "price": str(cost.before),
        "new_price": str(cost.after),
        "saved_price": str(saved) if saved > Decimal(0) else None,
    }


def origin_facts(memory: Memory) -> dict[str, Any]:
    """Who asked for it, when and in which words, and who ordered it when: what an operator is told of every task."""
    request, order = memory.request, memory.order
    details = dict(request.details or {})
    run = details.pop("run", None) if names_own_run(details.get("run"), request) else None
    return {
        "explanation": request.explanation,
        "said": request.explanation,
        "meant": str(details.pop("meant", None) or "-"),
        "run": run,
        "given": (order.details if order else None) or details or None,
        "leaving": spoken(request.reason),
        "customer": request.customer,
        "asked_by_whom": request.by,
        "asked_at": isoformat(request.time or memory.requested_at),
        "ordered_by_whom": order.by if order else None,
        "ordered_at": isoformat(order.placed_at) if order else None,
    }


def names_own_run(run: Any, request: Request) -> bool:
    """Whether it is the workflow ID of a run of the same customer, which may have passed a revocation on (X11)."""
    named = isinstance(run, str) and WORKFLOW_ID.fullmatch(run) is not None
    return named and run.split("/")[1] == request.customer


def step_row(what: str, name: Any) -> dict[str, Any]:
    """A step outside our reach, for a list in a text: what it is, and with whom, where that is known (X9)."""
    return {"what": what, "name": name if name != "-" else None}


def surplus_rows(entries: Iterable[Surplus]) -> list[dict[str, Any]]:
    """What is in surplus, for a list in a text: what each licence is called; of a limit, how many of which."""
    return [surplus_row(entry, entry.licences, entry.too_many) for entry in entries]


def surplus_row(entry: Surplus, licences: Iterable[str], number: int) -> dict[str, Any]:
    """So many of these licences of an entry."""
    product = str(entry.values.get("product") or entry.product)
    names = [named(product, licence) for licence in licences]
    return {"names": names, "reason": entry.reason, "number": number} | entry.values


def change_row(change: BookedChange) -> dict[str, Any]:
    """What else is ordered in the configurator, as an entry of a list in a text."""
    return change.model_dump() | {"effective_at": isoformat(change.effective_at)}


def isoformat(moment: datetime | None) -> str | None:
    """A moment as plain JSON."""
    return moment.isoformat() if moment else None

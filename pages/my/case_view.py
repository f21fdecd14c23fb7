"""What the page of a case shows, read off the documents of the contract: nothing is made up here."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from catalogue.texts import known, say
from pages.act_names import act_of
from pages.calls import CallRefused, Calls, Document, Visitor

Phase = Literal["before", "after", "ended"]
"""Before the order, after it (or after a report), or at an end."""
Standing = Literal["done", "now", "later"]

ENDS = frozenset({"applied", "abandoned", "revoked", "superseded", "reassigned", "refused", "external", "given_up"})
CHOOSE_ANOTHER = frozenset({"not_bookable", "not_lower"})
"""Refusals that do not hold of another target: what was refused otherwise is refused again."""
GOOD_ENDS = frozenset({"applied", "external", "reassigned"})
"""Ends by which what was asked for has come about."""
BEFORE = frozenset({"received", "feature_warning", "license_check", "surplus_resolution", "order"})
REPORTS = frozenset({"setup_service", "misclick", "marketplace_transfer", "key_accounting"})
"""The kinds that a person decides: nothing is ordered."""
FURTHER = frozenset({"reassign", "request_revocation", "supersede", "abandon"})
LOOKED_UP = frozenset({"begin", "licences_checked", "licence_changed", "target_checked", "remind"})
"""The events that change nothing by themselves; they stand in the whole timeline."""
NO_MAILS: Document = {"items": [], "total": 0, "next": None}


@dataclass(frozen=True)
class Task:
    """An entry of the task list: `warning`, `licences` or `order`."""

    name: str
    standing: Standing


@dataclass(frozen=True)
class Step:
    """A place on the line of states."""

    name: str
    standing: Standing


@dataclass(frozen=True)
class Licence:
    """A licence that stands in the way, as far as it is on record, and what runs about it."""

    number: str
    label: str
    kind: str | None
    subject: str
    effect: str
    held: bool
    run: Document | None
    """The item of the list of cancellations."""

    @property
    def standing(self) -> str:
        """`free`: nothing was done about it yet; `begun`; `booked`; `gone`."""
        if not self.held or (self.run and self.run["state"] in GOOD_ENDS):
            return "gone"
        if self.run is None or self.run["ended_at"] is not None:
            return "free"
        return "booked" if self.run["state"] == "scheduled" else "begun"


@dataclass(frozen=True)
class Surplus:
    """What the target does not allow: one licence, or so many of several."""

    reason: str
    product: str
    too_many: int
    resolved: bool
    single: bool
    licences: tuple[Licence, ...]

    @property
    def open(self) -> list[Licence]:
        """Those about which nothing is booked."""
        return [licence for licence in self.licences if licence.standing in ("free", "begun")]


@dataclass(frozen=True)
class CaseView:
    """One case, with what its page needs beside its document."""

    document: Document
    phase: Phase
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]
    surplus: tuple[Surplus, ...]
    choices: Document | None
    cost: Document | None
    receipts: tuple[Document, ...]
    mails: Document
    """The first page of what was told by mail."""
    run_id: str | None
    """The run that was asked for; None for the newest."""
    at_rest: str | None = None
    """What is said before the order while bookings and changes are at rest."""

    @property
    def acts(self) -> frozenset[str]:
        """What the customer could do now."""
        return frozenset(self.document["enabled"])

    @property
    def several(self) -> dict[str, int]:
        """By product how many licences could be ended in one go to settle what is open."""
        counts: dict[str, int] = {}
        for entry in self.surplus:
            if not entry.resolved and all(licence.kind for licence in entry.licences):
                counts[entry.product] = counts.get(entry.product, 0) + len(entry.open)
        return {product: number for product, number in counts.items() if number > 1}

    @property
    def further(self) -> frozenset[str]:
        """What may be done beside the next step."""
        return self.acts & FURTHER

    @property
    def own_steps(self) -> list[Document]:
        """What the customer must do elsewhere."""
        return [task for task in self.document["tasks"] if task["type"] == "third_party"]

    def is_checked(self, step: Document) -> bool:
        """Whether a step elsewhere waits for us, who check its proof. A customer's document says it in words alone."""
        return bool(step["customer_text"] == say(self.document["language"], "waits.proof"))

    @property
    def arrived_at(self) -> str | None:
        """When the order arrived, by its line; None before it, and where it does not stand any more."""
        placed = placed_at(self.document)
        return placed[-1] if placed and self.phase == "after" else None

    @property
    def check_named(self) -> str:
        """What the check of licences is called: of what does not stand in licences, by what does."""
        return {"fulfillment": "partners", "order_package": "channels"}.get(self.document["kind"], "licences")

    @property
    def slipped(self) -> bool:
        """Whether an order stands that cannot be asked to be taken back any more: it can be reported (X11)."""
        gone_through = self.phase == "after" or self.document["state"] in GOOD_ENDS
        return gone_through and bool(placed_at(self.document)) and "request_revocation" not in self.acts

    @property
    def act(self) -> str:
        """What the order does: `change`, `leave`, `tariff`, `end` or `switch_off`; `finish` where that is not clear."""
        return act_of(self.document["kind"], self.document["cost_effect"], self.document["target"])

    @property
    def at_once(self) -> bool:
        """Whether it would end with the order, or on a day that the customer chooses (X6)."""
        effect = self.document["cost_effect"] in ("deactivation", "none")
        return effect and self.document["effective_at"] is None and self.document["kind"] != "fulfillment"

    @property
    def dated(self) -> bool:
        """Whether dates and cost stand beside the state: not where they are to be checked below, nor of what came to
        nothing."""
        state = self.document["state"]
        if self.phase == "ended":
            return state in GOOD_ENDS and self.document["effective_at"] is not None
        return state != "order" or self.phase == "after" or "place_order" not in self.acts

    @property
    def may_restart(self) -> bool:
        """Whether it could come about if it began anew."""
        document, refusal = self.document, self.document["refusal"]
        came_to_nothing = document["state"] in ("refused", "abandoned", "revoked") and document["kind"] not in REPORTS
        return came_to_nothing and (refusal is None or refusal["code"] in CHOOSE_ANOTHER)

    @property
    def took_effect(self) -> bool:
        """Whether its day has come: it is nothing that one could still put into a calendar."""
        moment = self.document["effective_at"]
        come = moment is not None and datetime.fromisoformat(moment) <= datetime.now(UTC)
        return self.phase == "ended" or (come and self.document["state"] not in ("order", "scheduled"))

    @property
    def names_both(self) -> bool:
        """Whether the title says what becomes what: not where what is held is not known, or is the target already."""
        document = self.document
        family = label_in(document["language"], "subject", document["subject"])
        return bool(document["target_text"]) and document["label"] not in (family, document["target_text"])

    @property
    def main_lines(self) -> list[Document]:
        """The timeline without what the system merely looked up."""
        return [line for line in self.document["timeline"] if line["event"] not in LOOKED_UP or line["note"]]

    @property
    def waits_for_us(self) -> bool:
        """Whether a system is at work."""
        return "system" in self.document["waiting_for"]

    @property
    def seen(self) -> str:
        """What is shown, as a mark: another one whenever something has changed."""
        receipts = [receipt["sha256"] for receipt in self.receipts]
        shown = [
            self.document,
            receipts,
            self.mails["total"],
            [[licence.run, licence.held] for entry in self.surplus for licence in entry.licences],
        ]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def label_in(language: str, namespace: str, code: str) -> str:
    """The label of a code in the language of a document; the code itself where it has none."""
    key = f"{namespace}.{code}"
    return say(language, key) if known(key) else code


def placed_at(document: Document) -> list[str]:
    """When orders were placed, the last one last."""
    return [line["at"] for line in document["timeline"] if line["event"] == "place_order"]


async def view_of(calls: Calls, visitor: Visitor, document: Document, run_id: str | None) -> CaseView:
    """The view of a document. What it needs beside it is asked for at once."""
    phase, enabled = phase_of(document), document["enabled"]
    kind, subject, target = (document[name] for name in ("kind", "subject", "target"))
    request = {"kind": kind, "subject": subject} | ({} if target is None else {"target": target})
    named = target if isinstance(target, str) else None
    crowded, choosing = bool(document["surplus"]), phase == "before" and bool(enabled)
    licences, listed, choices, preview, receipts, mails = await asyncio.gather(
        asked(crowded, calls.licences, visitor),
        asked(crowded, calls.cancellations, visitor),
        asked(choosing, calls.choices, visitor, kind, subject, named),
        asked(choosing and "place_order" in enabled, calls.preview, visitor, request),
        asked(phase != "before", calls.receipts, visitor, document["workflow_id"], run_id),
        asked(True, calls.mails, visitor, document["workflow_id"], run_id),
    )
    return CaseView(
        document=document,
        phase=phase,
        tasks=tasks_of(document) if phase == "before" else (),
        steps=steps_of(document, phase),
        surplus=surplus_of(document, licences, listed),
        choices=choices,
        cost=preview["cost"] if preview and preview["cost_effect"] == document["cost_effect"] else None,
        at_rest=preview["at_rest"] if preview else None,
        receipts=tuple(receipts["items"]) if receipts else (),
        mails=mails or NO_MAILS,
        run_id=run_id,
    )


async def asked(needed: bool, call: Callable[..., Awaitable[Document]], *arguments: Any) -> Document | None:
    """What a call answers, where it is needed; None where it is refused too: the page does without it."""
    if not needed:
        return None
    try:
        return await call(*arguments)
    except CallRefused:
        return None


def phase_of(document: Document) -> Phase:
    """How far the case is."""
    state, enabled = document["state"], document["enabled"]
    if state in ENDS:
        return "ended"
    if state not in BEFORE or is_ordered(document):
        return "after"
    # What is still too many once the change is made is no choice before an order any more (X2).
    return "after" if state == "surplus_resolution" and "abandon" not in enabled else "before"


def is_ordered(document: Document) -> bool:
    """Whether an order has arrived that is not booked yet: it can be asked to be taken back, and not be placed."""
    enabled = document["enabled"]
    placed = "request_revocation" in enabled and "place_order" not in enabled and document["standing"] is None
    return document["state"] == "order" and placed


def tasks_of(document: Document) -> tuple[Task, ...]:
    """The task list, in the guide's order."""
    names = task_names(document)
    current = {
        "feature_warning": "warning",
        "license_check": "licences",
        "surplus_resolution": "licences",
        "order": "order",
    }.get(document["state"])
    at = names.index(current) if current in names else len(names) - 1 if current else -1
    return tuple(Task(name, standing_of(place, at)) for place, name in enumerate(names))


def task_names(document: Document) -> list[str]:
    """What has to be done before the order, and the order."""
    kind, target = document["kind"], document["target"]
    if kind == "order_package":
        return ["licences", "warning", "order"] if target == 0 else ["warning", "order"]
    checked = ["licences"] if kind in ("edition", "fulfillment") else []
    return [*(["warning"] if is_warned(document) else []), *checked, "order"]


def is_warned(document: Document) -> bool:
    """Whether what is lost is acknowledged first, or has been."""
    acknowledged = any(line["event"] == "acknowledge_warning" for line in document["timeline"])
    return acknowledged or document["state"] == "feature_warning"


def standing_of(place: int, at: int) -> Standing:
    """Of a place on a line on which one stands at `at`."""
    return "done" if place < at else "now" if place == at else "later"


def steps_of(document: Document, phase: Phase) -> tuple[Step, ...]:
    """The line of states; none where it did not come to its end."""
    kind, state = document["kind"], document["state"]
    if state in ENDS - GOOD_ENDS:
        return ()
    if kind in REPORTS:
        dated = state == "scheduled" or (kind == "marketplace_transfer" and state != "applied")
        names = ["reported", "decided", *(["booked"] if dated else []), "done"]
        place = {"support_ticket": "decided", "scheduled": "booked"}.get(state, "reported")
    elif state in ("third_party", "external") and not placed_at(document):
        names, place = ["reported", "elsewhere", "done"], "elsewhere"
    else:
        elsewhere = state in ("third_party", "external")
        names = [*task_names(document), "elsewhere" if elsewhere else "booked", "done"]
        place = place_on_line(document, phase, names)
    at = len(names) if phase == "ended" else names.index(place) if place in names else 0
    return tuple(Step(name, standing_of(at_place, at)) for at_place, name in enumerate(names))


def place_on_line(document: Document, phase: Phase, names: Iterable[str]) -> str:
    """Where a case with an order stands on its line."""
    if phase == "after":
        return "order" if document["state"] == "order" else "elsewhere" if "elsewhere" in names else "booked"
    return next((task.name for task in tasks_of(document) if task.standing == "now"), "")


def surplus_of(document: Document, licences: Document | None, listed: Document | None) -> tuple[Surplus, ...]:
    """What stands in the way, each licence with what runs about it."""
    held = {entry["licence"]: entry for entry in (licences or {}).get("licences", ())}
    runs = newest_by_subject((listed or {}).get("items", ()))
    return tuple(
        Surplus(
            reason=entry["reason"],
            product=entry["product"],
            too_many=entry["too_many"],
            resolved=entry["resolved"],
            single=entry["licence"] is not None,
            licences=tuple(licence_of(number, held, runs) for number in numbers_of(entry)),
        )
        for entry in document["surplus"]
    )


def numbers_of(entry: Document) -> list[str]:
    """The licences that an entry is about."""
    return entry["candidates"] or ([entry["licence"]] if entry["licence"] else [])


def newest_by_subject(items: Iterable[Document]) -> dict[tuple[str, str], Document]:
    """The newest run about each kind and subject: the list has open ones first, and newer before older ones."""
    runs: dict[tuple[str, str], Document] = {}
    for item in items:
        runs.setdefault((item["kind"], item["subject"]), item)
    return runs


def licence_of(number: str, held: dict[str, Document], runs: dict[tuple[str, str], Document]) -> Licence:
    """A licence by its number; what is not on record (a partner's stock, say) is called by it."""
    entry = held.get(number)
    if entry is None:
        run = next((item for (kind, subject), item in runs.items() if subject == number and kind != "misclick"), None)
        return Licence(number, number, None, number, "unknown", held=not run, run=run)
    kind, subject, label, effect = (entry[name] for name in ("kind", "subject", "label", "effect"))
    return Licence(number, label, kind, subject, effect, held=True, run=runs.get((kind or "", subject)))

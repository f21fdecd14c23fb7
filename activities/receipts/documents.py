"""What a receipt says: codes for programs, and beside them every text as it is shown, in the customer's language.

It is whole: nothing that a page, a mail or a print of it shows stands anywhere else, so that all of it is signed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from catalogue.quoting import one_line
from catalogue.texts import TEXTS, say
from states.model.base import day_of
from states.model.effects import IssueReceipt, Step
from states.model.names import case_number
from states.model.receipts import HeededWarning, ReceiptFacts
from states.model.record import Customer, Language
from states.rules.run_values import isoformat

FORMAT = "cancellations/receipt/1"
"""What programs know the form by."""
Document = dict[str, Any]
UNDATED = frozenset({"declined", "refused", "superseded", "abandoned", "given_up", "booking_refused", "revoked"})
"""Where nothing takes effect any more, or not by itself: such a receipt names no date."""


@dataclass(frozen=True)
class Place:
    """Where a receipt stands in its case, and when it is issued."""

    number: int
    previous: str | None
    issued_at: datetime


def receipt_document(step: Step, effect: IssueReceipt, place: Place, record: Customer | None, zone: str) -> Document:
    """The document of a receipt, before licences are called by their names."""
    facts = effect.facts or ReceiptFacts(first_run_id="-")
    language: Language = record.language if record else "de"
    case = case_number(step.workflow_id, facts.first_run_id)
    dated = effect.event not in UNDATED
    run = {"zone": zone, "kind": step.kind, "subject": step.subject, "target": step.target, "called": None} | facts.run
    values = run | {"event": effect.event, "case": case, "stage": None} | ({} if dated else {"effective_at": None})
    effective_at = values.get("effective_at")
    # Nothing stays as it is until a date that had come when it arrived, or was booked.
    values["come"] = effective_at is not None and datetime.fromisoformat(effective_at) <= effect.at
    # What was to be read before the order is said as it was read then.
    warned = run | ({"stage": None} if effect.event == "ordered" else {})
    return {
        "format": FORMAT,
        "case": case,
        "workflow_id": step.workflow_id,
        "run_id": facts.first_run_id,
        "number": place.number,
        "previous": place.previous,
        "issued_at": isoformat(place.issued_at),
        "event": effect.event,
        "title": say(language, "receipt.title", values),
        "language": language,
        "customer": {"number": step.customer, "name": record.name if record else None},
        "by": effect.by,
        "placed_at": isoformat(effect.placed_at),
        "arrived_at": isoformat(effect.at),
        "kind": step.kind,
        "subject": step.subject,
        "target": step.target,
        "what": say(language, "part.case", values),
        "effective_at": effective_at,
        "effective_day": day_shown(effective_at, values["zone"]),
        "other_effective_at": isoformat(facts.other_effective_at) if dated else None,
        "why": why_steps(facts, language) if dated else [],
        "cost_effect": values.get("cost_effect"),
        "cost": cost_of(values),
        "warnings": [warning_entry(heeded, warned, language, named(heeded.by, record)) for heeded in facts.warnings]
        if dated
        else [],
        "words": effect.words,
        "details": facts.details,
        "optional_services": list(facts.optional_services),
        "catalogue": facts.catalogue,
        "wording": wording(language),
        "rows": rows_of(effect, facts, values, record, place, language),
        "headings": {name: say(language, f"receipt.heading.{name}") for name in ("why", "warnings", "next")},
        "next": say(language, "receipt.next", values),
        "contact": say(language, "receipt.contact", values),
    }


def why_steps(facts: ReceiptFacts, language: str) -> list[Document]:
    """How the date follows, step by step."""
    return [
        {"step": say(language, f"why.{reason.text}", reason.values), "value": reason.value, "rule": reason.rule}
        for reason in facts.why
    ]


def day_shown(moment: str | None, zone: str) -> str | None:
    """The calendar day of a moment, for programs that show days (D8)."""
    return day_of(datetime.fromisoformat(moment), zone).isoformat() if moment else None


def cost_of(values: Document) -> Document | None:
    """Cost a month before and after; None where one of the prices is not known."""
    before, after = values.get("price"), values.get("new_price")
    return {"before": before, "after": after, "currency": "EUR"} if before is not None and after is not None else None


def named(by: str | None, record: Customer | None) -> str | None:
    """Who acted, for people: the customer by his name, where he acted under his number alone, as pages have him."""
    name = one_line(record.name) if record and by == record.customer and record.name else None
    return f"{name} ({by})" if name else by


def warning_entry(heeded: HeededWarning, run: Document, language: str, sender: str | None) -> Document:
    """A warning as it was said, with the hash of its text, and what the customer did about it; `sender`: by name."""
    warning = heeded.warning
    text = say(language, f"warning.{warning.code}", run | warning.values)
    heed = {"heed": heeded.heed, "by": sender, "at": isoformat(heeded.at), "zone": run["zone"]}
    return {
        "code": warning.code,
        "heed": heeded.heed,
        "by": heeded.by,
        "at": isoformat(heeded.at),
        "text": text,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "heeded": say(language, "receipt.heeded", heed),
    }


def rows_of(
    effect: IssueReceipt, facts: ReceiptFacts, values: Document, record: Customer | None, place: Place, language: str
) -> list[Document]:
    """What stands at the head of a receipt: each with its label."""
    values = (
        dict.fromkeys(("price", "new_price", "saved_price", "addons_ending", "addons_staying", "addons_apart")) | values
    )
    values |= {
        "number": place.number,
        "issued_at": isoformat(place.issued_at),
        "name": record.name if record else None,
        "by": named(effect.by, record),
        "placed_at": isoformat(effect.placed_at),
        "arrived_at": isoformat(effect.at),
        "other_effective_at": isoformat(facts.other_effective_at) if effect.event not in UNDATED else None,
        "words": effect.words,
        "details": facts.details,
        "optional_services": list(facts.optional_services),
    }
    return [
        {"name": name, "label": say(language, f"receipt.label.{name}"), "text": text}
        for name, text in row_texts(values, language)
    ]


ROWS = (
    *("case", "number", "customer", "by", "what", "placed_at", "arrived_at", "happened_at", "effective_at"),
    *("other_effective_at", "cost", "addons", "details", "optional_services", "words", "answer"),
)
"""The rows in their order; one that says nothing is left out."""


def row_texts(values: Document, language: str) -> Iterator[tuple[str, str]]:
    """Each row that says something, by name."""
    for name in ROWS:
        text = say(language, f"receipt.row.{name}", values).strip()
        if text:
            yield name, text


@cache
def wording(language: str) -> str:
    """The version of all texts in a language: a hash of their templates."""
    sources = TEXTS[language].sources
    content = "\n".join(f"{key}={sources[key]}" for key in sorted(sources))
    return hashlib.sha256(content.encode()).hexdigest()[:16]

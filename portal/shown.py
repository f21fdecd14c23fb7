"""The one door by which documents leave the portal: with the names of our record, and as much as the caller may see.

Whatever holds a status document goes through it: the document itself, a problem with how the run stands, a page of
the list. Which field and which line is whose is declared in `states.views.audience`.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from activities.names import may_name, names_of
from activities.ports import AdapterError
from portal.authority import View
from portal.context import Portal
from states.model.base import day_of
from states.views.audience import customer_view

Document = dict[str, Any]

ReasonLabels = Mapping[str, Mapping[Any, str]]

GIVE_REASONS = ("requested", "abandon")
"""The events that may say why."""
NAMES_WITHIN = 0.5
"""Seconds for looking up what licences are called."""


async def shown(portal: Portal, document: Document, view: View, customer: str | None = None) -> Document:
    """A document as a caller may see it. `customer`: as the document or the run in it says, unless given."""
    named = with_reasons(await with_names(portal, document, customer), labels_of(portal))
    return named if view == "operator" else for_customer(named, portal.settings.brand_name)


def labels_of(portal: Portal) -> ReasonLabels:
    """What the reasons of the catalogue in force are called, by code and language."""
    today = day_of(datetime.now(UTC), portal.settings.time_zone)
    return {reason.code: reason.label for reason in portal.catalogues.in_force(today).reasons.values()}


def with_reason_named(portal: Portal, document: Document, language: str) -> Document:
    """A document of a run whose `reason` has its `label` too, as the catalogue in force calls it."""
    reason = document.get("reason")
    if reason is None:
        return document
    label = labels_of(portal).get(reason["code"], {}).get(language, reason["code"])
    return document | {"reason": reason | {"label": label}}


def with_reasons(document: Document, labels: ReasonLabels) -> Document:
    """A document whose timeline says why somebody began or left it in the words that he chose, not by their code."""
    if "timeline" in document:
        timeline = [with_reason(line, labels, document.get("language") or "de") for line in document["timeline"]]
        return document | {"timeline": timeline}
    current = document.get("current")
    return document | {"current": with_reasons(current, labels)} if current else document


def with_reason(line: Document, labels: ReasonLabels, language: str) -> Document:
    """A line of the timeline likewise: the reason alone, or behind the person's own words (`states.model.request`)."""
    note = (line["note"] if line["event"] in GIVE_REASONS else None) or ""
    for code, label in labels.items():
        if note == code:
            return line | {"note": label[language]}
        if note.endswith(f" ({code})"):
            return line | {"note": f"{note.removesuffix(f' ({code})')} ({label[language]})"}
    return line


def for_customer(document: Document, brand: str) -> Document:
    """A document in the customer's view, whichever it is."""
    if "timeline" in document:
        return customer_view(document, brand)
    if document.get("current"):
        return document | {"current": customer_view(document["current"], brand)}
    return document


async def with_names(portal: Portal, document: Document, customer: str | None = None) -> Document:
    """What is answered about a customer, with the names that no run may hold; without them where they cannot be read
    at once: nothing waits for a name."""
    customer = customer or document.get("customer") or (document.get("current") or {}).get("customer")
    if customer is None or not may_name(document):
        return document
    with suppress(AdapterError, TimeoutError):
        async with asyncio.timeout(NAMES_WITHIN):
            return await portal.adapters.database.in_thread(put_names, portal, document, customer)
    return document


def put_names(portal: Portal, document: Document, customer: str) -> Document:
    """A document with the names in the customer's record. Blocks."""
    return dict(names_of(customer, portal.adapters.records, portal.catalogues).in_document(document))

"""The one door by which documents leave the portal: with the names of our record, and as much as the caller may see.

Whatever holds a status document goes through it: the document itself, a problem with how the run stands, a page of
the list. Which field and which line is whose is declared in `states.views.audience`.
"""

import asyncio
from contextlib import suppress
from typing import Any

from activities.names import may_name, names_of
from activities.ports import AdapterError
from portal.authority import View
from portal.context import Portal
from states.views.audience import customer_view

Document = dict[str, Any]

NAMES_WITHIN = 0.5
"""Seconds for looking up what licences are called."""


async def shown(portal: Portal, document: Document, view: View, customer: str | None = None) -> Document:
    """A document as a caller may see it. `customer`: as the document or the run in it says, unless given."""
    named = await with_names(portal, document, customer)
    return named if view == "operator" else for_customer(named, portal.settings.brand_name)


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

"""The one door by which documents leave the portal."""

from typing import Any

from portal.authority import View
from portal.context import Portal

Document = dict[str, Any]


async def shown(portal: Portal, document: Document, view: View, customer: str | None = None) -> Document:
    """A document as a caller may see it. `customer`: as the document or the run in it says, unless given."""
    return await portal.with_names(document, customer)

"""What our record calls licences and partners, in place of what a run may say of them (`states.model.names`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from activities.ports import CustomerRecords
from catalogue.loader import Catalogues
from catalogue.quoting import in_markdown, one_line
from states.model.names import PARTNER, named
from states.model.record import Customer, NamedPart
from states.views.labels import ended_subject

MARKDOWN = frozenset({"instructions"})
"""The fields of documents that are Markdown."""
NUMBER = re.compile(r" \(([A-Za-z0-9._-]{1,40})\)")
"""A number in brackets: what stands before it may be what a run calls the licence."""


@dataclass(frozen=True)
class Names:
    """The names of one customer's licences and partners. `products`: what runs call licences instead."""

    names: Mapping[NamedPart, str] = field(default_factory=dict)
    products: frozenset[str] = frozenset()

    @cached_property
    def lengths(self) -> list[int]:
        """How long what runs call licences may be, the longest first: a name is looked up, and not searched for."""
        return sorted({len(product) for product in self.products}, reverse=True)

    def in_text(self, text: str, *, markdown: bool = False) -> str:
        """The text with each name in place of the product's or the word "partner", in one line as all that people
        write."""
        written, at = [], 0
        for number in NUMBER.finditer(text) if self.names else ():
            begins, name = self.name_in(text, at, number.start(), number[1])
            if name is not None:
                shown = in_markdown(name) if markdown else one_line(name)
                written += [text[at:begins], named(shown, number[1])]
                at = number.end()
        return "".join([*written, text[at:]])

    def name_in(self, text: str, start: int, end: int, number: str) -> tuple[int, str | None]:
        """The name that belongs before a number, and where in the text begins what it takes the place of.

        None where what stands there is no licence's and no partner's.
        """
        if text.endswith(PARTNER, start, end) and ("partners", number) in self.names:
            return end - len(PARTNER), self.names["partners", number]
        name = self.names.get(("licences", number))
        fitting = (length for length in self.lengths if length <= end - start) if name else ()
        length = next((length for length in fitting if text[end - length : end] in self.products), None)
        return (end - length, name) if length else (end, None)

    def in_document(self, document: Any) -> Any:
        """The same of every text of a document in plain JSON."""
        if isinstance(document, str):
            return self.in_text(document)
        if isinstance(document, dict):
            said = {key: self.in_document(value) for key, value in document.items()} | self.label_in(document)
            return said | {key: self.in_text(document[key], markdown=True) for key in MARKDOWN & document.keys()}
        if isinstance(document, list | tuple):
            return [self.in_document(value) for value in document]
        return document

    def label_in(self, document: Mapping[str, Any]) -> dict[str, str]:
        """The `label` of a document about a licence: its name alone, since the number stands in `subject`."""
        if "label" not in document or "subject" not in document:
            return {}
        number = ended_subject(str(document.get("kind")), str(document["subject"]))
        name = self.names.get(("licences", number))
        return {"label": one_line(name)} if name else {}


def may_name(document: Any) -> bool:
    """Whether a document in plain JSON says a number in brackets, or has a number for its label: without one there is
    nothing to name."""
    if isinstance(document, dict) and document.get("label") and document["label"] in document.get("subject", ""):
        return True
    if isinstance(document, str):
        return NUMBER.search(document) is not None
    parts = document.values() if isinstance(document, dict) else document
    return any(map(may_name, parts)) if isinstance(document, dict | list | tuple) else False


def names_of(customer: str, records: CustomerRecords, catalogues: Catalogues) -> Names:
    """The names of what the customer has, and of what has left the record."""
    record, former_names = records.with_former_names(customer)
    return names_in(record, former_names, catalogues)


def names_in(record: Customer | None, former_names: Mapping[NamedPart, str], catalogues: Catalogues) -> Names:
    """The names in a record, and of what has left it."""
    names = dict(former_names) | (record.names() if record else {})
    products = {licence.product for licence in record.licences} if record else set()
    for version in catalogues.all if names else ():
        products |= {label for product in version.products.values() for label in product.label.values()}
    return Names(names, frozenset(products))

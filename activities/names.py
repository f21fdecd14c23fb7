"""What our record calls licences and partners, in place of what a run may say of them (`states.model.names`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activities.ports import CustomerRecords
from catalogue.loader import Catalogues
from states.model.names import PARTNER, named
from states.model.record import NamedPart

NUMBER = re.compile(r" \(([A-Za-z0-9._-]{1,40})\)")
"""A number in brackets: what stands before it may be what a run calls the licence."""


@dataclass(frozen=True)
class Names:
    """The names of one customer's licences and partners. `products`: what runs call licences instead."""

    names: Mapping[NamedPart, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()

    def in_text(self, text: str) -> str:
        """The text with each name in place of the product's or the word "partner"."""
        written, at = [], 0
        for number in NUMBER.finditer(text) if self.names else ():
            before = text[at : number.start()]
            said, name = self.said_and_name(before, number[1])
            if name is not None:
                written += [before.removesuffix(said), named(name, number[1])]
                at = number.end()
        return "".join([*written, text[at:]])

    def said_and_name(self, before: str, number: str) -> tuple[str, str | None]:
        """What stands before a number, and the name that belongs there; None where it is no licence's or partner's."""
        if before.endswith(PARTNER) and ("partners", number) in self.names:
            return PARTNER, self.names["partners", number]
        name = self.names.get(("licences", number))
        said = next((said for said in self.products if before.endswith(said)), None) if name else None
        return (said, name) if said else ("", None)

    def in_document(self, document: Any) -> Any:
        """The same of every text of a document in plain JSON."""
        if isinstance(document, str):
            return self.in_text(document)
        if isinstance(document, dict):
            return {key: self.in_document(value) for key, value in document.items()}
        if isinstance(document, list | tuple):
            return [self.in_document(value) for value in document]
        return document


def may_name(document: Any) -> bool:
    """Whether a document in plain JSON says a number in brackets: without one there is nothing to name."""
    if isinstance(document, str):
        return NUMBER.search(document) is not None
    parts = document.values() if isinstance(document, dict) else document
    return any(map(may_name, parts)) if isinstance(document, dict | list | tuple) else False


def names_of(customer: str, records: CustomerRecords, catalogues: Catalogues) -> Names:
    """The names of what the customer has, and of what has left the record."""
    record = records.customer(customer)
    names = dict(records.former_names(customer)) | (record.names() if record else {})
    products = {licence.product for licence in record.licences} if record else set()
    for version in catalogues.all if names else ():
        products |= {label for product in version.products.values() for label in product.label.values()}
    return Names(names, tuple(sorted(products, key=len, reverse=True)))

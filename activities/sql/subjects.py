"""What the subject of each kind stands for in the customer's record."""

from datetime import datetime
from typing import Any, get_args

from states.model.record import Customer, EditionKey, Licence
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT

NO_LICENCE = frozenset({"edition", "order_package", "fulfillment", "misclick", "support_level"})
"""The kinds whose subject is not a licence of the record."""
RANKS = {key: rank for rank, key in enumerate(get_args(EditionKey))}
"""The editions, lowest first within a family (domain 5.1)."""


def held(record: Customer, kind: str, subject: str) -> tuple[Licence, ...]:
    """The licences that a subject stands for; none where the customer does not hold it."""
    if kind in NO_LICENCE:
        return ()
    if kind in SUBJECT_IS_PRODUCT:
        return tuple(licence for licence in record.licences if licence.product == subject)
    return tuple(licence for licence in record.licences if licence.licence == subject)


def addons_ended(record: Customer, hosting: str, details: dict[str, Any] | None) -> tuple[Licence, ...]:
    """The add-ons of a hosting that end with it, as the order's details say (ADD2)."""
    said = (details or {}).get("addons")
    said = said if isinstance(said, dict) else {}
    return tuple(one for one in record.licences if one.parent == hosting and said.get(one.licence) == "end")


def ending(record: Customer, kind: str, subject: str, details: dict[str, Any] | None) -> tuple[Licence, ...]:
    """Every licence that ends with a subject."""
    addons = addons_ended(record, subject, details) if kind == "hosting" else ()
    return held(record, kind, subject) + addons


def is_lower(record: Customer, kind: str, subject: str, target: Any) -> bool:
    """Whether a target is below what the customer has now (ED1, OPL-2)."""
    if kind == "order_package":
        return isinstance(target, int) and 0 <= target < record.order_package
    current = record.editions.get(subject)  # type: ignore[call-overload]
    if current is None or target not in RANKS or str(target).split("_")[0] != subject:
        return False
    return RANKS[target] < RANKS[current]


Ends = dict[str, datetime]
"""When the booked ends of a customer's licences take effect, by licence, in UTC (X3)."""

"""What the subject of each kind stands for in the customer's record, and what a change makes of the record. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from states.model.record import Customer, EditionKey, Licence
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT

Details = Mapping[str, Any] | None
"""What the order's form says; None where there is no order or no form."""
Obstacle = Literal["not_held", "not_lower"] | None
"""Why a record does not allow an order."""

RANKS = {key: rank for rank, key in enumerate(get_args(EditionKey))}
"""The editions, lowest first within a family."""


class Subject:
    """The base, and a subject that is nothing in the record: a slip, a support level."""

    part: ClassVar[str | None] = None
    """The field of the record that the subject is as a whole."""

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        """Why the record does not allow the order, or None."""
        return None

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        """Every licence that ends with it."""
        return ()

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        """The record after the change; the same where it has been made already."""
        return without_licences(record, self.ending(record, subject, details))

    def spared(self, present: Customer, new: Customer, subject: str) -> Customer | None:
        """The new record with this subject as it is at present, there or gone; None where it is none of the record."""
        return new.model_copy(update={self.part: getattr(present, self.part)}) if self.part else None


class EditionSubject(Subject):
    """The edition of a family, which only ever gets lower (ED1); its term ends with it."""

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        if subject not in record.editions:
            return "not_held"
        return None if self.is_lower(record, subject, target) else "not_lower"

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        if not self.is_lower(record, subject, target):
            return record
        terms = {family: term for family, term in record.edition_terms.items() if family != subject}
        return record.model_copy(update={"editions": {**record.editions, subject: target}, "edition_terms": terms})

    def spared(self, present: Customer, new: Customer, subject: str) -> Customer:
        update = {
            "editions": with_entry_of(present.editions, new.editions, subject),
            "edition_terms": with_entry_of(present.edition_terms, new.edition_terms, subject),
        }
        return new.model_copy(update=update)

    @staticmethod
    def is_lower(record: Customer, family: str, target: Any) -> bool:
        """Whether the target is an edition of this family, below the one that is held."""
        current = next((edition for name, edition in record.editions.items() if name == family), None)
        of_family = target in RANKS and str(target).split("_")[0] == family
        return current is not None and of_family and RANKS[target] < RANKS[current]


class OrderPackageSubject(Subject):
    """The customer's tier, which only ever gets lower (OPL-2); 0 is none."""

    part = "order_package"

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        return None if self.is_lower(record, target) else "not_lower"

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        return record.model_copy(update={"order_package": target}) if self.is_lower(record, target) else record

    @staticmethod
    def is_lower(record: Customer, target: Any) -> bool:
        """Whether the target is a tier below the present one."""
        return isinstance(target, int) and 0 <= target < record.order_package


class Partners(Subject):
    """The cooperation with every partner in the Fulfillment Network (FFN5)."""

    part = "partners"

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        return record.model_copy(update={"partners": ()})


@dataclass(frozen=True)
class Licences(Subject):
    """The licences whose `field` is the subject: one by its number, or those of a product."""

    field: Literal["licence", "product"] = "licence"

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        return None if self.ending(record, subject, None) else "not_held"

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        """Those that the customer holds (G2)."""
        return tuple(licence for licence in record.licences if getattr(licence, self.field) == subject)

    def spared(self, present: Customer, new: Customer, subject: str) -> Customer:
        """The present ones take the places of the new ones, as they stand in the file."""
        spared = list(self.ending(present, subject, None))
        numbers = {licence.licence for licence in spared}
        licences: list[Licence] = []
        for licence in new.licences:
            if getattr(licence, self.field) != subject and licence.licence not in numbers:
                licences.append(licence)
            elif spared:
                licences.append(spared.pop(0))
        return new.model_copy(update={"licences": (*licences, *spared)})


class Hosting(Licences):
    """A hosting, with those of its add-ons that the order's details end with it (ADD2)."""

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        addons = (details or {}).get("addons")
        decided = addons if isinstance(addons, dict) else {}
        return super().ending(record, subject, details) + tuple(
            addon for addon in record.licences if addon.parent == subject and decided.get(addon.licence) == "end"
        )


LICENCE = Licences()
SUBJECTS: dict[str, Subject] = {
    "edition": EditionSubject(),
    "order_package": OrderPackageSubject(),
    "fulfillment": Partners(),
    "hosting": Hosting(),
    "misclick": Subject(),
    "support_level": Subject(),
    **dict.fromkeys(SUBJECT_IS_PRODUCT, Licences("product")),
}
"""By kind; the subject of every other kind is the number of a licence."""


def subject_of(kind: str) -> Subject:
    """What the subject of a kind stands for."""
    return SUBJECTS.get(kind, LICENCE)


def without_licences(record: Customer, ending: Collection[Licence]) -> Customer:
    """The record without these licences."""
    return record.model_copy(
        update={"licences": tuple(licence for licence in record.licences if licence not in ending)}
    )


def with_assignment(record: Customer, licence: Licence, to: str) -> Customer:
    """The record with a WMS user assigned elsewhere (WMU4)."""
    assigned = licence.model_copy(update={"assigned_to": to})
    licences = tuple(assigned if other == licence else other for other in record.licences)
    return record.model_copy(update={"licences": licences})


def with_entry_of(present: Mapping[Any, Any], new: Mapping[Any, Any], key: str) -> dict[Any, Any]:
    """The new entries, but that of one key as at present."""
    entries = {name: value for name, value in new.items() if name != key}
    return entries | ({key: present[key]} if key in present else {})

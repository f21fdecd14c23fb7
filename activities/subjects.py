"""What the subject of each kind stands for in the customer's record, and what a change makes of the record. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from states.model.record import Customer, EditionKey, Licence
from states.rules.run_values import addon_decisions
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT

Details = Mapping[str, Any] | None
"""What the order's form says; None where there is no order or no form."""
Obstacle = Literal["not_held", "not_lower"] | None
"""Why a record does not allow an order."""

RANKS = {key: rank for rank, key in enumerate(get_args(EditionKey))}
"""The editions, lowest first within a family."""


Seen = dict[str, Any]
"""What a run sees of a record, by the place where it stands: `editions.jtl`, `licences.L-77`."""


class Subject:
    """The base, and a subject that is nothing in the record: a slip, a support level."""

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        """Why the record does not allow the order, or None."""
        return None

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        """Every licence that ends with it."""
        return ()

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        """The record after the change; the same where it has been made already."""
        return without_licences(record, self.ending(record, subject, details))

    def seen(self, record: Customer, subject: str) -> Seen:
        """What of the record a run about this subject rests on: where it changes, the run checks again."""
        return {"language": record.language}


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

    def seen(self, record: Customer, subject: str) -> Seen:
        terms = {f"edition_terms.{family}": term for family, term in record.edition_terms.items() if family == subject}
        package = {"order_package": record.order_package}
        return super().seen(record, subject) | editions_seen(record) | terms | package | licences_seen(record.licences)

    @staticmethod
    def is_lower(record: Customer, family: str, target: Any) -> bool:
        """Whether the target is an edition of this family, below the one that is held."""
        current = next((edition for name, edition in record.editions.items() if name == family), None)
        of_family = target in RANKS and str(target).split("_")[0] == family
        return current is not None and of_family and RANKS[target] < RANKS[current]


class OrderPackageSubject(Subject):
    """The customer's tier, which only ever gets lower (OPL-2); 0 is none."""

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        return None if self.is_lower(record, target) else "not_lower"

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        return record.model_copy(update={"order_package": target}) if self.is_lower(record, target) else record

    def seen(self, record: Customer, subject: str) -> Seen:
        package = {"order_package": record.order_package}
        return super().seen(record, subject) | editions_seen(record) | package | licences_seen(record.licences)

    @staticmethod
    def is_lower(record: Customer, target: Any) -> bool:
        """Whether the target is a tier below the present one."""
        return isinstance(target, int) and 0 <= target < record.order_package


class Partners(Subject):
    """The cooperation with every partner in the Fulfillment Network (FFN5)."""

    def changed(self, record: Customer, subject: str, target: Any, details: Details) -> Customer:
        return record.model_copy(update={"partners": ()})

    def seen(self, record: Customer, subject: str) -> Seen:
        partners = {f"partners.{partner.id}": partner for partner in record.partners}
        return super().seen(record, subject) | partners


@dataclass(frozen=True)
class Licences(Subject):
    """The licences whose `field` is the subject: one by its number, or those of a product."""

    field: Literal["licence", "product"] = "licence"

    def obstacle(self, record: Customer, subject: str, target: Any) -> Obstacle:
        return None if self.ending(record, subject, None) else "not_held"

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        """Those that the customer holds (G2)."""
        if self.field == "product":
            return record.of_product(subject)
        licence = record.licence(subject)
        return (licence,) if licence else ()

    def seen(self, record: Customer, subject: str) -> Seen:
        own = (*self.ending(record, subject, None), *record.of_parent(subject))
        return super().seen(record, subject) | editions_seen(record) | licences_seen(own)


class Hosting(Licences):
    """A hosting, with those of its add-ons that the order's details end with it (ADD2)."""

    def ending(self, record: Customer, subject: str, details: Details) -> tuple[Licence, ...]:
        decided = addon_decisions(details)
        addons = record.of_parent(subject)
        return super().ending(record, subject, details) + tuple(
            addon for addon in addons if decided.get(addon.licence) == "end"
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
    """The record without these licences; what belonged to one of them and stays belongs to none any more (ADD2)."""
    gone = {licence.licence for licence in ending}
    staying = [licence for licence in record.licences if licence.licence not in gone]
    licences = [
        licence.model_copy(update={"parent": None}) if licence.parent in gone else licence for licence in staying
    ]
    return record.model_copy(update={"licences": tuple(licences)})


def with_assignment(record: Customer, licence: Licence, to: str) -> Customer:
    """The record with a WMS user assigned elsewhere (WMU4)."""
    assigned = licence.model_copy(update={"assigned_to": to})
    licences = tuple(assigned if other == licence else other for other in record.licences)
    return record.model_copy(update={"licences": licences})


def editions_seen(record: Customer) -> Seen:
    """The editions, which decide what products cost (G6)."""
    return {f"editions.{family}": edition for family, edition in record.editions.items()}


def licences_seen(licences: Iterable[Licence]) -> Seen:
    """The licences without their labels, from which nothing follows."""
    return {f"licences.{licence.licence}": licence.model_copy(update={"label": None}) for licence in licences}


def changed_for(kind: str, subject: str, present: Customer, new: Customer) -> tuple[str, ...]:
    """What changes for a run when the record becomes another: places of the record, in order."""
    before, after = (subject_of(kind).seen(record, subject) for record in (present, new))
    return tuple(sorted(place for place in before.keys() | after.keys() if before.get(place) != after.get(place)))

"""The customer's record, in the form of the lines that `customers load` reads (docs/contract.md, Customers' data)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field

from states.model.base import Amount, Day, Identifier, ShortText, Value

EditionKey = Literal["jtl_start", "jtl_advanced", "jtl_pro", "jtl_enterprise", "wms_start", "wms_pro"]
Family = Literal["jtl", "wms"]
Language = Literal["de", "en"]
NamedPart = tuple[Literal["licences", "partners"], str]
"""A licence or a partner, by part of the record and number."""


class Licence(Value):
    """One licence or contract of a customer. Only `licence` and `product` are needed.

    `term_ends` is the last usable day. `included` absent means: the catalogue decides; an explicit value that
    differs from it is a contradiction and is asked about (X5). `price_per_month` is in euro.
    """

    licence: Identifier
    product: ShortText
    label: str | None = Field(default=None, max_length=200)
    included: bool | None = None
    term_ends: Day | None = None
    price_per_month: Annotated[Amount, Field(ge=0)] | None = None
    assigned_to: Literal["wms", "wms_mobile"] | None = None
    booked_via: Literal["jtl", "shopify"] | None = None
    pilot: bool = False
    third_party: str | None = Field(default=None, max_length=200)
    contract: Literal["abonnement", "subscription"] | None = None
    module: str | None = Field(default=None, max_length=80)
    parent: Identifier | None = None


class Together(NamedTuple):
    """What is recorded of several licences of one product."""

    terms: frozenset[date | None]
    included: frozenset[bool | None]
    price_per_month: Decimal | None
    """Of those whose price is known; None where it is known of none."""
    priced: bool
    """Whether it is known of each."""

    @classmethod
    def of(cls, licences: Sequence[Licence]) -> Self:
        """Read off the licences."""
        prices = [entry.price_per_month for entry in licences if entry.price_per_month is not None]
        return cls(
            terms=frozenset(entry.term_ends for entry in licences),
            included=frozenset(entry.included for entry in licences),
            price_per_month=sum(prices, start=Decimal(0)) if prices else None,
            priced=len(prices) == len(licences),
        )


class Partner(Value):
    """A partner in the Fulfillment Network, with what still stands open there (FFN2)."""

    id: Identifier
    name: ShortText
    role: Literal["fulfiller", "merchant"]
    open_operations: int = Field(default=0, ge=0)
    stock: int = Field(default=0, ge=0)


class EditionTerm(Value):
    """The term of an edition (ED15). Without one an edition is on a monthly term."""

    term: Literal["monthly", "annual"] = "monthly"
    ends: Day | None = None


MOST_LICENCES, MOST_PARTNERS = 2_000, 200
"""With so many every call and every run works (`make bench`); each partner is a step of its own with its task."""


class Customer(Value):
    """A customer with what is booked. `name` and `email` never enter a workflow's history."""

    customer: Identifier
    name: ShortText
    email: str | None = Field(default=None, max_length=1000)
    """One address, or several with a comma between."""
    language: Language = "de"
    editions: dict[Family, EditionKey] = Field(default_factory=dict)
    edition_terms: dict[Family, EditionTerm] = Field(default_factory=dict)
    order_package: int = Field(default=0, ge=0)
    licences: Annotated[tuple[Licence, ...], Field(max_length=MOST_LICENCES)] = ()
    partners: Annotated[tuple[Partner, ...], Field(max_length=MOST_PARTNERS)] = ()

    def names(self) -> dict[NamedPart, str]:
        """What the customer calls licences and partners."""
        labels: dict[NamedPart, str] = {
            ("licences", entry.licence): entry.label for entry in self.licences if entry.label
        }
        return labels | {("partners", entry.id): entry.name for entry in self.partners}

    def licence(self, licence: str) -> Licence | None:
        """The licence of that number, or None where the customer does not hold it."""
        return self.by_number.get(licence)

    def of_product(self, product: str) -> tuple[Licence, ...]:
        """The licences of a product, in the record's order."""
        return tuple(self.by_product.get(product, ()))

    def of_parent(self, licence: str) -> tuple[Licence, ...]:
        """What belongs to a licence, the add-ons of a hosting, in the record's order."""
        return tuple(self.by_parent.get(licence, ()))

    # A large customer's licences are looked up once for each of them.

    @cached_property
    def by_number(self) -> dict[str, Licence]:
        """The licences by their numbers."""
        return {entry.licence: entry for entry in reversed(self.licences)}

    @cached_property
    def by_product(self) -> dict[str, list[Licence]]:
        """The licences by their products."""
        return grouped(self.licences, attrgetter("product"))

    @cached_property
    def by_parent(self) -> dict[str, list[Licence]]:
        """The licences by those to which they belong."""
        return grouped((entry for entry in self.licences if entry.parent is not None), attrgetter("parent"))

    @cached_property
    def together(self) -> dict[str, Together]:
        """What is recorded of the licences of each product together."""
        return {product: Together.of(licences) for product, licences in self.by_product.items()}

    def __copy__(self) -> Self:
        """A copy may get other licences."""
        copied = super().__copy__()
        for name in ("by_number", "by_product", "by_parent", "together"):
            copied.__dict__.pop(name, None)
        return copied


def grouped(licences: Iterable[Licence], key: Callable[[Licence], str]) -> dict[str, list[Licence]]:
    """The licences of each key, in their order."""
    groups: dict[str, list[Licence]] = {}
    for licence in licences:
        groups.setdefault(key(licence), []).append(licence)
    return groups

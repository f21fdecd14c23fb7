"""A catalogue version as values: what the editions include, sell and lack, and where each fact comes from."""

from datetime import date
from typing import Literal

from pydantic import Field

from states.model.base import Amount, Value
from states.model.record import Family, Language

OfferStatus = Literal[
    "not_available", "paid_addon", "included", "unlimited", "usage_billed", "never_cancellable", "unknown"
]
"""What a product is in an edition (G5 to G8). `unknown`: a person is asked (X5)."""

Text = dict[Language, str]


class Source(Value):
    """Where a fact comes from. `label`: [S] the guide, [P n] a public page, [I] an inference, [?] an example only."""

    label: Literal["S", "P", "I", "?"]
    at: str
    """A line of the guide (`L189`), a page with what it says (`P1: 2026`), or why it is inferred or an example."""

    @property
    def inferred(self) -> bool:
        """Whether no source says it expressly: where such a fact decides, people are told so."""
        return self.label in ("I", "?")

    @property
    def written(self) -> str:
        """As it stands in the catalogue's files: `[S] L189`, `[P1] 2026`."""
        page, _, statement = self.at.partition(": ")
        return f"[{page}] {statement}" if self.label == "P" else f"[{self.label}] {self.at}"


class Offer(Value):
    """One product in one edition. `limit`: how many may be held there; None: no limit is known or set."""

    status: OfferStatus
    limit: int | None = Field(default=None, ge=0)
    source: Source

    @property
    def written(self) -> str:
        """As people read it, with where it comes from: `included (5) [I]`, `paid_addon [P1]`."""
        number = "" if self.limit is None else f" ({self.limit})"
        return f"{self.status}{number} {self.source.written.partition(' ')[0]}"


class Edition(Value):
    """An edition. `rank` orders those of a family; `tiers` are the order packages bookable with it (OP2)."""

    key: str
    family: Family
    rank: int
    label: str
    price_per_month: Amount | None = None
    support_level: str | None = None
    tiers: tuple[int, ...] = ()
    tiers_attested: tuple[int, ...] = ()
    """Those of `tiers` of which a source says that they are bookable here; where the catalogue's lists are complete,
    all of them are."""
    tiers_source: Source | None = None
    source: Source


class Notice(Value):
    """How many days before the last usable day of its term a product must be cancelled, that day included."""

    days: int = Field(ge=0, le=366)
    source: Source


class Product(Value):
    """A product key with what it is in each edition of the family that decides about it.

    `kind`: the kind of cancellation that ends it; None: no process here ends it, and `click_path` says where instead.
    `family` None: no edition decides, and `offer` holds for all.
    `channel`: billed by order packages (OP0-1). `details_needed`: the keys that its form asks for (ADD1); an empty
    list: any that are not empty; None: no form. `click_path`: the steps in the customer centre, where they are not
    those of its kind; without a step in any language: none is known.
    """

    key: str
    kind: str | None = None
    label: Text
    plural: Text = Field(default_factory=dict)
    """What several are called, where a limit is told in a sentence."""
    family: Family | None = None
    offers: dict[str, Offer] = Field(default_factory=dict)
    offer: Offer | None = None
    notice: Notice | None = None
    """None: nobody knows it, as of everything but editions and order packages (D7)."""
    channel: bool = False
    details_needed: tuple[str, ...] | None = None
    click_path: dict[Language, tuple[str, ...]] = Field(default_factory=dict)
    source: Source


class CatalogueFeature(Value):
    """A function that some editions lack or restrict (ED4); editions not named here have it in full."""

    key: str
    family: Family
    label: Text
    levels: dict[str, Literal["full", "limited", "none"]]
    beyond: str | None = None
    """The function that this one goes beyond: who loses that one loses this one too, and is told of that one alone."""
    source: Source


class KindEntry(Value):
    """What the catalogue says of a kind of cancellation itself: how it is done by hand."""

    kind: str
    click_path: dict[Language, tuple[str, ...]]
    source: Source


class OptionalService(Value):
    """A service that may be added in the same booking (ED10)."""

    key: str
    label: Text
    source: Source


class ReasonCode(Value):
    """A reason for leaving, asked for once and never a condition."""

    code: str
    label: Text


class Remark(Value):
    """What a public page says, for people to know; nothing is computed from it. `products`: those it is about."""

    key: str
    text: Text
    products: tuple[str, ...] = ()
    source: Source


class Catalogue(Value):
    """One version: in force from `valid_from` until the next one's."""

    version: str
    valid_from: date
    source: Source
    api_beta: bool | Literal["unknown"]
    """Whether the JTL-Wawi API is in its beta phase (X7); where nobody knows, its cost is asked about (X5)."""
    complete: bool = False
    """False: the list of functions is not complete, and this is said wherever it is shown."""
    editions: dict[str, Edition]
    products: dict[str, Product]
    features: tuple[CatalogueFeature, ...] = ()
    kinds: dict[str, KindEntry] = Field(default_factory=dict)
    optional_services: dict[str, OptionalService] = Field(default_factory=dict)
    reasons: dict[str, ReasonCode] = Field(default_factory=dict)
    remarks: dict[str, Remark] = Field(default_factory=dict)
    tiers_complete: bool = False
    """False: the lists of order packages are not complete, so that one which is not attested is asked about (OP2)."""
    minimum_channel_tier: int = 100
    """The smallest order package with which a sales channel may be held (OP0-6)."""

    def known_tiers(self, edition: Edition | None) -> tuple[int, ...]:
        """The order packages that are known to be bookable in an edition: all of its list where the lists are complete,
        else those that are attested (OP2)."""
        if edition is None:
            return ()
        return edition.tiers if self.tiers_complete else edition.tiers_attested

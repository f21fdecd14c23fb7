"""What ending a product does to the cost: pure functions of catalogue and record (G5 to G8, X5)."""

from collections.abc import Mapping

from states.model.facts import CostEffect
from states.model.offers import Catalogue, Edition, Offer, Product
from states.model.record import Customer, Family, Licence


def offer_for(product: Product, editions: Mapping[str, str]) -> Offer | None:
    """What a product is with the editions held (G6, G8); None where the deciding family is not held."""
    if product.family is None:
        return product.offer
    edition = editions.get(product.family)
    return product.offers.get(edition) if edition else None


EFFECTS: dict[str, CostEffect] = {
    "paid_addon": "cancellation",
    "included": "deactivation",
    "unlimited": "deactivation",
    "usage_billed": "deactivation",
}
"""What ending a product does to the cost (G5-G8); anything else is unknown and asked about (X5)."""


def cost_effect(offer: Offer | None, licence: Licence) -> CostEffect:
    """Whether ending a licence lowers the cost (G7), does not (G5), or nobody knows (X5).

    An explicit `included` of the record that differs from the catalogue is a contradiction: unknown.
    """
    effect = EFFECTS.get(offer.status, "unknown") if offer else "unknown"
    if licence.included is None or effect == "unknown":
        return effect
    return effect if licence.included == (effect == "deactivation") else "unknown"


def product_of(catalogue: Catalogue, licence: Licence) -> Product | None:
    """The product of a licence: with a `module`, its own entry `<product>/<module>` where the catalogue has one."""
    return catalogue.products.get(f"{licence.product}/{licence.module}") or catalogue.products.get(licence.product)


def edition_of(catalogue: Catalogue, record: Customer, family: Family) -> Edition | None:
    """The customer's edition of a family; None where none is held, or the catalogue does not know it."""
    return catalogue.editions.get(record.editions.get(family, ""))

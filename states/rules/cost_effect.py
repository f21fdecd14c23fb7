"""What ending a product does to the cost: pure functions of catalogue and record (G5 to G8, X5)."""

from collections.abc import Mapping

from states.model.facts import CostEffect
from states.model.names import named
from states.model.offers import Catalogue, Edition, Offer, Product
from states.model.record import Customer, Family, Language, Licence


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


def listed_effect(offer: Offer | None) -> CostEffect:
    """What the catalogue says that ending a product does to the cost."""
    return EFFECTS.get(offer.status, "unknown") if offer else "unknown"


def contradicting(effect: CostEffect, product: Product, licence: Licence) -> tuple[str, ...]:
    """The recorded facts that cannot be right if ending the licence has that effect on the cost (X5).

    What is paid is not included, costs something, and is no Subscription, which only JTL-Shop has (SL2). What is
    included, or free, has neither a price nor a term nor a contract of its own. And a fact that belongs to another
    product makes one doubt that it is this one (CO5, WMU1).
    """
    paid, price, contract = effect == "cancellation", licence.price_per_month, licence.contract
    other_contract = contract == "subscription" and product.kind != "shop_licence"
    contradicts = {
        "included": licence.included is not None and licence.included != (effect == "deactivation"),
        "price_per_month": price is not None and (price > 0) != paid,
        "term_ends": licence.term_ends is not None and not paid,
        "contract": contract is not None and (not paid or other_contract),
        "booked_via": licence.booked_via == "shopify" and product.key != "connector_shopify",
        "assigned_to": licence.assigned_to is not None and product.kind != "wms_user",
    }
    return tuple(name for name, against in contradicts.items() if against) if effect != "unknown" else ()


def product_of(catalogue: Catalogue, licence: Licence) -> Product | None:
    """The product of a licence: with a `module`, its own entry `<product>/<module>` where the catalogue has one."""
    return catalogue.products.get(f"{licence.product}/{licence.module}") or catalogue.products.get(licence.product)


def name_of(licence: Licence, catalogue: Catalogue, language: Language) -> str:
    """What texts call a licence: its product's label with its number."""
    product = product_of(catalogue, licence)
    return named(product.label[language] if product else licence.product, licence.licence)


def edition_of(catalogue: Catalogue, record: Customer, family: Family) -> Edition | None:
    """The customer's edition of a family; None where none is held, or the catalogue does not know it."""
    return catalogue.editions.get(record.editions.get(family, ""))

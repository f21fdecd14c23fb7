"""How a cancellation is done by hand in the customer centre (X12), in the customer's language."""

from states.model.facts import Action
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request
from states.rules.cost_effect import product_of


def click_path(
    catalogue: Catalogue, request: Request, record: Customer | None, action: Action = "order"
) -> tuple[str, ...]:
    """The steps of an action; empty where none is known, since those of another action would be wrong.

    What ends a product (`order`) is the product's own way where it has one, else its kind's. Package 0 (OP4) and a
    change of hosting tariff (SHH1) have their own.
    """
    language = record.language if record else "de"
    key = request.kind if action == "order" else f"{request.kind}/{action}"
    if action == "order":
        licence = record.licence(request.subject) if record else None
        product = product_of(catalogue, licence) if licence else None
        if product is not None and product.kind == request.kind and product.click_path:
            return product.click_path[language]
        if request.kind == "order_package" and request.target == 0:
            key = "order_package/0"
        elif request.kind == "shop_hosting" and request.target is not None:
            key = "shop_hosting/change"
    entry = catalogue.kinds.get(key)
    return entry.click_path[language] if entry else ()

"""How a cancellation is done by hand in the customer centre (X12), in the customer's language."""

from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request


def click_path(
    catalogue: Catalogue, request: Request, record: Customer | None, action: str = "order"
) -> tuple[str, ...]:
    """The steps for a request: the product's own where it has some, else the kind's; empty where there is none.

    `action`: `order` or `reassign` (WMU4). Package 0 (OP4) and a change of hosting tariff (SHH1) have their own.
    """
    language = record.language if record else "de"
    licence = record.licence(request.subject) if record else None
    if licence is not None and action == "order":
        keys = (f"{licence.product}/{licence.module}", licence.product)
        product = next((catalogue.products[key] for key in keys if key in catalogue.products), None)
        if product is not None and product.kind == request.kind and product.click_path:
            return product.click_path[language]
    variant = action
    if request.kind == "order_package" and request.target == 0:
        variant = "0"
    elif request.kind == "shop_hosting" and request.target is not None:
        variant = "change"
    entry = catalogue.kinds.get(f"{request.kind}/{variant}") or catalogue.kinds.get(request.kind)
    return entry.click_path[language] if entry else ()

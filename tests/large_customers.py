"""Customers with as many licences as a record may hold, in each way in which something is done for each of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from states.model.record import Customer
from states.model.request import Request

CUSTOMER = "K-1001"
TERM = "2099-01-31"
ENDS_AT = datetime(2099, 1, 31, tzinfo=UTC)


class Large(NamedTuple):
    """A customer, and what is asked for."""

    record: Customer
    request: Request


def customer(*licences: dict[str, Any], **fields: Any) -> Customer:
    """A customer with these licences, numbered from `P-0000` and named."""
    numbered = [
        {"licence": f"P-{number:04}", "label": f"Filiale {number}"} | licence for number, licence in enumerate(licences)
    ]
    known = {"customer": CUSTOMER, "name": "Muster GmbH", "licences": numbered}
    return Customer.model_validate(known | fields)


def asked(kind: str, subject: str, **more: Any) -> Request:
    """A request of this customer."""
    return Request(kind=kind, customer=CUSTOMER, subject=subject, **more)


def above_a_limit(count: int) -> Large:
    """Registers, of which the edition asked for allows one (POS3)."""
    record = customer(*[{"product": "pos_wawi"}] * count, editions={"jtl": "jtl_enterprise"})
    return Large(record, asked("edition", "jtl", target="jtl_start"))


def not_available(count: int) -> Large:
    """A product that the edition asked for lacks (ED5)."""
    record = customer(*[{"product": "track_and_trace"}] * count, editions={"jtl": "jtl_pro"})
    return Large(record, asked("edition", "jtl", target="jtl_advanced"))


def warehouse(count: int) -> Large:
    """Modules that the smaller warehouse edition lacks, and users whom it does not touch (WE4)."""
    products = [{"product": "wms_module" if number % 2 else "wms_user"} for number in range(count)]
    return Large(customer(*products, editions={"wms": "wms_pro"}), asked("edition", "wms", target="wms_start"))


def channels(count: int) -> Large:
    """Sales channels that stand against package 0 (OP0-1)."""
    record = customer(*[{"product": "marketplace"}] * count, editions={"jtl": "jtl_pro"}, order_package=2500)
    return Large(record, asked("order_package", "orders", target=0))


def addons(count: int) -> Large:
    """A hosting with add-ons, each with what its own form asks for (ADD1, ADD2)."""
    hosting = {"licence": "H-1", "product": "hosting", "term_ends": TERM}
    record = customer(*[{"product": "hosting_addon", "parent": "H-1", "term_ends": TERM}] * count)
    numbers = [licence.licence for licence in record.licences]
    details = {"addons": dict.fromkeys(numbers, "end")} | {number: {"domain": "a.example"} for number in numbers}
    held = [hosting, *(licence.model_dump() for licence in record.licences[: count - 1])]
    details["addons"].pop(numbers[-1])
    details.pop(numbers[-1])
    return Large(customer(*held), asked("hosting", "H-1", details=details))


def hostings(count: int) -> Large:
    """Hostings, each with an add-on of its own (ADD2)."""
    pairs = [
        {"product": "hosting_addon", "parent": f"P-{number - 1:04}", "term_ends": TERM}
        if number % 2
        else {"product": "hosting", "term_ends": TERM}
        for number in range(count)
    ]
    details = {"addons": {"P-0001": "keep"}}
    return Large(customer(*pairs), asked("hosting", "P-0000", details=details))


def two_contracts(count: int) -> Large:
    """Shop licences and shop hostings, each of which names all of the others (SL5)."""
    products = [
        {"product": "shop_hosting" if number % 2 else "shop_licence", "contract": "abonnement", "term_ends": TERM}
        for number in range(count)
    ]
    return Large(customer(*products), asked("shop_licence", "P-0000"))


def one_of_a_product(count: int) -> Large:
    """A service that is found by its product, behind all else (SUP3)."""
    products = [{"product": "wms_user" if number < count / 2 else "key_accounting"} for number in range(count)]
    return Large(customer(*products, editions={"jtl": "jtl_enterprise"}), asked("key_accounting", "key_accounting"))


def unknown_products(count: int) -> Large:
    """Add-ons of products that nobody knows, each another one."""
    products = [{"product": f"product {number}", "parent": "P-0000"} for number in range(count)]
    products[0] = {"product": "hosting", "term_ends": TERM}
    details = {"addons": {f"P-{number:04}": "keep" for number in range(1, count)}}
    return Large(customer(*products), asked("hosting", "P-0000", details=details))


def partners(count: int) -> Large:
    """Partners in the Fulfillment Network, a tenth as many: each is a step of its own (FFN5)."""
    ids = [{"id": f"F-{number:03}", "name": f"Lager {number}", "role": "fulfiller"} for number in range(count // 10)]
    return Large(customer(partners=ids), asked("fulfillment", "ffn"))


def open_at_partners(count: int) -> Large:
    """The same, with something left open at each of them (FFN2)."""
    record = partners(count).record
    left = [partner.model_copy(update={"open_operations": 1, "stock": 2}) for partner in record.partners]
    return Large(record.model_copy(update={"partners": tuple(left)}), asked("fulfillment", "ffn"))


LARGE: dict[str, Callable[[int], Large]] = {
    "above a limit": above_a_limit,
    "not available": not_available,
    "warehouse": warehouse,
    "channels": channels,
    "add-ons": addons,
    "hostings": hostings,
    "two contracts": two_contracts,
    "one of a product": one_of_a_product,
    "unknown products": unknown_products,
    "partners": partners,
    "open at partners": open_at_partners,
}
"""By name, each for a number of licences."""
BOOKED = ("above a limit", "not available", "warehouse")
"""Where it matters whether the ends of the licences are booked (X3)."""


def all_booked(record: Customer) -> dict[str, datetime]:
    """The end of every licence is booked (X3)."""
    return {licence.licence: ENDS_AT for licence in record.licences}

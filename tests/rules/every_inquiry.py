"""Everything that a check may be asked: documents, records and catalogues, multiplied with each other."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, get_args

from states.kinds.kind import Context, Kind
from states.model.facts import BookedChange, Inquiry
from states.model.offers import Catalogue, Offer, OfferStatus
from states.model.record import Customer
from states.model.request import Request
from tests.rules.checks import AT, COMPLETE, NEWER, SHIPPED, STABLE

Asked = tuple[Inquiry, Context, Catalogue]
"""The arguments of a check."""

PAST, AHEAD = "2026-10-31", "2027-01-31"
EDITIONS: tuple[dict[str, str], ...] = (
    {},
    {"jtl": "jtl_start", "wms": "wms_start"},
    {"jtl": "jtl_advanced"},
    {"jtl": "jtl_pro", "wms": "wms_pro"},
    {"jtl": "jtl_enterprise", "wms": "wms_pro"},
)
SUBJECTS = ("jtl", "wms", "orders", "ffn", "support", "key_accounting", "L-1", "L-9", "x" * 41)
TARGETS = (None, "", "jtl_start", "jtl_advanced", "jtl_pro", "wms_start", 0, 50, 100, 7, 10**6, "K-1", "K-2")
ANNUAL = {"jtl": {"term": "annual"}, "wms": {"term": "annual", "ends": AHEAD}}
PARTNER = {"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 1, "stock": 2}
CHANGES = tuple(
    BookedChange(kind="edition", subject=family, target=f"{family}_start", effective_at=AT) for family in ("jtl", "wms")
)
OPEN_RUNS = frozenset({"edition/K-1/jtl", "edition/K-1/wms", "marketplace_transfer/K-1/L-1"})


def record(*licences: dict[str, Any], **fields: Any) -> Customer:
    """A customer with these licences, numbered from `L-1`."""
    numbered = [{"licence": f"L-{number}"} | licence for number, licence in enumerate(licences, 1)]
    return Customer.model_validate({"customer": "K-1", "name": "Muster GmbH", "licences": numbered} | fields)


def without_an_edition() -> Catalogue:
    """A version that does not sell an edition any more that a document may still name."""
    editions = {key: edition for key, edition in SHIPPED.editions.items() if key != "jtl_advanced"}
    return SHIPPED.model_copy(update={"editions": editions})


def without_products() -> Catalogue:
    """A version that sells nothing any more: whatever is held is of a product that it does not know."""
    return SHIPPED.model_copy(update={"products": {}})


def with_one_status() -> Iterator[Catalogue]:
    """For each status a version in which it is every product's in every edition: a check must not rest on what the
    shipped versions happen to hold."""
    for status in get_args(OfferStatus):
        products = {}
        for key, sold in SHIPPED.products.items():
            offer = Offer(status=status, source=sold.source)
            offers = {"offers": dict.fromkeys(sold.offers, offer), "offer": offer if sold.offer else None}
            products[key] = sold.model_copy(update=offers)
        yield SHIPPED.model_copy(update={"products": products})


def with_another_status_above() -> Catalogue:
    """A version in which every product that an edition decides about is paid in the lowest edition alone (G6)."""
    products = {}
    for key, sold in SHIPPED.products.items():
        lowest = next(iter(sold.offers), None)
        offers = {
            edition: offer.model_copy(update={"status": "paid_addon" if edition == lowest else "included"})
            for edition, offer in sold.offers.items()
        }
        products[key] = sold.model_copy(update={"offers": offers})
    return SHIPPED.model_copy(update={"products": products})


def of_documents(kind: Kind) -> Iterator[Asked]:
    """Every document, right or wrong, of customers who hold nothing or one of everything, or whom nobody knows.

    A wrong document is refused before the record is looked at, so that few customers will do for it.
    """
    everything = [{"product": key, "term_ends": AHEAD} for key in SHIPPED.products if "/" not in key]
    products = ((), everything)
    choices = product(EDITIONS, ((0, ()), (100, (PARTNER,)), (5000, ())), products)
    changes = (
        BookedChange(kind="edition", subject="jtl", target="jtl_start", effective_at=AT),
        BookedChange(kind="order_package", subject="orders", target=100, effective_at=AT),
    )
    records = [
        record(*licences, editions=editions, order_package=package, partners=partners, edition_terms=ANNUAL)
        for editions, (package, partners), licences in choices
    ]
    catalogues = (SHIPPED, NEWER, without_an_edition(), COMPLETE)
    for subject, target, explanation in product(SUBJECTS, TARGETS, (None, "by mistake")):
        request = Request(kind=kind.kind, customer="K-1", subject=subject, target=target, explanation=explanation)
        customers = [None, *records] if kind.malformed(request) is None else [None, records[-1]]
        for number, customer in enumerate(customers):
            inquiry = Inquiry(request=request, at=AT, after=number % 7 == 6)
            booked = changes if number % 5 == 4 else ()
            yield inquiry, Context(record=customer, changes=booked), catalogues[number % 4]


def of_licences(kind: str) -> Iterator[Asked]:
    """Right documents about a licence of each product that the kind ends, and of one that it does not end."""
    ends = "marketplace" if kind == "marketplace_transfer" else kind
    shipped = [(version, editions) for version in (SHIPPED, NEWER, STABLE) for editions in EDITIONS]
    others = (*with_one_status(), with_another_status_above())
    for catalogue, editions in (*shipped, *((version, EDITIONS[3]) for version in others)):
        own = [key for key, sold in catalogue.products.items() if sold.kind == ends]
        for key in own:
            yield from of_licence(kind, key.partition("/")[0], editions, catalogue)
            yield next(of_licence(kind, key.partition("/")[0], editions, without_products()))
        for key in ("setup_service", "hosting") if own else ():
            yield from of_licence(kind, key, editions, catalogue)


def of_licence(kind: str, key: str, editions: dict[str, str], catalogue: Catalogue) -> Iterator[Asked]:
    """Every way in which a product may be recorded, with the runs and the other customer that a check looks at."""
    subject = "key_accounting" if kind == "key_accounting" else "L-1"
    targets = {"marketplace_transfer": ("K-2",), "shop_hosting": (None, "tariff-2")}.get(kind, (None,))
    inquiries = [
        Inquiry(request=Request(kind=kind, customer="K-1", subject=subject, target=target, explanation="…"), at=AT)
        for target in targets
    ]
    addon = {"product": "hosting_addon", "parent": "L-1"}
    for included, contract, term, via, pilot, third_party in product(
        (None, True, False), (None, "abonnement", "subscription"), (None, PAST, AHEAD), (None, "shopify"),
        (False, True), (None, "Marktplatz X"),
    ):  # fmt: skip
        licence = {
            "product": key, "included": included, "contract": contract, "term_ends": term, "booked_via": via,
            "pilot": pilot, "third_party": third_party, "price_per_month": "9.00" if pilot else None,
        }  # fmt: skip
        context = Context(record=record(licence, addon, editions=editions, order_package=2500))
        for inquiry in inquiries:
            yield inquiry, context, catalogue
    shop = [{"product": key, "contract": "abonnement"}, {"product": "shop_licence"}, {"product": "shop_hosting"}]
    for inquiry in inquiries:
        yield inquiry, replace(context, record=record(*shop, editions=editions)), catalogue
        yield inquiry, replace(context, open_runs=OPEN_RUNS), catalogue
        yield inquiry, replace(context, changes=CHANGES), catalogue
        yield inquiry, replace(context, other=record(order_package=0)), catalogue
        yield inquiry, replace(context, other=record(order_package=5000)), catalogue

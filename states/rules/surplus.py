"""Licences in surplus under an edition or an order package, from the record and the catalogue. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from states.model.facts import Surplus
from states.model.names import PARTNER, named
from states.model.offers import Catalogue, Offer, Product
from states.model.record import Customer, Family, Licence, Partner
from states.rules.cost_effect import product_of


def surplus_under(
    record: Customer, ends: Mapping[str, datetime], catalogue: Catalogue, family: Family, target: str
) -> tuple[Surplus, ...]:
    """What the customer would hold too many of with the edition `target` (ED5, X2, POS3, WE4).

    A product that the target lacks: one entry for each licence. A limit that is exceeded: one entry without a licence,
    with how many are too many and the candidates; one whose own end is booked in `ends` makes one less, and is then no
    candidate any more (X3).
    """
    label = catalogue.editions[target].label
    entries: list[Surplus] = []
    for product, licences in licences_by_product(record, catalogue):
        offer = product.offers.get(target) if product.family == family else None
        if offer is None:
            continue
        values: dict[str, Any] = {"product": product.label[record.language], "target": label, "kind": product.kind}
        values |= {"inferred": True} if offer.source.inferred else {}
        if offer.status == "not_available":
            entries += [entry_of_missing_product(licence, values, ends) for licence in licences]
        elif offer.limit is not None and len(licences) > offer.limit:
            entries.append(beyond_limit(licences, offer, values, ends))
    return tuple(entries)


def surplus_now(
    record: Customer, ends: Mapping[str, datetime], catalogue: Catalogue, family: Family
) -> tuple[Surplus, ...]:
    """The same under the edition that the customer has now: what is left after a change (X2)."""
    edition = record.editions.get(family)
    return surplus_under(record, ends, catalogue, family, edition) if edition in catalogue.editions else ()


def licences_by_product(record: Customer, catalogue: Catalogue) -> list[tuple[Product, list[Licence]]]:
    """The licences in the record's order, put together by the catalogue's product."""
    groups: dict[str, tuple[Product, list[Licence]]] = {}
    for licence in record.licences:
        product = product_of(catalogue, licence)
        if product is not None:
            groups.setdefault(product.key, (product, []))[1].append(licence)
    return list(groups.values())


def entry_of_missing_product(licence: Licence, values: dict[str, Any], ends: Mapping[str, datetime]) -> Surplus:
    """A licence of a product that the target does not have."""
    return Surplus(
        licence=licence.licence,
        product=licence.product,
        reason="not_available",
        values=values,
        candidates=(licence.licence,),
        ends_at=ends.get(licence.licence),
    )


def beyond_limit(
    licences: Sequence[Licence], offer: Offer, values: Mapping[str, Any], ends: Mapping[str, datetime]
) -> Surplus:
    """How many licences there are above the limit (POS3); the earliest booked ends count first."""
    limit = offer.limit or 0
    exceeded_by = len(licences) - limit
    numbers = [licence.licence for licence in licences]
    ending = sorted((number for number in numbers if number in ends), key=lambda number: ends[number])[:exceeded_by]
    left = exceeded_by - len(ending)
    return Surplus(
        product=licences[0].product,
        reason="limit",
        values={**values, "limit": limit, "held": len(licences)},
        candidates=tuple(number for number in numbers if number not in ends) if left else tuple(ending),
        too_many=left,
        ending={number: ends[number] for number in ending},
    )


def active_channels(record: Customer, catalogue: Catalogue) -> tuple[Surplus, ...]:
    """Every sales channel that is billed by order packages and still in the record (OP0-1, X4).

    An end that is merely booked does not resolve it: the channel is active until it has ended.
    """
    return tuple(
        Surplus(
            licence=licence.licence,
            product=licence.product,
            reason="channel",
            values={"product": product.label[record.language], "kind": product.kind},
            candidates=(licence.licence,),
        )
        for product, licences in licences_by_product(record, catalogue)
        if product.channel
        for licence in licences
    )


def open_at_partners(partners: Iterable[Partner]) -> tuple[Surplus, ...]:
    """Open operations and stock at the partners of the Fulfillment Network, each an entry of its own (FFN2).

    An entry is kept in histories, which hold no people: partners stand there by their number.
    """
    return tuple(
        Surplus(
            licence=partner.id,
            product="fulfillment",
            reason=reason,
            values={"name": named(PARTNER, partner.id), "count": count},
            candidates=(partner.id,),
        )
        for partner in partners
        for reason, count in (("open_operations", partner.open_operations), ("stock", partner.stock))
        if count
    )

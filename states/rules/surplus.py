"""Licences in surplus under an edition or an order package, from the record and the catalogue. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from states.model.facts import Surplus
from states.model.names import PARTNER, named
from states.model.offers import Catalogue, Product
from states.model.record import Customer, Family, Licence, Partner, grouped
from states.rules.cost_effect import product_of

MOST_SINGLE = 50
"""So many licences have an entry each; of more, those of a product share one, so that no document grows too large."""


class Unfitting(NamedTuple):
    """Licences of one product that do not fit: why, the values of the text that says so, and how many would."""

    licences: Sequence[Licence]
    reason: str
    values: dict[str, Any]
    limit: int | None = None


def surplus_under(
    record: Customer, ends: Mapping[str, datetime], catalogue: Catalogue, family: Family, target: str
) -> tuple[Surplus, ...]:
    """What the customer would hold too many of with the edition `target` (ED5, X2, POS3, WE4).

    A product that the target lacks: one entry for each licence. A limit that is exceeded: one entry without a licence,
    with how many are too many and the candidates; one whose own end is booked in `ends` makes one less, and is then no
    candidate any more (X3).
    """
    label = catalogue.editions[target].label
    unfitting: list[Unfitting] = []
    for product, licences in licences_by_product(record, catalogue):
        offer = product.offers.get(target) if product.family == family else None
        if offer is None:
            continue
        values: dict[str, Any] = {"product": product.label[record.language], "target": label, "kind": product.kind}
        values |= {"inferred": True} if offer.source.inferred else {}
        if offer.status == "not_available":
            unfitting.append(Unfitting(licences, "not_available", values))
        elif offer.limit is not None and len(licences) > offer.limit:
            unfitting.append(Unfitting(licences, "limit", values | {"limit": offer.limit}, offer.limit))
    return tuple(entries_of(unfitting, ends))


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


def entries_of(unfitting: Sequence[Unfitting], ends: Mapping[str, datetime]) -> Iterator[Surplus]:
    """An entry for each licence of which none fits, or where they are many, one for each product; one for a limit."""
    few = sum(len(group.licences) for group in unfitting if group.limit is None) <= MOST_SINGLE
    for group in unfitting:
        if group.limit is None and (few or len(group.licences) == 1):
            yield from (entry_of(licence, group, ends) for licence in group.licences)
        else:
            yield too_many_of(group, ends)


def entry_of(licence: Licence, group: Unfitting, ends: Mapping[str, datetime]) -> Surplus:
    """One licence that does not fit."""
    return Surplus(
        licence=licence.licence,
        product=licence.product,
        reason=group.reason,
        values=group.values,
        candidates=(licence.licence,),
        ends_at=ends.get(licence.licence),
    )


def too_many_of(group: Unfitting, ends: Mapping[str, datetime]) -> Surplus:
    """How many licences of a product there are above the limit (POS3); the earliest booked ends count first."""
    numbers = [licence.licence for licence in group.licences]
    exceeded_by = len(numbers) - (group.limit or 0)
    ending = sorted((number for number in numbers if number in ends), key=lambda number: ends[number])[:exceeded_by]
    left = exceeded_by - len(ending)
    return Surplus(
        product=group.licences[0].product,
        reason=group.reason,
        values={**group.values, "held": len(numbers)},
        candidates=tuple(number for number in numbers if number not in ends) if left else tuple(ending),
        too_many=left,
        ending={number: ends[number] for number in ending},
    )


def active_channels(record: Customer, catalogue: Catalogue) -> tuple[Surplus, ...]:
    """Every sales channel that is billed by order packages and still in the record (OP0-1, X4).

    An end that is merely booked does not resolve it: the channel is active until it has ended.
    """
    language = record.language
    channels = [
        Unfitting(licences, "channel", {"product": product.label[language], "kind": product.kind})
        for product, licences in licences_by_product(record, catalogue)
        if product.channel
    ]
    return tuple(entries_of(channels, {}))


def unlisted_channels(licences: Iterable[Licence]) -> tuple[Surplus, ...]:
    """The same of channels that only another version of the catalogue names (OP0-1)."""
    products = grouped(licences, attrgetter("product"))
    return tuple(entries_of([Unfitting(held, "channel", {"product": name}) for name, held in products.items()], {}))


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

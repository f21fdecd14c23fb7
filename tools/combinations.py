"""Every combination that the declared tables allow: what is asked of it is answered, and no two answers clash.

`python -m tools.combinations` asks each kind's own check about each product that it ends, in each edition and catalogue
version, recorded in every way (price, term, Abonnement or Subscription, included, booked via, assigned to); and each
edition and order package about each target, with every term. It prints what is missing and what clashes, or `none`.

Missing: nobody could end it, and nobody is asked about it. Clashing: what is said contradicts what is recorded, or
itself (G2, G5 to G9, X5, X6).
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple, get_args

from catalogue.loader import load_catalogues
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.base import day_of
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue, Product
from states.model.record import Customer, EditionKey, Licence
from states.model.request import Request
from states.rules.cost_effect import contradicting
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT

AT = datetime(2027, 1, 4, 11, tzinfo=UTC)
TODAY = day_of(AT, "Europe/Berlin")
TERMS = {"none": None, "past": TODAY - timedelta(days=1), "today": TODAY, "ahead": TODAY + timedelta(days=27)}
RECORDED: dict[str, dict[str, Any]] = {
    "term_ends": TERMS,
    "contract": {"none": None, "abonnement": "abonnement", "subscription": "subscription"},
    "price_per_month": {"none": None, "0": "0", "9": "9"},
    "included": {"none": None, "true": True, "false": False},
    "elsewhere": {"none": {}, "shopify": {"booked_via": "shopify"}, "user": {"assigned_to": "wms"}},
}
"""What may be recorded of a licence, by what it is called here."""
NEVER_ENDED = {"inclusive_user", "subscription"}
"""The refusals of what is held: it stays, or runs out by itself (WMU2, SL2)."""


class Combination(NamedTuple):
    """One row of the tables' product, in words, with what its check answers."""

    words: str
    product: Product | None
    licence: Licence | None
    check: Check


def combinations() -> Iterator[Combination]:
    """All of them, in every version of the catalogue."""
    for catalogue in load_catalogues(None).all:
        for sold in catalogue.products.values():
            if sold.kind is not None:
                yield from of_product(catalogue, sold, sold.kind)
        yield from of_editions(catalogue)
        yield from of_packages(catalogue)


def editions_of(catalogue: Catalogue, family: str | None) -> list[dict[str, Any]]:
    """What may be held of the family that decides: none, or each of its editions."""
    held: list[dict[str, Any]] = [{}]
    return held + [{family: key} for key, edition in catalogue.editions.items() if family and edition.family == family]


def of_product(catalogue: Catalogue, sold: Product, kind: str) -> Iterator[Combination]:
    """A licence of a product, in each edition, recorded in every way."""
    key, _, module = sold.key.partition("/")
    subject = key if kind in SUBJECT_IS_PRODUCT else "L-1"
    for values in product(*(choices.items() for choices in RECORDED.values())):
        fields = {name: value for name, (_, value) in zip(RECORDED, values, strict=True)}
        elsewhere = fields.pop("elsewhere")
        licence = Licence(licence="L-1", product=key, module=module or None, **fields, **elsewhere)
        recorded = ", ".join(f"{name} {said}" for name, (said, _) in zip(RECORDED, values, strict=True))
        for held in editions_of(catalogue, sold.family):
            record = Customer(customer="K-1", name="-", editions=held, licences=(licence,), order_package=100)
            words = f"{catalogue.version} {kind} {sold.key} in {', '.join(held.values()) or 'no edition'}: {recorded}"
            yield Combination(words, sold, licence, ask(kind, record, catalogue, subject))


def of_editions(catalogue: Catalogue) -> Iterator[Combination]:
    """An edition with each term, towards each target."""
    terms = {"monthly": {"term": "monthly"}} | {
        f"annual, ends {name}": {"term": "annual", "ends": ends} for name, ends in TERMS.items()
    }
    for edition, target, (said, term) in product(catalogue.editions.values(), get_args(EditionKey), terms.items()):
        if not target.startswith(edition.family):
            continue
        fields: dict[str, Any] = {"editions": {edition.family: edition.key}, "edition_terms": {edition.family: term}}
        record = Customer(customer="K-1", name="-", **fields)
        words = f"{catalogue.version} edition {edition.key} to {target}: {said}"
        yield Combination(words, None, None, ask("edition", record, catalogue, edition.family, target))


def of_packages(catalogue: Catalogue) -> Iterator[Combination]:
    """Each order package in each edition, towards each."""
    tiers = sorted({tier for edition in catalogue.editions.values() for tier in (*edition.tiers, 7)})
    for held, current, target in product(editions_of(catalogue, "jtl"), tiers, tiers):
        record = Customer(customer="K-1", name="-", editions=held, order_package=current)
        words = f"{catalogue.version} order_package {current} to {target} in {', '.join(held.values()) or 'no edition'}"
        yield Combination(words, None, None, ask("order_package", record, catalogue, "orders", target))


def ask(kind: str, record: Customer, catalogue: Catalogue, subject: str, target: Any = None) -> Check:
    """What the kind's own check answers."""
    request = Request(kind=kind, customer="K-1", subject=subject, target=target, explanation="-")
    return KINDS[kind].check(Inquiry(request=request, at=AT), Context(record=record), catalogue)


def faults_of(combination: Combination) -> Iterator[str]:
    """What is missing in it, or clashes."""
    check = combination.check
    if check.refusal is not None:
        if combination.licence is not None and check.refusal.code not in NEVER_ENDED:
            yield f"missing: held, but refused as {check.refusal.code}"
        return
    asked = {question.type for question in check.questions}
    asked |= {"clarify_cost" for question in check.questions if question.answers}
    paid, unknown = check.cost_effect == "cancellation", check.cost_effect == "unknown"
    decided = decided_elsewhere(combination)
    if unknown and "clarify_cost" not in asked and not decided:
        yield "missing: nobody knows what it costs, and nobody is asked"
    if not unknown and "clarify_cost" in asked:
        yield "clashing: what it costs is said, and asked about"
    if check.date_rule == "notice" and check.term_ends is not None and "clarify_term" not in asked:
        yield "clashing: a term is recorded, and the date follows from the notice rule"
    if combination.licence is None or combination.product is None:
        return
    runs = check.term_ends is not None and check.term_ends >= TODAY
    if (paid or unknown) and not runs and "clarify_term" not in asked and not decided:
        yield "missing: no term runs, and nobody is asked for one"
    if runs and "clarify_term" in asked:
        yield "clashing: a term runs, and is asked about"
    if paid != (check.date_rule == "term") and not decided:
        yield "clashing: what is paid ends at its term, and nothing else does"
    if paid == any(warning.code == "no_saving" for warning in check.warnings) and not unknown and not decided:
        yield "clashing: a saving is promised and denied"
    if check.cost is not None and (check.cost.after < check.cost.before) != paid:
        yield "clashing: the price falls, or does not, against what is said"
    for name in contradicting(check.cost_effect, combination.product, combination.licence):
        yield f"clashing: said to be a {check.cost_effect}, against the recorded {name}"


def decided_elsewhere(combination: Combination) -> bool:
    """Whether a person decides it in a ticket, or a third party ends it: there nothing is asked here (SVC1, CO4)."""
    kind = KINDS[combination.product.kind] if combination.product and combination.product.kind else None
    if kind is None:
        return False
    outside = any(step.what in ("shopify", "ecomdata") for step in combination.check.outside)
    return outside or "support_ticket" in kind.chart.states_map


def main() -> int:
    """Print each fault with the first combination that shows it; exit code 1 where there is one."""
    number, faults, first = 0, Counter[str](), dict[str, str]()
    for number, combination in enumerate(combinations(), 1):  # noqa: B007
        for fault in faults_of(combination):
            faults[fault] += 1
            first.setdefault(fault, combination.words)
    for fault, count in sorted(faults.items()):
        print(f"{fault} ({count} times)\n  {first[fault]}")
    print(f"{number} combinations, missing or clashing: {sum(faults.values()) or 'none'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

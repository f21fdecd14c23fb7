"""What the checks of all kinds share: refusals, the licence asked about, cost, term and questions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from states.kinds.kind import Context
from states.model.base import day_of
from states.model.facts import Check, Cost, CostEffect, Inquiry, Question, Refusal, Warning
from states.model.offers import Catalogue, Offer, Product
from states.model.record import Customer, Licence
from states.model.request import Request
from states.rules.cost_effect import cost_effect, offer_for, product_of

RECORDED = ("product", "module", "included", "contract", "booked_via", "term_ends", "price_per_month")
"""What a question quotes of a licence: facts only, no labels that may hold a person's name."""

NO_SAVING: frozenset[CostEffect] = frozenset({"deactivation", "none"})


@dataclass(frozen=True)
class HeldLicence:
    """A licence that the customer holds, with what the catalogue says of it."""

    record: Customer
    licence: Licence
    product: Product
    offer: Offer | None
    catalogue: Catalogue
    at: datetime
    zone: str

    @property
    def effect(self) -> CostEffect:
        """What ending it does to the cost (G5 to G8, X5)."""
        return cost_effect(self.offer, self.licence)


def made(record: Customer | None, catalogue: Catalogue, **fields: Any) -> Check:
    """A check with only those fields set that say something, which keeps histories small."""
    if record is not None and record.language != "de":
        fields["language"] = record.language
    said = {name: value for name, value in fields.items() if value is not None and (value != () or name in KEPT)}
    return Check(catalogue=catalogue.version, **said)


KEPT = frozenset({"details_needed"})
"""Fields whose empty tuple means something else than their default."""


def refused(record: Customer | None, catalogue: Catalogue, rule: str, code: str, **values: Any) -> Check:
    """A check that refuses: rule number, stable code, values of its text."""
    return made(record, catalogue, refusal=Refusal(rule=rule, code=code, values=values))


def customer_of(inquiry: Inquiry, context: Context, catalogue: Catalogue, fault: str | None) -> Customer | Check:
    """The customer asked about, or the refusal: a document that is wrong, a customer nobody knows (G2)."""
    if fault is not None:
        return refused(context.record, catalogue, "G1", "malformed", fault=fault)
    if context.record is None:
        return refused(None, catalogue, "G2", "unknown_customer", customer=inquiry.request.customer)
    return context.record


def find(kind: str, inquiry: Inquiry, context: Context, catalogue: Catalogue, fault: str | None) -> HeldLicence | Check:
    """The licence that the request names, or the refusal.

    Not held, or a product that another kind cancels: `not_held` (G1, G2). A service is cancelled by ticket only:
    `use_support` (SVC1). A product that the edition lacks: `not_available`, unless the edition's own run is open: then
    the licence is its surplus and must be endable (X2), at a cost that is asked about.
    """
    record = customer_of(inquiry, context, catalogue, fault)
    if isinstance(record, Check):
        return record
    subject = inquiry.request.subject
    licence = record.licence(subject)
    product = product_of(catalogue, licence) if licence else None
    if licence is None or product is None:
        return refused(record, catalogue, "G2", "not_held", subject=subject)
    if product.kind == "setup_service" != kind:
        return refused(record, catalogue, "SVC1", "use_support")
    if product.kind != kind:
        return refused(record, catalogue, "G1", "not_held", subject=subject, belongs_to=product.kind)
    offer = offer_of(product, record.editions)
    leaving = f"edition/{record.customer}/{product.family}" in context.open_runs
    if offer and offer.status == "not_available" and not leaving:
        values = {"product": product.label[record.language], "current": edition_label(record, catalogue, product)}
        return refused(record, catalogue, UNAVAILABLE.get(product.key, "G6"), "not_available", **values)
    return HeldLicence(record, licence, product, offer, catalogue, inquiry.at, context.zone)


UNAVAILABLE = {"track_and_trace": "SH2", "wawi_api": "API1", "key_accounting": "SUP3", "wms_module": "WMM1"}
"""The rule that says so, by product; else that it depends on the edition (G6)."""


def edition_label(record: Customer, catalogue: Catalogue, product: Product) -> str:
    """The edition that decides about a product, for people."""
    edition = catalogue.editions.get(record.editions.get(product.family or "jtl", ""))
    return edition.label if edition else "-"


def offer_of(product: Product, editions: Mapping[Any, str]) -> Offer | None:
    """What the product is for this customer; without its family in the record, what every edition says alike."""
    offer = offer_for(product, editions)
    if offer is None and product.family is not None and product.family not in editions:
        statuses = {one.status for one in product.offers.values()}
        if len(statuses) == 1 and statuses != {"not_available"}:
            return next(iter(product.offers.values()))
    return offer


def ending(held: HeldLicence, *warnings: Warning, effect: CostEffect | None = None, **fields: Any) -> Check:
    """The check of a licence that may end: at its term where it is paid, else at once or on a day chosen (X6)."""
    effect = effect or held.effect
    notes = (*warnings, *((no_saving(held.product),) if effect in NO_SAVING else ()))
    return made(
        held.record,
        held.catalogue,
        date_rule="term" if effect == "cancellation" else "moment",
        cost_effect=effect,
        term_ends=held.licence.term_ends,
        questions=questions(held, effect),
        warnings=notes,
        cost=cost_of(held.licence, effect),
        **fields,
    )


def no_saving(product: Product) -> Warning:
    """Tidiness, no saving (G9); with what is special about active channels (MP6, CO6) and WMS modules (WMM3)."""
    own: dict[str, Any] = {"warehouse": True} if product.kind == "wms_module" else {}
    return Warning(code="no_saving", values={"channel": product.kind} if product.channel else own)


def questions(held: HeldLicence, effect: CostEffect) -> tuple[Question, ...]:
    """What a person must say first: the cost where nobody knows it (X5), the term of a paid licence without one (X6).

    While the cost is unknown the term is asked about too: it counts if the answer is that the cost falls.
    """
    product = held.product.label[held.record.language]
    recorded = recorded_of(held.licence)
    asked = []
    if effect == "unknown":
        asked.append(Question(type="clarify_cost", rule="X5", values={"product": product, "recorded": recorded}))
    if effect in ("cancellation", "unknown") and not term_runs(held):
        asked.append(Question(type="clarify_term", rule="X6", values={"product": product, "recorded": recorded}))
    return tuple(asked)


def term_runs(held: HeldLicence) -> bool:
    """Whether the last usable day of the recorded term is the day asked about, or later."""
    term = held.licence.term_ends
    return term is not None and term >= day_of(held.at, held.zone)


def recorded_of(licence: Licence) -> str:
    """What the record says of a licence, quoted field by field."""
    fields = licence.model_dump(mode="json", include=set(RECORDED), exclude_none=True)
    said = {
        name: str(fields[name]).lower() if name == "included" else fields[name] for name in RECORDED if name in fields
    }
    return ", ".join(f"{name}: {value}" for name, value in said.items())


def cost_of(licence: Licence, effect: CostEffect) -> Cost | None:
    """Cost per month before and after, where the record has a price and the effect is known."""
    price = licence.price_per_month
    if price is None or effect == "unknown":
        return None
    return Cost(before=price, after=Decimal(0) if effect == "cancellation" else price)


# Documents that are wrong: each answer is a key of the texts.


def plain_licence(request: Request) -> str | None:
    """What is wrong with a document that names a licence and nothing else."""
    return subject_too_long(request) or no_target(request)


def subject_too_long(request: Request) -> str | None:
    """Only a mis-click's subject may have up to 64 characters."""
    return "fault.subject_long" if len(request.subject) > 40 else None


def no_target(request: Request) -> str | None:
    """Kinds that have no target take none."""
    return None if request.target is None else "fault.target_needless"


def fixed_subject(request: Request, *subjects: str) -> str | None:
    """Kinds whose subject is a fixed word."""
    if request.subject in subjects:
        return None
    return "fault.subject_fixed"


def explained(request: Request) -> str | None:
    """Kinds that a person decides need the case in words (MIS1, SVC1)."""
    return None if request.explanation else "fault.explanation_needed"

"""The kinds that end one licence: which it is, what its end does to the cost, what must be asked first. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from states.chart.base import Chart
from states.kinds.documents import plain_licence
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind, OwnCheck
from states.model.base import day_of
from states.model.facts import Check, Cost, CostEffect, Question, Warning
from states.model.offers import Catalogue, Offer, Product
from states.model.record import Customer, Language, Licence
from states.model.request import Request
from states.rules.cost_effect import contradicting, edition_of, listed_effect, name_of, offer_for, product_of
from states.rules.notice import last_day_to_order

RECORDED = (
    *("product", "module", "included", "contract", "booked_via", "assigned_to", "term_ends", "price_per_month"),
)
"""What a question quotes of a licence: facts only, no labels that may hold a person's name."""

NO_SAVING: frozenset[CostEffect] = frozenset({"deactivation", "none"})

FOUND_CODES = COMMON_CODES | {"not_held", "not_available", "use_support"}
"""The refusals where no licence can be found that the request names and the kind ends."""

ENDING_CODES = FOUND_CODES | {"no_saving"}
"""What is said of every licence that may end."""


@dataclass(frozen=True)
class LicenceInquiry(CustomerInquiry):
    """An inquiry about a licence that the customer holds, with what the catalogue says of it."""

    licence: Licence
    product: Product
    offer: Offer | None

    def conclude(self, **fields: Any) -> Check:
        """The check with these fields, and with what the licence is called."""
        return super().conclude(**{"called": name_of(self.licence, self.catalogue, self.record.language)} | fields)

    def effect(self, expected: CostEffect | None = None) -> CostEffect:
        """What ending it does to the cost (G5 to G8), the effect expected of it, else what the catalogue lists.

        Unknown where a recorded fact contradicts that (X5).
        """
        effect = expected or listed_effect(self.offer)
        return "unknown" if contradicting(effect, self.product, self.licence) else effect

    @property
    def notice(self) -> int | None:
        """The days of notice before the end of its term, where the catalogue gives them (D7)."""
        return self.product.notice.days if self.product.notice else None

    @property
    def inferred(self) -> bool:
        """Whether that follows from an inference alone: the record itself says nothing of it (G8)."""
        licence = self.licence
        recorded = licence.included is not None or licence.price_per_month is not None
        return self.offer is not None and self.effect() != "unknown" and self.offer.source.inferred and not recorded


LicenceCheck = Callable[[LicenceInquiry], Check]


def check_of_ending(
    inquiry: LicenceInquiry,
    *warnings: Warning,
    effect: CostEffect | None = None,
    questions: tuple[Question, ...] | None = None,
    **fields: Any,
) -> Check:
    """The check of a licence that may end: at its term where it is paid, else at once or on a day chosen (X6).

    `effect`: what a kind knows better than the catalogue's list. `questions`: where they are not those of the effect.
    """
    inferred = effect is None and inquiry.inferred
    effect = inquiry.effect(effect)
    ends_at = [step.what for step in fields.get("outside", ()) if step.what == "shopify"]
    no_saving = (no_saving_warning(inquiry.product, inferred, *ends_at),) if effect in NO_SAVING else ()
    return inquiry.conclude(
        date_rule="term" if effect == "cancellation" else "moment",
        cost_effect=effect,
        inferred=inferred or None,
        term_ends=inquiry.licence.term_ends,
        notice=inquiry.notice if effect in ("cancellation", "unknown") else None,
        questions=questions_about(inquiry, effect) if questions is None else questions,
        warnings=(*warnings, *no_saving, *booked_change(inquiry)),
        cost=cost_of(inquiry.licence, effect),
        **fields,
    )


def licence_kind(
    kind: str,
    workflow: str,
    chart: type[Chart],
    check: LicenceCheck = check_of_ending,
    *,
    malformed: Callable[[Request], str | None] = plain_licence,
    codes: Iterable[str] = (),
    steps: Iterable[str] = (),
    watches: bool = False,
    saves: bool = False,
    by_edition: bool = False,
) -> Kind:
    """The kind of a licence that ends at its term, or where no cost falls at once (X6).

    `check` is asked about a licence that is held, and answers `check_of_ending` or a refusal; `codes` are the warnings
    and refusals that it has of its own. `saves`: its end always lowers the cost, or is asked about. `by_edition`: what
    it costs depends on the edition, whose changes it warns of.
    """
    said = (FOUND_CODES if saves else ENDING_CODES) | frozenset(codes)
    return Kind(
        kind,
        workflow,
        chart,
        own_check=about_licence(kind, check),
        malformed=malformed,
        dates=("term", "moment"),
        codes=said | {"knock_on"} if by_edition else said,
        steps=frozenset(steps),
        watches=watches,
        rests_on=frozenset({"edition"}) if by_edition else frozenset(),
    )


def booked_change(inquiry: LicenceInquiry) -> tuple[Warning, ...]:
    """That the edition is booked to change, and with it what the product is (ED14): the first change that matters."""
    product, before, catalogue = inquiry.product, inquiry.offer, inquiry.catalogue
    dates = {str(change.target): change.effective_at for change in inquiry.context.changes if change.kind == "edition"}
    for edition, at in sorted(dates.items(), key=lambda item: str(item[1])):
        after = product.offers.get(edition)
        if before is None or after is None or at is None:
            continue
        if listed_effect(after) != listed_effect(before) or "not_available" in {after.status} - {before.status}:
            values = {
                "product": product.label[inquiry.record.language],
                "current": edition_label(inquiry.record, catalogue, product),
                "target": catalogue.editions[edition].label,
                "changes_at": at.isoformat(),
                "becomes": after.status,
            }
            return (Warning(code="knock_on", values=values),)
    return ()


def about_licence(kind: str, check: LicenceCheck) -> OwnCheck:
    """A check that is asked only where the licence in question is held, as a product that `kind` cancels."""

    def own_check(inquiry: CustomerInquiry) -> Check:
        licence = licence_in_question(kind, inquiry)
        return licence if isinstance(licence, Check) else check(licence)

    return own_check


def licence_in_question(kind: str, inquiry: CustomerInquiry) -> LicenceInquiry | Check:
    """The licence that the request names, or the refusal.

    Not held, or a product that another kind cancels: `not_held` (G1, G2), or `not_available` (G6). A service is
    cancelled by ticket only, and a product that no kind ends, or that the catalogue does not know, is ended elsewhere:
    `use_support` (SVC1, G1). What is held though the edition does not have it can be ended, at a cost that is asked
    about (X5).
    """
    record, catalogue, subject = inquiry.record, inquiry.catalogue, inquiry.request.subject
    licence = record.licence(subject)
    product = product_of(catalogue, licence) if licence else None
    if licence is None:
        return nothing_held(inquiry, subject)
    if product is None or product.kind is None:
        return inquiry.refuse("G1", "use_support", **where_instead(licence, product, record.language))
    offer = offer_of(product, record.editions)
    found = LicenceInquiry(**vars(inquiry), licence=licence, product=product, offer=offer)
    if product.kind == "setup_service" != kind:
        return found.refuse("SVC1", "use_support")
    if product.kind != kind:
        return found.refuse("G1", "not_held", subject=subject, belongs_to=product.kind)
    return found


def nothing_held(inquiry: CustomerInquiry, subject: str) -> Check:
    """The refusal where the customer holds no such licence (G2); it may name a product that the edition lacks (G6)."""
    product = inquiry.catalogue.products.get(subject)
    offer = offer_of(product, inquiry.record.editions) if product else None
    if product is None or offer is None or offer.status != "not_available":
        return inquiry.refuse("G2", "not_held", subject=subject)
    label, current = product.label[inquiry.record.language], edition_label(inquiry.record, inquiry.catalogue, product)
    return inquiry.refuse("G6", "not_available", product=label, current=current)


def where_instead(licence: Licence, product: Product | None, language: Language) -> dict[str, Any]:
    """What is known of a product that no process here ends: its name, and the steps elsewhere (G1)."""
    if product is None:
        return {"elsewhere": licence.product, "steps": []}
    return {"elsewhere": product.label[language], "steps": list(product.click_path.get(language, ()))}


def edition_label(record: Customer, catalogue: Catalogue, product: Product) -> str:
    """The edition that decides about a product, for people."""
    edition = edition_of(catalogue, record, product.family or "jtl")
    return edition.label if edition else "-"


def offer_of(product: Product, editions: Mapping[Any, str]) -> Offer | None:
    """What the product is for this customer; without its family in the record, what every edition says alike."""
    if product.family is not None and product.family not in editions:
        statuses = {edition_offer.status for edition_offer in product.offers.values()}
        if len(statuses) == 1 and statuses != {"not_available"}:
            return next(iter(product.offers.values()))
        return None
    return offer_for(product, editions)


def no_saving_warning(product: Product, inferred: bool, ends_at: str | None = None) -> Warning:
    """Tidiness, no saving (G9); with what is special about active channels (MP6, CO6) and WMS modules (WMM3).

    `ends_at`: where it ends, if not here (CO4).
    """
    values: dict[str, Any] = {"inferred": True} if inferred else {}
    if product.channel:
        values["channel"] = product.kind
        values |= {"ends_at": ends_at} if ends_at else {}
    elif product.kind == "wms_module":
        values["warehouse"] = True
    return Warning(code="no_saving", values=values)


def two_contracts(inquiry: LicenceInquiry, other: str) -> tuple[Warning, ...]:
    """What else the customer has for the shop: licence and hosting end by themselves (SL5).

    What is booked to end needs no request any more, and a Subscription runs out without one (SL2).
    """
    asked = (inquiry.catalogue.version, other, day_of(inquiry.at, inquiry.context.zone))
    if asked not in inquiry.context.names:
        inquiry.context.names[asked] = contracts_of(inquiry, other)
    values = inquiry.context.names[asked]
    return (Warning(code="two_contracts", values=values),) if values else ()


def contracts_of(inquiry: LicenceInquiry, product: str) -> dict[str, list[str]]:
    """What the customer's licences of a product are called, by how they end; once for all checks made together."""
    names: dict[str, list[str]] = {}
    for licence in inquiry.record.of_product(product):
        how = "ending" if licence.licence in inquiry.context.ends else "others"
        if how == "others" and licence.contract == "subscription" and still_runs(inquiry, licence):
            how = "running_out"
        names.setdefault(how, []).append(name_of(licence, inquiry.catalogue, inquiry.record.language))
    return names


def questions_about(inquiry: LicenceInquiry, effect: CostEffect) -> tuple[Question, ...]:
    """What a person must say first: the cost where nobody knows it (X5), the term of a paid licence without one (X6).

    While the cost is unknown the term is asked about too: it counts if the answer is that the cost falls.
    """
    values = facts_asked_about(inquiry)
    questions = []
    if effect == "unknown":
        questions.append(Question(type="clarify_cost", rule="X5", values=values))
    if effect in ("cancellation", "unknown") and not in_time(inquiry):
        questions.append(Question(type="clarify_term", rule="X6", values=values))
    return tuple(questions)


def facts_asked_about(inquiry: LicenceInquiry) -> dict[str, Any]:
    """What a question quotes: the product, what is recorded of it, and what the catalogue says of it in the edition."""
    record, product = inquiry.record, inquiry.product
    values = {"product": product.label[record.language], "recorded": recorded_of(inquiry.licence)}
    if inquiry.offer is None or product.family not in record.editions:
        return values
    edition = edition_label(record, inquiry.catalogue, product)
    return values | {"edition": edition, "listed": inquiry.offer.status}


def term_runs(inquiry: LicenceInquiry) -> bool:
    """Whether the last usable day of the recorded term is the day asked about, or later."""
    return still_runs(inquiry, inquiry.licence)


def still_runs(inquiry: LicenceInquiry, licence: Licence) -> bool:
    """The same of any licence of this customer."""
    return licence.term_ends is not None and licence.term_ends >= day_of(inquiry.at, inquiry.context.zone)


def in_time(inquiry: LicenceInquiry) -> bool:
    """Whether the recorded term runs, and its notice, where one is known, can still be kept (X6, D7)."""
    term_ends = inquiry.licence.term_ends
    today = day_of(inquiry.at, inquiry.context.zone)
    return term_ends is not None and last_day_to_order(term_ends, inquiry.notice) >= today


def recorded_of(licence: Licence) -> str:
    """What the record says of a licence, quoted field by field."""
    fields = licence.model_dump(mode="json", include=set(RECORDED), exclude_none=True)
    if "included" in fields:
        fields["included"] = str(fields["included"]).lower()
    return ", ".join(f"{name}: {fields[name]}" for name in RECORDED if name in fields)


def cost_of(licence: Licence, effect: CostEffect) -> Cost | None:
    """Cost per month before and after, where the record has a price and the effect is known."""
    price = licence.price_per_month
    if price is None or effect == "unknown":
        return None
    return Cost(before=price, after=Decimal(0) if effect == "cancellation" else price)

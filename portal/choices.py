"""What may be chosen for one cancellation, so that a form need not know the catalogue: targets, reasons, details."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, cast

from activities.request_check import check_in, context_of
from catalogue.texts import say
from portal.context import Portal
from portal.problems import malformed, unknown_customer
from portal.read_models import WORDS_TO_COME, licence_label, with_words
from portal.schemas import TargetChoice
from portal.strict_json import read_document
from states.kinds.registry import KINDS
from states.model.base import Value, day_of
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer, Family, Language
from states.model.request import Request
from states.rules.cost_effect import edition_of, product_of
from states.views.labels import subject_label

REASSIGNABLE = ("wms", "wms_mobile")
"""Whom a user may be assigned to (WMU4)."""


class LabelledChoice(Value):
    """A key of the catalogue with what people call it."""

    key: str
    label: str


class AddonChoice(Value):
    """An add-on about which the order must say whether it ends or stays (ADD2)."""

    licence: str
    label: str
    details: tuple[str, ...] | None
    """The keys that its own form asks for; empty: any; None: it has no form (ADD1)."""


class Choices(Value):
    """What may be chosen (docs/contract.md, `GET /customers/{customer}/choices`)."""

    kind: str
    subject: str
    label: str
    held: bool
    """Whether the customer has it, so that there is something to end."""
    targets: tuple[TargetChoice, ...]
    target: Literal["listed", "needed", "optional"] | None
    """`listed`: one of `targets`; `needed` or `optional`: any, by name; None: there is none."""
    explanation: Literal["needed", "optional"]
    details: tuple[str, ...] | None
    addons: tuple[AddonChoice, ...]
    optional_services: tuple[LabelledChoice, ...]
    reassign_to: tuple[TargetChoice, ...]
    reasons: tuple[LabelledChoice, ...]


def choices(
    portal: Portal, customer: str, kind: str, subject: str, target: str | None, language: Language | None = None
) -> dict[str, Any]:
    """What may be chosen for what a customer has, in that language or his own. Blocks. Raises `unknown_customer`,
    `malformed`.

    `target`: the one chosen, where what the order asks for depends on it.
    """
    if kind not in KINDS:
        raise malformed("kind", given=kind[:80], known=list(KINDS))
    request = read_document(Request, {"kind": kind, "customer": customer, "subject": subject})
    context = context_of(customer, portal.adapters, portal.settings)
    record = context.record
    if record is None:
        raise unknown_customer(customer)
    record = record.model_copy(update={"language": language or record.language})
    now = datetime.now(UTC)
    catalogue = portal.catalogues.in_force(day_of(now, portal.settings.time_zone))
    targets = listed_targets(request, record, catalogue)
    chosen = request.model_copy(update={"target": targets[0].target if targets else target})
    inquiry = Inquiry(request=with_words(chosen), at=now)
    check = check_in(replace(context, record=record), inquiry, portal.catalogues, portal.settings)
    answer = Choices(
        kind=kind,
        subject=subject,
        label=label_of(request.kind, request.subject, record, catalogue, record.language),
        held=is_held(request, record, check),
        targets=targets,
        target=how_target(kind, targets),
        explanation="needed" if needs_words(request) else "optional",
        details=check.details_needed,
        addons=addon_choices(check, record),
        optional_services=services(check, catalogue, record.language),
        reassign_to=other_assignments(kind, check, record.language),
        reasons=tuple(
            LabelledChoice(key=reason.code, label=reason.label[record.language])
            for reason in catalogue.reasons.values()
        ),
    )
    return answer.model_dump(mode="json")


def is_held(request: Request, record: Customer, check: Check) -> bool:
    """Whether the customer has what is to be ended: an edition of the family, else what the check of it found (G2)."""
    if request.kind == "edition":
        return request.subject in record.editions
    refusal = check.refusal
    if refusal is None:
        return True
    if refusal.code == "malformed":  # nothing was looked up: mostly, since no target is chosen yet
        known = request.kind == "order_package" or record.licence(request.subject) is not None
        return known and refusal.values.get("fault") != "fault.subject_fixed"
    return refusal.code != "not_held" or "belongs_to" in refusal.values


def listed_targets(request: Request, record: Customer, catalogue: Catalogue) -> tuple[TargetChoice, ...]:
    """The lower editions, the highest first (ED1), or the smaller packages that the edition's list has (OP2)."""
    if request.kind == "edition" and request.subject in ("jtl", "wms"):
        current = edition_of(catalogue, record, cast(Family, request.subject))
        lower = [
            edition
            for edition in catalogue.editions.values()
            if current and edition.family == current.family and edition.rank < current.rank
        ]
        lower.sort(key=lambda edition: -edition.rank)
        return tuple(TargetChoice(target=edition.key, label=edition.label) for edition in lower)
    if request.kind == "order_package":
        edition = edition_of(catalogue, record, "jtl")
        tiers = {0, *(edition.tiers if edition else ())}
        smaller = sorted((tier for tier in tiers if tier < record.order_package), reverse=True)
        return tuple(TargetChoice(target=tier, label=package_label(tier, record.language)) for tier in smaller)
    return ()


def package_label(tier: int, language: Language) -> str:
    """What people call an order package."""
    return say(language, "about.target", {"kind": "order_package", "target": tier})


def how_target(kind: str, targets: tuple[TargetChoice, ...]) -> Literal["listed", "needed", "optional"] | None:
    """How a target is chosen."""
    if targets or kind in ("edition", "order_package"):
        return "listed"
    judged = {given: KINDS[kind].malformed(probe(kind, given)) for given in (None, "other")}
    if judged["other"]:
        return None
    return "needed" if judged[None] else "optional"


def probe(kind: str, target: str | None) -> Request:
    """A document by which a kind shows what it takes."""
    return Request(kind=kind, customer="-", subject="-", target=target, explanation=WORDS_TO_COME)


def needs_words(request: Request) -> bool:
    """Whether the kind needs the case in words (MIS1, SVC1)."""
    return KINDS[request.kind].malformed(request) == "fault.explanation_needed"


def label_of(kind: str, subject: str, record: Customer, catalogue: Catalogue, language: Language) -> str:
    """What people call what is ended: by its recorded label, else by its product's."""
    licence = record.licence(subject) or record.licence(subject.partition(".")[2])
    if licence is not None:
        product = product_of(catalogue, licence)
        return licence_label(licence, product, language)
    if subject == "orders":
        return package_label(record.order_package, language)
    edition = edition_of(catalogue, record, cast(Family, subject)) if subject in ("jtl", "wms") else None
    return edition.label if edition else subject_label(say, language, kind, subject)


def addon_choices(check: Check, record: Customer) -> tuple[AddonChoice, ...]:
    """The add-ons of a hosting (ADD2)."""
    labels = {licence.licence: licence.label for licence in record.licences}
    return tuple(
        AddonChoice(
            licence=addon.licence, label=labels.get(addon.licence) or addon.product, details=addon.details_needed
        )
        for addon in check.addons
    )


def services(check: Check, catalogue: Catalogue, language: Language) -> tuple[LabelledChoice, ...]:
    """What may be added to the order (ED10)."""
    return tuple(
        LabelledChoice(key=key, label=catalogue.optional_services[key].label[language])
        for key in check.optional_services
    )


def other_assignments(kind: str, check: Check, language: Language) -> tuple[TargetChoice, ...]:
    """Where a user may be assigned to instead (WMU4)."""
    if kind != "wms_user" or check.refusal is not None:
        return ()
    others = (place for place in REASSIGNABLE if place != check.current)
    return tuple(TargetChoice(target=place, label=say(language, f"target.{place}")) for place in others)

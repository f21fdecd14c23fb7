"""What is answered without a run: what each licence's end would mean, and previews."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from activities.request_check import check_in, context_of, other_customer
from catalogue.loader import Catalogues
from catalogue.texts import cost_label, say
from portal.context import Portal
from portal.incoming import check_reason, read_request
from portal.problems import unknown_customer
from portal.run_reader import UNKNOWN_LANGUAGE
from portal.schemas import LicenceAnswer, LicencesAnswer
from portal.shown import with_names
from settings import Settings
from states.kinds.kind import Context
from states.kinds.licence import where_instead
from states.kinds.registry import KINDS
from states.model.base import day_of
from states.model.facts import Check, CostEffect, Inquiry, RunSettings
from states.model.offers import Catalogue, Product
from states.model.record import Customer, Language, Licence
from states.model.request import Request
from states.rules.cost_effect import product_of
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT
from states.views.preview import preview

RULES = {"cancellation": "G7", "deactivation": "G5", "none": "G8", "unknown": "X5"}
"""The rule that says what ending a licence does to the cost."""
WORDS_TO_COME = "-"
"""Stands for the case in words, of which nothing that is answered here depends."""
DECIDED = {"setup_service": "SVC1", "key_accounting": "SUP3"}
"""The kinds that a person decides, each with its rule: the text `listed.<kind>` says how it is asked for here."""
ELSEWHERE = ("shopify", "ecomdata")
"""The steps outside our reach by which a licence itself ends (CO4, ECO1), each with a text `listed.<step>`."""


def licences(portal: Portal, customer: str, language: Language | None = None) -> dict[str, Any]:
    """The customer's licences, each with what its end would mean, in that language or the customer's own. Blocks.
    Raises `unknown_customer`.
    """
    context = spoken_in(context_of(customer, portal.adapters, portal.settings), language)
    if context.record is None:
        raise unknown_customer(customer)
    answers = licence_answers(context, context.record, portal.catalogues, portal.settings)
    return LicencesAnswer(customer=customer, licences=answers).model_dump(mode="json")


def spoken_in(context: Context, language: Language | None) -> Context:
    """What has been read, for a reader of that language; for the customer himself unless one is given."""
    if language is None or context.record is None:
        return context
    return replace(context, record=context.record.model_copy(update={"language": language}))


def licence_answers(
    context: Context, record: Customer, catalogues: Catalogues, settings: Settings
) -> tuple[LicenceAnswer, ...]:
    """What the end of each licence of a record would mean now, of what has been read once for all of them."""
    now = datetime.now(UTC)
    catalogue = catalogues.in_force(day_of(now, settings.time_zone))
    running = running_for(context.open_runs)

    def answered(licence: Licence) -> LicenceAnswer:
        request = request_for(record, licence, product_of(catalogue, licence))
        check = check_in(context, Inquiry(request=request, at=now), catalogues, settings) if request else None
        judged = (request, check) if request and check else None
        return licence_answer(record, licence, catalogue, running.get(subject_of(licence)), judged)

    return tuple(map(answered, record.licences))


def running_for(open_runs: Iterable[str]) -> dict[str, str]:
    """The open run about each subject; a mis-click's ends nothing."""
    runs = [(run.split("/", 2), run) for run in sorted(open_runs, reverse=True)]
    return {subject: run for (kind, _, subject), run in runs if kind != "misclick"}


def licence_answer(
    record: Customer,
    licence: Licence,
    catalogue: Catalogue,
    running: str | None,
    judged: tuple[Request, Check] | None,
) -> LicenceAnswer:
    """One licence: cancelled (cost falls) or deactivated (it is in the price), or why neither.

    `judged`: the request that would end it, and its check; None where no process here does (G1).
    """
    product, language = product_of(catalogue, licence), record.language
    if judged is None:
        effect, rule, text = ended_elsewhere(licence, product, language)
    else:
        effect, rule, text = meaning_of(*judged, language)
    remarks = [remark.text[language] for remark in catalogue.remarks.values() if licence.product in remark.products]
    if remarks and not text.endswith((".", "!", "?")):
        text += "."
    return LicenceAnswer(
        licence=licence.licence,
        kind=judged[0].kind if judged else None,
        subject=subject_of(licence),
        product=licence.product,
        label=licence_label(licence, product, language),
        term_ends=licence.term_ends,
        effect=effect,
        rule=rule,
        text=" ".join([text, *remarks]),
        running=running,
    )


def licence_label(licence: Licence, product: Product | None, language: Language) -> str:
    """What people call a licence: by the label in our record, which is said in the reader's language where it is just
    the product's name; else by its product's."""
    names = product.label if product else {}
    recorded = None if licence.label in names.values() else licence.label
    return recorded or names.get(language) or licence.label or licence.product


def request_for(record: Customer, licence: Licence, product: Product | None) -> Request | None:
    """The request that would end this licence; None where no process here does (G1)."""
    kind = product.kind if product else None
    if kind is None:
        return None
    request = Request(kind=kind, customer=record.customer, subject=subject_of(licence))
    return with_words(request)


def with_words(request: Request) -> Request:
    """The request, with something for the case in words where its kind cannot be judged without."""
    needed = KINDS[request.kind].malformed(request) is not None
    return request.model_copy(update={"explanation": WORDS_TO_COME}) if needed else request


def subject_of(licence: Licence) -> str:
    """What a run that ends this licence has as its subject: its number, or of what a customer holds one the product."""
    return licence.product if licence.product in SUBJECT_IS_PRODUCT else licence.licence


def ended_elsewhere(licence: Licence, product: Product | None, language: Language) -> tuple[CostEffect, str, str]:
    """Neither cancelled nor deactivated here, and where instead (G1)."""
    return "none", "G1", say(language, "refusal.use_support", where_instead(licence, product, language))


def meaning_of(request: Request, check: Check, language: str) -> tuple[CostEffect, str, str]:
    """Effect, rule and text of a licence's end."""
    if check.refusal is not None:
        values = {"kind": request.kind, "subject": request.subject} | check.refusal.values
        return "none", check.refusal.rule, say(language, f"refusal.{check.refusal.code}", values)
    if request.kind in DECIDED:
        return check.cost_effect, DECIDED[request.kind], say(language, f"listed.{request.kind}")
    step = next((step for step in check.outside if step.what in ELSEWHERE), None)
    if step is not None:
        return check.cost_effect, step.rule, say(language, f"listed.{step.what}")
    question = next((question for question in check.questions if question.type == "clarify_cost"), None)
    effect: CostEffect = "unknown" if question else check.cost_effect
    text = say(language, cost_label(request.kind, effect))
    if check.inferred:
        text = f"{text}. {say(language, 'listed.inferred')}"
    return effect, question.rule if question else RULES[effect], text


async def preview_of(portal: Portal, data: Any, language: Language | None = None) -> dict[str, Any]:
    """What would happen, without starting anything, in that language or the customer's own. Raises `malformed`."""
    request = read_request(data)
    settings = portal.intake.delivery.run_settings()
    check_reason(request, settings)
    document = await portal.adapters.database.in_thread(previewed, portal, request, settings, language)
    return await with_names(portal, document, request.customer)


def previewed(portal: Portal, request: Request, settings: RunSettings, language: Language | None) -> dict[str, Any]:
    """The preview of a request, judged by what a run would read. Blocks."""
    at, adapters = request.time or datetime.now(UTC), portal.adapters
    with adapters.together(adapters.bookings, writes=False):
        context = context_of(request.customer, adapters, portal.settings, other_customer(request))
        frozen = request.time is None and adapters.freezes.standing() is not None
    inquiry = Inquiry(request=request, at=at)
    spoken = spoken_in(context, language)
    check = check_in(spoken, inquiry, portal.catalogues, portal.settings, own_too=True)
    document = preview(KINDS[request.kind], request, check, at, settings, say).model_dump(mode="json")
    reader = spoken.record.language if spoken.record else UNKNOWN_LANGUAGE
    return document | {"at_rest": at_rest(request, document, reader) if frozen else None}


def at_rest(request: Request, document: dict[str, Any], language: str) -> str | None:
    """What is said before an order while all effects are frozen; None of what orders nothing.

    The date stays as it is shown, but of what is switched off: that holds from the day on which it is done.
    """
    if not hasattr(KINDS[request.kind].chart, "place_order") or document["refusal"] is not None:
        return None
    return say(language, "about.at_rest", {name: document[name] for name in ("cost_effect", "effective_at")})

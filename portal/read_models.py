"""What is answered without a run: what each licence's end would mean, and previews."""

from datetime import UTC, datetime
from typing import Any

from activities.request_check import run_settings
from catalogue.texts import say
from portal.incoming import read_request
from portal.problems import PortalProblem
from portal.storage import Storage
from settings import Settings
from states.kinds.registry import KINDS
from states.model.base import day_of
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer, Licence
from states.model.request import Request
from states.rules.cost_effect import product_of
from states.views.preview import preview

RULES = {"cancellation": "G7", "deactivation": "G5", "none": "G8", "unknown": "X5"}
"""The rule that says what ending a licence does to the cost."""


async def licences(records: Storage, settings: Settings, customer: str) -> dict[str, Any]:
    """The customer's licences, each with what its end would mean. Raises `unknown_customer`."""
    record = await records.customer(customer)
    if record is None:
        raise PortalProblem("unknown_customer", values={"customer": customer}, status=404)
    now = datetime.now(UTC)
    catalogue = records.catalogues.in_force(day_of(now, settings.time_zone))
    open_ = await records.open_runs(customer)
    entries = [await licence_entry(records, record, licence, catalogue, open_, now) for licence in record.licences]
    return {"customer": customer, "licences": entries}


async def licence_entry(
    records: Storage, record: Customer, licence: Licence, catalogue: Catalogue, open_: frozenset[str], now: datetime
) -> dict[str, Any]:
    """One licence: cancelled (cost falls) or deactivated (it is in the price), or why neither."""
    product = product_of(catalogue, licence)
    request = request_for(record, licence, product.kind if product else None)
    check = await records.assess(Inquiry(request=request, at=now)) if request else None
    effect, rule, text = judged(check, record.language)
    remarks = [one.text[record.language] for one in catalogue.remarks.values() if licence.product in one.products]
    label = licence.label or (product.label.get(record.language) if product else None) or licence.product
    return {
        "licence": licence.licence,
        "product": licence.product,
        "label": label,
        "term_ends": licence.term_ends.isoformat() if licence.term_ends else None,
        "effect": effect,
        "rule": rule,
        "text": " ".join([text if text.endswith((".", "!", "?")) or not remarks else f"{text}.", *remarks]),
        "running": next((run for run in sorted(open_) if ends(run, licence)), None),
    }


def request_for(record: Customer, licence: Licence, kind: str | None) -> Request | None:
    """The request that would end this licence; None where the catalogue knows no kind for it."""
    if kind not in KINDS:
        return None
    words = (
        "-" if KINDS[kind].malformed(Request(kind=kind, customer=record.customer, subject=licence.licence)) else None
    )
    return Request(kind=kind, customer=record.customer, subject=licence.licence, explanation=words)


def judged(check: Check | None, language: str) -> tuple[str, str, str]:
    """Effect, rule and text of a licence's end."""
    if check is None:
        return "unknown", "X5", said(language, "cost.unknown")
    if check.refusal is not None:
        return "none", check.refusal.rule, said(language, f"refusal.{check.refusal.code}", check.refusal.values)
    asked = next((question for question in check.questions if question.type == "clarify_cost"), None)
    effect = "unknown" if asked else check.cost_effect
    return effect, asked.rule if asked else RULES[effect], said(language, f"cost.{effect}")


def said(language: str, key: str, values: dict[str, Any] | None = None) -> str:
    """A text for people; its key where nobody has written it."""
    try:
        return say(language, key, values)
    except KeyError:
        return key


def ends(workflow_id: str, licence: Licence) -> bool:
    """Whether that run is about this licence."""
    kind, _, subject = workflow_id.split("/", 2)
    return subject == licence.licence and kind != "misclick"


async def previewed(records: Storage, settings: Settings, data: Any) -> dict[str, Any]:
    """What would happen, without starting anything. Raises `malformed`."""
    request = read_request(data)
    at = request.time or datetime.now(UTC)
    check = await records.assess(Inquiry(request=request, at=at))
    found = preview(KINDS[request.kind], request, check, at, run_settings(settings), say)
    return found.model_dump(mode="json")

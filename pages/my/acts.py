"""What a customer does in a case: each form sends one event, once, with what the customer saw when deciding."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document, Form, Visitor, page_problem
from pages.forms import form_id, value, values, words
from pages.my.addresses import CaseId, case_address, own_case
from pages.my.again import BUSY, again
from pages.my.case import Notice, case_page, present
from pages.my.details import ADDON, details_of, missing_in, unclear_addons, with_labels
from pages.my.faults import INCOMPLETE, UNCLEAR, Fault, Faults, is_unclear, told_by, unclear_reason
from pages.rendering import Texts
from pages.site import CheckedForm, CurrentSite, CurrentVisitor, Site

router = APIRouter(include_in_schema=False)
STANDS = frozenset({409, 422})
"""Refusals after which the case's page is shown, with what holds now."""
SEEN = ("run_id", "effective_at")


def nothing(form: Form) -> Document:
    """Of events that say no more than that they happen."""
    return {}


def overridden(form: Form) -> Document:
    """The licences that stay in spite of all, by name."""
    return {"licences": [number for entry in values(form, "licences") for number in entry.split()]}


def order(form: Form) -> Document:
    """The order: the day chosen, services added, details that its form asks for."""
    payload: Document = {"optional_services": values(form, "optional_services")}
    if value(form, "when") == "later":
        payload["effective_on"] = value(form, "effective_on") or ""
    details = details_of(form)
    return payload | ({"details": details} if details else {})


def abandoned(form: Form) -> Document:
    """Why it is left, where he says so."""
    code = value(form, "reason")
    return {"reason": {"code": code} | words(form, "reason_text", "text")} if code else {}


def required(field: str) -> Callable[[Form], Document]:
    """A text that the event needs: where it is empty, the event itself says so."""
    return lambda form: {field: value(form, field) or ""}


def proof(form: Form) -> Document:
    """The proof of a step elsewhere."""
    return {"task": value(form, "task") or "", "reference": value(form, "reference") or ""} | words(
        form, "note", "note"
    )


PAYLOADS: dict[str, Callable[[Form], Document]] = {
    "acknowledge_warning": nothing,
    "recheck_licences": nothing,
    "override_surplus": overridden,
    "place_order": order,
    "abandon": abandoned,
    "request_revocation": required("explanation"),
    "hand_in_proof": proof,
    "supersede": required("booking"),
    "reassign": required("to"),
}
"""What each event carries of its form, beside who acts and what was seen."""


NEEDED = {
    "request_revocation": ("explanation",),
    "hand_in_proof": ("reference",),
    "supersede": ("booking",),
    "reassign": ("to",),
    "override_surplus": ("licences",),
}
"""The fields without which a form says nothing, so that it is not even sent on."""


def missing(act: str, form: Form) -> Faults:
    """What a form needs, and does not have."""
    faults = {name: Fault(f"fault.{name}") for name in NEEDED.get(act, ()) if value(form, name) is None}
    if act == "place_order" and value(form, "when") == "later" and value(form, "effective_on") is None:
        faults["effective_on"] = Fault("fault.effective_on")
    return faults


def unclear(act: str, form: Form) -> Faults:
    """What a form says in two ways: a day, and that it is to end at once (X6), and the like."""
    if act == "abandon":
        return unclear_reason(form)
    if act != "place_order":
        return {}
    day = is_unclear(form, "when", ["effective_on"], asked_by=("later",), others=("now",))
    return ({"when": Fault("fault.when")} if day else {}) | unclear_addons(form)


async def choices_of(site: Site, visitor: Visitor, document: Document) -> Document:
    """What the order of a case may choose from."""
    named = document["target"] if isinstance(document["target"], str) else None
    return await site.calls.choices(visitor, document["kind"], document["subject"], named)


async def refused_at(
    site: Site, visitor: Visitor, act: str, form: Form, document: Document, refusal: CallRefused
) -> Faults:
    """The fields that a refused form must be mended in, where there are such."""
    code, texts = refusal.problem["code"], Texts(visitor.language, site.look.zone)
    if code == "details_missing":
        return missing_in(await choices_of(site, visitor, document), form, texts)
    if code != "malformed":
        return {}
    told = told_by(refusal, form, texts)
    if act == "place_order" and value(form, "when") == "later" and not told.keys() - {"effective_on"}:
        return {"effective_on": Fault("fault.effective_on_range")}
    return {"licences": Fault("fault.licences_enough")} if act == "override_surplus" else told


@router.post("/my/cases/{kind}/{customer}/{subject}/{act}")
async def act(
    act: str,
    request: Request,
    site: CurrentSite,
    visitor: CurrentVisitor,
    form: CheckedForm,
    workflow_id: CaseId,
) -> Response:
    """Send the event of a form, and lead to how the case then stands."""
    if act not in PAYLOADS:
        raise CallRefused(page_problem(404, "not_found"))
    payload = {"by": visitor.customer} | PAYLOADS[act](form) | seen(form)
    back = own_case(value(form, "back"), visitor)
    lacking, twofold = missing(act, form), unclear(act, form)
    if lacking or twofold:
        document = await site.calls.status(visitor, workflow_id)
        if any(name.startswith(ADDON) for name in twofold):
            twofold = with_labels(twofold, await choices_of(site, visitor, document))
        notice = Notice(UNCLEAR if twofold else INCOMPLETE, act, typed=form, faults=lacking | twofold)
        return await case_page(request, site, visitor, document, notice)
    try:
        await site.calls.send(visitor, act, payload, form_id=form_id(form), workflow_id=workflow_id)
    except CallRefused as refusal:
        if refusal.status == BUSY:
            return again(request, site, visitor, refusal, form)
        if refusal.status not in STANDS:
            raise
        document = await present(site, visitor, refusal, workflow_id)
        faults = await refused_at(site, visitor, act, form, document, refusal)
        notice = Notice(refusal.problem, act, differences(form, document), form, faults)
        return await case_page(request, site, visitor, document, notice)
    return RedirectResponse(case_address(workflow_id, said=act, back=back), 303)


def seen(form: Form) -> Document:
    """What the customer saw when deciding, as the form was made with it: where it no longer holds, nothing is done."""
    shown: Document = {name: given for name in SEEN if (given := value(form, name))}
    target = target_of(form)
    if value(form, "when") == "later":
        shown.pop("effective_at", None)  # the day is the customer's own
    return shown | ({} if target is None else {"target": target})


def target_of(form: Form) -> Any:
    """The target as the document has it: a word or a number."""
    with suppress(ValueError):
        return json.loads(value(form, "target") or "null")
    return None


def differences(form: Form, document: Document) -> tuple[tuple[str, Any, Any], ...]:
    """What the customer saw beside what holds now, where it differs; days as the pages write them."""
    then = {"effective_day": value(form, "effective_day"), "target_text": value(form, "target_text")}
    return tuple(
        (name, shown, document[name]) for name, shown in then.items() if name in form and shown != document[name]
    )

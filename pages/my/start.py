"""Where a cancellation begins: what it is about, what it would mean, and "start"; until then nothing has begun."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from catalogue.texts import CHANGES
from pages.act_names import WORDS_TO_COME
from pages.calls import CallRefused, Document, Form, Visitor, page_problem
from pages.forms import form_id, value, words
from pages.my.acts import STANDS
from pages.my.addresses import case_address, case_of, look_address, own_case, start_address
from pages.my.again import BUSY, again
from pages.my.case import Notice, case_page
from pages.my.case_view import ENDS, REPORTS, asked
from pages.my.faults import INCOMPLETE, UNCLEAR, Fault, Faults, told_by, unclear_reason
from pages.rendering import Texts
from pages.site import CheckedForm, CurrentSite, CurrentVisitor, Site

router = APIRouter(include_in_schema=False)
UNUSABLE = 422


@dataclass(frozen=True)
class Beginning:
    """What is to begin: kind and subject, and the target as the address or the form says it."""

    kind: str
    subject: str
    target: str | None
    typed: Form = field(default_factory=dict)
    notice: Notice | None = None


@router.get("/my/cancel/{kind}/{subject}")
async def start(kind: str, subject: str, request: Request, site: CurrentSite, visitor: CurrentVisitor) -> Response:
    """What it is, a target where there is a choice, and what would happen."""
    target = (request.query_params.get("target") or "").strip() or None
    return await start_page(request, site, visitor, Beginning(kind, subject, target))


async def start_page(request: Request, site: Site, visitor: Visitor, beginning: Beginning) -> Response:
    """The page, with the preview as soon as nothing is left to choose."""
    kind, subject, calls = beginning.kind, beginning.subject, site.calls
    workflow_id = case_of(kind, visitor.customer, subject)
    choices, running = await asyncio.gather(
        choices_of(site, visitor, kind, subject, beginning.target), asked(True, calls.status, visitor, workflow_id)
    )
    running = running if running and running["state"] not in ENDS else None
    if not choices["held"] and running is None:
        raise CallRefused(page_problem(404, "nothing_of_product"))
    target = chosen_target(choices, beginning.target)
    complete = choices["target"] in (None, "optional") or target is not None
    preview, notice = None, beginning.notice
    try:
        preview = await calls.preview(visitor, request_of(beginning, choices, target)) if complete else None
    except CallRefused as refusal:
        if refusal.status != UNUSABLE:
            raise
        notice = notice or Notice(refusal.problem, faults={"target": Fault("fault.target_unusable")} if target else {})
    values = {
        "beginning": beginning,
        "choices": choices,
        "target": target,
        "preview": preview,
        "running": running,
        "may_start": preview is not None and preview["refusal"] is None and not same(running, kind, target),
        "is_report": kind in REPORTS,
        "back": own_case(request.query_params.get("back") or value(beginning.typed, "back"), visitor),
        "notice": notice,
        "case_address": case_address,
        "look_address": look_address,
        "start_address": start_address,
    }
    status = notice.problem["status"] if notice else 200
    return site.look.page(request, "my/start.html", visitor.language, values, visitor=visitor, status=status)


async def choices_of(site: Site, visitor: Visitor, kind: str, subject: str, target: str | None) -> Document:
    """What may be chosen. Raises `CallRefused`: of a kind that there is not, there is no page either."""
    try:
        return await site.calls.choices(visitor, kind, subject, target)
    except CallRefused as refusal:
        if refusal.problem["code"] != "malformed":
            raise
        raise CallRefused(page_problem(404, "not_found")) from refusal


def chosen_target(choices: Document, given: str | None) -> Any:
    """The target: the listed one that is meant, the only one there is, or what was typed in."""
    if choices["target"] != "listed":
        return given if choices["target"] else None
    targets = [choice["target"] for choice in choices["targets"]]
    if given is None:
        return targets[0] if len(targets) == 1 else None
    return next((target for target in targets if str(target) == given), None)


def same(running: Document | None, kind: str, target: Any) -> bool:
    """Whether what would begin is under way already: only a change to something else could begin beside it."""
    return running is not None and (kind not in CHANGES or running["target"] == target)


def request_of(beginning: Beginning, choices: Document, target: Any) -> Document:
    """The request whose consequences are shown."""
    request: Document = {"kind": beginning.kind, "subject": beginning.subject}
    request |= {"explanation": WORDS_TO_COME} if choices["explanation"] == "needed" else {}
    return request | ({} if target is None else {"target": target})


@router.post("/my/cancel/{kind}/{subject}/look")
async def look(kind: str, subject: str, visitor: CurrentVisitor, form: CheckedForm) -> Response:
    """Lead to what the target chosen would mean."""
    back = own_case(value(form, "back"), visitor)
    return RedirectResponse(start_address(kind, subject, target=value(form, "target"), back=back), 303)


@router.post("/my/cancel/{kind}/{subject}")
async def begin(
    kind: str, subject: str, request: Request, site: CurrentSite, visitor: CurrentVisitor, form: CheckedForm
) -> Response:
    """Begin it, and lead to its page."""
    workflow_id = case_of(kind, visitor.customer, subject)
    given = value(form, "target")
    choices = await choices_of(site, visitor, kind, subject, given)
    lacking, twofold = missing(choices, form), unclear_target(form) | unclear_reason(form)
    if lacking or twofold:
        notice = Notice(UNCLEAR if twofold else INCOMPLETE, typed=form, faults=lacking | twofold)
        return await start_page(request, site, visitor, Beginning(kind, subject, given, form, notice))
    data = requested(visitor, kind, subject, chosen_target(choices, given), form)
    try:
        document = await site.calls.send(visitor, "requested", data, form_id=form_id(form))
    except CallRefused as refusal:
        if refusal.status == BUSY:
            return again(request, site, visitor, refusal, form)
        if refusal.status not in STANDS:
            raise
        faults = told_by(refusal, form, Texts(visitor.language, site.look.zone))
        notice, current = Notice(refusal.problem, typed=form, faults=faults), refusal.problem.get("current")
        if current is not None:
            return await case_page(request, site, visitor, current, notice)
        return await start_page(request, site, visitor, Beginning(kind, subject, given, form, notice))
    back = own_case(value(form, "back"), visitor)
    return RedirectResponse(case_address(document.get("workflow_id") or workflow_id, said="requested", back=back), 303)


def missing(choices: Document, form: Form) -> Faults:
    """What the form needs, and does not have."""
    faults: Faults = {}
    if choices["explanation"] == "needed" and value(form, "explanation") is None:
        faults["explanation"] = Fault(f"fault.explanation_{choices['kind']}")
    if choices["target"] in ("listed", "needed") and chosen_target(choices, value(form, "target")) is None:
        faults["target"] = Fault("fault.target")
    return faults


def unclear_target(form: Form) -> Faults:
    """Another target than that whose consequences were looked at."""
    another = "looked_at" in form and value(form, "looked_at") != value(form, "target")
    return {"target": Fault("fault.target_not_looked_at")} if another else {}


def requested(visitor: Visitor, kind: str, subject: str, target: Any, form: Form) -> Document:
    """The `requested` document of a form."""
    data: Document = {"kind": kind, "subject": subject, "by": visitor.customer}
    data |= words(form, "explanation", "explanation")
    data |= {} if target is None else {"target": target}
    reason = value(form, "reason")
    data |= {"reason": {"code": reason} | words(form, "reason_text", "text")} if reason else {}
    meant = words(form, "meant", "meant")
    return data | ({"details": meant} if meant else {})

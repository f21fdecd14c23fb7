"""Freezing all effects, and releasing them: how it stands, a look before it is done, the log."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document, Form
from pages.desk.site import CheckedDeskForm, CurrentOperator, check_grade, desk_page
from pages.desk.task_form import fault_of_date
from pages.desk_calls import Operator
from pages.forms import moment_in, value, words
from pages.site import site_of

router = APIRouter(include_in_schema=False)
FREEZE = "/desk/freeze"


@router.get(FREEZE)
async def freeze(request: Request, operator: CurrentOperator) -> Response:
    """How it stands."""
    return await freeze_page(request, operator, {})


@router.post(f"{FREEZE}/check")
async def check(request: Request, operator: CurrentOperator, form: CheckedDeskForm) -> Response:
    """What a freeze would hold up, before it begins."""
    check_grade(operator, "admin")
    until = moment_in(value(form, "until"), site_of(request).look.zone)
    fault = fault_of(form, until, site_of(request).look.zone)
    if fault:
        return await freeze_page(request, operator, form, fault=fault, status=422)
    stands = await site_of(request).desk.freezes.freeze(operator, until)
    typed = {"reason": value(form, "reason"), "until": until}
    return desk_page(request, "desk/freeze_check.html", operator, {"stands": stands, "typed": typed})


@router.post(FREEZE)
async def begin(request: Request, operator: CurrentOperator, form: CheckedDeskForm) -> Response:
    """Begin a freeze."""
    check_grade(operator, "admin")
    order = words(form, "reason", "reason") | words(form, "until", "until")
    try:
        await site_of(request).desk.freezes.begin(operator, order)
    except CallRefused as refusal:
        return await freeze_page(request, operator, form, problem=refusal.problem, status=refusal.status)
    return RedirectResponse(FREEZE, 303)


@router.post(f"{FREEZE}/release")
async def release(request: Request, operator: CurrentOperator, form: CheckedDeskForm) -> Response:
    """Release what is frozen."""
    check_grade(operator, "admin")
    try:
        await site_of(request).desk.freezes.release(operator, words(form, "note", "note"))
    except CallRefused as refusal:
        return await freeze_page(request, operator, form, problem=refusal.problem, status=refusal.status)
    return RedirectResponse(FREEZE, 303)


async def freeze_page(
    request: Request,
    operator: Operator,
    form: Form,
    *,
    fault: str | None = None,
    problem: Document | None = None,
    status: int = 200,
) -> Response:
    """The page, with what was typed where that cannot be taken."""
    stands = await site_of(request).desk.freezes.freeze(operator)
    typed = {name: value(form, name) or "" for name in ("reason", "until", "note")}
    values: dict[str, Any] = {"stands": stands, "typed": typed, "fault": fault, "problem": problem}
    return desk_page(request, "desk/freeze.html", operator, values, status=status)


def fault_of(form: Form, until: str | None, zone: str) -> str | None:
    """What is wrong, by the key of a text: no reason, an end that is none or past, or an hour that clocks skip."""
    given = value(form, "until")
    if value(form, "reason") is None:
        return "reason"
    if given is not None and fault_of_date(given, "moment", zone) == "at_skipped":
        return "until_skipped"
    if given is not None and (until is None or datetime.fromisoformat(until) <= datetime.now(UTC)):
        return "until_wrong"
    return None

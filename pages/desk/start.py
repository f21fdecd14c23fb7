"""Beginning a cancellation on a customer's behalf: what it would do, and who asked for it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document
from pages.desk.addresses import CUSTOMERS, case_address
from pages.desk.site import CheckedDeskForm, CurrentOperator, check_grade, desk_page
from pages.desk.words import as_on_the_form
from pages.desk_calls import Operator
from pages.forms import form_id, value, words
from pages.my.addresses import case_of
from pages.my.start import Beginning, chosen_target, request_of
from pages.site import CurrentSite, Site

BEGUN_WITH = {
    "target": "page.desk.start.choose",
    "explanation": "page.desk.start.explanation",
    "reason": "page.desk.start.reason",
    "note": "page.desk.start.note",
}
"""What fields are called on the form that begins a case, by their names in a payload."""

router = APIRouter(include_in_schema=False)


@router.get(f"{CUSTOMERS}/{{customer}}/start/{{kind}}/{{subject}}")
async def start(
    customer: str, kind: str, subject: str, request: Request, site: CurrentSite, operator: CurrentOperator
) -> Response:
    """What is to begin on the customer's behalf, and what that would do."""
    check_grade(operator, "decide")
    target = (request.query_params.get("target") or "").strip() or None
    return await start_page(request, site, operator, customer, Beginning(kind, subject, target))


@router.post(f"{CUSTOMERS}/{{customer}}/start/{{kind}}/{{subject}}")
async def begin(
    customer: str,
    kind: str,
    subject: str,
    request: Request,
    site: CurrentSite,
    operator: CurrentOperator,
    form: CheckedDeskForm,
) -> Response:
    """Begin it, and lead to its case; what is wrong is shown beside what was entered."""
    workflow_id = case_of(kind, customer, subject)
    given = value(form, "target")
    calls = site.desk.cases
    choices = await calls.choices(operator, customer, kind, subject, given)
    target = chosen_target(choices, given)
    data: Document = {"kind": kind, "subject": subject, "id": form_id(form)} | words(form, "note", "note")
    data |= words(form, "explanation", "explanation") | ({} if target is None else {"target": target})
    reason = value(form, "reason")
    data |= {"reason": {"code": reason}} if reason else {}
    try:
        await calls.begin(operator, customer, data)
    except CallRefused as refusal:
        if refusal.status not in (409, 422):
            raise
        return await start_page(
            request, site, operator, customer, Beginning(kind, subject, given, form), refusal.problem
        )
    return RedirectResponse(case_address(workflow_id), 303)


async def start_page(
    request: Request,
    site: Site,
    operator: Operator,
    customer: str,
    beginning: Beginning,
    problem: Document | None = None,
) -> Response:
    """The form, with the preview as soon as nothing is left to choose."""
    calls, kind, subject = site.desk.cases, beginning.kind, beginning.subject
    case_of(kind, customer, subject)
    choices = await calls.choices(operator, customer, kind, subject, beginning.target)
    target, preview = chosen_target(choices, beginning.target), None
    if choices["target"] in (None, "optional") or target is not None:
        try:
            preview = await calls.preview(operator, request_of(beginning, choices, target) | {"customer": customer})
        except CallRefused as refusal:
            if refusal.status != 422:
                raise
            problem = problem or refusal.problem
    shown = {
        "customer": customer,
        "beginning": beginning,
        "choices": choices,
        "target": target,
        "preview": preview,
        "problem": problem,
        "in_words": as_on_the_form(operator.language, BEGUN_WITH),
        "typed": {name: value(beginning.typed, name) or "" for name in ("note", "explanation", "reason")},
    }
    return desk_page(request, "desk/start.html", operator, shown, status=problem["status"] if problem else 200)

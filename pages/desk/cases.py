"""Cases and customers: look for either, and one page for each with everything about it."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from catalogue.texts import say
from pages.calls import CallRefused, Document
from pages.desk.addresses import ADDRESSES, CASES, CUSTOMERS, case_address, listed
from pages.desk.site import CheckedDeskForm, CurrentOperator, check_grade, desk_page
from pages.desk.words import as_on_the_form, happened, labelled
from pages.desk_calls import Operator
from pages.forms import form_id, value, words
from pages.my.addresses import case_of
from pages.my.start import Beginning, chosen_target, request_of
from pages.rendering import HEADERS
from pages.site import CurrentSite, Site

LONGEST = 200
"""Characters of what is looked for."""
MOST_NAMED = 20
"""So many of each are found."""
FILTERS = ("customer", "kind", "state", "waiting_for", "effective_from", "effective_to", "open")
AWAITED = ("customer", "operator", "third_party", "date", "system", "repair")
OPEN = {"open": True, "ended": False}
BEGUN_WITH = {
    "target": "page.desk.start.choose",
    "explanation": "page.desk.start.explanation",
    "reason": "page.desk.start.reason",
    "note": "page.desk.start.note",
}
"""What fields are called on the form that begins a case, by their names in a payload."""

router = APIRouter(include_in_schema=False)


@router.get(CASES)
async def cases(request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """What was looked for, or else the list of all cases that are like what is asked for."""
    given = {name: value.strip() for name, value in request.query_params.items()}
    words = given.get("q", "")[:LONGEST]
    wanted = {name: given[name] for name in FILTERS if given.get(name)}
    shown: dict[str, Any] = {"q": words, "wanted": wanted, "found": None, "page": None, "problem": None}
    if words:
        shown["found"] = await site.desk.cases.look(operator, words)
    else:
        cursor = given.get("cursor") or None
        try:
            shown["page"] = await site.desk.cases.cancellations(operator, asked_for(wanted), cursor)
        except CallRefused as refusal:
            if refusal.status != 422:
                raise
            shown["problem"] = refusal.problem
        shown |= {"cursor": cursor, "dated": bool({"effective_from", "effective_to"} & wanted.keys())}
    shown |= {
        "kinds": labelled("kind"),
        "states": states(operator.language),
        "awaited": AWAITED,
        "MOST_NAMED": MOST_NAMED,
        "list_address": listed,
    }
    return desk_page(request, "desk/cases.html", operator, shown | ADDRESSES, status=422 if shown["problem"] else 200)


@router.get(f"{CASES}/{{kind}}/{{customer}}/{{subject}}")
async def case(
    kind: str,
    customer: str,
    subject: str,
    request: Request,
    site: CurrentSite,
    operator: CurrentOperator,
    run_id: str | None = None,
) -> Response:
    """Everything about a case: of the newest run, or of the one that `run_id` names."""
    workflow_id = case_of(kind, customer, subject)
    found = await site.desk.cases.case(operator, workflow_id, run_id or None)
    others = [run for run in found["runs"] if run["run_id"] != found["status"]["run_id"]]
    shown = {
        "found": found,
        "case": found["status"],
        "others": others,
        "older": run_id is not None and bool(found["runs"]) and found["runs"][0] in others,
        "run_id": run_id or None,
        "happened": lambda event: happened(operator.language, event),
    }
    return desk_page(request, "desk/case.html", operator, shown | ADDRESSES)


@router.get(f"{CASES}/{{kind}}/{{customer}}/{{subject}}/receipts/{{number}}.pdf")
async def receipt(
    kind: str,
    customer: str,
    subject: str,
    number: int,
    site: CurrentSite,
    operator: CurrentOperator,
    run_id: str | None = None,
) -> Response:
    """A receipt, as the customer has it."""
    workflow_id = case_of(kind, customer, subject)
    name, content = await site.desk.cases.receipt(operator, workflow_id, run_id or None, number)
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{quote(name)}"'}
    return Response(content, headers=headers, media_type="application/pdf")


@router.get(f"{CUSTOMERS}/{{customer}}")
async def customer(customer: str, request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """Everything about a customer."""
    found = await site.desk.cases.customer(operator, customer)
    runs = found["cases"]["items"]
    shown = {
        "found": found,
        "board": found["board"],
        "open_cases": [run for run in runs if run["ended_at"] is None],
        "ended_cases": [run for run in runs if run["ended_at"] is not None],
        "labels": {run["workflow_id"]: run["label"] for run in runs},
    }
    return desk_page(request, "desk/customer.html", operator, shown | ADDRESSES)


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
    return desk_page(
        request, "desk/start.html", operator, shown | ADDRESSES, status=problem["status"] if problem else 200
    )


def asked_for(wanted: Document) -> Document:
    """What is asked of `GET /cancellations`; an `open` that is neither asks for both."""
    return {**wanted, "open": OPEN.get(wanted.get("open", ""))}


def states(language: str) -> list[tuple[str, str]]:
    """The states with what they are called, of whatever kind."""
    values = {"kind": None, "being_booked": False}
    return [(state, say(language, f"state.{state}", values)) for state in labelled("state")]

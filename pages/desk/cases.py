"""Cases and customers: look for either, and one page for each with everything about it."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from catalogue.texts import say
from pages.calls import CallRefused, Document
from pages.desk.addresses import CASES, CUSTOMERS, listed
from pages.desk.site import CurrentOperator, desk_page
from pages.desk.words import happened, labelled
from pages.my.addresses import CaseId
from pages.rendering import HEADERS
from pages.site import CurrentSite

LONGEST = 200
"""Characters of what is looked for."""
MOST_NAMED = 20
"""So many of each are found."""
FILTERS = ("customer", "kind", "state", "waiting_for", "effective_from", "effective_to", "open")
AWAITED = ("customer", "operator", "third_party", "date", "system", "repair")
OPEN = {"open": True, "ended": False}

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
    return desk_page(request, "desk/cases.html", operator, shown, status=422 if shown["problem"] else 200)


@router.get(f"{CASES}/{{kind}}/{{customer}}/{{subject}}")
async def case(
    request: Request,
    site: CurrentSite,
    operator: CurrentOperator,
    workflow_id: CaseId,
    run_id: str | None = None,
) -> Response:
    """Everything about a case: of the newest run, or of the one that `run_id` names."""
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
    return desk_page(request, "desk/case.html", operator, shown)


@router.get(f"{CASES}/{{kind}}/{{customer}}/{{subject}}/receipts/{{number}}.pdf")
async def receipt(
    number: int,
    site: CurrentSite,
    operator: CurrentOperator,
    workflow_id: CaseId,
    run_id: str | None = None,
) -> Response:
    """A receipt, as the customer has it."""
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
    return desk_page(request, "desk/customer.html", operator, shown)


def asked_for(wanted: Document) -> Document:
    """What is asked of `GET /cancellations`; an `open` that is neither asks for both."""
    return {**wanted, "open": OPEN.get(wanted.get("open", ""))}


def states(language: str) -> list[tuple[str, str]]:
    """The states with what they are called, of whatever kind."""
    values = {"kind": None, "being_booked": False}
    return [(state, say(language, f"state.{state}", values)) for state in labelled("state")]

"""Bulk decisions: choose tasks, decide them in one way, look at it first, and watch what comes of it."""

import json
from collections import Counter
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document, Form, page_problem
from pages.desk.site import CheckedDeskForm, CurrentOperator, desk_page
from pages.desk.task_form import fault_of_date
from pages.desk.tasks import in_short
from pages.desk.words import as_on_the_form, labelled
from pages.desk_calls import Operator
from pages.forms import form_id, moment_in, value, values, words
from pages.live import Glimpse, live_stream
from pages.rendering import HEADERS
from pages.site import CurrentSite, Site

BULK = "/desk/bulk"
LISTED = 200
"""So many tasks can be ticked one by one: as many as the work list answers at once."""
ACTS = ("pause", "resume", "stop", "again")
RUNNING = ("running", "paused")
ENTERED = ("decision", "at", "confirm_anyway", "reference", "note", "choose")
"""What is entered once for all tasks, and shown again where it must be mended."""
CALLED = {
    "tasks": "page.desk.bulk.choose.list",
    "kind": "page.desk.bulk.choose.kind",
    "customer": "page.desk.bulk.choose.customer",
    "decision": "page.desk.bulk.choose.decision",
    "reference": "page.desk.bulk.choose.proof",
    "note": "page.desk.bulk.choose.note",
    "at": "page.desk.bulk.choose.at_day",
    "confirm_anyway": "page.desk.bulk.choose.anyway",
    '"confirm_anyway": true': "page.desk.bulk.choose.anyway",
}
"""What fields are called on the form, by their names in a payload."""

router = APIRouter(include_in_schema=False)


@router.get(BULK)
async def bulk_decisions(request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """All of them, the newest first."""
    page = await site.desk.bulk.bulk_decisions(operator, request.query_params.get("cursor"))
    types = await labels(site, operator)
    return desk_page(request, "desk/bulk.html", operator, {"page": page, "types": types})


@router.get(f"{BULK}/new")
async def choose(request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """What is to be decided, and how: first the type, then tasks and decision."""
    return await form_page(request, site, operator, {name: [given] for name, given in request.query_params.items()})


@router.post(f"{BULK}/new")
async def prepare(request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm) -> Response:
    """Keep what was chosen, to be looked at; what is wrong is shown beside what was entered."""
    type_ = type_in(await site.desk.tasks.task_types(operator), value(form, "type"))
    if type_ is None:
        return await form_page(request, site, operator, form)
    if missing := missing_in(form, type_["at_form"], site.look.zone):
        return await form_page(request, site, operator, form, missing=missing, status=422)
    try:
        bulk = await site.desk.bulk.prepare(operator, document_in(form, type_, site.look.zone))
    except CallRefused as refusal:
        if refusal.status not in (409, 422):
            raise
        return await form_page(request, site, operator, form, problem=refusal.problem, status=refusal.status)
    return RedirectResponse(f"{BULK}/{bulk['id']}", 303)


@router.get(f"{BULK}/{{bulk}}")
async def one(bulk: str, request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """One: to be looked at before it begins, then with how far it has come."""
    shown = await values_of(bulk, request, site, operator)
    if shown["bulk"]["state"] != "prepared":
        return desk_page(request, "desk/bulk_one.html", operator, shown)
    consequence = await site.desk.bulk.bulk_consequence(operator, bulk)
    return desk_page(request, "desk/bulk_check.html", operator, shown | {"consequence": consequence})


@router.get(f"{BULK}/{{bulk}}/failures.csv")
async def failures(bulk: str, site: CurrentSite, operator: CurrentOperator) -> Response:
    """What failed, to go through it with a spreadsheet."""
    name = quote(f"bulk-{bulk}.csv")
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    # With a mark in front by which spreadsheets know that it is UTF-8.
    return Response(
        "\ufeff" + await site.desk.bulk.failures(operator, bulk), headers=headers, media_type="text/csv; charset=utf-8"
    )


@router.post(f"{BULK}/{{bulk}}/{{act}}")
async def act(bulk: str, act: str, site: CurrentSite, operator: CurrentOperator, _: CheckedDeskForm) -> Response:
    """Begin, pause, go on, stop, or send again what failed. Whoever was too late sees how it stands."""
    if act not in ACTS:
        raise CallRefused(page_problem(404, "not_found"))
    try:
        await site.desk.bulk.act_on_bulk(operator, bulk, act)
    except CallRefused as refusal:
        if refusal.status != 409:
            raise
    return RedirectResponse(f"{BULK}/{quote(bulk)}", 303)


@router.get(f"{BULK}/{{bulk}}/events")
async def events(bulk: str, request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """What has changed since `?seen=`; it ends with the bulk decision."""
    await site.desk.bulk.bulk_decision(operator, bulk)

    async def look() -> Glimpse | None:
        if not await site.desk.is_logged_in(operator):
            return None
        shown = await values_of(bulk, request, site, operator)

        def html() -> str:
            own = shown | {"operator": operator}
            return site.look.fragment(request, "desk/bulk_live.html", operator.language, own)

        return Glimpse(shown["seen"], html, shown["bulk"]["state"] not in RUNNING)

    return live_stream(site, look, request.query_params.get("seen"))


# What pages show.


async def values_of(bulk: str, request: Request, site: Site, operator: Operator) -> dict[str, Any]:
    """What the page of one shows, and the stream of its changes."""
    state, cursor = request.query_params.get("state") or None, request.query_params.get("cursor")
    document = await site.desk.bulk.bulk_decision(operator, bulk, state, cursor)
    seen = json.dumps([document[name] for name in ("state", "decided", "proposed", "failed", "left")])
    asked = {"state": state, "cursor": cursor}
    query = urlencode({name: given for name, given in (asked | {"seen": seen}).items() if given})
    return {
        "bulk": document,
        "types": await labels(site, operator),
        "decision": decision_of(document),
        "in_words": as_on_the_form(operator.language, CALLED),
        "state": state,
        "seen": seen,
        "live": f"{BULK}/{bulk}/events?{query}" if document["state"] in RUNNING else None,
        "address": f"{BULK}/{bulk}",
    }


def decision_of(document: Document) -> Document:
    """What is decided: its name, and what goes with it."""
    message: Document = document.get("confirm") or document.get("reject") or {}
    rejects = "reject" in document
    name = "rejected" if rejects else message.get("decision") or "confirmed"
    proof = message.get("proof") or {}
    return {"name": name, "rejects": rejects} | {
        "reference": proof.get("reference"),
        "note": message.get("note"),
        "at": message.get("at"),
        "anyway": message.get("confirm_anyway"),
    }


def several(tasks: list[Document]) -> set[str]:
    """The runs of which there are several tasks, which only what is to be done tells apart."""
    counted = Counter(task["workflow_id"] for task in tasks)
    return {workflow_id for workflow_id, number in counted.items() if number > 1}


async def labels(site: Site, operator: Operator) -> dict[str, str]:
    """What people call each type."""
    types = await site.desk.tasks.task_types(operator)
    return {type_["type"]: type_["label"] for type_ in types["items"]}


def type_in(types: Document, name: str | None) -> Document | None:
    """What a type needs; None where there is none of that name."""
    return next((type_ for type_ in types["items"] if type_["type"] == name), None)


async def form_page(
    request: Request,
    site: Site,
    operator: Operator,
    given: Form,
    *,
    problem: Document | None = None,
    missing: list[str] | None = None,
    status: int = 200,
) -> Response:
    """The form, with what was entered and what is wrong with it, or `missing` in it."""
    types = await site.desk.tasks.task_types(operator)
    type_ = type_in(types, value(given, "type"))
    if type_ is None:
        return desk_page(request, "desk/bulk_type.html", operator, {"types": types["items"]})
    wanted = {"type": type_["type"], **words(given, "kind", "kind"), **words(given, "customer", "customer")}
    try:
        tasks = await site.desk.bulk.tasks(operator, wanted, LISTED)
    except CallRefused as refusal:
        if refusal.status != 422:
            raise
        problem = problem or refusal.problem
        tasks = {"items": [], "total": 0}
    shown = {
        "type": type_,
        "tasks": tasks,
        "kinds": labelled("kind"),
        "wanted": wanted,
        "given": {name: value(given, name) for name in ENTERED},
        "ticked": values(given, "task"),
        "form_id": value(given, "form_id") if problem is None else None,
        "problem": problem,
        "missing": missing or [],
        "in_words": as_on_the_form(operator.language, CALLED),
        "several": several(tasks["items"]),
        "in_short": in_short,
        "needs_note": [choice["label"] for choice in type_["decisions"] if choice["note_needed"]],
    }
    return desk_page(request, "desk/bulk_new.html", operator, shown, status=status)


# What forms send.


def missing_in(form: Form, at_form: str, zone: str) -> list[str]:
    """What was not chosen, or is an hour that clocks skip, by the key of a text; what else is missing depends on the
    tasks, and the call says it."""
    at = value(form, "at")
    skipped = at is not None and fault_of_date(at, at_form, zone) == "at_skipped"
    unticked = value(form, "choose") == "these" and not values(form, "task")
    unsaid = value(form, "confirm_anyway") is not None and value(form, "note") is None
    return (
        ["tasks"] * unticked
        + ["decision"] * (value(form, "decision") is None)
        + ["reason"] * unsaid
        + ["hour"] * skipped
    )


def document_in(form: Form, type_: Document, zone: str) -> Document:
    """What `POST /bulk-decisions` takes: it is kept, and begins when it was looked at."""
    wanted = {"type": type_["type"], **words(form, "kind", "kind"), **words(form, "customer", "customer")}
    chosen = {"tasks": values(form, "task")} if value(form, "choose") == "these" else {"filter": wanted}
    decision = value(form, "decision")
    if decision == "reject":
        return {"id": form_id(form), "start": False, **chosen, "reject": words(form, "note", "note")}
    confirm: Document = words(form, "note", "note")
    if decision not in (None, "confirm"):
        confirm["decision"] = decision
    if reference := value(form, "reference"):
        confirm["proof"] = {"reference": reference}
    if at := value(form, "at"):
        confirm["at"] = (moment_in(at, zone) or at) if type_["at_form"] == "moment" else at
    if value(form, "confirm_anyway"):
        confirm["confirm_anyway"] = True
    return {"id": form_id(form), "start": False, **chosen, "confirm": confirm}

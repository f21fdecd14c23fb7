"""One page a case: what it is about, what is to do next, and how it stands."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from catalogue.texts import CHANGES
from pages.calendar_file import CalendarDay, calendar_answer, calendar_file
from pages.calls import CallRefused, Document, Form, Visitor, page_problem
from pages.my.addresses import (
    CaseId,
    act_address,
    case_address,
    mails_address,
    own_case,
    receipt_file,
    several_address,
    start_address,
)
from pages.my.case_view import GOOD_ENDS, REPORTS, CaseView, phase_of, view_of
from pages.my.details import FREE
from pages.my.faults import Faults
from pages.rendering import Texts
from pages.site import CurrentSite, CurrentVisitor, Site

SAYS_DONE = frozenset(
    {
        *("requested", "acknowledge_warning", "recheck_licences", "override_surplus", "place_order", "reassign"),
        *("hand_in_proof", "supersede", "request_revocation", "abandon"),
    }
)
"""The events of which the page says that they have arrived."""

ACKNOWLEDGED = frozenset(
    {
        *("features_lost", "backup", "package_zero", "selling_stops_first", "overage", "user_management_lost"),
        *("integrations_end", "surplus"),
    }
)
"""The warnings that are read before the order, each in its own step."""
OURS_TOO = frozenset({"requested", "abandon"})
"""What the vendor may do in the customer's place, and is then said to have done."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Notice:
    """Why something was not done: the problem, what was seen before beside what holds now, and what was typed in."""

    problem: Document
    act: str | None = None
    differences: tuple[tuple[str, Any, Any], ...] = ()
    """Field, then, now."""
    typed: Form = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)


@router.get("/my/cases/{kind}/{customer}/{subject}")
async def case(request: Request, site: CurrentSite, visitor: CurrentVisitor, workflow_id: CaseId) -> Response:
    """How the case stands; `?run_id=` for an older run."""
    query = request.query_params
    document = await site.calls.status(visitor, workflow_id, query.get("run_id"))
    return await case_page(request, site, visitor, document)


@router.get("/my/cases/{kind}/{customer}/{subject}/date.ics")
async def date_file(request: Request, site: CurrentSite, visitor: CurrentVisitor, workflow_id: CaseId) -> Response:
    """The day from which it takes effect, for a calendar."""
    document = await site.calls.status(visitor, workflow_id)
    if document["effective_day"] is None or phase_of(document) == "before":
        raise CallRefused(page_problem(404, "not_found"))
    texts = Texts(visitor.language, site.look.zone)
    what = texts.label("kind", document["kind"])
    target = document["target_text"] if document["kind"] in CHANGES else None
    happens = texts.text("calendar.happens", kind=document["kind"], name=document["label"], target=target)
    day = CalendarDay(
        of=("case", document["workflow_id"]),
        day=date.fromisoformat(document["effective_day"]),
        title=texts.text("case.calendar_title", happens=happens),
        text=document["waiting_text"] or document["state_text"],
        url=f"{str(request.base_url).rstrip('/')}{case_address(document['workflow_id'])}",
    )
    return calendar_answer(calendar_file([day], name=what, at=datetime.now(UTC)), f"{document['effective_day']}.ics")


async def case_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    document: Document,
    notice: Notice | None = None,
) -> Response:
    """The page of a document. `notice`: what was just refused."""
    values = await case_values(request, site, visitor, document)
    values |= {"notice": notice, "said": None if notice else said(request, document)}
    status = notice.problem["status"] if notice else 200
    return site.look.page(request, "my/case.html", visitor.language, values, visitor=visitor, status=status)


async def case_values(request: Request, site: Site, visitor: Visitor, document: Document) -> dict[str, Any]:
    """What the page and its live part show."""
    view = await view_of(site.calls, visitor, document, request.query_params.get("run_id"))
    back = own_case(request.query_params.get("back"), visitor)
    return {
        "view": view,
        "document": document,
        "back": None if back == document["workflow_id"] else back,
        "live": live_address(view, back),
        "good_end": document["state"] in GOOD_ENDS,
        "ACKNOWLEDGED": ACKNOWLEDGED,
        "CHANGES": CHANGES,
        "FREE": FREE,
        "OURS_TOO": OURS_TOO,
        "REPORTS": REPORTS,
        "case_address": case_address,
        "act_address": act_address,
        "receipt_file": receipt_file,
        "mails_address": mails_address,
        "start_address": start_address,
        "several_address": several_address,
    }


def live_address(view: CaseView, back: str | None) -> str | None:
    """Where the page hears of what changes; None where nothing does any more."""
    if view.phase == "ended":
        return None
    document = view.document
    return case_address(f"{document['workflow_id']}/events", run_id=view.run_id, seen=view.seen, back=back)


def said(request: Request, document: Document) -> str | None:
    """What the page confirms: the event that the address names, where it was the customer's last one.

    An address can be made up by anybody; the document cannot.
    """
    named = request.query_params.get("said")
    own = [line["event"] for line in document["timeline"] if line["actor"] == "customer"]
    if named not in SAYS_DONE or own[-1:] != [named]:
        return None
    if named == "requested" and document["standing"]:
        return "requested_change"
    asked = document["state"] == "order" and "operator" in document["waiting_for"]
    return "asked_again" if named == "recheck_licences" and asked else named


async def present(site: Site, visitor: Visitor, refusal: CallRefused, workflow_id: str) -> Document:
    """How a run stands that did not take an event. Raises the refusal where that cannot be said."""
    current: Document | None = refusal.problem.get("current")
    if current is not None:
        return current
    try:
        return await site.calls.status(visitor, workflow_id)
    except CallRefused:
        raise refusal from None

"""Several licences of one product in one go: a request each, and one page that shows how each stands."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.act_names import act_of
from pages.calls import CallRefused, Document, Visitor, page_problem
from pages.forms import form_id, value, values
from pages.my.addresses import act_address, case_address, own_case, several_address, start_address
from pages.my.case_view import ENDS, asked
from pages.site import CheckedForm, CurrentSite, CurrentVisitor, Site

router = APIRouter(include_in_schema=False)
TOGETHER = ("acknowledge_warning", "place_order")
"""What may be done for several at once, where they are equal."""
ONE_BY_ONE = frozenset({"hosting", "hosting_addon", "shop_hosting"})
"""The kinds whose orders ask for details."""
AT_ONCE = 4
"""So many calls at a time."""
WITHIN = 3.5
"""Seconds in which a form is carried out as far as it goes; the rest is offered once more."""


@dataclass(frozen=True)
class Row:
    """A licence with its run, if one is under way or has ended, and what was just refused of it."""

    licence: Document
    document: Document | None = None
    problem: Document | None = None

    @property
    def number(self) -> str:
        """The licence's number."""
        return str(self.licence["licence"])

    def case_of(self, visitor: Visitor) -> str:
        """The ID of its case, whether or not there is one."""
        return f"{self.licence['kind']}/{visitor.customer}/{self.licence['subject']}"

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self.document is not None and self.document["state"] not in ENDS


@dataclass(frozen=True)
class Together:
    """Cases that stand alike, so that one button does the same for each."""

    event: str
    documents: tuple[Document, ...]
    at_rest: str | None = None
    """What is said before the order while bookings and changes are at rest."""

    @property
    def act(self) -> str:
        """What their order does."""
        first = self.documents[0]
        return act_of(first["kind"], first["cost_effect"], first["target"])

    @property
    def cases(self) -> list[str]:
        """Each with what is seen of it, as a field of a form."""
        names = ("workflow_id", "run_id", "effective_at")
        return [json.dumps({name: document[name] for name in names}) for document in self.documents]


@router.get("/my/cancel-several")
async def several(request: Request, site: CurrentSite, visitor: CurrentVisitor) -> Response:
    """The licences of `?product=`: which may be ended, and how those stand that were begun."""
    return await several_page(request, site, visitor, request.query_params.get("product") or "")


async def several_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    product: str,
    problems: dict[str, Document] | None = None,
    back: str | None = None,
    chosen: Iterable[str] = (),
) -> Response:
    """The page. `problems`: by licence's number or case what was just refused. `chosen`: what is ticked already."""
    problems = problems or {}
    rows = await rows_of(site, visitor, product)
    if not rows:
        raise CallRefused(page_problem(404, "nothing_of_product"))
    rows = [replace(row, problem=problems.get(row.number) or problems.get(row.case_of(visitor))) for row in rows]
    shown = {
        "product": product,
        "rows": rows,
        "free": [row for row in rows if not row.running and row.licence["kind"]],
        "under_way": [row for row in rows if row.running],
        "together": await previewed(
            site, visitor, together(row.document for row in rows if row.running and row.document)
        ),
        "chosen": frozenset(chosen),
        "refused": bool(problems),
        "back": own_case(request.query_params.get("back"), visitor) or back,
        "case_address": case_address,
        "act_address": act_address,
        "start_address": start_address,
        "several_address": several_address,
    }
    status = 409 if problems else 200
    return site.look.page(request, "my/several.html", visitor.language, shown, visitor=visitor, status=status)


async def rows_of(site: Site, visitor: Visitor, product: str) -> list[Row]:
    """The visitor's licences of a product, each with how its run stands."""
    licences = (await site.calls.licences(visitor))["licences"]
    mine = [licence for licence in licences if licence["product"] == product]

    def reading(licence: Document) -> Callable[[], Awaitable[Document]]:
        return lambda: site.calls.status(visitor, licence["running"])

    running = {licence["licence"]: reading(licence) for licence in mine if licence["running"]}
    found = await in_turns(running)
    return [Row(licence, answer_of(found.get(licence["licence"]))) for licence in mine]


def answer_of(found: Document | CallRefused | None) -> Document | None:
    """A document, where it was answered."""
    return found if isinstance(found, dict) else None


def together(documents: Iterable[Document]) -> list[Together]:
    """What may be done at once: for cases of one kind, date and cost that say the same."""
    groups: dict[tuple[str, ...], list[Document]] = {}
    for document in documents:
        event = next((event for event in TOGETHER if event in document["enabled"]), None)
        if event is None or document["kind"] in ONE_BY_ONE:
            continue
        said = json.dumps(document["warnings"])
        key = (event, document["kind"], str(document["effective_at"]), document["cost_effect"], said)
        groups.setdefault(key, []).append(document)
    return [Together(key[0], tuple(group)) for key, group in groups.items() if len(group) > 1]


async def previewed(site: Site, visitor: Visitor, groups: list[Together]) -> list[Together]:
    """The groups, those that may be ordered with what is said before that."""

    async def of(group: Together) -> Together:
        request = {name: group.documents[0][name] for name in ("kind", "subject")}
        preview = await asked(group.event == "place_order", site.calls.preview, visitor, request)
        return replace(group, at_rest=preview["at_rest"]) if preview else group

    return list(await asyncio.gather(*map(of, groups)))


@router.post("/my/cancel-several")
async def begin(request: Request, site: CurrentSite, visitor: CurrentVisitor, form: CheckedForm) -> Response:
    """Begin a request for each licence chosen."""
    product, chosen, sent_as = value(form, "product") or "", values(form, "licences"), form_id(form)
    back = own_case(value(form, "back"), visitor)
    rows = {row.number: row for row in await rows_of(site, visitor, product)}
    wanted = [rows[number] for number in chosen if number in rows and rows[number].licence["kind"]]

    def sending(row: Row) -> Callable[[], Awaitable[Document]]:
        data = {"kind": row.licence["kind"], "subject": row.licence["subject"], "by": visitor.customer}
        return lambda: site.calls.send(visitor, "requested", data, form_id=f"{sent_as}.{row.number}")

    problems = problems_of(await in_turns({row.number: sending(row) for row in wanted}), [row.number for row in wanted])
    if problems or not wanted:
        nothing = {} if wanted else {"": page_problem(422, "nothing_chosen")}
        return await several_page(request, site, visitor, product, problems or nothing, back, problems)
    return RedirectResponse(several_address(product, back=back), 303)


@router.post("/my/cancel-several/{event}")
async def act(event: str, request: Request, site: CurrentSite, visitor: CurrentVisitor, form: CheckedForm) -> Response:
    """Do the same for each of the cases that were shown as equal, each with what was seen of it."""
    if event not in TOGETHER:
        raise CallRefused(page_problem(404, "not_found"))
    product, sent_as, back = value(form, "product") or "", form_id(form), own_case(value(form, "back"), visitor)
    cases = [case for entry in values(form, "cases") if (case := read_case(entry, visitor))]

    def sending(case: Document) -> Callable[[], Awaitable[Document]]:
        workflow_id = case["workflow_id"]
        data = {"by": visitor.customer} | {name: case[name] for name in ("run_id", "effective_at") if case.get(name)}
        named = f"{sent_as}.{workflow_id}"
        return lambda: site.calls.send(visitor, event, data, form_id=named, workflow_id=workflow_id)

    sent = {case["workflow_id"]: sending(case) for case in cases}
    problems = problems_of(await in_turns(sent), list(sent))
    if problems:
        return await several_page(request, site, visitor, product, problems, back)
    return RedirectResponse(several_address(product, back=back), 303)


def read_case(entry: str, visitor: Visitor) -> dict[str, Any] | None:
    """A case as a form holds it, where it is one of the visitor's."""
    with suppress(ValueError):
        case = json.loads(entry)
        if isinstance(case, dict) and own_case(str(case.get("workflow_id")), visitor):
            return case
    return None


async def in_turns(calls: dict[str, Callable[[], Awaitable[Document]]]) -> dict[str, Document | CallRefused]:
    """What each call answers or is refused with, a few at a time; what time did not suffice for is not in it."""
    slots, answers = asyncio.Semaphore(AT_ONCE), dict[str, Document | CallRefused]()

    async def one(name: str, call: Callable[[], Awaitable[Document]]) -> None:
        async with slots:
            try:
                answers[name] = await call()
            except CallRefused as refusal:
                answers[name] = refusal

    tasks = [asyncio.create_task(one(name, call)) for name, call in calls.items()]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=WITHIN)
        for task in late:
            task.cancel()
    return answers


def problems_of(answers: dict[str, Document | CallRefused], asked: list[str]) -> dict[str, Document]:
    """What was refused, and what was not sent in time."""
    late: Document = page_problem(503, "not_sent_yet")
    problems: dict[str, Document] = {}
    for name in asked:
        answer = answers.get(name)
        if answer is None:
            problems[name] = late
        elif isinstance(answer, CallRefused):
            problems[name] = answer.problem
    return problems

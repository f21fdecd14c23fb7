"""The work list: what operators must decide, the most urgent first; who has what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from catalogue.gist import gist, in_plain_words
from pages.calls import CallRefused, Document, Form
from pages.desk.site import WORK_LIST, CheckedDeskForm, CurrentOperator, desk_page, is_own_path
from pages.desk.words import labelled
from pages.desk_calls import Operator
from pages.forms import value
from pages.site import CurrentSite, Site

router = APIRouter(include_in_schema=False)
LIMIT = 50
"""So many tasks stand on a page."""
LONGEST = 80
"""Characters of what is looked for."""
MOST = 1_000
"""Up to which the numbers of the ready-made filters are exact: whoever has more has too many, however many more."""
NUMBER = re.compile(r"[A-Za-z0-9._-]{1,40}")
"""What may be a customer's number."""
FILTERS = ("type", "kind", "customer", "whose", "overdue", "waiting")
ON_THE_SPOT = (404, 409)
"""Refusals that are said above the list, which then shows how it stands."""


@dataclass(frozen=True)
class Chip:
    """A ready-made filter, with how many tasks it shows. `icon`: beside colour and words."""

    key: str
    address: str
    count: int
    current: bool
    type: str | None = None

    most = MOST

    @property
    def exact(self) -> bool:
        """Whether the number is all there are."""
        return self.count <= MOST


class TaskList:
    """What the page shows: the tasks, the filters that are set, and those that are ready-made."""

    def __init__(self, page: Document, counts: Document, wanted: Mapping[str, str], cursor: str | None) -> None:
        self.page = page
        self.counts = counts
        self.wanted = wanted
        self.cursor = cursor

    @property
    def chips(self) -> list[Chip]:
        """What is asked for most, then each type of which there are tasks."""
        due = self.counts["due"]
        numbers = [
            ("all", {}, sum(due.values())),
            ("overdue", {"overdue": "1"}, due["overdue"]),
            ("mine", {"whose": "mine"}, self.counts["mine"]),
            ("nobody", {"whose": "nobody"}, self.counts["unclaimed"]),
            ("waiting", {"waiting": "1"}, self.counts["waiting"]),
        ]
        chips = [Chip(key, address_of(wanted), count, self.wanted == wanted) for key, wanted, count in numbers]
        for entry in self.counts["types"]:
            wanted = {"type": entry["type"]}
            chips.append(Chip("type", address_of(wanted), entry["total"], self.wanted == wanted, entry["type"]))
        return chips

    @property
    def next_address(self) -> str | None:
        """The page behind this one."""
        return address_of({**self.wanted, "cursor": self.page["next"]}) if self.page.get("next") else None

    @property
    def first_address(self) -> str:
        """The first page of what is asked for."""
        return address_of(self.wanted)

    @property
    def own_address(self) -> str:
        """This page, to come back to."""
        return address_of({**self.wanted, **({"cursor": self.cursor} if self.cursor else {})})

    @property
    def kinds(self) -> list[str]:
        """What a filter by kind offers."""
        return labelled("kind")

    @property
    def types(self) -> list[str]:
        """What a filter by type offers."""
        return labelled("task_type")


def address_of(query: Mapping[str, str]) -> str:
    """The work list with what is asked of it."""
    return f"{WORK_LIST}?{urlencode(query)}" if query else WORK_LIST


def in_short(task: Document) -> str:
    """What is to be done, in a line or two."""
    return in_plain_words(gist(task["instructions"]))


@router.get(WORK_LIST)
async def work_list(request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """The most urgent tasks, of those that are asked for."""
    return await show(request, site, operator, dict(request.query_params))


async def show(
    request: Request, site: Site, operator: Operator, given: Mapping[str, str], problem: Document | None = None
) -> Response:
    """The page of what is asked for. `problem`: why something was not done."""
    wanted = {name: text for name in FILTERS if (text := given.get(name, "").strip()[:LONGEST])}
    cursor, calls = given.get("cursor") or None, site.desk.tasks
    counts = await calls.counts(operator, MOST)
    page: Document = {"items": [], "total": 0, "next": None}
    fault = None if NUMBER.fullmatch(wanted.get("customer", "K-1")) else "wrong_customer"
    try:
        page = await calls.page(operator, query_of(operator, wanted), cursor, LIMIT)
        if not page["items"] and (number := wanted.get("customer", "")) != number.upper():
            # Nobody types capitals where small letters will do.
            page = await calls.page(operator, query_of(operator, wanted | {"customer": number.upper()}), cursor, LIMIT)
    except CallRefused as refused:
        if refused.status != 422:
            raise
        fault = fault or "wrong_choice"
    listed = TaskList(page, counts, wanted, cursor)
    given = {name: wanted.get(name, "") for name in FILTERS}
    values: dict[str, Any] = {"listed": listed, "given": given, "problem": problem, "in_short": in_short}
    values["fault"] = fault
    status = problem["status"] if problem else 422 if fault else 200
    return desk_page(request, "desk/tasks.html", operator, values, status=status)


def query_of(operator: Operator, wanted: Mapping[str, str]) -> dict[str, str]:
    """What is asked of the work list: what operators have to decide, or what waits for customers."""
    query = {name: wanted[name] for name in ("type", "kind", "customer", "overdue") if name in wanted}
    query["waiting_for"] = "third_party" if "waiting" in wanted else "operator"
    if wanted.get("type") == "third_party" and "overdue" not in wanted:
        del query["waiting_for"]  # who asks for these asks for both
    if wanted.get("whose") == "mine":
        query["claimed_by"] = operator.name
    elif wanted.get("whose") == "nobody":
        query["unclaimed"] = "1"
    return query


@router.post(WORK_LIST + "/{task}/claim")
async def claim(
    task: str, request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm
) -> Response:
    """Take a task."""
    return await act(request, site, operator, task, "claim", form)


@router.post(WORK_LIST + "/{task}/release")
async def release(
    task: str, request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm
) -> Response:
    """Give a task back."""
    return await act(request, site, operator, task, "release", form)


async def act(request: Request, site: Site, operator: Operator, task: str, what: str, form: Form) -> Response:
    """Do it and lead back to where the form stood; what cannot be done is said above the list as it is now."""
    given = value(form, "back") or WORK_LIST
    back = given if is_own_path(given) else WORK_LIST
    path, _, query = back.partition("?")
    try:
        await site.desk.tasks.act(operator, task, what, {})
    except CallRefused as refused:
        if path != WORK_LIST or refused.status not in ON_THE_SPOT:
            raise
        return await show(request, site, operator, dict(parse_qsl(query)), refused.problem)
    return RedirectResponse(back, 303)

"""The page of one task: what is to be done, what bears on it, and how it is decided, looked at before it is sent."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document, Form, page_problem
from pages.desk.site import WORK_LIST, CheckedDeskForm, CurrentOperator, desk_page, here
from pages.desk.task_form import (
    Entered,
    TaskForm,
    document_in,
    entered_in,
    faults_in,
    seen_of,
)
from pages.desk.task_view import TaskView, stands, view_of
from pages.desk_calls import Operator
from pages.forms import form_id, value, values
from pages.site import CurrentSite, Site

TASK = f"{WORK_LIST}/{{task}}"
DECIDED_ELSEWHERE = ("unknown_task", "ended", "unknown_run")
"""What the run answers where the task is not open any more."""
NOTED = ("claim", "release", "hand-over", "comments", "steps")
"""What can be done about a task beside deciding it."""
WORK_LIST_FOLLOWS = (0.1, 0.3, 0.6, 1.0)
"""Seconds from one look to the next at whether a task that was just decided is closed in the work list."""
WITHOUT_EFFECT = frozenset({"abandoned", "revoked", "superseded", "reassigned", "refused", "given_up"})
"""Ends of which no date is said: nothing changes on it any more."""
ON_THE_PAGE = (404, 409, 422)
"""Refusals that are said on the page, which then shows how the task stands, with all that was typed."""

router = APIRouter(include_in_schema=False)


@router.get(TASK)
async def task_page(task: str, request: Request, site: CurrentSite, operator: CurrentOperator) -> Response:
    """A task, open or decided. What the address says of it holds only where the task is not open: its run may have been
    reset since it was decided, and anybody can write an address."""
    view, done = await view_of(site, operator, task), request.query_params.get("done")
    if done and request.query_params.get("closed"):
        view = await once_closed(site, operator, view)
        done = None if view.is_open else done
    return await show(request, site, operator, view, done=done if view.form.choice(done) else None)


async def once_closed(site: Site, operator: Operator, view: TaskView) -> TaskView:
    """A task that is said to be decided: where its run does not know of it, the work list follows a moment later."""
    for pause in WORK_LIST_FOLLOWS:
        if not view.is_open or (view.case and stands(view.task["id"], view.case)):
            break
        await asyncio.sleep(pause)
        view = await view_of(site, operator, view.task["id"])
    return view


@router.post(TASK + "/look")
async def look(
    task: str, request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm
) -> Response:
    """What a decision would do; nothing is sent."""
    view = await view_of(site, operator, task)
    entered = entered_by(view, form, site)
    if entered.faults or not view.is_open:
        return await show(request, site, operator, view, entered, status=422 if view.is_open else 409)
    return await weighed(request, site, operator, view, entered)


@router.post(TASK + "/decide")
async def decide(
    task: str, request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm
) -> Response:
    """Send just the decision that was looked at; where it would do something else by now, show that first."""
    view = await view_of(site, operator, task)
    entered = entered_by(view, form, site)
    if entered.faults or not view.is_open:
        return await show(request, site, operator, view, entered, status=422 if view.is_open else 409)
    decision = document_in(view.form, entered.given, site.look.zone)
    try:
        consequence = await site.desk.task_room.consequence(operator, task, decision)
        if seen_of(consequence, view.task) != value(form, "seen"):
            return await weighed(request, site, operator, view, entered, changed=True)
        answer = await site.desk.task_room.decide(operator, task, decision, form_id=form_id(form))
    except CallRefused as refusal:
        return await refused(request, site, operator, view, entered, refusal)
    done = {"done": str(entered.decision)} | ({} if stands(task, answer) else {"closed": "1"})
    return RedirectResponse(f"{WORK_LIST}/{quote(task)}?{urlencode(done)}", 303)


@router.post(TASK + "/do/{what}")
async def do(
    task: str, what: str, request: Request, site: CurrentSite, operator: CurrentOperator, form: CheckedDeskForm
) -> Response:
    """Take it, give it back, hand it over, say something of the case, tick steps."""
    if what not in NOTED:
        raise CallRefused(page_problem(404, "not_found"))
    try:
        for document in documents_in(what, form):
            await site.desk.tasks.act(operator, task, what, document)
    except CallRefused as refusal:
        if refusal.status not in ON_THE_PAGE:
            raise
        view = await view_of(site, operator, task)
        typed = {name: given for name in ("to", "text") if (given := value(form, name))}
        entered = Entered({**entered_in(form), **typed})
        return await show(request, site, operator, view, entered, problem=refusal.problem, status=refusal.status)
    return RedirectResponse(f"{WORK_LIST}/{quote(task)}#{'notes' if what == 'comments' else 'steps'}", 303)


def documents_in(what: str, form: Form) -> list[Document]:
    """What the call takes; of steps one for each that was changed on the page, so that another's ticks stay."""
    if what == "steps":
        before, now = set(values(form, "was")), set(values(form, "step"))
        changed = sorted(int(step) for step in before ^ now if step.isdecimal())
        return [{"step": step, "done": str(step) in now} for step in changed]
    if what == "comments":
        return [{"text": value(form, "text") or "", "id": form_id(form)}]
    return [{"to": value(form, "to") or ""}] if what == "hand-over" else [{}]


def entered_by(view: TaskView, form: Form, site: Site) -> Entered:
    """What was entered, with what is missing."""
    given = entered_in(form)
    return Entered(given, faults_in(view.form, given, site.look.zone) if view.is_open else {})


async def weighed(
    request: Request, site: Site, operator: Operator, view: TaskView, entered: Entered, *, changed: bool = False
) -> Response:
    """The page with what the decision would do. `changed`: it would do something else than was shown."""
    decision = document_in(view.form, entered.given, site.look.zone)
    try:
        consequence = await site.desk.task_room.consequence(operator, view.task["id"], decision)
    except CallRefused as refusal:
        return await refused(request, site, operator, view, entered, refusal)
    problem = consequence["refused"]
    if problem is not None:
        said = {"code": problem["code"], "detail": problem["text"], "language": operator.language}
        asks_back = problem["code"] == "confirm_anyway"
        return await show(request, site, operator, view, entered, problem=said, asks_back=asks_back, status=409)
    more = {"consequence": consequence, "seen": seen_of(consequence, view.task), "changed": changed}
    return await show(request, site, operator, view, entered, status=409 if changed else 200, **more)


async def refused(
    request: Request, site: Site, operator: Operator, view: TaskView, entered: Entered, refusal: CallRefused
) -> Response:
    """The page with why it was not taken. Somebody was first: it then shows who, when and what."""
    problem = refusal.problem
    if refusal.status not in (*ON_THE_PAGE, 503):
        raise refusal
    if problem["code"] in DECIDED_ELSEWHERE:
        view = replace(await view_of(site, operator, view.task["id"]), is_open=False)
        return await show(request, site, operator, view, entered, status=409)
    asks_back = problem["code"] == "confirm_anyway"
    return await show(
        request, site, operator, view, entered, problem=problem, asks_back=asks_back, status=refusal.status
    )


async def show(
    request: Request,
    site: Site,
    operator: Operator,
    view: TaskView,
    entered: Entered | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page. What may be decided without a word more is weighed beforehand, and stands side by side."""
    entered = entered or Entered({})
    fresh = not entered.given and not more.get("problem") and not more.get("done")
    weighed = await beforehand(site, operator, view) if fresh else {}
    shown: dict[str, Any] = {
        "here": here(request, f"{WORK_LIST}/{view.task['id']}"),
        "view": view,
        "task": view.task,
        "form": view.form,
        "case": view.case,
        "entered": entered,
        "beforehand": weighed,
        "problem": None,
        "asks_back": False,
        "consequence": None,
        "seen": "",
        "changed": False,
        "done": None,
        "following": None if view.is_open else await site.desk.task_room.following(operator, view.task["id"]),
        "takes_effect": takes_effect,
        "colleagues": site.desk.tasks.colleagues(),
    }
    return desk_page(request, "desk/task.html", operator, shown | more, status=status)


def takes_effect(stand: Document) -> bool:
    """Whether the date in a document is one on which anything changes."""
    return stand["state"] not in WITHOUT_EFFECT


async def beforehand(site: Site, operator: Operator, view: TaskView) -> dict[str, Document]:
    """By decision what it would do, of those that need nothing more to be said."""
    if not view.is_open or not operator.may("decide") or view.task["proposed"]:
        return {}
    form: TaskForm = view.form
    names = [choice.name for choice in form.choices if form.needs_nothing(choice)]
    weighing: list[Awaitable[Document]] = [
        site.desk.task_room.consequence(
            operator, view.task["id"], document_in(form, {"decision": name}, site.look.zone)
        )
        for name in names
    ]
    answers = await asyncio.gather(*weighing, return_exceptions=True)
    return {
        name: answer
        for name, answer in zip(names, answers, strict=True)
        if isinstance(answer, dict) and answer["refused"] is None
    }

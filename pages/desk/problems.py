"""What operators see of a call that is not taken: a page in the desk's frame, or where to log in."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Document, Form
from pages.desk.site import AGAIN, LOGIN, desk_page, here, login_address
from pages.desk_calls import Operator
from pages.forms import read_form, value
from pages.site import ProblemIn, language_of, site_of

READING = ("GET", "HEAD")


def desk_problem_page(request: Request, problem: Document, operator: Operator | None = None) -> Response:
    """The page of a problem: what holds, and what to do. Asks nobody."""
    return desk_page(request, "desk/problem.html", operator, {"problem": problem}, status=problem["status"])


async def desk_refused(request: Request, problem_in: ProblemIn) -> Response:
    """The page for a call that is not taken, with the menu of whoever is logged in. Nobody is: he is led to where he
    logs in and then to this page, whether there is one or not, and what his form sent is not lost."""
    problem = problem_in(language_of(request))
    if request.url.path.startswith(LOGIN):
        return desk_problem_page(request, problem)
    operator = None if problem["status"] == 401 else await whoever_is_there(request)
    problem = problem_in(operator.language) if operator else problem
    if operator is None and problem["status"] in (401, 404) and request.method in READING:
        return RedirectResponse(login_address(here(request)), 303)
    if problem["status"] == 401:
        return await too_late_page(request, problem)
    if operator is not None and problem["code"] == "forbidden" and request.url.path != AGAIN:
        return await of_former_session(request, problem, operator)
    return desk_problem_page(request, problem, operator)


async def of_former_session(request: Request, problem: Document, operator: Operator) -> Response:
    """The page for a form that was made for a former session of the operator's, and keeps what he entered; that of the
    problem for any other."""
    form = await read_form(request)
    if value(form, "csrf") == operator.csrf or (kept := await kept_of(request, form)) is None:
        return desk_problem_page(request, problem, operator)
    values = {"problem": problem, "kept": kept, "again": AGAIN}
    return desk_page(request, "desk/too_late.html", operator, values, status=problem["status"])


async def whoever_is_there(request: Request) -> Operator | None:
    """The operator, where one is logged in and can be asked for."""
    try:
        return await site_of(request).desk.operator(request)
    except CallRefused:
        return None


async def too_late_page(request: Request, problem: Document) -> Response:
    """The page for a form that came after the end of its session: it keeps what was entered."""
    form = await read_form(request)
    values = {"problem": problem, "kept": await kept_of(request, form), "again": AGAIN}
    return desk_page(request, "desk/too_late.html", None, values, status=problem["status"])


async def kept_of(request: Request, form: Form) -> str | None:
    """What the form sent, to be sent again; None where it cannot be kept."""
    if request.url.path == AGAIN:
        return value(form, "kept")
    try:
        return await site_of(request).desk.keep_form(request, form)
    except CallRefused:
        return None

"""What handlers of the operators' pages get: who is logged in, a form of his, and how a page of the desk is made."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Form, page_problem
from pages.desk.addresses import ADDRESSES
from pages.desk_calls import Grade, Operator
from pages.forms import read_form
from pages.site import language_of, site_of

router = APIRouter(include_in_schema=False)
DESK = "/desk"
WORK_LIST = "/desk/tasks"
LOGIN = "/desk/login"
AGAIN = "/desk/again"
"""Where a form is sent again that came after the end of its session."""
OWN_PATH = re.compile(r"/desk([/?][A-Za-z0-9\-._~/?&=%+,:;@!$'()*]{0,1999})?")
"""An address at the desk that can stand in a header and a page as it is, and that browsers read as we do."""
DOTS = re.compile(r"(/|%2f)(\.|%2e)+(/|%2f|\?|$)", re.IGNORECASE)
"""A part of an address that leads out of what stands before it."""


async def current_operator(request: Request) -> Operator:
    """Who is logged in; a freeze is looked up for the banner of his page. Raises `CallRefused` where nobody is."""
    desk = site_of(request).desk
    operator = await desk.operator(request)
    request.state.freeze = await desk.freezes.standing(operator)
    return operator


async def own_desk_form(request: Request) -> Form:
    """The form of an operator who is logged in, from a page of ours, whatever his grade is. Raises `CallRefused`."""
    desk = site_of(request).desk
    form = await read_form(request)
    desk.check_form(await desk.operator(request), form)
    return form


CurrentOperator = Annotated[Operator, Depends(current_operator)]
OwnDeskForm = Annotated[Form, Depends(own_desk_form)]
"""For what everybody at the desk may do: leave, speak another language."""


async def checked_desk_form(form: OwnDeskForm, operator: CurrentOperator) -> Form:
    """The form of an operator who may decide, from a page of ours. Raises `CallRefused`."""
    check_grade(operator, "decide")
    return form


CheckedDeskForm = Annotated[Form, Depends(checked_desk_form)]
"""For all else: whoever may only read sends nothing."""


def check_grade(operator: Operator, grade: Grade) -> None:
    """Raises `CallRefused` (403) for an operator who may not."""
    if not operator.may(grade):
        raise CallRefused(page_problem(403, f"needs_{grade}"))


def desk_page(
    request: Request, template: str, operator: Operator | None, values: Mapping[str, Any], *, status: int = 200
) -> Response:
    """A page of the desk by its template, `desk/tasks.html`, in the operator's language; in the browser's without."""
    look, language = site_of(request).look, operator.language if operator else language_of(request)
    shared = {
        "operator": operator,
        "here": here(request),
        "standing_freeze": getattr(request.state, "freeze", None),
    }
    return look.page(request, template, language, {**ADDRESSES, **shared, **values}, status=status)


def here(request: Request, otherwise: str = DESK) -> str:
    """The address of the page that is shown, to come back to; `otherwise` where that is none of its pages, as what a
    form is answered with."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return path if request.method == "GET" and is_own_path(path) else otherwise


def is_own_path(path: str) -> bool:
    """Whether that is the address of a page of the desk, to which one may be led on after having logged in."""
    leads_elsewhere = DOTS.search(path) or path.partition("?")[0] == "/desk/leave"
    return OWN_PATH.fullmatch(path) is not None and not leads_elsewhere and not path.startswith(LOGIN)


def login_address(back: str) -> str:
    """Where one logs in, to be led on to a page of the desk."""
    return f"{LOGIN}?{urlencode({'next': back})}" if back != DESK else LOGIN


@router.get(DESK)
async def desk(_: CurrentOperator) -> Response:
    """The desk begins with the work list."""
    return RedirectResponse(WORK_LIST, 303)

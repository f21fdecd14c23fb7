"""What handlers of the operators' pages get: who is logged in, a form of his, and how a page of the desk is made."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from pages.calls import CallRefused, Form, page_problem
from pages.desk_calls import Grade, Operator
from pages.forms import read_form
from pages.site import site_of

router = APIRouter(include_in_schema=False)
DESK = "/desk"
WORK_LIST = "/desk/tasks"


async def current_operator(request: Request) -> Operator:
    """Who is logged in. Raises `CallRefused` where nobody is."""
    return await site_of(request).desk.operator(request)


async def checked_desk_form(request: Request) -> Form:
    """The form of an operator who is logged in, from a page of ours. Raises `CallRefused`."""
    desk = site_of(request).desk
    form = await read_form(request)
    desk.check_form(await desk.operator(request), form)
    return form


CurrentOperator = Annotated[Operator, Depends(current_operator)]
CheckedDeskForm = Annotated[Form, Depends(checked_desk_form)]


def check_grade(operator: Operator, grade: Grade) -> None:
    """Raises `CallRefused` (403) for an operator who may not."""
    if not operator.may(grade):
        raise CallRefused(page_problem(403, f"needs_{grade}"))


def desk_page(
    request: Request, template: str, operator: Operator, values: Mapping[str, Any], *, status: int = 200
) -> Response:
    """A page of the desk by its template, `desk/tasks.html`, in the operator's language."""
    look = site_of(request).look
    return look.page(request, template, operator.language, {"operator": operator, **values}, status=status)


@router.get(DESK)
async def desk(_: CurrentOperator) -> Response:
    """The desk begins with the work list."""
    return RedirectResponse(WORK_LIST, 303)

"""How a refusal becomes a page: a customer's, or in the desk's frame where it was the desk that was called."""

from fastapi import Request, Response

from pages import site
from pages.calls import Document
from pages.desk.problems import desk_problem_page, desk_refused
from pages.desk.site import DESK
from pages.site import ProblemIn


def is_desk(request: Request) -> bool:
    """Whether an operator's page is called."""
    return f"{request.url.path}/".startswith(f"{DESK}/")


async def refused(request: Request, problem_in: ProblemIn) -> Response:
    """The page for a call that is not taken, with the menu of whoever is logged in, in his language."""
    return await (desk_refused if is_desk(request) else site.refused)(request, problem_in)


def problem_page(request: Request, problem: Document) -> Response:
    """The page of a problem. Asks nobody."""
    return desk_problem_page(request, problem) if is_desk(request) else site.problem_page(request, problem)

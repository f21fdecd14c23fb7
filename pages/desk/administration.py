"""What runs, under which settings, with which catalogue, and what was found amiss: for administrators."""

from fastapi import APIRouter, Request, Response

from pages.desk.site import CurrentOperator, check_grade, desk_page
from pages.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/desk/administration")
async def administration(request: Request, operator: CurrentOperator) -> Response:
    """All of it on one page."""
    check_grade(operator, "admin")
    stands = await site_of(request).desk.administration(operator)
    return desk_page(request, "desk/administration.html", operator, {"stands": stands})

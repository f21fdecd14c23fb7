"""My contracts: the board of everything that could be ended, and by when."""

from fastapi import APIRouter, Request, Response

from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)


@router.get("/my")
async def board(request: Request, site: CurrentSite, visitor: CurrentVisitor) -> Response:
    """Every contract with its last day in time."""
    values = await site.calls.licences(visitor)
    return site.look.page(request, "my/board.html", visitor.language, values, visitor=visitor)

"""My contracts: the board of everything that could be ended, and by when."""

import asyncio

from fastapi import APIRouter, Request, Response

from pages.act_names import act_of
from pages.my.addresses import case_address, several_address, start_address
from pages.my.board_view import View, waits_for_customer
from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)
MOST_ENDED = 5
"""So many of what has ended are shown, the newest."""
LONGEST = 80
"""Characters of what is looked for."""


@router.get("/my")
async def board(
    request: Request, site: CurrentSite, visitor: CurrentVisitor, q: str = "", effect: str = ""
) -> Response:
    """Every contract with its last day in time. `q`, `effect`: what is looked for."""
    given = {"q": q.strip()[:LONGEST], "effect": effect}
    wanted = {name: value for name, value in given.items() if value}
    document, listed = await asyncio.gather(site.calls.board(visitor), site.calls.cancellations(visitor))
    ended = tuple(run for run in listed["items"] if run["ended_at"])[:MOST_ENDED]
    view = View(document, site.look.zone, wanted, ended)
    values = {
        "view": view,
        "given": given,
        "act_of": act_of,
        "waits_for_customer": waits_for_customer,
        "start_address": start_address,
        "several_address": several_address,
        "case_address": case_address,
    }
    return site.look.page(request, "my/board.html", visitor.language, values, visitor=visitor)

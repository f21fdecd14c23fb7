"""The page of a case by itself: what changes of it while it is looked at."""

from fastapi import APIRouter, Request, Response

from pages.live import Glimpse, live_stream
from pages.my.addresses import CaseId
from pages.my.case import case_values
from pages.my.case_view import ENDS
from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)


@router.get("/my/cases/{kind}/{customer}/{subject}/events")
async def events(request: Request, site: CurrentSite, visitor: CurrentVisitor, workflow_id: CaseId) -> Response:
    """What has changed since `?seen=`; it ends with the case."""
    run_id = request.query_params.get("run_id")
    await site.calls.status(visitor, workflow_id, run_id)

    async def look() -> Glimpse | None:
        if not await site.calls.is_logged_in(visitor):
            return None
        document = await site.calls.status(visitor, workflow_id, run_id)
        values = await case_values(request, site, visitor, document) | {"notice": None, "said": None}

        def html() -> str:
            return site.look.fragment(request, "my/case_live.html", visitor.language, values, visitor=visitor)

        return Glimpse(values["view"].seen, html, document["state"] in ENDS)

    return live_stream(site, look, request.query_params.get("seen"))

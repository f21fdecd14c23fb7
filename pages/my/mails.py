"""What a customer was told by mail about a case, to be read again as it was."""

from fastapi import APIRouter, Request, Response

from pages.my.addresses import CaseId, case_address, mails_address
from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)


@router.get("/my/cases/{kind}/{customer}/{subject}/mails")
async def mails(request: Request, site: CurrentSite, visitor: CurrentVisitor, workflow_id: CaseId) -> Response:
    """All of them, the newest first; `?run_id=` of an older run."""
    run_id, cursor = (request.query_params.get(name) or None for name in ("run_id", "cursor"))
    shown = {
        "workflow_id": workflow_id,
        "run_id": run_id,
        "cursor": cursor,
        "mails": await site.calls.mails(visitor, workflow_id, run_id, cursor),
        "case_address": case_address,
        "mails_address": mails_address,
    }
    return site.look.page(request, "my/mails.html", visitor.language, shown, visitor=visitor)

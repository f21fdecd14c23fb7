"""A receipt as a page: what it says stands in the document that is signed, and nowhere else."""

from fastapi import APIRouter, Request, Response

from pages.calls import CallRefused, page_problem
from pages.my.addresses import CaseId, case_address, receipt_file
from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)


@router.get("/my/cases/{kind}/{customer}/{subject}/receipts/{number}")
async def receipt(
    number: str, request: Request, site: CurrentSite, visitor: CurrentVisitor, workflow_id: CaseId
) -> Response:
    """One receipt of a case; `?run_id=` of an older run."""
    run_id = request.query_params.get("run_id")
    receipts = (await site.calls.receipts(visitor, workflow_id, run_id))["items"]
    found = next((receipt for receipt in receipts if str(receipt["number"]) == number), None)
    if found is None:
        raise CallRefused(page_problem(404, "not_found"))
    values = {
        "workflow_id": workflow_id,
        "run_id": run_id,
        "receipt": found,
        "document": found["document"],
        "case_address": case_address,
        "receipt_file": receipt_file,
    }
    return site.look.page(request, "my/receipt.html", visitor.language, values, visitor=visitor)

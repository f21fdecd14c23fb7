"""The calls for what was told by mail: about a case, and to a customer."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from portal import openapi_examples
from portal.authority import CurrentAuthority
from portal.openapi import BY_ANYBODY, answer, problems, secured
from portal.parameters import AddressedRun, CurrentPortal, Cursor, Limit, OwnCustomer, RunId
from portal.schemas import MailPage
from portal.sent_mails import PAGE, mails_of_case, mails_of_customer

router = APIRouter()


@router.get(
    "/cancellations/{kind}/{customer}/{subject}/mails",
    tags=["customers", "operators"],
    summary="The mails that went out about a case, as they did, the newest first",
    responses=answer(200, MailPage, openapi_examples.MAILS, "A page") | problems(401, 404, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def mails(
    workflow_id: AddressedRun,
    authority: CurrentAuthority,
    portal: CurrentPortal,
    run_id: RunId = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> JSONResponse:
    """Of the newest run, or of the one that `run_id` names. Operators see all; customers those that went to them."""
    return JSONResponse(await mails_of_case(portal, authority, workflow_id, run_id, cursor=cursor, limit=limit))


@router.get(
    "/customers/{customer}/mails",
    tags=["customers", "operators"],
    summary="The mails that went to a customer, as they did, the newest first",
    responses=answer(200, MailPage, openapi_examples.MAILS, "A page") | problems(401, 403, 404, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def customers_mails(
    customer: OwnCustomer,
    authority: CurrentAuthority,
    portal: CurrentPortal,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> JSONResponse:
    """Of all his cases. For operators with those that went to them about his cases, or to him about another's."""
    return JSONResponse(await mails_of_customer(portal, authority, customer, cursor=cursor, limit=limit))

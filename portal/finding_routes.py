"""The calls by which operators find their way: search, everything about a case, everything about a customer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from portal import finding, on_behalf, openapi_examples
from portal.authority import DecidingAuthority, operator_authority
from portal.context import requested_language
from portal.finding_examples import BEGINNING, CASE, CUSTOMER, FOUND
from portal.finding_schemas import CaseFile, CustomerFile, Found
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.parameters import AddressedRun, CurrentPortal, OwnCustomer, ReadIn, RunId
from portal.problems import MEDIA_TYPE
from portal.shown import shown
from states.model.status import Status

router = APIRouter(tags=["operators"], dependencies=[Depends(operator_authority)])


@router.get(
    "/search",
    summary="Customers by name or number, cases by number, ID or subject, tasks by number or ticket",
    responses=answer(200, Found, FOUND, "What was found, of each the first twenty") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def search(
    portal: CurrentPortal,
    q: Annotated[str, Query(max_length=1000, description="Any part of a name; of all else the whole")],
    language: ReadIn = None,
) -> JSONResponse:
    """Capitals do not matter. Of several words each must stand in the name, in any order."""
    return JSONResponse(await finding.look(portal, q, language))


@router.get(
    "/cases/{kind}/{customer}/{subject}",
    summary="Everything about a case",
    responses=answer(200, CaseFile, CASE, "The case") | problems(401, 403, 404, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def case(
    workflow_id: AddressedRun,
    portal: CurrentPortal,
    run_id: RunId = None,
    language: ReadIn = None,
) -> JSONResponse:
    """Of the newest run, or of the one that `run_id` names."""
    return JSONResponse(await finding.case_file(portal, workflow_id, run_id, language))


@router.get(
    "/customers/{customer}",
    summary="Everything about a customer",
    responses=answer(200, CustomerFile, CUSTOMER, "The customer") | problems(401, 403, 404, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def customer(customer: OwnCustomer, portal: CurrentPortal, language: ReadIn = None) -> JSONResponse:
    """With the board, the cases, the receipts and the open tasks."""
    return JSONResponse(await finding.customer_file(portal, customer, language))


@router.post(
    "/customers/{customer}/cancellations",
    status_code=202,
    summary="Begin a cancellation on a customer's behalf",
    responses=answer(202, Status, openapi_examples.STATUS, "Begun; the case says so")
    | problems(401, 403, 404, 409, 422, 503),
    openapi_extra=body(BEGINNING, "Beginning") | secured(OPERATOR),
)
async def begin(
    customer: OwnCustomer, authority: DecidingAuthority, data: JsonBody, portal: CurrentPortal, request: Request
) -> JSONResponse:
    """`note` says who asked for it and how, for operators alone."""
    answered = await on_behalf.begin(portal, customer, data, authority, requested_language(request))
    media_type = "application/json" if answered.status == 202 else MEDIA_TYPE
    document = await shown(portal, answered.document, "operator")
    return JSONResponse(document, status_code=answered.status, media_type=media_type)

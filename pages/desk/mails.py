"""What was told by mail, as it was: of a case and of a customer, the newest first."""

from fastapi import APIRouter, Request, Response

from pages.calls import Document
from pages.desk.addresses import (
    CASES,
    CUSTOMERS,
    case_address,
    customer_address,
    customers_mails_address,
    mails_address,
)
from pages.desk.site import CurrentOperator, desk_page
from pages.desk_calls import Operator
from pages.my.addresses import CaseId
from pages.site import CurrentSite

router = APIRouter(include_in_schema=False)


@router.get(f"{CASES}/{{kind}}/{{customer}}/{{subject}}/mails")
async def of_case(
    request: Request,
    site: CurrentSite,
    operator: CurrentOperator,
    workflow_id: CaseId,
    run_id: str | None = None,
    cursor: str | None = None,
) -> Response:
    """The mails about a case: of the newest run, or of the one that `run_id` names."""
    run_id = run_id or None
    mails = await site.desk.cases.mails(operator, workflow_id, run_id, cursor or None)
    back = case_address(workflow_id, run_id)
    return show(request, operator, mails, "case", back, mails_address(workflow_id, run_id), cursor)


@router.get(f"{CUSTOMERS}/{{customer}}/mails")
async def of_customer(
    customer: str, request: Request, site: CurrentSite, operator: CurrentOperator, cursor: str | None = None
) -> Response:
    """The mails to a customer, and those to operators about his cases."""
    mails = await site.desk.cases.mails_to(operator, customer, cursor or None)
    back = customer_address(customer)
    return show(request, operator, mails, "customer", back, customers_mails_address(customer), cursor)


def show(
    request: Request, operator: Operator, mails: Document, of: str, back: str, address: str, cursor: str | None
) -> Response:
    """The page. `of`: case or customer; `back`: its page; `address`: of the newest ones."""
    shown = {"mails": mails, "of": of, "back": back, "address": address, "cursor": cursor}
    return desk_page(request, "desk/mails.html", operator, shown)

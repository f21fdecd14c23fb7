"""What was told by mail: the lists of what went out about a case and to a customer, in the caller's view."""

from typing import Any

from activities.sql.paging import Page, total_of
from portal.authority import Authority
from portal.context import Portal
from portal.problems import unknown_customer
from states.model.sent_mails import SentMail
from states.views.audience import mail_for_customer

Document = dict[str, Any]
PAGE = 50
"""So many are on one page, unless a caller wants another number."""


async def mails_of_case(
    portal: Portal,
    authority: Authority,
    workflow_id: str,
    run_id: str | None = None,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Document:
    """`GET /cancellations/{workflow_id}/mails`: of the newest run unless `run_id` says which.

    From the database alone; where nothing is kept there, the run must be known. Raises `unknown_run`, `unavailable`,
    `WrongCursor`.
    """
    authority.check_run(workflow_id, run_id)
    in_thread = portal.adapters.database.in_thread
    asked: Document = {"to": readers_of(authority), "cursor": cursor, "limit": limit}
    page = await in_thread(kept_about, portal, workflow_id, run_id, None, asked)
    if page is None:
        document = await portal.runs.reader.read(workflow_id, run_id)
        authority.check_document(document, workflow_id, run_id)
        page = await in_thread(kept_about, portal, workflow_id, run_id, document.get("case_number", ""), asked)
    return listed(page, authority) if page else {"items": [], "total": 0, "next": None}


def kept_about(
    portal: Portal, workflow_id: str, run_id: str | None, number: str | None, asked: Document
) -> Page[SentMail] | None:
    """What is kept about a case, of which the number is looked up unless it is known; None where it is not. Blocks."""
    kept = portal.adapters.sent_mails
    with portal.adapters.database.read():
        number = kept.case_number(workflow_id, run_id) if number is None else number
        return kept.of_case(workflow_id, number, **asked) if number is not None else None


async def mails_of_customer(
    portal: Portal, authority: Authority, customer: str, *, cursor: str | None = None, limit: int = PAGE
) -> Document:
    """`GET /customers/{customer}/mails`. Raises `forbidden`, `unknown_customer`, `WrongCursor`."""
    authority.check_customer(customer)
    return await portal.adapters.database.in_thread(kept_for, portal, authority, customer, cursor, limit)


def kept_for(portal: Portal, authority: Authority, customer: str, cursor: str | None, limit: int) -> Document:
    """What is kept. Blocks."""
    adapters = portal.adapters
    with adapters.database.read():
        page = adapters.sent_mails.of_customer(customer, to=readers_of(authority), cursor=cursor, limit=limit)
        if not page.total and adapters.records.customer(customer) is None:
            raise unknown_customer(customer)
    return listed(page, authority)


def readers_of(authority: Authority) -> Any:
    """To whom the mails went that a caller may see: customers see their own, of their own runs; operators all."""
    return None if authority.view == "operator" else "customer"


def listed(page: Page[SentMail], authority: Authority) -> Document:
    """A page as it is answered."""
    items = [mail.model_dump(mode="json") for mail in page.items]
    shown = items if authority.view == "operator" else [mail_for_customer(item) for item in items]
    return {"items": shown, **total_of(page.total), "next": page.next}

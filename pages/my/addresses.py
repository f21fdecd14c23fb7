"""Addresses of the pages of one case, and what may stand in them."""

import re
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends

from pages.calls import CallRefused, Visitor, page_problem

PART = "[A-Za-z0-9._-]"
WORKFLOW_ID = re.compile(rf"[a-z_]{{1,40}}/{PART}{{1,40}}/{PART}{{1,64}}")


def with_query(path: str, **query: str | None) -> str:
    """An address with what is given of the query."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def case_address(workflow_id: str, **query: str | None) -> str:
    """The page of a case."""
    return with_query(f"/my/cases/{quote(workflow_id, safe='/')}", **query)


def act_address(workflow_id: str, act: str) -> str:
    """Where a form of a case is sent."""
    return f"/my/cases/{quote(workflow_id, safe='/')}/{quote(act, safe='')}"


def receipt_file(workflow_id: str, number: int, form: str, run_id: str | None = None) -> str:
    """A receipt as a file, `pdf` or `jws`: the contract's own address, which a session may read too."""
    return with_query(f"/cancellations/{quote(workflow_id, safe='/')}/receipts/{number}.{form}", run_id=run_id)


def mails_address(workflow_id: str, **query: str | None) -> str:
    """What was told by mail about a case."""
    return case_address(f"{workflow_id}/mails", **query)


def start_address(kind: str, subject: str, **query: str | None) -> str:
    """The page on which a cancellation begins."""
    return with_query(f"/my/cancel/{quote(kind, safe='')}/{quote(subject, safe='')}", **query)


def look_address(kind: str, subject: str) -> str:
    """Where the form of that page is sent to show what it would mean."""
    return f"{start_address(kind, subject)}/look"


def several_address(product: str, event: str | None = None, **query: str | None) -> str:
    """The page on which several licences of a product are ended in one go; where a form of it is sent for an event."""
    return with_query(f"/my/cancel-several/{event}" if event else "/my/cancel-several", product=product, **query)


def own_case(value: str | None, visitor: Visitor) -> str | None:
    """The ID of one of the visitor's cases, where it is one: what stands in an address may be anything."""
    if value is None or not WORKFLOW_ID.fullmatch(value) or value.split("/")[1] != visitor.customer:
        return None
    return value


def case_of(kind: str, customer: str, subject: str) -> str:
    """The ID in an address. Raises `CallRefused` where there can be no such case."""
    workflow_id = f"{kind}/{customer}/{subject}"
    if not WORKFLOW_ID.fullmatch(workflow_id):
        raise CallRefused(page_problem(404, "unknown_run"))
    return workflow_id


async def case_in_address(kind: str, customer: str, subject: str) -> str:
    """The same of the address of a page, `…/{kind}/{customer}/{subject}`. A coroutine, which waits for no thread."""
    return case_of(kind, customer, subject)


CaseId = Annotated[str, Depends(case_in_address)]

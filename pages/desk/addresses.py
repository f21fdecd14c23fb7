"""Addresses of the desk's pages about cases and customers."""

from urllib.parse import quote

from pages.my.addresses import with_query

CASES = "/desk/cases"
CUSTOMERS = "/desk/customers"


def start_address(number: str, kind: str, subject: str) -> str:
    """Where a cancellation begins on a customer's behalf."""
    return f"{customer_address(number)}/start/{quote(kind, safe='')}/{quote(subject, safe='')}"


def listed(**query: str | None) -> str:
    """The list with what is asked of it."""
    return with_query(CASES, **query)


def case_address(workflow_id: str, run_id: str | None = None) -> str:
    """The page of a case."""
    return with_query(f"{CASES}/{quote(workflow_id, safe='/')}", run_id=run_id)


def customer_address(number: str) -> str:
    """The page of a customer."""
    return f"{CUSTOMERS}/{quote(number, safe='')}"


def receipt_address(workflow_id: str, number: int, run_id: str | None = None) -> str:
    """A receipt as PDF."""
    return with_query(f"{CASES}/{quote(workflow_id, safe='/')}/receipts/{number}.pdf", run_id=run_id)


def mails_address(workflow_id: str, run_id: str | None = None, cursor: str | None = None) -> str:
    """What was told by mail about a case."""
    return with_query(f"{CASES}/{quote(workflow_id, safe='/')}/mails", run_id=run_id, cursor=cursor)


def customers_mails_address(number: str, cursor: str | None = None) -> str:
    """What a customer was told by mail."""
    return with_query(f"{customer_address(number)}/mails", cursor=cursor)


ADDRESSES = {
    "case_address": case_address,
    "customer_address": customer_address,
    "receipt_address": receipt_address,
    "mails_address": mails_address,
    "customers_mails_address": customers_mails_address,
    "start_address": start_address,
}

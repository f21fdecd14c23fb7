"""What pages ask of the rest: the calls of the contract, for one customer who is logged in, as plain documents.

`portal.page_calls` fulfils it by the very functions that answer the calls over HTTP: a page never goes round the
contract (docs/contract.md, Portal). Every method raises `CallRefused` where the call would be answered with a problem.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request

Document = dict[str, Any]
Form = dict[str, list[str]]
"""What a form sent: each field with its values, in order."""


@dataclass(frozen=True)
class Visitor:
    """The customer who is logged in. `return_url`: where the vendor's portal wants him back, if it said so.
    `session`: the ID of his session.
    """

    customer: str
    language: str
    csrf: str
    """What every form carries in its field `csrf`."""
    return_url: str | None = None
    session: str = ""


class CallRefused(Exception):
    """A call that is not taken: the problem document (RFC 9457), with its status.

    Where the fault lies in single fields of what was sent, `faults` says so of each: `{field, what, …}`.
    """

    def __init__(self, problem: Document) -> None:
        super().__init__(problem.get("code"))
        self.problem = problem
        self.status = int(problem["status"])


def page_problem(status: int, code: str) -> Document:
    """What a page refuses by itself, before any call: the text `page.refused.<code>` says it."""
    return {"status": status, "code": code, "title": "", "detail": ""}


class Calls(Protocol):
    """The calls of one application."""

    async def visitor(self, request: Request) -> Visitor:
        """Who is logged in. Raises `CallRefused` (401) where nobody is, or not any more."""
        ...

    def check_form(self, visitor: Visitor, form: Form) -> None:
        """Raises `CallRefused` (403) unless the form came from a page of ours, made for this session."""
        ...

    async def is_logged_in(self, visitor: Visitor) -> bool:
        """Whether the session is still open; to ask so is no call in it, and does not prolong it."""
        ...

    async def board(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/board`, in the visitor's language."""
        ...

    async def calendar(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/calendar`."""
        ...

    async def change_calendar(self, visitor: Visitor, change: Document, *, form_id: str) -> Document:
        """`POST /customers/{customer}/calendar`; a form sent twice makes one address, and is told it twice."""
        ...

    async def end_calendar(self, visitor: Visitor) -> Document:
        """`DELETE /customers/{customer}/calendar`."""
        ...

    async def calendar_feed(self, secret: str, language: str) -> Document:
        """What the feed at an address shows: `{board, remind_before}`, for whoever has it. `language`: of a refusal."""
        ...

    async def licences(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/licences`, in the visitor's language."""
        ...

    async def choices(self, visitor: Visitor, kind: str, subject: str, target: str | None = None) -> Document:
        """`GET /customers/{customer}/choices`, in the visitor's language."""
        ...

    async def preview(self, visitor: Visitor, data: Document) -> Document:
        """`POST /previews`, in the visitor's language; the customer is the visitor."""
        ...

    async def cancellations(self, visitor: Visitor, cursor: str | None = None) -> Document:
        """`GET /cancellations?customer=…`, in the visitor's language."""
        ...

    async def status(self, visitor: Visitor, workflow_id: str, run_id: str | None = None) -> Document:
        """`GET /cancellations/{workflow_id}`, in the customer's view. Somebody else's is as unknown as none."""
        ...

    async def receipts(self, visitor: Visitor, workflow_id: str, run_id: str | None = None) -> Document:
        """`GET /cancellations/{workflow_id}/receipts`."""
        ...

    async def mails(
        self, visitor: Visitor, workflow_id: str, run_id: str | None = None, cursor: str | None = None
    ) -> Document:
        """`GET /cancellations/{workflow_id}/mails`, in the customer's view."""
        ...

    async def send(
        self, visitor: Visitor, event: str, data: Document, *, form_id: str, workflow_id: str | None = None
    ) -> Document:
        """`POST /events`: the update's name (`place_order`; `requested` begins), and the document that it answers.

        `form_id` makes it idempotent: a form sent twice does it once.
        """
        ...

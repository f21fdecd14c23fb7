"""The calls that pages make (`pages.calls`), by the functions that answer them over HTTP."""

import hmac
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request

from activities.ports import AdapterError
from pages.calls import CallRefused, Document, Form, Visitor, page_problem
from pages.desk_calls import Operator
from pages.forms import value
from pages.site import language_of
from portal import calendar_feeds, read_models
from portal.authority import Authority, session_of
from portal.board import board_of_pages
from portal.calendar_feeds import SECRET_BYTES
from portal.choices import choices
from portal.context import Portal
from portal.delivery import Caller
from portal.event_types import event_type
from portal.field_faults import field_faults
from portal.finding import spoken_in
from portal.incoming import IncomingEvent
from portal.problems import PortalProblem, body_of
from portal.receipt_routes import receipts_of
from portal.schemas import CalendarChange
from portal.search import Criteria, search
from portal.sent_mails import mails_of_case
from portal.shown import shown
from portal.strict_json import read_document
from states.model.record import Language

SOURCE = "urn:jtl:cancellation:pages"
"""Where events of forms come from; their IDs are those of the forms."""
PAGE = 200
"""Cancellations at once."""


@dataclass(frozen=True)
class PageCalls:
    """The protocol `pages.calls.Calls` on one application's parts."""

    portal: Portal

    @property
    def in_thread(self) -> Callable[..., Awaitable[Document]]:
        """Does what blocks beside the loop."""
        return self.portal.adapters.database.in_thread

    async def visitor(self, request: Request) -> Visitor:
        """Who is logged in. Raises `CallRefused`."""
        language = language_of(request)
        with answered(language):
            session = await session_of(request)
            if session is None:
                raise PortalProblem("unauthorised", values={"fault": "no_session"})
        token = self.portal.sessions.form_token(session.id)
        return Visitor(session.customer, session.language, token, session.return_url, session.id)

    def check_form(self, visitor: Visitor, form: Form) -> None:
        """Raises `CallRefused` unless the form is one of ours."""
        given = value(form, "csrf") or ""
        if not self.portal.sessions.is_form_token(visitor.session, given):
            raise refusal_of(PortalProblem("forbidden", values={"fault": "form_foreign"}), visitor.language)

    async def is_logged_in(self, visitor: Visitor) -> bool:
        """Whether the session is still open."""
        kept, in_thread = self.portal.adapters.customer_sessions, self.portal.adapters.database.in_thread
        with answered(visitor.language):
            return await in_thread(kept.is_open, visitor.session, datetime.now(UTC))

    async def board(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/board`, in the visitor's language, with what pages say of open runs beside."""
        with answered(visitor.language):
            return await self.in_thread(board_of_pages, self.portal, visitor.customer, spoken_by(visitor))

    async def calendar(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/calendar`."""
        with answered(visitor.language):
            return await self.in_thread(calendar_feeds.calendar, self.portal, visitor.customer)

    async def change_calendar(self, visitor: Visitor, change: Document, *, form_id: str) -> Document:
        """`POST /customers/{customer}/calendar`."""
        # Made from what nobody else knows and the form: sent twice, it is the same, and nobody can guess it.
        secret = hmac.new(visitor.csrf.encode(), form_id.encode(), "sha256").hexdigest()[: 2 * SECRET_BYTES]
        with answered(visitor.language):
            wanted = read_document(CalendarChange, change)
            return await self.in_thread(calendar_feeds.change_calendar, self.portal, visitor.customer, wanted, secret)

    async def end_calendar(self, visitor: Visitor) -> Document:
        """`DELETE /customers/{customer}/calendar`."""
        with answered(visitor.language):
            return await self.in_thread(calendar_feeds.end_calendar, self.portal, visitor.customer)

    async def calendar_feed(self, secret: str, language: str) -> Document:
        """What the feed at an address shows."""
        with answered(language):
            return await self.in_thread(calendar_feeds.feed, self.portal, secret)

    async def licences(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/licences`, in the visitor's language."""
        with answered(visitor.language):
            return await self.in_thread(read_models.licences, self.portal, visitor.customer, spoken_by(visitor))

    async def choices(self, visitor: Visitor, kind: str, subject: str, target: str | None = None) -> Document:
        """`GET /customers/{customer}/choices`, in the visitor's language."""
        asked = (visitor.customer, kind, subject, target, spoken_by(visitor))
        with answered(visitor.language):
            return await self.in_thread(choices, self.portal, *asked)

    async def preview(self, visitor: Visitor, data: Document) -> Document:
        """`POST /previews`, in the visitor's language."""
        with answered(visitor.language):
            return await read_models.preview_of(self.portal, {**data, "customer": visitor.customer}, spoken_by(visitor))

    async def cancellations(self, visitor: Visitor, cursor: str | None = None) -> Document:
        """`GET /cancellations?customer=…`, in the visitor's language."""
        criteria = Criteria(customer=visitor.customer)
        with answered(visitor.language):
            return await self.in_thread(search, self.portal, criteria, cursor, PAGE, spoken_by(visitor))

    async def status(self, visitor: Visitor, workflow_id: str, run_id: str | None = None) -> Document:
        """`GET /cancellations/{workflow_id}`."""
        authority = authority_in(visitor)
        with answered(visitor.language):
            authority.check_run(workflow_id, run_id)
            document = await self.portal.runs.reader.read(workflow_id, run_id)
            authority.check_document(document, workflow_id, run_id)
            return spoken_to(visitor, await shown(self.portal, document, authority.view))

    async def receipts(self, visitor: Visitor, workflow_id: str, run_id: str | None = None) -> Document:
        """`GET /cancellations/{workflow_id}/receipts`."""
        with answered(visitor.language):
            authority_in(visitor).check_run(workflow_id, run_id)
            return await receipts_of(self.portal, workflow_id, run_id)

    async def mails(
        self, visitor: Visitor, workflow_id: str, run_id: str | None = None, cursor: str | None = None
    ) -> Document:
        """`GET /cancellations/{workflow_id}/mails`."""
        with answered(visitor.language):
            return await mails_of_case(self.portal, authority_in(visitor), workflow_id, run_id, cursor=cursor)

    async def send(
        self, visitor: Visitor, event: str, data: Document, *, form_id: str, workflow_id: str | None = None
    ) -> Document:
        """`POST /events`."""
        if event == "requested":
            data = {**data, "customer": visitor.customer}
            # A request that cannot be used begins a run all the same, which ends refused: a form is asked back instead.
            if faults := field_faults(event, data):
                raise CallRefused(page_problem(422, "malformed") | {"current": None, "faults": faults})
        incoming = IncomingEvent(SOURCE, form_id, event_type(event), workflow_id, None, data)
        authority = authority_in(visitor)
        with answered(visitor.language):
            authority.check_event(incoming)
            answer = await self.portal.intake.take(
                authority.own(incoming), Caller(visitor.language, customer=visitor.customer)
            )
        document = await shown(self.portal, answer.document, authority.view)
        if answer.status != 202:
            current = document.get("current")
            faults = field_faults(event, data) if document["code"] == "malformed" else []
            more = {"current": spoken_to(visitor, current) if current else None, "faults": faults}
            raise CallRefused(document | more)
        return spoken_to(visitor, document)


def authority_in(visitor: Visitor) -> Authority:
    """The authority of who is logged in."""
    return Authority("customer", None, visitor.customer)


def spoken_by(visitor: Visitor | Operator) -> Language:
    """The language of who is logged in."""
    return "en" if visitor.language == "en" else "de"


def spoken_to(visitor: Visitor | Operator, document: Document) -> Document:
    """A status document with what follows from its codes alone said in the visitor's language.

    The rest stays in the customer's, in which the run says it: `language`.
    """
    return spoken_in(document, spoken_by(visitor))


def refusal_of(problem: PortalProblem, language: str) -> CallRefused:
    """A problem as pages get it; how a run stands they ask by a call of its own."""
    return CallRefused(body_of(problem, language) | {"current": None})


@contextmanager
def answered(language: str) -> Iterator[None]:
    """Turn what a call raises into what pages understand, in a language."""
    try:
        yield
    except PortalProblem as problem:
        raise refusal_of(problem, language) from problem
    except AdapterError as error:
        raise refusal_of(PortalProblem("unavailable"), language) from error

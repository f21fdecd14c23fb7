"""The calls that pages make (`pages.calls`), by the functions that answer them over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request

from activities.ports import AdapterError
from pages.calls import CallRefused, Document, Form, Visitor
from portal import read_models
from portal.board import board
from portal.context import Portal
from portal.delivery import Caller
from portal.event_types import event_type
from portal.incoming import IncomingEvent
from portal.problems import PortalProblem, body_of
from portal.search import Criteria, search
from portal.shown import shown
from states.model.record import Language

SOURCE = "urn:jtl:cancellation:pages"
"""Where events of forms come from; their IDs are those of the forms."""
PAGE = 200
"""Cancellations at once."""


@dataclass(frozen=True)
class PageCalls:
    """The protocol `pages.calls.Calls` on one application's parts."""

    portal: Portal

    async def visitor(self, request: Request) -> Visitor:
        """Who is logged in. Raises `CallRefused`."""
        raise refusal_of(PortalProblem("unauthorised"), "de")

    def check_form(self, visitor: Visitor, form: Form) -> None:
        """Raises `CallRefused` unless the form is one of ours."""
        raise refusal_of(PortalProblem("unauthorised"), visitor.language)

    async def board(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/board`."""
        with answered(visitor):
            return await self.portal.adapters.database.in_thread(
                board, self.portal, visitor.customer, language_of(visitor)
            )

    async def licences(self, visitor: Visitor) -> Document:
        """`GET /customers/{customer}/licences`."""
        in_thread = self.portal.adapters.database.in_thread
        with answered(visitor):
            return await in_thread(read_models.licences, self.portal, visitor.customer)

    async def preview(self, visitor: Visitor, data: Document) -> Document:
        """`POST /previews`."""
        with answered(visitor):
            return await read_models.preview_of(self.portal, {**data, "customer": visitor.customer})

    async def cancellations(self, visitor: Visitor, cursor: str | None = None) -> Document:
        """`GET /cancellations?customer=…`."""
        criteria = Criteria(customer=visitor.customer)
        with answered(visitor):
            return await self.portal.adapters.database.in_thread(search, self.portal.adapters, criteria, cursor, PAGE)

    async def status(self, visitor: Visitor, workflow_id: str, run_id: str | None = None) -> Document:
        """`GET /cancellations/{workflow_id}`."""
        with answered(visitor):
            if workflow_id.split("/")[1:2] != [visitor.customer]:
                raise PortalProblem("unknown_run", values={"workflow_id": workflow_id})
            return await shown(self.portal, await self.portal.runs.reader.read(workflow_id, run_id), "customer")

    async def send(
        self, visitor: Visitor, event: str, data: Document, *, form_id: str, workflow_id: str | None = None
    ) -> Document:
        """`POST /events`."""
        if event == "requested":
            data = {**data, "customer": visitor.customer}
        elif workflow_id is None or workflow_id.split("/")[1:2] != [visitor.customer]:
            raise refusal_of(PortalProblem("unknown_run", values={"workflow_id": workflow_id}), visitor.language)
        incoming = IncomingEvent(SOURCE, form_id, event_type(event), workflow_id, None, data)
        with answered(visitor):
            answer = await self.portal.intake.take(incoming, Caller(visitor.language))
        document = await shown(self.portal, answer.document, "customer", visitor.customer)
        if answer.status != 202:
            raise CallRefused(document)
        return document


def language_of(visitor: Visitor) -> Language:
    """The visitor's language."""
    return "en" if visitor.language == "en" else "de"


def refusal_of(problem: PortalProblem, language: str) -> CallRefused:
    """A problem as pages get it; how a run stands they ask by a call of its own."""
    return CallRefused(body_of(problem, language) | {"current": None})


@contextmanager
def answered(visitor: Visitor) -> Iterator[None]:
    """Turn what a call raises into what pages understand, in the visitor's language."""
    try:
        yield
    except PortalProblem as problem:
        raise refusal_of(problem, visitor.language) from problem
    except AdapterError as error:
        raise refusal_of(PortalProblem("unavailable"), visitor.language) from error

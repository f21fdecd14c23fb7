"""What the operators' pages ask of the rest: the calls of the contract that are for operators, as plain documents.

`portal.desk.calls` fulfils it by the functions that answer the calls over HTTP. Every method raises
`pages.calls.CallRefused` where the call would be answered with a problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from fastapi import Request

from pages.calls import Document, Form

Grade = Literal["read", "decide", "admin"]
"""What an operator may do: each grade all that those before it may."""
GRADES: tuple[Grade, ...] = ("read", "decide", "admin")


@dataclass(frozen=True)
class Operator:
    """The operator who is logged in. `name`: what stands as `by` of whatever he decides. `session`: its ID."""

    name: str
    grade: Grade
    language: str
    csrf: str
    """What every form carries in its field `csrf`."""
    session: str = ""

    def may(self, grade: Grade) -> bool:
        """Whether the operator has that grade, or a higher one."""
        return GRADES.index(self.grade) >= GRADES.index(grade)


class FreezeCalls(Protocol):
    """The calls about freezes."""

    async def standing(self, operator: Operator) -> Document | None:
        """The freeze that stands, for the banner of every page."""
        ...

    async def freeze(self, operator: Operator, until: str | None = None) -> Document:
        """`GET /freeze`."""
        ...

    async def begin(self, operator: Operator, data: Document) -> Document:
        """`POST /freeze`."""
        ...

    async def release(self, operator: Operator, data: Document) -> Document:
        """`POST /freeze/release`."""
        ...


class TaskRoomCalls(Protocol):
    """The calls by which one task is looked at and decided, beside those of all tasks (`TaskCalls`)."""

    async def following(self, operator: Operator, task: str) -> Document | None:
        """`GET /tasks?order=urgency`: the task to go on with, one's own before those that nobody has."""
        ...

    async def case(self, operator: Operator, task: str) -> Document | None:
        """`GET /cancellations/{workflow_id}`: the run of a task; None where nobody answers for it."""
        ...

    async def licences(self, operator: Operator, customer: str) -> Document | None:
        """`GET /customers/{customer}/licences`; None where our record has no such customer, or cannot be read."""
        ...

    async def consequence(self, operator: Operator, task: str, decision: Document) -> Document:
        """`POST /tasks/{task}/consequence`: `{confirm: {…}}` or `{reject: {…}}`."""
        ...

    async def decide(self, operator: Operator, task: str, decision: Document, *, form_id: str) -> Document:
        """`POST /tasks/{task}/confirm` or `…/reject`; a form sent twice decides once."""
        ...


class BulkCalls(Protocol):
    """The calls of bulk decisions: one decision on many tasks."""

    async def tasks(self, operator: Operator, wanted: Document, limit: int) -> Document:
        """`GET /tasks`: the open tasks that are like that."""
        ...

    async def prepare(self, operator: Operator, data: Document) -> Document:
        """`POST /bulk-decisions`."""
        ...

    async def bulk_decisions(self, operator: Operator, cursor: str | None) -> Document:
        """`GET /bulk-decisions`."""
        ...

    async def bulk_decision(
        self, operator: Operator, bulk: str, state: str | None = None, cursor: str | None = None
    ) -> Document:
        """`GET /bulk-decisions/{id}`."""
        ...

    async def act_on_bulk(self, operator: Operator, bulk: str, act: str) -> Document:
        """`POST /bulk-decisions/{id}/pause` and its like."""
        ...

    async def bulk_consequence(self, operator: Operator, bulk: str) -> Document:
        """`GET /bulk-decisions/{id}/consequence`."""
        ...

    async def failures(self, operator: Operator, bulk: str) -> str:
        """`GET /bulk-decisions/{id}/failures.csv`."""
        ...


class OverviewCalls(Protocol):
    """The calls about what there is to do as a whole."""

    async def overview(self, operator: Operator) -> Document:
        """`GET /overview`."""
        ...

    async def task_counts(self, operator: Operator) -> Document:
        """`GET /tasks/counts`."""
        ...

    async def effects(self, operator: Operator, first: date, last: date) -> Document:
        """`GET /effects`."""
        ...


class TaskCalls(Protocol):
    """The calls about tasks: the work list, and what an operator does about a task."""

    async def page(self, operator: Operator, query: Mapping[str, str], cursor: str | None, limit: int) -> Document:
        """`GET /tasks` in the order of urgency. `query`: its parameters, of those that are asked for."""
        ...

    async def counts(self, operator: Operator, up_to: int) -> Document:
        """`GET /tasks/counts`."""
        ...

    async def task(self, operator: Operator, task: str) -> Document:
        """`GET /tasks/{task}`."""
        ...

    async def act(self, operator: Operator, task: str, what: str, data: Document) -> Document:
        """`POST /tasks/{task}/<what>`: `claim`, `release`, `hand-over`, `comments`, `steps`."""
        ...

    async def task_types(self, operator: Operator) -> Document:
        """`GET /task-types`: what each type needs."""
        ...

    def colleagues(self) -> list[str]:
        """To whom a task may be handed over; none: to anybody by name."""
        ...


class CaseCalls(Protocol):
    """The calls about cases and customers, in the operator's language."""

    async def look(self, operator: Operator, wanted: str) -> Document:
        """`GET /search`."""
        ...

    async def cancellations(self, operator: Operator, wanted: Document, cursor: str | None) -> Document:
        """`GET /cancellations`, with what is given of its parameters."""
        ...

    async def case(self, operator: Operator, workflow_id: str, run_id: str | None) -> Document:
        """`GET /cases/{kind}/{customer}/{subject}`."""
        ...

    async def customer(self, operator: Operator, customer: str) -> Document:
        """`GET /customers/{customer}`."""
        ...

    async def mails(self, operator: Operator, workflow_id: str, run_id: str | None, cursor: str | None) -> Document:
        """`GET /cancellations/{workflow_id}/mails`."""
        ...

    async def mails_to(self, operator: Operator, customer: str, cursor: str | None) -> Document:
        """`GET /customers/{customer}/mails`."""
        ...

    async def choices(self, operator: Operator, customer: str, kind: str, subject: str, target: str | None) -> Document:
        """`GET /customers/{customer}/choices`."""
        ...

    async def preview(self, operator: Operator, data: Document) -> Document:
        """`POST /previews`."""
        ...

    async def begin(self, operator: Operator, customer: str, data: Document) -> Document:
        """`POST /customers/{customer}/cancellations`."""
        ...

    async def receipt(self, operator: Operator, workflow_id: str, run_id: str | None, number: int) -> tuple[str, bytes]:
        """`GET /cancellations/{workflow_id}/receipts/{number}.pdf`: the file's name, and what it holds."""
        ...


class DeskCalls(Protocol):
    """The calls of one application, in parts: one for each room of the desk."""

    @property
    def task_room(self) -> TaskRoomCalls:
        """The calls of the page of one task."""
        ...

    @property
    def bulk(self) -> BulkCalls:
        """Of bulk decisions."""
        ...

    @property
    def tasks(self) -> TaskCalls:
        """The calls about tasks."""
        ...

    async def operator(self, request: Request) -> Operator:
        """Who is logged in. Raises `CallRefused` (401) where nobody is, or not any more."""
        ...

    async def is_logged_in(self, operator: Operator) -> bool:
        """Whether the session is still open; to ask so is no call in it, and does not prolong it."""
        ...

    def check_form(self, operator: Operator, form: Form) -> None:
        """Raises `CallRefused` (403) unless the form came from a page of ours, made for this session."""
        ...

    async def keep_form(self, request: Request, form: Form) -> str | None:
        """What a form sent that came after the end of its session, for whoever sent it to send again; None where it
        is none of ours."""
        ...

    @property
    def overview(self) -> OverviewCalls:
        """What there is to do as a whole."""
        ...

    @property
    def cases(self) -> CaseCalls:
        """Cases and customers."""
        ...

    @property
    def freezes(self) -> FreezeCalls:
        """The freezes."""
        ...

    async def administration(self, operator: Operator) -> Document:
        """`GET /administration`, in the operator's language."""
        ...

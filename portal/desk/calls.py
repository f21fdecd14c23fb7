"""The calls that the operators' pages make (`pages.desk_calls`), by the functions that answer them over HTTP."""

from dataclasses import dataclass

from fastapi import Request

from pages.calls import Document, Form
from pages.desk_calls import Operator
from pages.forms import value
from pages.site import language_of
from portal.administration import administration
from portal.context import Portal
from portal.desk import sessions
from portal.desk.authority import authority_in
from portal.desk.bulk import BulkDesk
from portal.desk.cases import DeskCases
from portal.desk.freezes import DeskFreezes
from portal.desk.overview import DeskOverview
from portal.desk.task_room import TaskRoom
from portal.desk.tasks import DeskTasks
from portal.page_calls import answered
from portal.problems import PortalProblem


@dataclass(frozen=True)
class PortalDesk:
    """The protocol `pages.desk_calls.DeskCalls` on one application's parts."""

    portal: Portal

    @property
    def task_room(self) -> TaskRoom:
        """The calls of the page of one task."""
        return TaskRoom(self.portal)

    @property
    def bulk(self) -> BulkDesk:
        """The calls of bulk decisions."""
        return BulkDesk(self.portal)

    @property
    def tasks(self) -> DeskTasks:
        """The calls about tasks."""
        return DeskTasks(self.portal)

    async def operator(self, request: Request) -> Operator:
        """Who is logged in. Raises `CallRefused`."""
        with answered(language_of(request)):
            operator = await sessions.operator_of(self.portal, request)
            if operator is None:
                raise PortalProblem("unauthorised", values={"fault": "not_at_desk"})
            return operator

    async def is_logged_in(self, operator: Operator) -> bool:
        """Whether the session is still open."""
        with answered(operator.language):
            return await sessions.is_logged_in(self.portal, operator)

    def check_form(self, operator: Operator, form: Form) -> None:
        """Raises `CallRefused` unless the form is one of ours."""
        with answered(operator.language):
            if not self.portal.sessions.is_form_token(operator.session, value(form, "csrf") or ""):
                raise PortalProblem("forbidden", values={"fault": "form_foreign"})

    async def keep_form(self, request: Request, form: Form) -> str | None:
        """What a form sent that came after the end of its session."""
        with answered(language_of(request)):
            return await sessions.keep_form(self.portal, request, form)

    @property
    def overview(self) -> DeskOverview:
        """The calls about the overview."""
        return DeskOverview(self.portal)

    @property
    def cases(self) -> DeskCases:
        """The calls about cases and customers."""
        return DeskCases(self.portal)

    @property
    def freezes(self) -> DeskFreezes:
        """The calls about freezes."""
        return DeskFreezes(self.portal)

    async def administration(self, operator: Operator) -> Document:
        """`GET /administration`."""
        with answered(operator.language):
            authority_in(operator).check_grade("admin")
            return await administration(self.portal, operator.language)

"""The calls by which one task is looked at and decided, by the functions that answer them over HTTP."""

from dataclasses import dataclass
from typing import Any

from activities.ports import AdapterError
from pages.desk_calls import Operator
from portal import read_models, tasks
from portal.consequence_routes import weighed
from portal.context import Portal
from portal.desk.authority import authority_in
from portal.operator_routes import decide, decision_in
from portal.page_calls import answered, spoken_by, spoken_to
from portal.problems import PortalProblem
from portal.schemas import AskedConsequence, Confirmation, Rejection
from portal.shown import with_names, with_reason_named
from portal.strict_json import read_document
from portal.tasks import TaskQuery
from states.model.names import case_of, ended_run_of

Document = dict[str, Any]


@dataclass(frozen=True)
class TaskRoom:
    """The protocol `pages.desk_calls.TaskRoomCalls` on one application's parts."""

    portal: Portal

    async def following(self, operator: Operator, task: str) -> Document | None:
        """The most urgent of one's own, else of those that nobody has."""
        own = TaskQuery(order="urgency", waiting_for="operator", claimed_by=operator.name)
        free = TaskQuery(order="urgency", waiting_for="operator", unclaimed=True)
        with answered(operator.language):
            for query in (own, free):
                page = await tasks.task_page(self.portal, query, limit=2, cursor=None, language=operator.language)
                others = [item for item in page["items"] if item["id"] != task]
                if others:
                    return dict(others[0])
        return None

    async def case(self, operator: Operator, task: str) -> Document | None:
        """The run of a task, in the view of operators; of a mail that was not delivered the case it tells of."""
        portal = self.portal
        with answered(operator.language):
            row = await portal.adapters.database.in_thread(portal.adapters.work_list.task, task)
            if row is None:
                return None
            run_id = ended_run_of(row.workflow_id) or row.run_id
            try:
                document = await portal.runs.reader.read(case_of(row.workflow_id), run_id)
            except PortalProblem as problem:
                if problem.status not in (404, 503):
                    raise
                return None
            named = with_reason_named(portal, await with_names(portal, document), operator.language)
            return spoken_to(operator, named)

    async def licences(self, operator: Operator, customer: str) -> Document | None:
        """What the customer has."""
        language = spoken_by(operator)
        try:
            return dict(
                await self.portal.adapters.database.in_thread(read_models.licences, self.portal, customer, language)
            )
        except (PortalProblem, AdapterError):
            return None

    async def consequence(self, operator: Operator, task: str, decision: Document) -> Document:
        """What a decision would do; nothing changes."""
        with answered(operator.language):
            asked = read_document(AskedConsequence, decision)
            return await weighed(self.portal, task, asked, authority_in(operator), operator.language)

    async def decide(self, operator: Operator, task: str, decision: Document, *, form_id: str) -> Document:
        """Decide a task."""
        authority = authority_in(operator)
        with answered(operator.language):
            authority.check_grade("decide")
            said: Confirmation | Rejection
            if "reject" in decision:
                said = decision_in(Rejection, decision["reject"])
            else:
                said = decision_in(Confirmation, decision["confirm"])
            return await decide(self.portal, task, said, authority, form_id)

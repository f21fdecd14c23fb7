"""The calls about tasks that the operators' pages make, by the functions that answer them over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from activities.sql.paging import WrongCursor
from pages.calls import Document
from pages.desk_calls import Operator
from portal import tasks
from portal.context import Portal
from portal.desk.authority import authority_in
from portal.page_calls import answered
from portal.problems import malformed
from portal.task_forms import task_types
from states.model.base import Identifier

NUMBER = TypeAdapter(Identifier)
SWITCHES = ("unclaimed", "overdue")


@dataclass(frozen=True)
class DeskTasks:
    """The protocol `pages.desk_calls.TaskCalls` on one application's parts."""

    portal: Portal

    async def page(self, operator: Operator, query: Mapping[str, str], cursor: str | None, limit: int) -> Document:
        """`GET /tasks` in the order of urgency."""
        with answered(operator.language):
            asked = read_query(query)
            try:
                return await tasks.task_page(self.portal, asked, limit=limit, cursor=cursor, language=operator.language)
            except WrongCursor as error:
                raise malformed("cursor") from error

    async def counts(self, operator: Operator, up_to: int) -> Document:
        """`GET /tasks/counts`."""
        with answered(operator.language):
            return await tasks.counts(self.portal, operator.name, up_to)

    async def task(self, operator: Operator, task: str) -> Document:
        """`GET /tasks/{task}`."""
        with answered(operator.language):
            return await tasks.details(self.portal, task, operator.language)

    async def act(self, operator: Operator, task: str, what: str, data: Document) -> Document:
        """`POST /tasks/{task}/<what>`."""
        authority = authority_in(operator)
        with answered(operator.language):
            authority.check_grade("decide")
            return await tasks.act(self.portal, task, what, data, authority, operator.language)

    async def task_types(self, operator: Operator) -> Document:
        """`GET /task-types`."""
        return task_types(operator.language)

    def colleagues(self) -> list[str]:
        """To whom a task may be handed over; none: to anybody by name."""
        return tasks.colleagues(self.portal)


def read_query(query: Mapping[str, str]) -> tasks.TaskQuery:
    """What is asked of the list, in texts. Raises `malformed`."""
    asked: dict[str, Any] = {name: given for name, given in query.items() if given}
    for name in SWITCHES:
        asked[name] = bool(asked.get(name))
    if "customer" in asked:
        try:
            NUMBER.validate_python(asked["customer"])
        except ValidationError as error:
            raise malformed("customer", given=repr(asked["customer"])[:80]) from error
    return tasks.query_of(order="urgency", **asked)

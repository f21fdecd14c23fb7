"""The calls about the overview that the operators' pages make."""

from dataclasses import dataclass
from datetime import date

from pages.calls import Document
from pages.desk_calls import Operator
from portal import overview, tasks
from portal.context import Portal
from portal.page_calls import answered


@dataclass(frozen=True)
class DeskOverview:
    """The protocol `pages.desk_calls.OverviewCalls` on one application's parts."""

    portal: Portal

    async def overview(self, operator: Operator) -> Document:
        """`GET /overview`."""
        with answered(operator.language):
            return await self.portal.adapters.database.in_thread(overview.overview, self.portal)

    async def task_counts(self, operator: Operator) -> Document:
        """`GET /tasks/counts`."""
        with answered(operator.language):
            return await tasks.counts(self.portal, operator.name)

    async def effects(self, operator: Operator, first: date, last: date) -> Document:
        """`GET /effects`."""
        with answered(operator.language):
            return await self.portal.adapters.database.in_thread(overview.effects, self.portal, first, last)

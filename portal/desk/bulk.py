"""Bulk decisions for the operators' pages, by the functions that answer the calls over HTTP."""

from dataclasses import dataclass
from typing import Any, cast

from pages.desk_calls import Operator
from portal.bulk_consequence import consequence_of
from portal.bulk_decisions import act, failures, page_of_bulks, prepare, the_bulk, whole_document
from portal.context import Portal
from portal.desk.authority import authority_in
from portal.page_calls import answered
from portal.tasks import TaskQuery, task_page
from states.model.bulk import BulkAct

Document = dict[str, Any]
PAGE = 50


@dataclass(frozen=True)
class BulkDesk:
    """The protocol `pages.desk_calls.BulkCalls` on one application's parts."""

    portal: Portal

    async def tasks(self, operator: Operator, wanted: Document, limit: int) -> Document:
        """The open tasks that are like that."""
        with answered(operator.language):
            query = TaskQuery(**wanted)
            return await task_page(self.portal, query, limit=limit, cursor=None, language=operator.language)

    async def prepare(self, operator: Operator, data: Document) -> Document:
        """Keep what is chosen and decided, to be looked at."""
        with answered(operator.language):
            authority = authority_in(operator)
            authority.check_grade("decide")
            bulk = await prepare(self.portal, authority, data)
            return await whole_document(self.portal, bulk, operator.language)

    async def bulk_decisions(self, operator: Operator, cursor: str | None) -> Document:
        """All of them, the newest first."""
        with answered(operator.language):
            return await page_of_bulks(self.portal, cursor, PAGE)

    async def bulk_decision(
        self, operator: Operator, bulk: str, state: str | None = None, cursor: str | None = None
    ) -> Document:
        """One with its tasks."""
        with answered(operator.language):
            found = await the_bulk(self.portal, bulk)
            return await whole_document(self.portal, found, operator.language, state=state, cursor=cursor, limit=PAGE)

    async def act_on_bulk(self, operator: Operator, bulk: str, what: str) -> Document:
        """Pause, go on, stop, or send again."""
        with answered(operator.language):
            authority_in(operator).check_grade("decide")
            changed = await act(self.portal, bulk, cast(BulkAct, what), operator.name)
            return await whole_document(self.portal, changed, operator.language)

    async def bulk_consequence(self, operator: Operator, bulk: str) -> Document:
        """What it would do, asked of some of its tasks."""
        with answered(operator.language):
            return await consequence_of(self.portal, await the_bulk(self.portal, bulk), operator.language)

    async def failures(self, operator: Operator, bulk: str) -> str:
        """What failed, as CSV."""
        with answered(operator.language):
            return await failures(self.portal, bulk, operator.language)

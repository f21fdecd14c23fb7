"""The calls about freezes that the operators' pages make."""

from dataclasses import dataclass
from typing import Any

from pages.calls import Document
from pages.desk_calls import Operator
from portal.authority import Authority
from portal.context import Portal
from portal.desk.authority import authority_in
from portal.freeze_schemas import FreezeOrder, FreezeRelease
from portal.freezes import begin_freeze, freeze_answer, release_freeze, standing_freeze
from portal.page_calls import answered
from portal.parameters import bound_of
from portal.strict_json import read_filled


@dataclass(frozen=True)
class DeskFreezes:
    """The protocol `pages.desk_calls.FreezeCalls` on one application's parts."""

    portal: Portal

    async def standing(self, operator: Operator) -> Document | None:
        """The freeze that stands."""
        with answered(operator.language):
            standing: Document | None = await self.portal.adapters.database.in_thread(standing_freeze, self.portal)
        return standing

    async def freeze(self, operator: Operator, until: str | None = None) -> Document:
        """`GET /freeze`."""
        with answered(operator.language):
            end = bound_of("until", until, self.portal.settings.time_zone, "to")
            return await self.in_thread(freeze_answer, self.portal, end)

    async def begin(self, operator: Operator, data: Document) -> Document:
        """`POST /freeze`."""
        with answered(operator.language):
            authority = administrator(operator)
            return await self.in_thread(begin_freeze, self.portal, read_filled(FreezeOrder, data), authority)

    async def release(self, operator: Operator, data: Document) -> Document:
        """`POST /freeze/release`."""
        with answered(operator.language):
            authority = administrator(operator)
            return await self.in_thread(release_freeze, self.portal, read_filled(FreezeRelease, data), authority)

    async def in_thread(self, work: Any, *arguments: Any) -> Document:
        """What blocking work answers."""
        document: Document = await self.portal.adapters.database.in_thread(work, *arguments)
        return document


def administrator(operator: Operator) -> Authority:
    """The authority of an operator who is logged in. Raises `forbidden` unless he may administer."""
    authority = authority_in(operator)
    authority.check_grade("admin")
    return authority

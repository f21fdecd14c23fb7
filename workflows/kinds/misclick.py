"""Ticket after a mis-click. Rules and path: `states.kinds.misclick`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class MisclickTicket(Driver):
    """Ticket after a mis-click."""

    kind = "misclick"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

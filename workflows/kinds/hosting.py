"""Cancellation of a hosting contract. Rules and path: `states.kinds.hosting`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class HostingCancellation(Driver):
    """Cancellation of a hosting contract."""

    kind = "hosting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

"""End of a production module or user. Rules and path: `states.kinds.production`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class ProductionCancellation(Driver):
    """End of a production module or user."""

    kind = "production"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

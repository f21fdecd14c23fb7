"""Deactivation of a marketplace connection. Rules and path: `states.kinds.marketplace`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class MarketplaceDeactivation(Driver):
    """Deactivation of a marketplace connection."""

    kind = "marketplace"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

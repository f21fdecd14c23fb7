"""Move of a marketplace account to another customer. Rules and path: `states.kinds.marketplace_transfer`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class MarketplaceTransfer(Driver):
    """Move of a marketplace account to another customer."""

    kind = "marketplace_transfer"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

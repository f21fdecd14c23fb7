"""End or change of a shop hosting. Rules and path: `states.kinds.shop_hosting`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class ShopHostingCancellation(Driver):
    """End or change of a shop hosting."""

    kind = "shop_hosting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

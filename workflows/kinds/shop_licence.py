"""End of a shop licence. Rules and path: `states.kinds.shop_licence`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class ShopLicenceCancellation(Driver):
    """End of a shop licence."""

    kind = "shop_licence"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

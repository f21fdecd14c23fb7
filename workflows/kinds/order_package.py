"""Downgrade of an order package. Rules and path: `states.kinds.order_package`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class OrderPackageDowngrade(Driver):
    """Downgrade of an order package."""

    kind = "order_package"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

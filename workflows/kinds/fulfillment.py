"""Exit from the Fulfillment Network. Rules and path: `states.kinds.fulfillment`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class FulfillmentExit(Driver):
    """Exit from the Fulfillment Network."""

    kind = "fulfillment"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

"""End of the JTL-Wawi API. Rules and path: `states.kinds.rest_api`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class RestApiCancellation(Driver):
    """End of the JTL-Wawi API."""

    kind = "rest_api"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

"""Support level: always refused. Rules and path: `states.kinds.support_level`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class SupportLevelCancellation(Driver):
    """Support level: always refused."""

    kind = "support_level"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

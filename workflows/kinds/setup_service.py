"""Cancellation of a booked setup service. Rules and path: `states.kinds.setup_service`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class SetupServiceCancellation(Driver):
    """Cancellation of a booked setup service."""

    kind = "setup_service"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

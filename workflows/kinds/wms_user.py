"""Cancellation of an additional WMS user. Rules and path: `states.kinds.wms_user`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class WmsUserCancellation(Driver):
    """Cancellation of an additional WMS user."""

    kind = "wms_user"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

"""Cancellation of a hosting's add-on. Rules and path: `states.kinds.hosting_addon`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class HostingAddonCancellation(Driver):
    """Cancellation of a hosting's add-on."""

    kind = "hosting_addon"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

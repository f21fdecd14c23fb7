"""Deactivation of a shipping module. Rules and path: `states.kinds.shipping_module`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class ShippingModuleDeactivation(Driver):
    """Deactivation of a shipping module."""

    kind = "shipping_module"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

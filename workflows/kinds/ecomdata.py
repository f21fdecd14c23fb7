"""Handover to ecomDATA. Rules and path: `states.kinds.ecomdata`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class EcomdataHandover(Driver):
    """Handover to ecomDATA."""

    kind = "ecomdata"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

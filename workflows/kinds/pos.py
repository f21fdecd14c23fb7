"""Deactivation of a till's connection. Rules and path: `states.kinds.pos`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class PosDeactivation(Driver):
    """Deactivation of a till's connection."""

    kind = "pos"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

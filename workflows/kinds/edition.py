"""Downgrade of a JTL or WMS edition. Rules and path: `states.kinds.edition`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class EditionDowngrade(Driver):
    """Downgrade of a JTL or WMS edition."""

    kind = "edition"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

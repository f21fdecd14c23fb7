"""End of key accounting. Rules and path: `states.kinds.key_accounting`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class KeyAccountingCancellation(Driver):
    """End of key accounting."""

    kind = "key_accounting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

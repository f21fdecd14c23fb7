"""End of JTL-Vouchers. Rules and path: `states.kinds.voucher`."""

from typing import Any

from temporalio import workflow

from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class VoucherCancellation(Driver):
    """End of JTL-Vouchers."""

    kind = "voucher"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)

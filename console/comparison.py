"""The command `compare`: the comparison with Temporal, made by a worker as each night, and what it found."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

from activities.reconciliation.findings import text_of
from console.output import at, print_json, table
from console.portal_client import connect_to_temporal, language
from console.refusals import PortalRefusal
from settings import Settings
from states.model.reconciliation import WORKFLOW, Comparison, Finding

PATIENCE = timedelta(minutes=2)
"""Within which a worker must have compared."""


def print_comparison(settings: Settings, settle: bool, as_json: bool) -> None:
    """Have a worker compare, and print the findings.

    Raises `PortalRefusal` without Temporal, and where no worker answers.
    """
    comparison = asyncio.run(compare(settings, settle))
    if as_json:
        return print_json(comparison.model_dump(mode="json"))
    columns = ("finding", "cancellation", "run", "booking", "takes effect", "told")
    table(columns, [row(finding, settings.time_zone) for finding in comparison.findings])
    print(f"{comparison.total} of {comparison.compared} that are open in the customer centre")
    for finding in comparison.findings:
        print(f"\n{text_of(finding, language(), settings.time_zone)}")


async def compare(settings: Settings, settle: bool) -> Comparison:
    """The comparison that a worker makes."""
    from temporalio.client import WorkflowFailureError
    from temporalio.exceptions import TimeoutError as TimedOut

    client = await connect_to_temporal(settings)
    try:
        comparison: Comparison = await client.execute_workflow(
            WORKFLOW,
            {"settle": settle},
            id=f"comparison-by-hand-{uuid.uuid4()}",
            task_queue=settings.task_queue,
            result_type=Comparison,
            execution_timeout=PATIENCE,
            static_summary="Comparison by hand",
        )
    except WorkflowFailureError as error:
        if isinstance(error.cause, TimedOut):
            raise PortalRefusal(
                f"unavailable: no worker has compared within {PATIENCE.seconds} seconds: does one serve the task queue "
                f"{settings.task_queue}? CANCELLATIONS_TASK_QUEUE says which"
            ) from None
        raise PortalRefusal(f"unavailable: the comparison failed: {error.cause}") from None
    return comparison


def row(finding: Finding, zone: str) -> tuple[Any, ...]:
    """A finding as a line of the table."""
    runs = f"{finding.count} runs" if finding.code == "all_unknown" else finding.workflow_id
    booking = finding.booking
    reference, date = (booking.reference, booking.effective_at.isoformat()) if booking else (None, None)
    return finding.code, runs, finding.how, reference, at(date, zone), finding.known

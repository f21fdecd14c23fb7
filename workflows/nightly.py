"""The nightly comparison of the customer centre with Temporal: it finds the runs that could not say that they ended.

It is no kind of cancellation: no chart, no search attributes, no status document.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.model.base import Value
    from states.model.reconciliation import LIST_WORKFLOW, WORKFLOW, Comparison, Night
from workflows import options
from workflows.activity_calls import read_answer

ID = "nightly-comparison"
LIST_ID = "list-comparison"


@workflow.defn(name=WORKFLOW)
class NightlyComparison:
    """Compare, tell operators what is new, settle. With `{"settle": false}` it only looks."""

    @workflow.run
    async def run(self, *payloads: Any) -> Comparison:
        """Told first and settled then: what breaks off in between is told again, and never lost."""
        payload = payloads[0] if payloads and isinstance(payloads[0], dict) else {}
        settles = payload.get("settle", True)
        if settles:
            await mend_list()
        comparison: Comparison = await step(
            activity_names.COMPARE, (), Comparison, "Compare our database with Temporal"
        )
        if settles and comparison.findings:
            night = workflow.info().first_execution_run_id
            new = tuple(finding for finding in comparison.findings if not finding.known)
            if new:
                await step(activity_names.TELL_FINDINGS, (Night(night=night, findings=new),), None, "Send a mail")
            every = Night(night=night, findings=comparison.findings)
            await step(activity_names.SETTLE_FINDINGS, (every,), None, "Close what is over")
        return comparison


@workflow.defn(name=LIST_WORKFLOW)
class ListComparison:
    """The list of open runs alone: once after each start of a worker, since one may have been killed before."""

    @workflow.run
    async def run(self, *payloads: Any) -> None:
        """What any payload says is nothing to it."""
        await mend_list()


async def mend_list() -> None:
    """Show open runs as Temporal knows them."""
    await step(activity_names.COMPARE_LIST, (), None, "Compare the list of open runs with Temporal")


async def step(name: str, arguments: tuple[Any, ...], shape: type[Value] | None, summary: str) -> Any:
    """One activity, retried for as long as a night is; answered by hand in another form it ends this night."""
    answer = await workflow.execute_activity(
        name,
        args=arguments,
        start_to_close_timeout=options.COMPARING,
        schedule_to_close_timeout=options.A_NIGHT,
        retry_policy=options.PATIENT,
        summary=summary,
    )
    return read_answer(name, answer, shape)

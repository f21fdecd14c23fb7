"""The mails and receipts of a run that ended before they could be sent or issued: they go on by themselves and keep no
run open."""

import asyncio
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from states.model.effects import IssueReceipt, Step
from workflows import options
from workflows.activity_calls import ACTIVITIES, call_patiently, send_mail

NAME = "LastMails"


@workflow.defn(name=NAME)
class LastMails:
    """Try each patiently. It is no kind of cancellation: no chart, no search attributes, no status document."""

    @workflow.run
    async def run(self, *payloads: Any) -> None:
        """The receipts in their order, then the mails that they go with.

        Nobody is asked about what fails for days: its run has ended, and a line in the log says so.
        """
        try:
            steps = [Step.model_validate(payload) for payload in payloads]
        except ValidationError as error:
            raise ApplicationError(str(error), type="malformed", non_retryable=True) from None
        receipts = [step for step in steps if isinstance(step.effect, IssueReceipt)]
        for step in receipts:
            await self.issue(step)
        await asyncio.gather(*(self.send(step) for step in steps if step not in receipts))

    async def issue(self, step: Step) -> None:
        """One receipt."""
        name, shape, summary = ACTIVITIES[step.effect.name]
        try:
            await call_patiently(name, step, shape, summary, options.MAIL_PATIENCE)
        except FailureError:
            workflow.logger.error("receipt_given_up", extra={"workflow_id": step.workflow_id, "key": step.key})

    async def send(self, step: Step) -> None:
        """One mail."""
        try:
            await send_mail(step, once=False)
        except FailureError:
            workflow.logger.error("mail_given_up", extra={"workflow_id": step.workflow_id, "key": step.key})


async def hand_over_unsent(steps: tuple[Step, ...], info: workflow.Info) -> None:
    """Let them go on under an ID of their own."""
    await workflow.start_child_workflow(
        NAME,
        args=list(steps),
        id=f"mails/{info.workflow_id}/{info.run_id}",
        parent_close_policy=ParentClosePolicy.ABANDON,
        static_summary=f"Mails and receipts of {info.workflow_id}",
    )

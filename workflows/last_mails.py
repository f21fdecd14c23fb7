"""The mails of a run that ended before the mail server took them: they go on by themselves and keep no run open."""

import asyncio
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from states.model.effects import Step
from workflows.activity_calls import send_mail

NAME = "LastMails"


@workflow.defn(name=NAME)
class LastMails:
    """Try each patiently. It is no kind of cancellation: no chart, no search attributes, no status document."""

    @workflow.run
    async def run(self, *payloads: Any) -> None:
        """Nobody is asked about a mail that fails for days: its run has ended, and a line in the log says so."""
        try:
            steps = [Step.model_validate(payload) for payload in payloads]
        except ValidationError as error:
            raise ApplicationError(str(error), type="malformed", non_retryable=True) from None
        await asyncio.gather(*(self.send(step) for step in steps))

    async def send(self, step: Step) -> None:
        """One mail."""
        try:
            await send_mail(step, once=False)
        except FailureError:
            workflow.logger.error("mail_given_up", extra={"workflow_id": step.workflow_id, "key": step.key})


async def hand_over_mails(steps: tuple[Step, ...], info: workflow.Info) -> None:
    """Let them go on under an ID of their own."""
    await workflow.start_child_workflow(
        NAME,
        args=list(steps),
        id=f"mails/{info.workflow_id}/{info.run_id}",
        parent_close_policy=ParentClosePolicy.ABANDON,
        static_summary=f"Mails of {info.workflow_id}",
    )

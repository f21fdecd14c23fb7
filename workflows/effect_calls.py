"""Performing effects: each through its activity, in two stages, or by a signal or a child workflow."""

from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.kinds.registry import KINDS
    from states.model.effects import CheckLicences, Effect, HandOver, Step, Tell
    from states.model.facts import Check, Inquiry, Receipt, Refusal
    from states.model.memory import Memory
from workflows import options

ACTIVITIES: dict[str, tuple[str, type | None, str]] = {
    "check_licences": (activity_names.READ, Check, "Read the record and check the licences"),
    "place_order": (activity_names.PLACE_ORDER, Receipt, "Book the order in the customer centre"),
    "apply_change": (activity_names.APPLY_CHANGE, Receipt, "Make the change in the customer's record"),
    "withdraw": (activity_names.WITHDRAW, Receipt, "Withdraw the booking"),
    "reassign": (activity_names.REASSIGN, Receipt, "Assign the licence elsewhere"),
    "decouple": (activity_names.DECOUPLE, Receipt, "Decouple the marketplace account"),
    "notify": (activity_names.NOTIFY, None, "Send a mail"),
}
"""Each effect with its activity, the type of its answer, and what the web UI says of it."""

IN_THE_WORKER = frozenset(
    {activity_names.READ, activity_names.NOTIFY, activity_names.WRITE_TASKS, activity_names.RECORD_END}
)
"""Tried once as local activities: short, idempotent, and cheaper in history."""


@dataclass
class Failure:
    """An effect that could not be performed: a person is asked."""

    error: str


class Slow(Exception):
    """The first stage ended without an answer."""


def step_of(memory: Memory, effect: Effect) -> Step:
    """An effect with its idempotency key: run, step and number, the same on retry and after continue-as-new."""
    request = memory.request
    return Step(
        key=f"{request.workflow_id}/{memory.run_id}/{effect.name}/{effect.number}",
        workflow_id=request.workflow_id,
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        target=request.target,
        effect=effect,
    )


def inquiry_of(memory: Memory, effect: CheckLicences) -> Inquiry:
    """The question that a check is: by which version, as of which moment."""
    first = memory.check is None
    at = effect.order_at or (memory.requested_at if first else workflow.now())
    request = effect.proposal or memory.request
    return Inquiry(request=request, at=at, version=effect.version, first=first, after=effect.after)


async def call(name: str, argument: Any, answer: type | None, summary: str, *, local: bool) -> Any:
    """The first stage: ten seconds, within which the update still waits. Raises `Slow` or what is final.

    `local`: one try within the workflow task, which is cheap. Retries are the server's: those of a local activity
    would hold the workflow task, and the run would neither answer nor notice anything until the system is back.
    """
    began = workflow.now()
    if local:
        try:
            return await call_locally(name, argument, answer, summary)
        except FailureError as error:
            if final(error):
                raise
    try:
        return await workflow.execute_activity(
            name,
            argument,
            result_type=answer,
            schedule_to_close_timeout=max(options.FIRST_STAGE - (workflow.now() - began), options.LEAST_LEFT),
            start_to_close_timeout=options.ONE_TRY,
            retry_policy=options.QUICK,
            summary=summary,
        )
    except ActivityError as error:
        if final(error):
            raise
        raise Slow from error


async def call_locally(name: str, argument: Any, answer: type | None, summary: str) -> Any:
    """One try in the worker itself. Fails with the cause itself, not with an `ActivityError` around it."""
    return await workflow.execute_local_activity(
        name,
        argument,
        result_type=answer,
        start_to_close_timeout=options.ONE_TRY,
        retry_policy=options.ONCE,
        summary=summary,
    )


async def call_patiently(name: str, argument: Any, answer: type | None, summary: str, until: Any) -> Any:
    """The second stage: retried patiently; `until` None: for ever."""
    return await workflow.execute_activity(
        name,
        argument,
        result_type=answer,
        schedule_to_close_timeout=until,
        start_to_close_timeout=options.PATIENT_TRY,
        retry_policy=options.PATIENT,
        summary=summary,
    )


def cause_of(error: FailureError) -> BaseException | None:
    """What went wrong: around a local activity's failure there is no `ActivityError`."""
    return error.cause if isinstance(error, ActivityError) else error


def final(error: FailureError) -> bool:
    """Whether trying again cannot help."""
    cause = cause_of(error)
    return isinstance(cause, ApplicationError) and cause.non_retryable


def outcome(error: FailureError) -> Refusal | Failure:
    """What a final error means: the system said no, or a person must act."""
    cause = cause_of(error)
    if isinstance(cause, ApplicationError) and cause.type == activity_names.REFUSED:
        reason = (
            str(cause.details[0].get("reason", ""))
            if cause.details and isinstance(cause.details[0], dict)
            else cause.message
        )
        return Refusal(rule="D6", code="booking_refused", values={"reason": reason or cause.message})
    return Failure(cause.message if isinstance(cause, ApplicationError) else str(cause or error))


async def tell(effect: Tell, memory: Memory) -> None:
    """Signal `licence_changed`; a run that has ended meanwhile needs no news."""
    news = {"licence": memory.request.subject, "state": effect.state}
    for run in effect.runs:
        try:
            await workflow.get_external_workflow_handle(run).signal("licence_changed", news)
        except ApplicationError:
            workflow.logger.info("licence_changed not delivered", extra={"run": run})


async def hand_over(effect: HandOver) -> None:
    """Start the `misclick` run; where one is open for it already, that one serves (X11)."""
    request = effect.request
    try:
        await workflow.start_child_workflow(
            KINDS[request.kind].workflow,
            request.model_dump(mode="json", exclude_none=True),
            id=request.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"{request.kind}, {request.customer}",
        )
    except (WorkflowAlreadyStartedError, ChildWorkflowError):
        workflow.logger.info("a misclick run is open already", extra={"run": request.workflow_id})

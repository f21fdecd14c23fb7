"""Calling activities in two stages: within the time that an update waits, then patiently (docs/adr/0006)."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.model.facts import Check, Receipt, Refusal
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

IN_THE_WORKER = frozenset({activity_names.READ, activity_names.WRITE_TASKS, activity_names.RECORD_END})
"""Tried once as local activities: short, idempotent, and cheaper in history."""

AT_LEISURE = frozenset({activity_names.NOTIFY})
"""What nobody waits for and may take long: a mail server's answer."""


class Slow(Exception):
    """The first stage ended without an answer."""


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


async def call_patiently(
    name: str,
    argument: Any,
    answer: type | None,
    summary: str,
    until: timedelta | None,
    one_try: timedelta = options.PATIENT_TRY,
    sign_of_life: timedelta | None = None,
) -> Any:
    """The second stage: retried patiently; `until` None: for ever."""
    return await workflow.execute_activity(
        name,
        argument,
        result_type=answer,
        schedule_to_close_timeout=until,
        start_to_close_timeout=one_try,
        heartbeat_timeout=sign_of_life,
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


def outcome(error: FailureError) -> Refusal | str:
    """What a final error means: the system said no, or what a person must mend."""
    cause = cause_of(error)
    if not isinstance(cause, ApplicationError):
        return str(cause or error)
    if cause.type != activity_names.REFUSED:
        return cause.message
    details = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
    return Refusal(rule="D6", code="booking_refused", values={"reason": str(details.get("reason") or cause.message)})


async def call_until_done(name: str, argument: Any, answer: type, summary: str) -> Any:
    """What must be done in the end, however long a system is away: nobody is asked about it."""
    try:
        return await call(name, argument, answer, summary, local=True)
    except (Slow, FailureError):
        return await call_patiently(name, argument, answer, summary, None)

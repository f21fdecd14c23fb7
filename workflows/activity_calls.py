"""Calling activities in two stages: within the time that an update waits, then patiently (docs/adr/0006)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.model.base import Value
    from states.model.facts import Check, Receipt, Refusal, Unchanged, Undelivered
from workflows import options

Shape = TypeVar("Shape", bound=Value)

ACTIVITIES: dict[str, tuple[str, type[Value] | None, str]] = {
    "check_licences": (activity_names.READ, Check, "Read the record and check the licences"),
    "place_order": (activity_names.PLACE_ORDER, Receipt, "Book the order in the customer centre"),
    "apply_change": (activity_names.APPLY_CHANGE, Receipt, "Make the change in the customer's record"),
    "withdraw": (activity_names.WITHDRAW, Receipt, "Withdraw the booking"),
    "reassign": (activity_names.REASSIGN, Receipt, "Assign the licence elsewhere"),
    "decouple": (activity_names.DECOUPLE, Receipt, "Decouple the marketplace account"),
    "issue_receipt": (activity_names.ISSUE_RECEIPT, None, "Issue the customer's receipt"),
}
"""Each effect with its activity, the type of its answer, and what the web UI says of it."""

IN_THE_WORKER = frozenset({activity_names.READ})
"""Tried once as a local activity, which is short and cheaper in history.

Only what reads: a workflow task may be thrown away, since its worker died, say, or since something arrived while the
run closed. What a local activity wrote would stay, whatever the run then decides (docs/adr/0020).
"""


class Slow(Exception):
    """The first stage ended without an answer."""


async def call(name: str, argument: Any, shape: type[Value] | None, summary: str, *, local: bool) -> Any:
    """The first stage: ten seconds, within which the update still waits. Raises `Slow` or what is final.

    `local`: one try within the workflow task, which is cheap. Retries are the server's: those of a local activity
    would hold the workflow task, and the run would neither answer nor notice anything until the system is back.
    """
    began = workflow.now()
    if local:
        try:
            return await call_locally(name, argument, shape, summary)
        except FailureError as error:
            if final(error):
                raise
    try:
        answer = await workflow.execute_activity(
            name,
            argument,
            schedule_to_close_timeout=max(options.FIRST_STAGE - (workflow.now() - began), options.LEAST_LEFT),
            start_to_close_timeout=options.ONE_TRY,
            retry_policy=options.QUICK,
            summary=summary,
            priority=priority(),
        )
    except ActivityError as error:
        if final(error):
            raise
        raise Slow from error
    return read_answer(name, answer, shape)


async def call_locally(name: str, argument: Any, shape: type[Value] | None, summary: str) -> Any:
    """One try in the worker itself. Fails with the cause itself, not with an `ActivityError` around it."""
    answer = await workflow.execute_local_activity(
        name,
        argument,
        start_to_close_timeout=options.ONE_TRY,
        retry_policy=options.ONCE,
        summary=summary,
    )
    return read_answer(name, answer, shape)


async def call_patiently(
    name: str, argument: Any, shape: type[Value] | None, summary: str, until: timedelta | None
) -> Any:
    """The second stage: retried patiently; `until` None: for ever."""
    answer = await workflow.execute_activity(
        name,
        argument,
        schedule_to_close_timeout=until,
        start_to_close_timeout=options.PATIENT_TRY,
        retry_policy=options.PATIENT,
        summary=summary,
        priority=options.NOBODY_WAITS,
    )
    return read_answer(name, answer, shape)


async def send_mail(step: Any, *, once: bool) -> Undelivered | None:
    """A mail, which nobody waits for and whose server may take long: tried once, or patiently for days.

    Answers why it can never be delivered, where that is so.
    """
    answer = await workflow.execute_activity(
        activity_names.NOTIFY,
        step,
        schedule_to_close_timeout=None if once else options.MAIL_PATIENCE,
        start_to_close_timeout=options.A_MAIL,
        heartbeat_timeout=options.A_SIGN_OF_LIFE,
        retry_policy=options.ONCE if once else options.MAIL,
        summary="Send a mail",
        priority=options.NOBODY_WAITS,
    )
    try:
        return Undelivered.model_validate(answer)
    except ValidationError:
        return None  # sent, or completed by hand, whatever was answered


def priority() -> Priority:
    """What a person waits for, whose message is being answered, goes before what a date or another run has begun."""
    return options.NOBODY_WAITS if workflow.all_handlers_finished() else Priority.default


def read_answer(name: str, answer: Any, shape: type[Value] | None) -> Any:
    """What an activity answered, in its shape; whoever completes one by hand may answer anything.

    A check may say that it is `Unchanged`.

    Raises what is final: a person is asked. It is read here and not by the converter, whose errors fail a workflow task
    again and again.
    """
    if shape is None:
        return None
    if name == activity_names.READ and answer == {"unchanged": True}:
        shape = Unchanged
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, fault["loc"])) or "-" for fault in error.errors(include_input=False))
        text = f"{name} was answered in another form than {shape.__name__}: {fields}"
        raise ApplicationError(text, non_retryable=True) from None


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


async def call_until_done(
    name: str, argument: Any, shape: type[Shape], summary: str, held_up: Callable[[], None] = lambda: None
) -> Shape:
    """What must be done in the end, however long a system is away: nobody is asked about it.

    Never within the workflow task: that something shall be written outside is in the history before it is. `held_up` is
    called when it takes longer.
    """
    try:
        answer: Shape = await call(name, argument, shape, summary, local=False)
        return answer
    except (Slow, FailureError):
        held_up()
    while True:
        try:
            answer = await call_patiently(name, argument, shape, summary, None)
            return answer
        except FailureError:
            await workflow.sleep(options.ANEW, summary=f"tries again: {summary}")

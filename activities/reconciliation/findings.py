"""What a comparison means: pure judgement of one run, by what our database holds of it and what Temporal knows."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from catalogue.texts import say
from states.model.reconciliation import Code, Execution, Finding, RecordedRun

ORDER: tuple[Code, ...] = get_args(Code)
ACTION = "compare"
"""What the keys of findings begin with, which no idempotency key of a run does."""


def is_overdue(held: RecordedRun, now: datetime, grace: timedelta) -> bool:
    """Whether the date of its booking has passed by more than `grace`."""
    return held.booking is not None and held.booking.effective_at + grace < now


def code_of(held: RecordedRun, execution: Execution, overdue: bool) -> Code | None:
    """What is wrong with a run; None where nothing is.

    An open run is right to be open; with a date that has passed it must wait for someone. One that is over should have
    said so itself. A booking that an operator left when he ended its run in repair is meant to stand, but what it
    does on its date our record does not follow.
    """
    if execution.how == "open":
        return "overdue" if overdue and not held.tasks else None
    booked = held.booking is not None and held.booking.booked
    if held.ended is None:
        return "booking_unwatched" if booked else "tasks_dropped" if held.tasks else "run_lost"
    if not booked:
        return None
    if held.ended == "given_up":
        return "overdue_unwatched" if overdue else None
    return "booking_left"


def finding_of(held: RecordedRun, execution: Execution, now: datetime, grace: timedelta) -> Finding | None:
    """The finding on one run, if there is one."""
    overdue = is_overdue(held, now, grace)
    code = code_of(held, execution, overdue)
    if code is None:
        return None
    return Finding(
        key=key_of(code, held),
        code=code,
        workflow_id=held.workflow_id,
        run_id=held.run_id,
        how=execution.how,
        at=execution.at,
        by=execution.by,
        reason=execution.reason,
        booking=held.booking,
        overdue=overdue,
        tasks=held.tasks,
        ended=held.ended,
        count=1,
        known=False,
    )


def key_of(code: Code, held: RecordedRun) -> str:
    """By which a finding is remembered: a booking's by the booking, else by the run."""
    return f"{ACTION}/{code}/{held.booking.order if held.booking else f'{held.workflow_id}/{held.run_id}'}"


def remembered(finding: Finding) -> tuple[str, ...]:
    """The keys of what operators know once they have been told: with a booking past its date, that as well."""
    if finding.overdue and finding.booking is not None:
        return tuple(f"{ACTION}/{code}/{finding.booking.order}" for code in (finding.code, "overdue_unwatched"))
    return (finding.key,)


def findings_of(
    compared: Sequence[tuple[RecordedRun, Execution]], now: datetime, grace: timedelta
) -> tuple[Finding, ...]:
    """All findings, worst first.

    Where Temporal knows none of the runs that have not ended, it is another server or a lost one: a single finding
    says so, and none of them is taken for lost.
    """
    unended = [(held, execution) for held, execution in compared if held.ended is None]
    strange = bool(unended) and all(execution.how == "unknown" for _, execution in unended)
    judged = [
        finding_of(held, execution, now, grace) for held, execution in compared if not (strange and held.ended is None)
    ]
    found = [all_unknown([held for held, _ in unended])] if strange else []
    return worst_first([*found, *(finding for finding in judged if finding is not None)])


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By how bad they are, then by run."""
    return tuple(sorted(findings, key=lambda one: (ORDER.index(one.code), one.workflow_id, one.run_id)))


def all_unknown(held: Sequence[RecordedRun]) -> Finding:
    """The finding for all of them; told again only when others are open."""
    first = held[0]
    named = hashlib.sha256("\n".join(f"{one.workflow_id}/{one.run_id}" for one in held).encode()).hexdigest()[:16]
    return Finding(
        key=f"{ACTION}/all_unknown/{named}",
        code="all_unknown",
        workflow_id=first.workflow_id,
        run_id=first.run_id,
        how="unknown",
        count=len(held),
        known=False,
    )


def text_of(finding: Finding, language: str, zone: str) -> str:
    """What was found and what to do about it, for operators."""
    booking = finding.booking
    values: dict[str, Any] = {
        "workflow_id": finding.workflow_id,
        "run_id": finding.run_id,
        "how": finding.how,
        "who": finding.by,
        "reason": finding.reason,
        "ended_at": finding.at,
        "state": finding.ended,
        "overdue": finding.overdue,
        "count": finding.count,
        "open_tasks": len(finding.tasks),
        "reference": booking.reference if booking else None,
        "target": booking.target if booking else None,
        "effective_at": booking.effective_at if booking else None,
        "zone": zone,
    }
    return say(language, f"finding.{finding.code}", values)

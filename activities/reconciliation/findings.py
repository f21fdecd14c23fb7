"""What a comparison means: a run is judged by what our database holds of it and what Temporal knows. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from activities.ports import FINDING
from catalogue.texts import say
from states.model.reconciliation import Code, Execution, Finding, RecordedRun

ORDER: tuple[Code, ...] = get_args(Code)


class Still(NamedTuple):
    """A time in which all effects were frozen; `until`: its release, or now."""

    since: datetime
    until: datetime


def is_overdue(run: RecordedRun, now: datetime, grace: timedelta, still: Sequence[Still] = ()) -> bool:
    """Whether the date of its booking has passed by more than `grace`, which stands still while all effects do: what a
    freeze has held up is made up for after its release, and not in one moment.
    """
    if run.booking is None:
        return False
    date = run.booking.effective_at
    stood = sum((max(each.until - max(each.since, date), timedelta(0)) for each in still), timedelta(0))
    return date + grace + stood < now


def code_of(run: RecordedRun, execution: Execution, overdue: bool) -> Code | None:
    """What is wrong with a run; None where nothing is.

    An open run is right to be open; with a date that has passed it must wait for someone. One that is over should have
    said so itself. A booking that an operator left when he ended its run in repair is meant to stand, but what it
    does on its date our record does not follow.
    """
    if execution.how == "open":
        return "overdue" if overdue and not run.tasks else None
    booked = run.booking is not None and run.booking.booked
    if run.ended is None:
        return "booking_unwatched" if booked else "tasks_dropped" if run.tasks else "run_lost"
    if not booked:
        return None
    if run.ended == "given_up":
        return "overdue_unwatched" if overdue else None
    return "booking_left"


def finding_of(
    run: RecordedRun, execution: Execution, now: datetime, grace: timedelta, still: Sequence[Still] = ()
) -> Finding | None:
    """The finding on one run, if there is one. A run that is over waits for no release."""
    overdue = is_overdue(run, now, grace, still if execution.how == "open" else ())
    code = code_of(run, execution, overdue)
    if code is None:
        return None
    of_run = {name: getattr(run, name) for name in ("workflow_id", "run_id", "booking", "tasks", "ended")}
    of_execution = {name: getattr(execution, name) for name in ("how", "at", "by", "reason")}
    return Finding(key=key_of(code, run), code=code, overdue=overdue, count=1, known=False, **of_run, **of_execution)


def key_of(code: Code, run: RecordedRun) -> str:
    """By which a finding is remembered: a booking's by the booking, else by the run."""
    return f"{FINDING}/{code}/{run.booking.order if run.booking else f'{run.workflow_id}/{run.run_id}'}"


def remembered(finding: Finding) -> tuple[str, ...]:
    """The keys of what operators know once they have been told: with a booking past its date, that as well."""
    if finding.overdue and finding.booking is not None:
        return tuple(f"{FINDING}/{code}/{finding.booking.order}" for code in (finding.code, "overdue_unwatched"))
    return (finding.key,)


def findings_of(
    compared: Sequence[tuple[RecordedRun, Execution]],
    now: datetime,
    grace: timedelta,
    held: Collection[str] = (),
    still: Sequence[Still] = (),
) -> tuple[Finding, ...]:
    """All findings, worst first, then by run. A date passes in a freeze: a run that is `held` by one is not overdue,
    and of none counts the time in which everything stood `still`.

    Where Temporal knows none of the runs that have not ended, it is another server or a lost one: a single finding
    says so, and none of them is taken for lost.
    """
    unended = [(run, execution) for run, execution in compared if run.ended is None]
    findings: list[Finding] = []
    if unended and all(execution.how == "unknown" for _, execution in unended):
        findings.append(all_unknown([run for run, _ in unended]))
        compared = [(run, execution) for run, execution in compared if run.ended is not None]
    judged = [finding_of(run, execution, now, grace, still) for run, execution in compared]
    findings += [
        finding
        for finding in judged
        if finding is not None and not (finding.code == "overdue" and finding.workflow_id in held)
    ]
    return tuple(sorted(findings, key=lambda finding: (ORDER.index(finding.code), finding.workflow_id, finding.run_id)))


def all_unknown(runs: Sequence[RecordedRun]) -> Finding:
    """The finding for all of them; told again only when others are open."""
    named = hashlib.sha256("\n".join(f"{run.workflow_id}/{run.run_id}" for run in runs).encode()).hexdigest()[:16]
    return Finding(
        key=f"{FINDING}/all_unknown/{named}",
        code="all_unknown",
        workflow_id=runs[0].workflow_id,
        run_id=runs[0].run_id,
        how="unknown",
        count=len(runs),
        known=False,
    )


def text_of(finding: Finding, language: str, zone: str) -> str:
    """What was found and what to do about it, for operators."""
    values = finding.model_dump(include={"workflow_id", "run_id", "how", "reason", "overdue", "count"})
    values |= {"who": finding.by, "ended_at": finding.at, "state": finding.ended, "open_tasks": len(finding.tasks)}
    values |= {name: getattr(finding.booking, name, None) for name in ("reference", "target", "effective_at")}
    return say(language, f"finding.{finding.code}", values | {"zone": zone})

"""The end of a run that could not say it itself: its last status document, or what is known without one."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from catalogue.texts import say
from settings import Settings
from states.model.ends import ENDS
from states.model.memory import Actor
from states.model.reconciliation import Booking, Execution, RecordedRun
from states.model.record import Language
from states.model.status import End, Status, TimelineEntry, bare_status, page_of
from states.views.labels import in_words


def end_of(
    run: RecordedRun,
    execution: Execution,
    document: dict[str, Any] | None,
    *,
    settings: Settings,
    namespace: str,
    language: Language,
    now: datetime,
) -> End:
    """What the ledger keeps of a lost run.

    It is `given_up`, like one that an operator ended in repair: what was booked stays as it is, and the last line of
    the timeline says so. A run that had reached an end and was lost before it could be kept, keeps that one.
    """
    last = read_status(document) or minimal_status(run, execution, settings, namespace)
    at = execution.at or now
    state = last.state if last.state in ENDS else "given_up"
    note = note_of(state, run.booking, language, settings)
    actor: Actor = "operator" if execution.by else "system"
    line = TimelineEntry(
        at=at, state=state, event=execution.how, actor=actor, by=execution.by, note=note, audience="everyone"
    )
    changes: dict[str, Any] = {"state": state, "waiting_for": (), "enabled": (), "tasks": ()}
    changes |= {"timeline": (*last.timeline, line)} | (dates(last, run.booking) if state == "given_up" else {})
    return End(
        status=in_words(last, say, language, settings.time_zone, **changes),
        started_at=min(execution.started_at or at, at),
        ended_at=at,
        first_run_id=execution.first_run_id or run.run_id,
    )


def dates(last: Status, booking: Booking | None) -> dict[str, Any]:
    """The dates of what stands; of what was not booked, none."""
    if booking is None:
        return {"effective_at": None, "order_by": None, "why": ()}
    same = last.effective_at == booking.effective_at
    return {"effective_at": booking.effective_at, "why": last.why if same else ()}


def note_of(state: str, booking: Booking | None, language: Language, settings: Settings) -> str:
    """What happened and what stands, in the customer's language."""
    if state != "given_up":
        return say(language, "note.lost_after_end")
    values: dict[str, Any] = {"reference": None, "effective_at": None, "zone": settings.time_zone}
    if booking is not None and booking.booked:
        values |= {"reference": booking.reference, "effective_at": booking.effective_at}
    return say(language, "note.lost", values)


def read_status(document: dict[str, Any] | None) -> Status | None:
    """A status document as a value; None where it has another form than today's."""
    try:
        return Status.model_validate(document) if document is not None else None
    except ValidationError:
        return None


def minimal_status(run: RecordedRun, execution: Execution, settings: Settings, namespace: str) -> Status:
    """What our database alone knows, in codes."""
    return bare_status(
        workflow_id=run.workflow_id,
        run_id=execution.run_id,
        ui_url=page_of(settings.temporal_ui_url, namespace, run.workflow_id, execution.run_id),
        kind=run.kind,
        customer=run.customer,
        subject=run.subject,
        target=run.booking.target if run.booking else None,
        state="received",
    )

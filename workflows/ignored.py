"""What becomes of a signal that cannot be taken: nobody waits for its answer, so that it is a line of the timeline."""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from catalogue.quoting import one_line
    from catalogue.texts import say
    from states.chart.base import Chart
    from states.chart.decisions import sender_of
    from states.model.facts import Refusal
    from states.model.payload_errors import readable
    from states.views.refusals import refusal_text

BETTER_AS_UPDATE = "Use Send an Update instead, which says what is wrong; here that is a line in the timeline."
"""What the web UI says of an operator's decision as a signal."""


def note_ignored(chart: Chart, event: str, refusal: Refusal, at: datetime, by: str | None = None) -> None:
    """Say in the timeline, to operators alone, what was not taken, why, and who sent it."""
    fault = refusal_text(say, chart.model, "problem", refusal)
    chart.write(event, "ignored_signal", at=at, actor=sender_of(event), by=by, fault=fault)


def said_by(payloads: tuple[Any, ...]) -> str | None:
    """Who sent it, as far as a payload that is wrong says so."""
    by = payloads[0].get("by") if payloads and isinstance(payloads[0], dict) else None
    return readable(one_line(by), 200) if isinstance(by, str) and by.strip() else None

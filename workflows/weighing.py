"""The query `consequence`: what an operator's decision would do, tried on a copy of what the run remembers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from catalogue.texts import say
    from states.chart.admission import malformed, parse
    from states.chart.base import Chart
    from states.model.consequence import AskedDecision, Consequence
    from states.model.effects import Effect
    from states.model.facts import Refusal
    from states.model.request import OPERATOR_MESSAGES, ConfirmTask, RejectTask
    from states.views.consequence import Course, consequence, tried
from workflows.effect_runner import step_of

CONSEQUENCE = 'What a decision would do; nothing changes. Payload: {"confirm": {…}} or {"reject": {…}}'
"""What the web UI's form says of the query."""


class Weighed(NamedTuple):
    """A decision that is asked about: as its event, in its shape, as of which moment, in which language answered."""

    event: str
    message: ConfirmTask | RejectTask
    at: datetime
    language: str | None


def asked_about(payloads: tuple[Any, ...], latest: datetime) -> Weighed | tuple[Refusal, str | None]:
    """The decision in a query's payload, or what is wrong with it. `latest`: when something happened to it last."""
    asked = parse(AskedDecision, payloads)
    if isinstance(asked, Refusal):
        return asked, None
    given = {"confirm_task": asked.confirm, "reject_task": asked.reject}
    decisions = [(event, payload) for event, payload in given.items() if payload is not None]
    if len(decisions) != 1:
        return malformed("fault.one_decision"), asked.language
    ((event, payload),) = decisions
    shape: Any = OPERATOR_MESSAGES[event]
    message = parse(shape, (payload,))
    if isinstance(message, Refusal):
        return message, asked.language
    at = max(asked.now or latest, latest)
    return Weighed(event, message.arrived(at), at, asked.language)


def copy_of(chart: Chart) -> Chart:
    """A chart to be thrown away; memory holds nothing that could be changed but by assignment."""
    return type(chart)(chart.model.model_copy())


Awaits = Callable[[Effect], bool]
"""Whether a chart waits for an effect."""


def weigh(
    chart: Chart, under_way: tuple[Effect, ...], payloads: tuple[Any, ...], is_frozen: Callable[[Awaits], bool]
) -> Consequence:
    """What the decision would do to a run. `under_way`: what it is having performed.

    `is_frozen`: whether a freeze holds up what a chart waits for.
    """
    asked, trial = asked_about(payloads, workflow.now()), copy_of(chart)
    if not isinstance(asked, Weighed):
        refusal, language = asked
        return consequence(chart.model, trial, Course(refusal), say, step_of=step_of, language=language)
    course = tried(trial, asked.event, asked.message, asked.at, under_way)
    frozen = is_frozen(trial.awaits)
    return consequence(chart.model, trial, course, say, step_of=step_of, language=asked.language, frozen=frozen)

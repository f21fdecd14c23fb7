"""What a decision would do, said before it is sent: the same chart takes it on a copy of its memory.

As in a preview (`states.views.preview`), effects are looked at instead of performed; what the next state depends on is
taken as done, and a check as saying what the last one said.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from states.chart.base import Chart
from states.chart.second_opinion import seconded
from states.chart.turn import Answer
from states.model.consequence import Consequence, MailToCome, OpenedTask, reader_of
from states.model.effects import CHANGES, CheckLicences, Effect, Notify, Step
from states.model.facts import Receipt, Refusal
from states.model.memory import Memory
from states.model.texts import Say
from states.views.labels import texts_of
from states.views.mails import mail_text, mail_values
from states.views.refusals import language_of, problem
from states.views.status import Glance, awaited_by, glance, task_entries

OPERATORS = "de"
"""The language of mails to operators."""
DONE = Receipt(key="consequence")
"""What the world is taken to answer."""
StepOf = Callable[[Memory, Effect], Step]


class Course(NamedTuple):
    """What came of a decision that was tried: why it is not taken, or what is asked for because of it."""

    refusal: Refusal | None
    effects: tuple[Effect, ...] = ()
    needs_second: bool = False
    """It would be proposed; the rest is what happens when a second person confirms it."""


def tried(trial: Chart, event: str, message: Any, at: datetime, under_way: tuple[Effect, ...] = ()) -> Course:
    """Take a decision on a chart that is thrown away, and go on as far as it leads by itself.

    `under_way`: what is being performed; its answer is waited for only where the decision is taken up with it.
    """
    refusal = trial.would_refuse(event, message, at)
    if refusal is not None:
        return Course(refusal)
    due_before, tasks = due(trial, at), trial.model.tasks
    asked = [*trial.receive(event, message, at)]
    second = seconded(tasks, trial.model.tasks)
    if second is not None:
        asked += trial.receive("confirm_task", second, at)
    waiting = [*(effect for effect in under_way if trial.model.revoking and trial.awaits(effect)), *asked]
    while not trial.ended:
        answer = next_answer(trial, waiting)
        moment = None if answer else next(iter(due(trial, at) - due_before), None)
        if answer is None and moment is None:
            break
        more = trial.receive("answered", answer, at) if answer else trial.receive(str(moment), None, at)
        asked += more
        waiting += more
    return Course(None, tuple(asked), needs_second=second is not None)


def due(chart: Chart, at: datetime) -> set[str]:
    """The events of the moments that have come."""
    return {event for event, moment in chart.timers().items() if moment <= at}


def next_answer(trial: Chart, waiting: list[Effect]) -> Answer | None:
    """What the world is taken to say to the first effect that a state may depend on; None where there is none."""
    while waiting:
        effect = waiting.pop(0)
        if isinstance(effect, CHANGES):
            return Answer(effect, receipt=DONE)
        check = trial.model.check
        # What another target, or a record never read before, would show, nobody can say.
        if isinstance(effect, CheckLicences) and check is not None and effect.proposal is None:
            return Answer(effect, check=check)
    return None


def consequence(
    before: Memory,
    trial: Chart,
    course: Course,
    say: Say,
    *,
    step_of: StepOf,
    language: str | None = None,
    shown: Glance | None = None,
    frozen: bool = False,
) -> Consequence:
    """Read off what a tried decision has led to. `shown`: how the run then stands, unless its chart says so.

    `frozen`: a freeze holds up what it would then still wait for.
    """
    memory = trial.model
    language = language or language_of(memory)
    shown = shown or glance(trial)
    known, left = {task.task for task in before.tasks}, {task.task for task in memory.tasks}
    entries = task_entries(memory, say, language)
    texts = texts_of(
        say,
        language,
        memory.settings.zone,
        kind=memory.request.kind,
        target=memory.request.target,
        enabled=trial.enabled(),
        awaited=awaited_by(memory),
        frozen=frozen,
        **shown._asdict(),
    )
    return Consequence(
        refused=problem(trial, say, course.refusal, None, language) if course.refusal else None,
        state=shown.state,
        state_text=texts["state_text"],
        effective_at=shown.effective_at,
        effective_day=texts["effective_day"],
        waiting_for=shown.waiting_for,
        waiting_text=texts["waiting_text"],
        closes=tuple(task.task for task in before.tasks if task.task not in left),
        opens=tuple(
            OpenedTask(type=entry.type, instructions=entry.instructions) for entry in entries if entry.task not in known
        ),
        mails=tuple(mail_to_come(memory, mail, say, step_of) for mail in mails_in(course)),
        needs_second=course.needs_second,
    )


def mails_in(course: Course) -> tuple[Notify, ...]:
    """The mails that would go out."""
    return tuple(effect for effect in course.effects if isinstance(effect, Notify))


def mail_to_come(memory: Memory, mail: Notify, say: Say, step_of: StepOf) -> MailToCome:
    """A mail as far as a run can say it: names and links are looked up when it is sent."""
    request = memory.request
    language = OPERATORS if mail.to == "operator" else language_of(memory)
    own = request.model_dump(include={"customer", "kind", "subject", "target"})
    own |= {"name": None, "zone": memory.settings.zone, "url": None}
    text = mail_text(say, mail.template, language, mail_values(say, mail, language, own))
    return MailToCome(to=reader_of(mail), subject=text.subject, text=text.body, step=step_of(memory, mail))

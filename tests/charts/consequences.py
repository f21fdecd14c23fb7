"""What is said of a decision before it is sent, held against what then happens: played step by step, as a run would."""

from typing import Any, NamedTuple

from catalogue.texts import say
from states.chart.base import Chart
from states.chart.turn import Answer
from states.model.consequence import Consequence
from states.model.effects import CHANGES, CheckLicences, Effect, Notify, Step
from states.model.facts import Receipt
from states.model.memory import Memory
from states.model.texts import Say
from states.views.consequence import consequence, tried
from states.views.status import glance


class Outcome(NamedTuple):
    """Where a decision leads: all that the consequence says of it, without texts."""

    state: str
    effective_at: Any
    waiting_for: tuple[str, ...]
    closes: tuple[str, ...]
    opens: tuple[str, ...]
    mails: tuple[str, ...]
    needs_second: bool = False


def as_said(said: Consequence) -> Outcome:
    """What is said before."""
    opens, mails = (task.type for task in said.opens), (mail.step.effect for mail in said.mails)
    named = tuple(f"{mail.template} to {mail.to}" for mail in mails if isinstance(mail, Notify))
    return Outcome(said.state, said.effective_at, said.waiting_for, said.closes, tuple(opens), named, said.needs_second)


def said_of(
    before: Memory, trial: Chart, event: str, message: Any, under_way: tuple[Effect, ...] = (), words: Say = say
) -> Consequence:
    """The consequence of a decision. `trial`: a chart with a copy of the memory."""
    course = tried(trial, event, message, before.now, under_way)
    return consequence(before, trial, course, words, step_of=bare_step)


def bare_step(memory: Memory, effect: Effect) -> Step:
    """An effect on its way, by no key."""
    request = memory.request
    return Step(key="k", workflow_id="w", kind=request.kind, customer="K", subject="L", effect=effect)


def as_happens(chart: Chart, event: str, message: Any, under_way: tuple[Effect, ...] = ()) -> Outcome:
    """What a chart does that takes the decision: all that it asks for is done, and moments that come with it pass."""
    memory, at = chart.model, chart.model.now
    known, passed = memory.tasks, {name for name, moment in chart.timers().items() if moment <= at}
    asked = list(chart.receive(event, message, at))
    proposed = next((task.proposed.message for task in memory.tasks if task.proposed and task not in known), None)
    if proposed is not None:
        asked += chart.receive("confirm_task", proposed.model_copy(update={"by": "somebody else"}), at)
    mails = [effect for effect in asked if isinstance(effect, Notify)]
    world = [effect for effect in (*(under_way if memory.revoking else ()), *asked) if acts(effect, memory)]
    while not chart.ended:
        if world:
            more = chart.receive("answered", answer_to(world.pop(0), memory), at)
        elif come := [name for name, moment in chart.timers().items() if moment <= at and name not in passed]:
            more = chart.receive(come[0], None, at)
        else:
            break
        mails += [effect for effect in more if isinstance(effect, Notify)]
        world += [effect for effect in more if acts(effect, memory)]
    shown, left, before = glance(chart), {task.task for task in memory.tasks}, {task.task for task in known}
    return Outcome(
        shown.state,
        shown.effective_at,
        shown.waiting_for,
        tuple(task.task for task in known if task.task not in left),
        tuple(task.type for task in memory.tasks if task.task not in before),
        tuple(f"{mail.template} to {mail.to}" for mail in mails),
        proposed is not None,
    )


def acts(effect: Effect, memory: Memory) -> bool:
    """Whether a chart may depend on its answer, and it is known what that would be."""
    known = isinstance(effect, CheckLicences) and effect.proposal is None and memory.check is not None
    return known or isinstance(effect, CHANGES)


def answer_to(effect: Effect, memory: Memory) -> Answer:
    """It is done; what a check finds is what was found before."""
    if isinstance(effect, CheckLicences):
        return Answer(effect, check=memory.check)
    return Answer(effect, receipt=Receipt(key="k"))

"""Performing what a chart asks for, and handing back what came of it."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from states.model.effects import CheckLicences, Effect, HandOver, Tell
    from states.model.facts import Check, Refusal
from workflows import patches
from workflows.effect_calls import (
    ACTIVITIES,
    IN_THE_WORKER,
    Failure,
    Slow,
    call,
    call_patiently,
    hand_over,
    inquiry_of,
    outcome,
    step_of,
    tell,
)
from workflows.timer import Alarm


class Performing(Alarm):
    """Each effect is carried out beside the loop; its answer waits there for its turn."""

    def perform(self, effects: tuple[Effect, ...]) -> None:
        """Begin what was asked for; the answers come back into the loop."""
        self.touched = True
        for effect in effects:
            self.under_way[effect.number] = effect
            self.tasks[effect.number] = asyncio.create_task(self.carry_out(effect))

    def follow(self, effects: tuple[Effect, ...], check: Check | None) -> None:
        """Begin what an answer asks for; a check asked for by a check is the one just made."""
        asked = []
        for effect in effects:
            if check is not None and isinstance(effect, CheckLicences) and effect.is_answered_by(check):
                self.answers.append((effect, {"check": check}))
            else:
                asked.append(effect)
        self.perform(tuple(asked))

    async def carry_out(self, effect: Effect) -> None:
        """Perform one effect and put its answer where the loop finds it."""
        facts: dict[str, Any] = {}
        if isinstance(effect, Tell):
            await tell(effect, self.chart.model)
        elif isinstance(effect, HandOver):
            await hand_over(effect)
        else:
            facts = await self.call_activity(effect)
        self.slow.discard(effect.number)
        self.answers.append((effect, facts))

    async def call_activity(self, effect: Effect) -> dict[str, Any]:
        """The effect's activity, in two stages; then its receipt, a refusal, or a failure."""
        name, answer, summary = ACTIVITIES[effect.name]
        memory = self.chart.model
        argument = inquiry_of(memory, effect) if isinstance(effect, CheckLicences) else step_of(memory, effect)
        try:
            try:
                result = await call(name, argument, answer, summary, local=name in IN_THE_WORKER)
            except Slow:
                self.slow.add(effect.number)
                result = await call_patiently(name, argument, answer, summary, memory.settings.repair_after)
        except FailureError as error:
            found = outcome(error)
            if isinstance(found, Refusal) and effect.refused:
                return {"refusal": found}
            return {"failure": found if isinstance(found, Failure) else Failure(str(found.values.get("reason")))}
        return {"check": result} if isinstance(effect, CheckLicences) else {"receipt": result} if answer else {}

    def take_answer(self, effect: Effect, facts: dict[str, Any]) -> None:
        """What came back from the world."""
        self.under_way.pop(effect.number, None)
        self.tasks.pop(effect.number, None)
        now = workflow.now()
        failure = facts.pop("failure", None)
        if failure is not None:
            self.perform(self.chart.failed(effect, now, failure.error))
        else:
            patches.answered(self.chart, effect, facts)
            self.follow(self.chart.answer(effect, now, **facts), facts.get("check"))

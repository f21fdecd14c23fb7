"""What waits in a run for the end of a freeze (docs/adr/0033)."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from states.model.effects import Effect
from workflows import options
from workflows.activity_calls import cause_of

RELEASED = 'A freeze is over, and what has waited for that is done. Payload: {"freeze": 1}'
"""What the web UI's form says of the signal `effects_released`."""


def freeze_of(error: FailureError) -> int | None:
    """The number of the freeze, where an effect was not performed because of one."""
    cause = cause_of(error)
    if not isinstance(cause, ApplicationError) or cause.type != activity_names.FROZEN:
        return None
    details = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
    number = details.get("freeze")
    return number if isinstance(number, int) else 0


class Freezing:
    """Effects wait here until the run is told that the freeze is over, and cost nothing meanwhile.

    The news may come before the refusal that it answers: it names the freeze up to which all are over. Where it was
    not meant so, since the activity says again that this freeze stands, the next news is waited for. Once a day the run
    looks by itself, should the news ever be lost.
    """

    def __init__(self, note: Callable[[int], None] = lambda _: None) -> None:
        self.note = note
        """Told the number of a freeze that something begins to wait for."""
        self.released = 0
        """All freezes up to this one are over, by the news."""
        self.heard = 0
        """How often there was news."""
        self.waiting: dict[int, Effect | None] = {}
        """What waits, by number; None stands for tickets."""
        self.taken_at_its_word: dict[int, int] = {}
        """By effect the freeze of which the news said before the refusal that it is over."""

    def release(self, payloads: tuple[Any, ...]) -> None:
        """News: the freeze of this number is over, and all before it; without one, whatever is waited for."""
        payload = payloads[0] if payloads and isinstance(payloads[0], dict) else {}
        number = payload.get("freeze")
        self.heard += 1
        self.released = max(self.released, number if isinstance(number, int) else 0)
        if not isinstance(number, int):
            self.waiting.clear()

    async def over(self, number: int, effect: Effect | None, freeze: int) -> None:
        """Wait until that freeze is over for the effect of that number."""
        if self.released >= freeze and self.taken_at_its_word.get(number) != freeze:
            self.taken_at_its_word[number] = freeze
            return
        heard = self.heard
        self.waiting[number] = effect
        self.note(freeze)
        try:
            await workflow.wait_condition(
                lambda: number not in self.waiting or (self.heard > heard and self.released >= freeze),
                timeout=options.FROZEN_LOOK,
                timeout_summary="Looks whether the freeze is over",
            )
        except TimeoutError:
            pass
        finally:
            self.waiting.pop(number, None)

"""The shapes of what is taken and answered about freezes (docs/contract.md, Freeze)."""

from pydantic import BaseModel, ConfigDict, Field

from activities.sql.freezes import FallingRuns, Freeze
from states.model.base import Moment, ShortText, Value, WrittenMoment


class FreezeOrder(BaseModel):
    """All effects are to stop. `by` is the name of the operator's token where tokens are set."""

    model_config = ConfigDict(extra="forbid")

    reason: ShortText
    until: WrittenMoment | None = Field(
        default=None, description="The planned end; nothing but a release ends a freeze"
    )
    by: ShortText | None = None


class FreezeRelease(BaseModel):
    """What was held is to be done. `by` is the name of the operator's token where tokens are set."""

    model_config = ConfigDict(extra="forbid")

    note: ShortText
    by: ShortText | None = None


class HeldEffects(Value):
    """So many of an effect wait: `place_order`, `apply_change`, `withdraw`, `reassign`, `decouple`, `notify`,
    `tickets`, `close_ticket`."""

    effect: str
    count: int


class Held(Value):
    """What waits for the end of a freeze, or has not been told of it yet."""

    runs: int
    effects: tuple[HeldEffects, ...]


class FallsInto(Value):
    """Which open runs have a date in a freeze: from its beginning to its planned end, or now, if that is later."""

    since: Moment
    until: Moment
    effective: FallingRuns = Field(description="What takes effect in that time")
    deadlines: FallingRuns = Field(description="Where the customer's notice period ends in that time: it goes on")


class FreezeAnswer(Value):
    """Whether all effects are frozen, since when and why; what waits, what falls into it, and all freezes so far."""

    frozen: bool
    freeze: Freeze | None
    held: Held
    falls_into: FallsInto
    log: tuple[Freeze, ...]

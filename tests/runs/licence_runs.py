"""What the tests of licences as whole runs share: a customer in a line, a refusal in a line."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.customers import licences_of
from tests.runs.harness import Refused, Run, World
from tests.runs.scenes import muster

FEBRUARY = "2027-01-31T23:00:00Z"
"""00:00 in Berlin of the day after the last usable day 31 January (X6)."""


async def refusal(run: Run, event: str, **payload: Any) -> Refused:
    """How an event is refused; it must be."""
    with pytest.raises(Refused) as no:
        await run(event, **payload)
    return no.value


async def held(w: World, *licences: dict[str, Any], **fields: Any) -> None:
    """One customer with these licences."""
    await w.load(muster(*licences, **fields))


async def left(w: World) -> set[str]:
    """The licences that are left in the record."""
    return licences_of(await w.record("K-1001"))


async def today(w: World) -> date:
    """The calendar day of the server's clock in Berlin."""
    return (await w.env.get_current_time()).astimezone(ZoneInfo("Europe/Berlin")).date()


async def now(w: World) -> str:
    """The server's clock."""
    return (await w.env.get_current_time()).isoformat()

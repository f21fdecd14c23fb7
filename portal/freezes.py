"""Freezes: how it stands, their beginning and their release. All of it blocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from portal.authority import Authority
from portal.context import Portal
from portal.freeze_schemas import FallsInto, FreezeAnswer, FreezeOrder, FreezeRelease, Held, HeldEffects
from portal.problems import PortalProblem, malformed

USUAL = timedelta(days=1)
"""So far is looked ahead where nothing is frozen and nobody says until when."""


def freeze_answer(portal: Portal, until: datetime | None = None) -> dict[str, Any]:
    """How it stands. `until`: to what moment runs are looked for whose dates fall into it, unless a freeze says so."""
    freezes, now = portal.adapters.freezes, datetime.now(UTC)
    with portal.adapters.database.read():
        freeze = freezes.standing()
        since = freeze.since if freeze else now
        planned = until or (freeze.until if freeze else now + USUAL)
        end = max(now, planned) if planned else now
        counts = freezes.waiting()
        runs = counts.pop("runs")
        answer = FreezeAnswer(
            frozen=freeze is not None,
            freeze=freeze,
            held=Held(runs=runs, effects=tuple(HeldEffects(effect=name, count=n) for name, n in counts.items())),
            falls_into=FallsInto(
                since=since,
                until=end,
                effective=freezes.effective_between(since, end),
                deadlines=freezes.deadlines_between(since, end),
            ),
            log=freezes.log(),
        )
    return answer.model_dump(mode="json")


def standing_freeze(portal: Portal) -> dict[str, Any] | None:
    """The freeze that stands. Blocks."""
    freeze = portal.adapters.freezes.standing()
    return freeze.model_dump(mode="json") if freeze else None


def begin_freeze(portal: Portal, order: FreezeOrder, authority: Authority) -> dict[str, Any]:
    """Freeze all effects; when this answers, nothing that changes something is under way any more.

    Raises `PortalProblem`: `malformed`, or `frozen` where they are.
    """
    now = datetime.now(UTC)
    if order.until is not None and order.until <= now:
        raise malformed("freeze_until", given=order.until.isoformat(), **zone(portal))
    by = authority.named(order.by)
    freeze, new = portal.adapters.freezes.freeze(by, order.reason, order.until, now)
    if not new:
        raise PortalProblem("frozen", values={"by": freeze.by, "since": freeze.since.isoformat()} | zone(portal))
    return freeze_answer(portal)


def release_freeze(portal: Portal, release: FreezeRelease, authority: Authority) -> dict[str, Any]:
    """End the freeze: workers then tell those that wait. Raises `PortalProblem`: `malformed`, or `not_frozen`."""
    freezes = portal.adapters.freezes
    if freezes.release(authority.named(release.by), release.note, datetime.now(UTC)) is None:
        last = next(iter(freezes.log(1)), None)
        released = last.released_at if last else None
        values = {"by": last.released_by if last else None, "at": released.isoformat() if released else None}
        raise PortalProblem("not_frozen", values=values | zone(portal))
    return freeze_answer(portal)


def zone(portal: Portal) -> dict[str, str]:
    """In which days are said."""
    return {"zone": portal.settings.time_zone}

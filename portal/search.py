"""The list of cancellations: open runs as they show themselves, then ended ones from the ledger."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from activities.adapters import Adapters
from activities.sql.paging import Page, total_of
from portal.problems import malformed
from states.chart.state_names import public_state
from states.kinds.registry import KINDS
from states.model.status import CancellationItem
from states.views.diagram import states_of

STATES = tuple(dict.fromkeys(public_state(state) for kind in KINDS.values() for state in states_of(kind.chart)))
"""The states that a run of any kind may be in, as outsiders call them."""


@dataclass(frozen=True)
class Criteria:
    """What is searched for. Both bounds of the effective date are included. `open`: None for open and ended runs."""

    customer: str | None = None
    kind: str | None = None
    state: str | None = None
    waiting_for: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    open: bool | None = None


class Cursor(NamedTuple):
    """Where a list goes on: in which part, and where there; nothing there: from its beginning."""

    part: Literal["open", "ended"] = "open"
    place: str = ""

    def __str__(self) -> str:
        return f"{self.part}.{self.place}"

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor that a caller gives. Raises `malformed`."""
        part, dot, place = (text or "open.").partition(".")
        if not dot or part not in ("open", "ended"):
            raise malformed("cursor")
        return cls("open" if part == "open" else "ended", place)


def search(adapters: Adapters, criteria: Criteria, cursor: str | None, limit: int) -> dict[str, Any]:
    """One page: open runs, and where they end, ended ones. Raises `malformed` or `WrongCursor`."""
    part, place = Cursor.read(cursor)
    wanted = {name: value for name, value in asdict(criteria).items() if name != "open" and value is not None}
    open_runs = ended = Page[CancellationItem]((), 0, None)
    if criteria.open is not False:
        at = {"limit": limit, "cursor": place} if part == "open" else {"limit": 0}
        open_runs = adapters.open_list.open_runs(**at, **wanted)
    if not criteria.open and criteria.waiting_for is None:  # ended runs wait for nobody
        room = 0 if open_runs.next else limit - len(open_runs.items)
        ended = adapters.ledger.ended_runs(limit=room, cursor=place if part == "ended" else None, **wanted)
    following = next_cursor(open_runs, ended, limit)
    items = [item.model_dump(mode="json") for item in (*open_runs.items, *ended.items)]
    total = total_of(open_runs.total + ended.total)
    return {"items": items, **total, "next": str(following) if following else None}


def next_cursor(open_runs: Page[CancellationItem], ended: Page[CancellationItem], limit: int) -> Cursor | None:
    """Where the list goes on; ended runs begin on a page of their own where open ones fill one."""
    if open_runs.next:
        return Cursor("open", open_runs.next)
    if ended.next:
        return Cursor("ended", ended.next)
    return Cursor("ended") if ended.total and len(open_runs.items) == limit else None

"""The list of cancellations: open runs from Temporal's visibility, then ended ones from the ledger."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from temporalio.client import Client, RPCError, RPCStatusCode, WorkflowExecution

from activities.sql.ledger import SqlLedger
from activities.sql.paging import Page
from portal.parameters import INSTANT
from portal.problems import malformed
from portal.run_reader import quoted, reaching, unavailable
from portal.schemas import CancellationPage
from states.chart.state_names import public_state
from states.kinds.registry import KINDS
from states.model.ends import ENDS
from states.model.status import CancellationItem
from states.views.diagram import states_of
from workflows import search_attributes as attributes

STATES = tuple(dict.fromkeys(public_state(state) for kind in KINDS.values() for state in states_of(kind.chart)))
"""The states that a run of any kind may be in, as outsiders call them."""
LIST_WITHIN = timedelta(seconds=4)


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


async def search(
    client: Client, ledger: SqlLedger, criteria: Criteria, cursor: str | None, limit: int
) -> dict[str, Any]:
    """One page: open runs, and where they end, ended ones.

    Raises `malformed` or `WrongCursor` for a cursor that is not ours, `unavailable` where the server cannot list.
    """
    position = Cursor.read(cursor)
    nothing: Page[CancellationItem] = Page((), 0, None)
    open_runs = nothing if criteria.open is False else await read_open_runs(client, criteria, position, limit)
    items, total = list(open_runs.items), open_runs.total
    following = Cursor("open", open_runs.next) if open_runs.next else None
    if not criteria.open and criteria.waiting_for is None:  # ended runs wait for nobody
        place = position.place if position.part == "ended" else ""
        wanted = {name: value for name, value in asdict(criteria).items() if name not in ("open", "waiting_for")}
        rest = max(limit - len(items), 1)
        ended = await ledger.database.in_thread(ledger.ended_runs, limit=rest, cursor=place or None, **wanted)
        total += ended.total
        if following is None and len(items) >= limit:
            following = Cursor("ended") if ended.total else None
        elif following is None:
            items += ended.items
            following = Cursor("ended", ended.next) if ended.next else None
    page = CancellationPage(items=tuple(items), total=total, next=str(following) if following else None)
    return page.model_dump(mode="json")


async def read_open_runs(client: Client, criteria: Criteria, position: Cursor, limit: int) -> Page[CancellationItem]:
    """A page of open runs, whose `next` is the server's token; beyond the last one, only how many there are."""
    query = visibility_query(criteria)
    token = position.place if position.part == "open" else ""
    try:
        with reaching():
            total = (await client.count_workflows(query, rpc_timeout=LIST_WITHIN)).count
        if position.part == "ended":
            return Page((), total, None)
        pages = client.list_workflows(query, next_page_token=token_of(token), page_size=limit, rpc_timeout=LIST_WITHIN)
        await pages.fetch_next_page(page_size=limit)
    except RPCError as error:
        if error.status == RPCStatusCode.INVALID_ARGUMENT and token:
            raise malformed("cursor") from error
        raise unavailable(error) from error
    following = base64.urlsafe_b64encode(pages.next_page_token or b"").decode()
    return Page(tuple(item_of(run) for run in pages.current_page or ()), total, following or None)


def token_of(text: str) -> bytes | None:
    """The server's page token. Raises `malformed`."""
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True) or None
    except ValueError as error:
        raise malformed("cursor") from error


def visibility_query(criteria: Criteria) -> str:
    """The query for open runs of our workflow types; every value is quoted."""
    kinds = [KINDS[criteria.kind]] if criteria.kind else KINDS.values()
    state = attributes.STATE.name
    parts = [
        "ExecutionStatus = 'Running'",
        f"WorkflowType IN ({', '.join(quoted(kind.workflow) for kind in kinds)})",
        f"({state} IS NULL OR {state} NOT IN ({', '.join(map(quoted, ENDS))}))",
    ]
    equal: Mapping[str, str | None] = {
        attributes.CUSTOMER.name: criteria.customer,
        state: criteria.state,
        attributes.WAITING_FOR.name: criteria.waiting_for,
    }
    parts += [f"{name} = {quoted(value)}" for name, value in equal.items() if value is not None]
    effective_date = attributes.EFFECTIVE_DATE.name
    if criteria.effective_from is not None:
        parts.append(f"{effective_date} >= {quoted(criteria.effective_from.isoformat())}")
    if criteria.effective_to is not None:
        # SQLite's visibility compares moments as text, so that an equal one would be left out by `<=`.
        parts.append(f"{effective_date} < {quoted((criteria.effective_to + INSTANT).isoformat())}")
    return " AND ".join(parts)


def item_of(run: WorkflowExecution) -> CancellationItem:
    """An open run as an item of the list."""
    kind, customer, subject = (*run.id.split("/", 2), "", "")[:3]
    values = run.typed_search_attributes
    return CancellationItem(
        workflow_id=run.id,
        run_id=run.run_id,
        kind=kind,
        customer=customer,
        subject=subject,
        state=values.get(attributes.STATE) or "received",
        waiting_for=tuple(values.get(attributes.WAITING_FOR, ["system"])),
        effective_at=values.get(attributes.EFFECTIVE_DATE),
        order_by=values.get(attributes.ORDER_BY),
        started_at=run.start_time,
        ended_at=None,
    )

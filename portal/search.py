"""The lists: open runs from Temporal's visibility, then ended ones from the ledger; and the work list."""

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from temporalio.client import RPCError, RPCStatusCode, WorkflowExecution

from activities.sql.ledger import EndedRun
from activities.sql.paging import Page as LedgerPage
from activities.sql.paging import WrongCursor
from portal.problems import malformed
from portal.run_client import RunClient, quoted
from portal.run_reader import EFFECTIVE_DATE, ORDER_BY, STATE, WAITING_FOR, reaching, unavailable
from portal.storage import Storage
from states.chart.base import PUBLIC_STATE
from states.kinds.registry import KINDS
from states.model.base import in_utc, start_of
from states.model.ends import ENDS
from states.views.diagram import states_of

Page = dict[str, Any]
STATES = tuple(dict.fromkeys(PUBLIC_STATE.get(one, one) for kind in KINDS.values() for one in states_of(kind.chart)))
"""The states that a run of any kind may be in, as outsiders call them."""
TASK_TYPES = (
    "perform", "third_party", "support_ticket", "revocation", "appointment",
    "clarify_cost", "clarify_term", "clarify", "surplus", "repair",
)  # fmt: skip
"""The types of tasks (contract, Operator decisions)."""
NOT_SHOWN = {"run_id", "subject", "ticket", "open"}
"""What the work list keeps of a task and the contract's shape has not."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """What is searched for. Both bounds of the effective date are included."""

    customer: str | None = None
    kind: str | None = None
    state: str | None = None
    waiting_for: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    open: bool | None = None

    @property
    def wants_open(self) -> bool:
        """Whether open runs are asked for."""
        return self.open is not False

    @property
    def wants_ended(self) -> bool:
        """Whether ended runs are asked for; they wait for nobody."""
        return self.open is not True and self.waiting_for is None

    def ended(self) -> Page:
        """The same for the ledger."""
        names = ("customer", "kind", "state", "effective_from", "effective_to")
        return {name: getattr(self, name) for name in names}


def visibility_query(wanted: Wanted) -> str:
    """The query for open runs of our workflow types; every value is quoted."""
    types = [KINDS[wanted.kind].workflow] if wanted.kind else [kind.workflow for kind in KINDS.values()]
    parts = [
        "ExecutionStatus = 'Running'",
        f"WorkflowType IN ({', '.join(map(quoted, types))})",
        f"(CancellationState IS NULL OR CancellationState NOT IN ({', '.join(map(quoted, ENDS))}))",
    ]
    for name, value in (
        ("CancellationCustomer", wanted.customer),
        ("CancellationState", wanted.state),
        ("WaitingFor", wanted.waiting_for),
    ):
        parts += [f"{name} = {quoted(value)}"] if value is not None else []
    if wanted.effective_from is not None:
        parts.append(f"EffectiveDate >= {quoted(wanted.effective_from.isoformat())}")
    if wanted.effective_to is not None:
        # SQLite's visibility compares moments as text, so that an equal one would be left out by `<=`.
        parts.append(f"EffectiveDate < {quoted((wanted.effective_to + INSTANT).isoformat())}")
    return " AND ".join(parts)


def item_of(run: WorkflowExecution) -> Page:
    """An open run as an item of the list."""
    kind, customer, subject = (*run.id.split("/", 2), "", "")[:3]
    attributes = run.typed_search_attributes
    return {
        "workflow_id": run.id,
        "run_id": run.run_id,
        "kind": kind,
        "customer": customer,
        "subject": subject,
        "state": attributes.get(STATE) or "received",
        "waiting_for": list(attributes.get(WAITING_FOR, ["system"])),
        "effective_at": shown(attributes.get(EFFECTIVE_DATE)),
        "order_by": shown(attributes.get(ORDER_BY)),
        "started_at": shown(run.start_time),
        "ended_at": None,
    }


def shown(moment: datetime | None) -> str | None:
    """A moment in UTC, ISO 8601."""
    return in_utc(moment).isoformat().replace("+00:00", "Z") if moment else None


async def cancellations(runs: RunClient, records: Storage, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """One page: open runs, and where they end, ended ones.

    Raises `malformed` for a cursor that is not ours, `unavailable` where the server cannot list.
    """
    place = read_cursor(cursor)
    items: list[Page] = []
    total = 0
    more_open: str | None = None
    if wanted.wants_open:
        items, total, more_open = await open_runs(runs, wanted, place.get("open"), limit, "ended" in place)
    if not wanted.wants_ended:
        return {"items": items, "total": total, "next": write_cursor("open", more_open)}
    ended = await ended_runs(records, wanted, place.get("ended") or None, max(limit - len(items), 1))
    total += ended.total
    if more_open:
        return {"items": items, "total": total, "next": write_cursor("open", more_open)}
    if len(items) >= limit:
        return {"items": items, "total": total, "next": write_cursor("ended", "") if ended.total else None}
    items += [run.model_dump(mode="json") for run in ended.items]
    return {"items": items, "total": total, "next": write_cursor("ended", ended.next) if ended.next else None}


async def ended_runs(records: Storage, wanted: Wanted, cursor: str | None, limit: int) -> LedgerPage[EndedRun]:
    """A page of the ledger. Raises `malformed` for a cursor that is not ours."""
    try:
        return await records.search_ended(limit, cursor, wanted.ended())
    except WrongCursor as error:
        raise malformed("cursor") from error


async def open_runs(
    runs: RunClient, wanted: Wanted, token: str | None, limit: int, counted_only: bool
) -> tuple[list[Page], int, str | None]:
    """A page of open runs, how many there are, and the token of the next page."""
    query = visibility_query(wanted)
    try:
        with reaching():
            total = (await runs.client.count_workflows(query, rpc_timeout=timedelta(seconds=4))).count
        if counted_only:
            return [], total, None
        pages = runs.client.list_workflows(
            query, next_page_token=token_of(token), page_size=limit, rpc_timeout=timedelta(seconds=4)
        )
        await pages.fetch_next_page(page_size=limit)
    except RPCError as error:
        if error.status == RPCStatusCode.INVALID_ARGUMENT and token:
            raise malformed("cursor") from error
        raise unavailable(error) from error
    found = [item_of(run) for run in pages.current_page or ()]
    following = pages.next_page_token
    return found, total, base64.urlsafe_b64encode(following).decode() if following else None


def token_of(token: str | None) -> bytes | None:
    """The server's page token. Raises `malformed`."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True) if token else None
    except (binascii.Error, ValueError) as error:
        raise malformed("cursor") from error


def write_cursor(part: str, place: str | None) -> str | None:
    """Where a list goes on, opaque to callers: in which part, and where there."""
    return (
        base64.urlsafe_b64encode(json.dumps({part: place}).encode()).decode().rstrip("=") if place is not None else None
    )


def read_cursor(cursor: str | None) -> dict[str, str]:
    """The place that a cursor names. Raises `malformed`."""
    if not cursor:
        return {}
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise malformed("cursor") from error
    ours = isinstance(place, dict) and len(place) == 1 and place.keys() <= {"open", "ended"}
    if not ours or not all(isinstance(value, str) for value in place.values()):
        raise malformed("cursor")
    return dict(place)


def moment_of(field: str, text: str | None, zone: str, end: Literal["from", "to"]) -> datetime | None:
    """A bound: a moment, or a day in `zone`, the last one included as a whole. Raises `malformed`."""
    if text is None:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return start_of(day + timedelta(days=1), zone) - INSTANT if end == "to" else start_of(day, zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(text)
        return in_utc(moment)
    except (ValueError, OverflowError) as error:
        raise malformed("moment", field=field, given=text[:40]) from error


async def work_list(records: Storage, wanted: Page, cursor: str | None, limit: int) -> Page:
    """A page of open tasks, due first. Raises `malformed` for a cursor that is not ours."""
    try:
        page = await records.tasks(limit, cursor, wanted)
    except WrongCursor as error:
        raise malformed("cursor") from error
    items = [task.model_dump(mode="json", exclude=NOT_SHOWN) for task in page.items]
    return {"items": items, "total": page.total, "next": page.next}


def known(field: str, given: str | None, there_are: Collection[str]) -> str | None:
    """One of the values that there are, or none. Raises `malformed`, listing them."""
    if given is not None and given not in there_are:
        raise malformed("choice", field=field, given=repr(given)[:80], known=list(there_are))
    return given

"""What the calls about tasks answer: the work list with the names of our record, and what operators do about a task."""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar, get_args

from activities.ports import AdapterError
from activities.sql.claims import AlreadyClaimed
from activities.sql.paging import MOST_COUNTED, total_of
from activities.sql.urgency import Order
from activities.sql.work_list import WorkItem
from catalogue.quoting import written
from portal.authority import Authority
from portal.context import Portal
from portal.parameters import choice
from portal.problems import PortalProblem, malformed
from portal.schemas import Comment, Doing, HandOver, Step
from portal.shown import NAMES_WITHIN, with_names
from portal.strict_json import read_filled
from portal.task_items import Document, Known, item_of, read_known
from portal.told_in import told_in
from states.chart.task_types import TASK_TYPES
from states.kinds.registry import KINDS
from states.model.base import day_of, start_of
from states.model.names import case_of

ORDERS = get_args(Order)
AWAITED = ("operator", "third_party")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class TaskQuery:
    """What is asked of the work list."""

    order: Order = "due"
    customer: str | None = None
    kind: str | None = None
    type: str | None = None
    claimed_by: str | None = None
    unclaimed: bool = False
    overdue: bool = False
    waiting_for: str | None = None


def query_of(order: str = "due", **asked: Any) -> TaskQuery:
    """What is asked of the work list, as it is sent. Raises `malformed`."""
    choice("order", order, ORDERS)
    for name, known in (("kind", KINDS), ("type", TASK_TYPES), ("waiting_for", AWAITED)):
        choice(name, asked.get(name), known)
    if asked.get("unclaimed") and asked.get("claimed_by") is not None:
        raise malformed("two_claimants")
    return TaskQuery(order="urgency" if order == "urgency" else "due", **asked)


async def task_page(
    portal: Portal, query: TaskQuery, *, limit: int, cursor: str | None, language: str | None
) -> Document:
    """`GET /tasks`. Raises `malformed` and `WrongCursor`."""
    read = partial(portal.adapters.work_list.tasks, limit=limit, cursor=cursor, **vars(query))
    page, known = await with_known(portal, read, lambda page: {task.customer for task in page.items})
    items = [item_of(task, known.get(task.customer, Known()), language) for task in page.items]
    return {"items": items, **total_of(page.total), "next": page.next, "as_of": iso(page.as_of)}


async def with_known(
    portal: Portal, read: Callable[[], Answer], customers_in: Callable[[Answer], set[str]]
) -> tuple[Answer, Mapping[str, Known]]:
    """What `read` answers, which blocks, and what our record says of the customers in it, in one go to a thread.

    Nothing waits for a name: what takes longer than that from when the answer was seen is left out.
    """
    answers: list[Answer] = []

    def read_both() -> Mapping[str, Known]:
        answers.append(read())
        wanted = customers_in(answers[0])
        with suppress(AdapterError):
            return read_known(portal, wanted) if wanted else {}
        return {}

    reading = asyncio.ensure_future(portal.adapters.database.in_thread(read_both))
    try:
        is_seen = False
        while not reading.done() and not is_seen:
            is_seen = bool(answers)
            await asyncio.wait({reading}, timeout=NAMES_WITHIN)
        known = reading.result() if reading.done() else {}
        return answers[0], known
    finally:
        reading.cancel()


async def known_of(portal: Portal, customers: Iterable[str]) -> Mapping[str, Known]:
    """What our record says of these customers, in one read. Nothing waits for a name."""
    if not (wanted := set(customers)):
        return {}
    try:
        async with asyncio.timeout(NAMES_WITHIN):
            return await portal.adapters.database.in_thread(read_known, portal, wanted)
    except (AdapterError, TimeoutError):
        return {}


async def counts(portal: Portal, name: str | None, up_to: int = MOST_COUNTED) -> Document:
    """`GET /tasks/counts`. `name`: of the operator who asks. `up_to`: nobody counts further."""
    now, zone = datetime.now(UTC), portal.settings.time_zone
    today = day_of(now, zone)
    days = {"today": 0, "three_days": -2, "week": -6, "tomorrow": 1, "next_week": 7}
    moments = {name: start_of(today + timedelta(days=number), zone) for name, number in days.items()}
    count = portal.adapters.work_list.counts
    found = await portal.adapters.database.in_thread(count, now, moments, name, up_to)
    return {
        "as_of": iso(now),
        "types": [{"type": type, "total": total, **found.ages[type]} for type, total in found.types.items()],
        "due": found.due,
        "waiting": found.waiting,
        "unclaimed": found.unclaimed,
        "mine": found.mine,
    }


async def details(portal: Portal, task: str, language: str | None) -> Document:
    """`GET /tasks/{task}`; what to do in the language asked for, where the run answers. Raises `unknown_task`."""
    read = partial(read_details, portal, task)
    (item, notes), known = await with_known(portal, read, lambda found: {found[0].customer})
    customers = known.get(item.customer, Known())
    shown = item_of(item, customers, language)
    shown["instructions_language"] = customers.record.language if customers.record else "de"
    if item.open and language is not None and language != shown["instructions_language"]:
        told = await portal.runs.reader.instructions(item.workflow_id, item.run_id, language)
        if task in told:
            instructions = told_in(told[task], portal.catalogues, language)
            said = {"instructions": instructions, "instructions_language": language}
            shown |= await with_names(portal, said, item.customer)  # as the work list's have them already
    claim = {"by": item.claimed_by, "at": iso(item.claimed_at)} if item.claimed_by and item.claimed_at else None
    return shown | {"open": item.open, "ticket": item.ticket, "claim": claim} | notes


def read_details(portal: Portal, task: str) -> tuple[WorkItem, Document]:
    """A task, open or not, and what is noted beside it. Blocks."""
    kept = portal.adapters.task_notes
    with portal.adapters.database.read():
        item = portal.adapters.work_list.task(task)
        if item is None:
            raise no_such_task(task)
        comments = [entry._asdict() | {"at": iso(entry.at)} for entry in kept.comments(case_of(item.workflow_id))]
        steps = [entry._asdict() | {"at": iso(entry.at)} for entry in kept.steps_done(task)]
        return item, {"comments": comments, "steps_done": steps}


async def act(
    portal: Portal, task: str, what: str, data: Any, authority: Authority, language: str | None = None
) -> Document:
    """What an operator does about a task: `claim`, `release`, `hand-over`, `comments`, `steps`; answers the task.

    Raises `malformed`, `unknown_task`, `id_reused`, and `claimed` where another has it.
    """
    shape, do = ACTS[what]
    doing = read_filled(shape, data)
    by = authority.named(doing.by)
    try:
        done = await portal.adapters.database.in_thread(do, portal, task, doing, by, authority.grade == "admin")
    except AlreadyClaimed as other:
        raise PortalProblem(
            "claimed", values={"by": other.by, "since": iso(other.at), "zone": portal.settings.time_zone}
        ) from other
    if not done:
        raise no_such_task(task)
    return await details(portal, task, language)


# Each of these blocks, and answers whether the task is open. `anyone`: he may give away what another has.


def claim(portal: Portal, task: str, _: Doing, by: str, anyone: bool) -> bool:
    """The operator takes it."""
    return portal.adapters.claims.claim(task, by, datetime.now(UTC))


def release(portal: Portal, task: str, _: Doing, by: str, anyone: bool) -> bool:
    """Nobody has it any more."""
    return portal.adapters.claims.release(task, by, anyone=anyone)


def hand_over(portal: Portal, task: str, doing: HandOver, by: str, anyone: bool) -> bool:
    """Another gets it, of those who are known. Raises `malformed`."""
    names = colleagues(portal)
    if names and doing.to not in names:
        if any(holder.name == doing.to for holder in portal.credentials.operators):
            raise malformed("only_reads", given=doing.to, known=names)
        raise malformed("choice", field="to", given=repr(doing.to)[:80], known=names)
    return portal.adapters.claims.hand_over(task, by, doing.to, datetime.now(UTC), anyone=anyone)


def colleagues(portal: Portal) -> list[str]:
    """The names to which a task may be handed over: of those with a token who may decide. None: to any name, since
    nobody lists those who log in elsewhere."""
    if portal.settings.oidc_issuer:
        return []
    return list(dict.fromkeys(holder.name for holder in portal.credentials.operators if holder.grade != "read"))


def comment(portal: Portal, task: str, doing: Comment, by: str, anyone: bool) -> bool:
    """Something is kept with the case, also after the task has been decided. Raises `id_reused`."""
    item = portal.adapters.work_list.task(task)
    if item is None:
        return False
    case, id, text = case_of(item.workflow_id), doing.id or str(uuid.uuid4()), written(doing.text)
    if not portal.adapters.task_notes.add_comment(id, case, task, by, text, datetime.now(UTC)):
        raise PortalProblem("id_reused", values={"fault": "comment_id", "source": "-", "id": id})
    return True


def tick(portal: Portal, task: str, doing: Step, by: str, anyone: bool) -> bool:
    """A step of an open task is done, or is not after all."""
    with portal.adapters.database.write():
        item = portal.adapters.work_list.task(task)
        if item is None or not item.open:
            return False
        if doing.done:
            portal.adapters.task_notes.tick(task, doing.step, by, datetime.now(UTC))
        else:
            portal.adapters.task_notes.untick(task, doing.step)
        return True


ACTS: Mapping[str, tuple[type[Doing], Any]] = {
    "claim": (Doing, claim),
    "release": (Doing, release),
    "hand-over": (HandOver, hand_over),
    "comments": (Comment, comment),
    "steps": (Step, tick),
}
"""By the last part of the address: in which shape it is asked, and what does it."""


def no_such_task(task: str) -> PortalProblem:
    """The task was never in the list; for what is done about it, it is not open any more."""
    return PortalProblem("unknown_task", values={"fault": "task", "task": task[:80]})


def iso(moment: datetime) -> str:
    """A moment as documents say it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Bulk decisions: what is chosen is looked at once, kept, and carried out by a workflow of its own."""

import asyncio
import csv
import hashlib
import io
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from temporalio.client import (
    RPCError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from activities.ports import Refused
from activities.sql.bulk_decisions import Bulk, BulkLine, ChosenTask, possible
from activities.sql.paging import total_of
from activities.sql.task_pages import NOBODY, Wanted
from catalogue.quoting import in_markdown
from catalogue.texts import say
from portal.authority import Authority
from portal.context import Portal
from portal.incoming import check_own
from portal.problems import PortalProblem, malformed, title_of
from portal.run_client import GONE_WITH_RUN, TIMED_OUT, UPDATE_WITHIN
from portal.run_reader import reaching, unavailable
from portal.schemas import BulkFilter, BulkRequest, Confirmation, Rejection
from portal.strict_json import read_filled
from portal.tasks import query_of
from states.chart.task_types import TASK_TYPES, TaskType
from states.model.bulk import MOST_TASKS, WORKFLOW, BulkAct, BulkChange, BulkProgress, workflow_id_of
from states.model.status import page_of

NAMED = 10
"""So many tasks are named in a refusal."""
CUSTOMERS_NAMED = 10
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with, which a spreadsheet would take for a formula."""
Decision = Confirmation | Rejection


# Choosing.


async def prepare(portal: Portal, authority: Authority, data: Any) -> Bulk:
    """Look at what is chosen and at the decision, and keep both; begin, unless `start` is false.

    The same with the same `id` again answers the one that is there. Raises `malformed`, `proof_missing`,
    `id_reused`, and what `act` raises.
    """
    check_own(data)
    wanted = read_filled(BulkRequest, data)
    decision = decision_of(wanted, authority)
    bulk = await portal.adapters.database.in_thread(kept, portal, wanted, decision)
    if wanted.start and bulk.progress.state == "prepared":
        return await act(portal, bulk.id, "resume", bulk.by)
    return bulk


def decision_of(wanted: BulkRequest, authority: Authority) -> Decision:
    """The decision, with who decides. Raises `malformed`."""
    if (wanted.tasks is None) == (wanted.filter is None):
        raise malformed("bulk_one_choice")
    if (wanted.confirm is None) == (wanted.reject is None):
        raise malformed("bulk_one_decision")
    decision: Decision = wanted.confirm or wanted.reject  # type: ignore[assignment]
    if decision.task is not None:
        raise malformed("bulk_task", field="confirm" if wanted.confirm else "reject")
    return decision.model_copy(update={"by": authority.named(decision.by)})


def kept(portal: Portal, wanted: BulkRequest, decision: Decision) -> Bulk:
    """What is chosen and decided, once it is looked at and kept. Blocks."""
    bulks, bulk_id = portal.adapters.bulk_decisions, wanted.id or uuid.uuid4().hex
    chosen_by = wanted.model_dump(mode="json", include={"tasks", "filter"})
    message = decision.model_dump(mode="json", exclude_unset=True, exclude={"by", "task"})
    event = "confirm_task" if wanted.confirm is not None else "reject_task"
    content = json.dumps([chosen_by, event, message, decision.by], sort_keys=True)
    hashed = hashlib.sha256(content.encode()).hexdigest()
    former = bulks.find(bulk_id)
    if former is None:
        chosen = chosen_tasks(portal, wanted)
        type_ = TASK_TYPES[chosen[0].type]
        check_decision(type_, chosen, decision)
        progress = BulkProgress(
            state="prepared", total=len(chosen), decided=0, proposed=0, failed=0, left=0, waiting=len(chosen)
        )
        bulk = Bulk(
            bulk_id,
            str(decision.by),
            type_.type,
            event,
            message,
            customers_of(chosen),
            [],
            hashed,
            datetime.now(UTC),
            progress,
        )
        act = {"at": bulk.created_at.isoformat(), "by": bulk.by, "act": "prepared"}
        former = bulks.create(replace(bulk, acts=[act]), chosen)
    if former.hash != hashed:
        raise PortalProblem("id_reused", values={"fault": "bulk_id", "source": "-", "id": bulk_id})
    return former


def customers_of(chosen: Sequence[ChosenTask]) -> list[dict[str, Any]]:
    """Whose tasks they are: those that are named, and one more to know that there are more."""
    counted = Counter(task.customer for task in chosen).most_common(CUSTOMERS_NAMED + 1)
    return [{"customer": customer, "tasks": number} for customer, number in counted]


def chosen_tasks(portal: Portal, wanted: BulkRequest) -> list[ChosenTask]:
    """The tasks, all of one type. One that is not open any more is kept too: it will say who was faster.

    Raises `malformed`.
    """
    if wanted.filter is not None:
        return matching(portal, wanted.filter)
    names = list(dict.fromkeys(wanted.tasks or ()))
    found = portal.adapters.bulk_decisions.named(names)
    if unknown := [name for name in names if name not in found]:
        raise malformed("bulk_unknown_tasks", tasks=unknown[:NAMED])
    if len(types := sorted({task.type for task in found.values()})) > 1:
        raise malformed("bulk_types", types=types)
    return [found[name] for name in names]


def matching(portal: Portal, wanted: BulkFilter) -> list[ChosenTask]:
    """The open tasks that are like that now. Raises `malformed` where there are none, or too many."""
    query_of(**wanted.model_dump())
    asked = wanted.model_dump(exclude={"unclaimed"}) | ({"claimed_by": NOBODY} if wanted.unclaimed else {})
    chosen = portal.adapters.bulk_decisions.matching(Wanted(**asked), datetime.now(UTC), MOST_TASKS + 1)
    if not chosen:
        raise malformed("bulk_none", type=wanted.type)
    if len(chosen) > MOST_TASKS:
        raise malformed("bulk_too_many", most=MOST_TASKS)
    return chosen


def check_decision(type_: TaskType, chosen: Sequence[ChosenTask], decision: Decision) -> None:
    """Raise what every run would refuse: a decision that is not offered, or what its type needs and is missing."""
    if isinstance(decision, Rejection):
        return
    offers = [task.entry["decisions"] for task in chosen if task.open] or [list(type_.decisions)]
    offered = [name for name in offers[0] if all(name in offer for offer in offers)]
    without = sum(decision.decision not in (offer or [None]) for offer in offers)
    if without and (not type_.decisions or decision.decision is None):
        raise malformed("fault.decision", decisions=offered)
    if without:
        values = {"decision": decision.decision, "without": without, "number": len(offers), "offered": offered}
        raise malformed("bulk_offered", **values)
    if decision.at is None and "at" in type_.needs:
        raise malformed("fault.at_needed")
    own = decision.decision is None or decision.decision in type_.decisions
    if decision.note is None and own and type_.needs_note & {"*", decision.decision}:
        raise malformed("fault.note_needed")
    if decision.proof is None and any(task.entry["proof_required"] for task in chosen if task.open):
        raise PortalProblem("proof_missing", rule=type_.proof_rule)


# What people do to one.


async def act(portal: Portal, bulk_id: str, what: BulkAct, by: str) -> Bulk:
    """Pause, go on, stop, or send again what failed. Raises `unknown_task`, `not_enabled` or `unavailable`."""
    bulk = await the_bulk(portal, bulk_id)
    check_possible(bulk, what)
    if what in ("resume", "again"):
        await begin(portal, bulk, what, by)
    else:
        await end(portal, bulk, what, by)
    return await the_bulk(portal, bulk_id)


def check_possible(bulk: Bulk, what: BulkAct) -> None:
    """Raise `not_enabled` for what cannot be done to a bulk decision that stands so."""
    if what not in possible(bulk.progress):
        raise not_possible(bulk, what)


def not_possible(bulk: Bulk, what: BulkAct) -> PortalProblem:
    """That something cannot be done, with what can."""
    values = {"fault": "bulk_not_possible", "act": what, "state": bulk.progress.state}
    return PortalProblem("not_enabled", values=values | {"possible": list(possible(bulk.progress))})


async def begin(portal: Portal, bulk: Bulk, what: BulkAct, by: str) -> None:
    """Have it carried out, by the run that is there or a new one. Raises `not_enabled`, `unavailable`."""
    for again in (True, False):
        try:
            async with asyncio.timeout(UPDATE_WITHIN):
                with reaching():
                    await begun(portal, bulk, what, by)
            return
        except (*TIMED_OUT, RPCError) as error:
            raise unavailable(error) from error
        except WorkflowUpdateFailedError as error:
            ended = isinstance(error.cause, ApplicationError) and error.cause.type == GONE_WITH_RUN
            if not (again and ended):  # a run on its way out is followed by a new one
                raise not_possible(bulk, what) from error


async def begun(portal: Portal, bulk: Bulk, what: BulkAct, by: str) -> None:
    """Update-with-start."""
    summary = f"{bulk.progress.total} × {bulk.type}, {in_markdown(bulk.by)}"
    operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        WORKFLOW,
        id=workflow_id_of(bulk.id),
        task_queue=portal.runs.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=summary,
    )
    await portal.runs.client.execute_update_with_start_workflow(what, {"by": by}, start_workflow_operation=operation)


async def end(portal: Portal, bulk: Bulk, what: BulkAct, by: str) -> None:
    """Have nothing more sent, from the next task on: whether or not the run can be reached, which only hears of it.

    Raises `not_enabled`.
    """
    bulks, in_thread = portal.adapters.bulk_decisions, portal.adapters.database.in_thread
    try:
        await in_thread(bulks.change, BulkChange(bulk=bulk.id, act=what, by=by), datetime.now(UTC))
    except Refused:
        raise not_possible(await the_bulk(portal, bulk.id), what) from None
    with suppress(RPCError, RuntimeError, TimeoutError):
        async with asyncio.timeout(1):
            await portal.runs.client.get_workflow_handle(workflow_id_of(bulk.id)).signal("look")


# Looking.


async def the_bulk(portal: Portal, bulk_id: str) -> Bulk:
    """The bulk decision. Raises `unknown_task`."""
    bulk = await portal.adapters.database.in_thread(portal.adapters.bulk_decisions.find, bulk_id)
    if bulk is None:
        raise PortalProblem("unknown_task", values={"fault": "bulk_unknown", "bulk": bulk_id[:80]})
    return bulk


def document_of(portal: Portal, bulk: Bulk) -> dict[str, Any]:
    """A bulk decision as it is answered."""
    workflow_id, progress = workflow_id_of(bulk.id), bulk.progress
    url = page_of(portal.settings.temporal_ui_url, portal.runs.client.namespace, workflow_id, "")
    return {
        "id": bulk.id,
        "workflow_id": workflow_id,
        "ui_url": url.removesuffix("//history"),
        "by": bulk.by,
        "type": bulk.type,
        bulk.event.removesuffix("_task"): bulk.message,
        "created_at": bulk.created_at.isoformat(),
        **progress.model_dump(exclude={"due_in"}),
        "possible": list(possible(progress)),
        "acts": bulk.acts,
    }


async def page_of_bulks(portal: Portal, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page of bulk decisions."""
    bulks = portal.adapters.bulk_decisions
    page = await portal.adapters.database.in_thread(bulks.page, limit=limit, cursor=cursor)
    items = [document_of(portal, bulk) for bulk in page.items]
    return {"items": items, **total_of(page.total), "next": page.next}


async def whole_document(
    portal: Portal, bulk: Bulk, language: str, *, state: str | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """The same with its customers and a page of its lines."""
    return await portal.adapters.database.in_thread(read_whole, portal, bulk, language, state, cursor, limit)


def read_whole(
    portal: Portal, bulk: Bulk, language: str, state: str | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    """The same. Blocks."""
    bulks = portal.adapters.bulk_decisions
    lines, following = bulks.lines(bulk.id, state=state, limit=limit, cursor=cursor)
    return document_of(portal, bulk) | {
        "customers": bulk.customers[:CUSTOMERS_NAMED],
        "more_customers": len(bulk.customers) > CUSTOMERS_NAMED,
        "closed": bulks.closed(bulk.id) if bulk.progress.state == "prepared" else 0,
        "lines": {"items": [line_document(line, language) for line in lines], "next": following},
    }


def line_document(line: BulkLine, language: str) -> dict[str, Any]:
    """A line, with what came of it in a language. `detail`: as the run said it, in the customer's."""
    return {
        "number": line.number,
        "task": line.task,
        "workflow_id": line.workflow_id,
        "customer": line.customer,
        "state": line.state,
        "at": line.at.isoformat() if line.at else None,
        "code": line.code,
        "rule": line.rule,
        "text": text_of(line, language),
        "detail": line.text,
        "first": line.first,
    }


def text_of(line: BulkLine, language: str) -> str | None:
    """Why a line failed, in a language."""
    if line.code is None:
        return None
    if line.first is not None:
        return say(language, "bulk.first", line.first)
    if line.code in REASONS:
        return say(language, REASONS[line.code])
    why, title = (line.said or {}).get(language), title_of(line.code, language)
    if line.code == "confirm_anyway":  # which the same decision would be again
        return say(language, "bulk.asked_back", {"why": why or f"{title}."})
    return why or title


REASONS = {
    "unavailable": "bulk.unknown",
    "unknown_task": "bulk.decision_gone",
    "ended": "bulk.run_gone",
    "unknown_run": "bulk.run_gone",
}
"""The codes that mean something of their own in a bulk decision."""


async def failures(portal: Portal, bulk_id: str, language: str) -> str:
    """What failed, as CSV: for people who go through it with a spreadsheet. Raises `unknown_task`."""
    bulk = await the_bulk(portal, bulk_id)
    return await portal.adapters.database.in_thread(csv_of, portal, bulk, language)


COLUMNS = ("number", "task", "workflow_id", "customer", "code", "rule", "text", "detail", "at")


def csv_of(portal: Portal, bulk: Bulk, language: str) -> str:
    """The same. Blocks. No cell is a formula, whatever a customer or an operator calls himself."""
    lines, _ = portal.adapters.bulk_decisions.lines(bulk.id, state="failed", limit=None)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for line in lines:
        document = line_document(line, language)
        rows.writerow([cell(document[name]) for name in COLUMNS])
    return written.getvalue()


def cell(value: Any) -> str:
    """A value as a cell that a spreadsheet takes for nothing but text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text

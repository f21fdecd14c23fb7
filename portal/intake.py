"""What happens to an event: kept before Temporal is called, sent once, answered the same ever after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from activities.sql.inbox import InboxEntry
from portal.incoming import IncomingEvent, RunCommand, check_time, decision_of
from portal.metrics import Metrics
from portal.problems import PortalProblem, body_of
from portal.run_client import Pending, RunClient
from portal.storage import Storage

log = structlog.get_logger(__name__)

Answer = tuple[int, dict[str, Any]]
"""Status and document of an answer: a status document for 202, else a problem."""

LONGEST_TYPE = 200
"""So much of an event's type is kept."""
OPEN = frozenset({401, 500, 503})
"""Statuses that are no answer to the event: sent again, it is tried again."""


@dataclass(frozen=True)
class Caller:
    """Who sends an event: in which language to answer (None: the customer's), and which operator, if any."""

    language: str | None = None
    operator: str | None = None
    is_operator: bool = False


class Intake:
    """The way of an event from its arrival to its answer."""

    def __init__(self, runs: RunClient, records: Storage, metrics: Metrics, oldest: timedelta, quiet: bool) -> None:
        self.runs = runs
        self.records = records
        self.metrics = metrics
        self.oldest = oldest
        self.quiet = quiet
        self.locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def take(self, inbound: IncomingEvent, caller: "Caller") -> Answer:
        """Answer an event. The same (source, id) twice at once waits for the first."""
        async with self.one_at_a_time(inbound.update_id):
            now = datetime.now(UTC)
            workflow_id = inbound.subject or "requested"
            kept = await self.records.remember(
                inbound.source, inbound.id, inbound.hash, inbound.type[:LONGEST_TYPE], workflow_id
            )
            if kept is not None and kept.hash != inbound.hash:
                raise PortalProblem("id_reused", values={"source": inbound.source, "id": inbound.id})
            if kept is not None and kept.status is not None and kept.body is not None:
                self.metrics.events.labels(short_type(inbound), "repeated").inc()
                return kept.status, kept.body
            return await self.answered(inbound, kept, caller, now)

    async def answered(
        self, inbound: IncomingEvent, kept: InboxEntry | None, caller: "Caller", now: datetime
    ) -> Answer:
        """Send the event, and keep the answer where it is final."""
        try:
            status, body, final = await self.sent(inbound, kept, caller, now)
        except PortalProblem as problem:
            if problem.status in OPEN:
                raise
            body = body_of(problem, caller.language or await self.language(problem))
            status, final = problem.status, True
        if final:
            await self.records.answer(inbound.source, inbound.id, status, body)
        outcome = body.get("code") or "taken" if status != 202 or final else "pending"
        self.metrics.events.labels(short_type(inbound), outcome).inc()
        if not self.quiet:
            log.info("event_answered", event_type=inbound.type, workflow_id=body.get("workflow_id"), outcome=outcome)
        return status, body

    async def sent(
        self, inbound: IncomingEvent, kept: InboxEntry | None, caller: "Caller", now: datetime
    ) -> tuple[int, dict[str, Any], bool]:
        """Judge the event, send it, and answer with whether that is final."""
        received = kept.received_at if kept else now
        acted_at = inbound.time or received
        decision = decision_of(inbound, acted_at)
        check_time(acted_at, now, self.oldest)
        decision = self.allowed(decision, caller)
        try:
            return 202, await self.runs.send(decision, again=kept is not None), True
        except Pending as pending:
            return 202, pending.document, "system" not in pending.document.get("waiting_for", ())
        except PortalProblem as problem:
            problem.customer = problem.customer or decision.customer
            if problem.status == 409 and problem.current is None:
                problem.current = await self.current(decision)
            raise

    def allowed(self, decision: RunCommand, caller: "Caller") -> RunCommand:
        """An operator's decision needs an operator; its `by` is the operator's name, where there is one."""
        if decision.event not in ("confirm_task", "reject_task"):
            return decision
        if not caller.is_operator:
            raise PortalProblem("unauthorised")
        named = {"by": caller.operator} if caller.operator else {}
        return RunCommand(decision.event, decision.workflow_id, decision.payload | named, decision.update_id)

    async def current(self, decision: RunCommand) -> dict[str, Any] | None:
        """The status document beside a refusal that came without one."""
        try:
            return await self.runs.read(decision.workflow_id)
        except PortalProblem:
            return None

    async def language(self, problem: PortalProblem) -> str:
        """The language of the customer whom a problem concerns; English where that is nobody known."""
        if problem.customer is None:
            return "en"
        record = await self.records.customer(problem.customer)
        return record.language if record else "en"

    @asynccontextmanager
    async def one_at_a_time(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of a name; forgotten when nobody wants it any more."""
        lock, wanted = self.locks.get(name, (asyncio.Lock(), 0))
        self.locks[name] = (lock, wanted + 1)
        try:
            async with lock:
                yield
        finally:
            lock, wanted = self.locks[name]
            if wanted == 1:
                del self.locks[name]
            else:
                self.locks[name] = (lock, wanted - 1)


def short_type(inbound: IncomingEvent) -> str:
    """The event's name as a label; whatever is not known is `unknown`, so that labels stay few."""
    from portal.incoming import EVENTS, TYPE

    match = TYPE.fullmatch(inbound.type)
    name = match[1].replace("-", "_") if match else ""
    return name if name in EVENTS else "unknown"

"""What happens to an event: kept before Temporal is called, sent once, answered the same ever after."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from weakref import WeakValueDictionary

import structlog

from activities.adapters import Adapters
from portal.incoming import IncomingEvent, RunCommand, check_age, command_of
from portal.metrics import Metrics
from portal.problems import PortalProblem, body_of
from portal.run_client import RunClient, is_at_work
from portal.run_reader import Document
from states.model.request import OPERATOR_MESSAGES

log = structlog.get_logger(__name__)

LONGEST_TYPE = 200
"""So much of an event's type is kept."""
UNANSWERED = frozenset({401, 500, 503})
"""Statuses that are no answer to the event: sent again, it is tried again."""


class CallAnswer(NamedTuple):
    """Status and document: a status document for 202, else a problem. `final`: the event is answered so ever after."""

    status: int
    document: Document
    final: bool = True


@dataclass(frozen=True)
class Caller:
    """Who sends an event: in which language to answer (None: the customer's), and which operator, if any."""

    language: str | None = None
    operator: str | None = None
    is_operator: bool = False


@dataclass(frozen=True)
class Intake:
    """Takes events. `oldest`: how old their time may be. `quiet`: without a log."""

    runs: RunClient
    adapters: Adapters
    metrics: Metrics
    oldest: timedelta
    quiet: bool
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By update ID; a lock that nobody holds or waits for is forgotten."""

    async def take(self, event: IncomingEvent, caller: Caller) -> CallAnswer:
        """Answer an event. The same (source, id) twice at once waits for the first. Raises `PortalProblem`."""
        async with self.locks.setdefault(event.update_id, asyncio.Lock()):
            now = datetime.now(UTC)
            kept = await self.adapters.inbox.remember(
                event.source, event.id, event.hash, event.type[:LONGEST_TYPE], event.subject or "requested"
            )
            if kept is not None and kept.hash != event.hash:
                raise PortalProblem("id_reused", values={"source": event.source, "id": event.id})
            if kept is not None and kept.status is not None and kept.body is not None:
                self.metrics.events.labels(event.label, "repeated").inc()
                return CallAnswer(kept.status, kept.body)
            try:
                answer = await self.send(event, caller, kept.received_at if kept else None, now)
            except PortalProblem as problem:
                if problem.status in UNANSWERED:
                    raise
                answer = CallAnswer(problem.status, body_of(problem, caller.language or await self.language(problem)))
            await self.keep(event, answer)
            return answer

    async def send(
        self, event: IncomingEvent, caller: Caller, first_received_at: datetime | None, now: datetime
    ) -> CallAnswer:
        """Judge the event and send it. `first_received_at`: it was received before, and has no answer yet."""
        acted_at = event.time or first_received_at or now
        command = command_of(event, acted_at)
        check_age(acted_at, now, self.oldest)
        command = permitted(command, caller)
        try:
            document = await self.runs.send(command, again=first_received_at is not None)
            return CallAnswer(202, document, final=not is_at_work(document))
        except PortalProblem as problem:
            problem.customer = problem.customer or command.customer
            if problem.status == 409 and problem.current is None:
                with suppress(PortalProblem):
                    problem.current = await self.runs.reader.read(command.workflow_id)
            raise

    async def keep(self, event: IncomingEvent, answer: CallAnswer) -> None:
        """Keep an answer that is final; count and log it."""
        status, document, final = answer
        if final:
            await self.adapters.inbox.answer(event.source, event.id, status, document)
        outcome = (document.get("code") or "taken") if final else "pending"
        self.metrics.events.labels(event.label, outcome).inc()
        if not self.quiet:
            log.info("event_answered", event_type=event.type, workflow_id=document.get("workflow_id"), outcome=outcome)

    async def language(self, problem: PortalProblem) -> str:
        """The language of the customer whom a problem concerns; English where that is nobody known."""
        record = await self.adapters.records.customer(problem.customer) if problem.customer is not None else None
        return record.language if record else "en"


def permitted(command: RunCommand, caller: Caller) -> RunCommand:
    """The command, which only an operator may give to a task; `by` is the operator's name, where there is one.

    Raises `unauthorised`.
    """
    if command.event not in OPERATOR_MESSAGES:
        return command
    if not caller.is_operator:
        raise PortalProblem("unauthorised")
    return replace(command, payload=command.payload | ({"by": caller.operator} if caller.operator else {}))

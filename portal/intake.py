"""What happens to an event: kept before Temporal is called, sent, and once taken answered the same ever after."""

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from weakref import WeakValueDictionary

import structlog
from structlog.contextvars import bound_contextvars

from activities.sql.inbox import InboxEntry
from portal.delivery import CallAnswer, Caller, Delivery
from portal.incoming import IncomingEvent, update_id
from portal.metrics import Metrics
from portal.problems import PortalProblem
from states.model.base import WORKFLOW_ID

log = structlog.get_logger(__name__)

LONGEST_TYPE = 200
"""So much of an event's type is kept."""


@dataclass(frozen=True)
class Intake:
    """Takes events. `quiet`: without a log."""

    delivery: Delivery
    metrics: Metrics
    quiet: bool
    locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By source and id; a lock that nobody holds or waits for is forgotten."""

    async def take(self, event: IncomingEvent, caller: Caller, message: str | None = None) -> CallAnswer:
        """Answer an event. The same (source, id) twice at once waits for the first. Raises `PortalProblem`.

        `message`: the ID of the signed message that it came in, where its signature leaves the attributes open.
        """
        async with self.locks.setdefault((event.source, event.id), asyncio.Lock()):
            entry = await self.delivery.adapters.database.in_thread(self.kept, event, caller, message)
            if entry.hash != event.hash:
                raise await self.reused(entry)
            if entry.taken:
                self.metrics.events.labels(event.label, "repeated").inc()
                return CallAnswer(202, entry.body)
            with bound_contextvars(update_id=update_id(entry)):
                answer = await self.delivery.carry(replace(entry, sender=asdict(caller)))
                self.note(event, answer)
            return answer

    def kept(self, event: IncomingEvent, caller: Caller, message: str | None) -> InboxEntry:
        """The event as the inbox has it. Blocks. Raises `unauthorised` for a message that carried another event."""
        adapters, type_ = self.delivery.adapters, event.type[:LONGEST_TYPE]
        with adapters.database.write():
            if message is not None and not adapters.signed_messages.carries(message, event.named, datetime.now(UTC)):
                headers = {"WWW-Authenticate": "StandardWebhooks"}
                raise PortalProblem("unauthorised", values={"fault": "message_of_another"}, headers=headers)
            parts = (event.source, event.id, event.hash, type_, event.run, event.content, asdict(caller))
            return adapters.inbox.remember(*parts)

    async def reused(self, entry: InboxEntry) -> PortalProblem:
        """That source and id are another event's, with the status of the run that this one was for, if it has one."""
        problem = PortalProblem("id_reused", values={"source": entry.source, "id": entry.id})
        if WORKFLOW_ID.fullmatch(entry.workflow_id):
            run_id = entry.body["run_id"] if entry.taken else None
            with suppress(PortalProblem):
                problem.current = await self.delivery.runs.reader.read(entry.workflow_id, run_id)
        return problem

    def note(self, event: IncomingEvent, answer: CallAnswer) -> None:
        """Count and log an answer."""
        outcome = (answer.document.get("code") or "taken") if answer.final else "pending"
        self.metrics.events.labels(event.label, outcome).inc()
        if not self.quiet:
            log.info("event_answered", event_type=event.type, outcome=outcome)

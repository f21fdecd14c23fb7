"""Carrying an event from the inbox to its run, by whoever has it in hand: the portal, or a worker later on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from temporalio.client import Client

from activities.adapters import Adapters
from activities.request_check import run_settings
from activities.sql.inbox import InboxEntry
from catalogue.loader import Catalogues
from portal.first_come import too_late_for
from portal.gone_runs import GoneRuns
from portal.incoming import RunCommand, check_said, command_of, event_of
from portal.problems import PortalProblem, body_of
from portal.run_client import OTHERS, Delivered, RunClient
from portal.run_reader import Document, RunReader
from settings import Grade, Settings
from states.model.base import day_of
from states.model.facts import RunSettings
from states.model.request import OPERATOR_MESSAGES

UNANSWERED = frozenset({401, 403, 500, 503})
"""Statuses that are no answer to the event: sent again, it is tried again."""


class CallAnswer(NamedTuple):
    """Status and document: a status document for 202, else a problem. `final`: it is what came of the event."""

    status: int
    document: Document
    final: bool = True


@dataclass(frozen=True)
class Caller:
    """Who sends an event: in which language to answer (None: the customer's), and which operator, which portal, or
    which customer in a session of his own, as far as they are known."""

    language: str | None = None
    operator: str | None = None
    is_operator: bool = False
    portal: str | None = None
    customer: str | None = None
    grade: Grade = "admin"
    """An operator's."""
    for_customer: bool = False
    """The operator asks on the customer's behalf, which the run then says."""


@dataclass(frozen=True)
class Delivery:
    """Carries events to their runs, and keeps in the inbox what comes of them."""

    runs: RunClient
    adapters: Adapters
    settings: Settings
    catalogues: Catalogues

    def run_settings(self) -> RunSettings:
        """The settings that a run requested now would record."""
        today = day_of(datetime.now(UTC), self.settings.time_zone)
        return run_settings(self.settings, self.catalogues.in_force(today))

    async def carry(self, entry: InboxEntry) -> CallAnswer:
        """Send an event of the inbox and keep what came of it, or that it is promised.

        Raises `PortalProblem` where nothing came of it: who may not send it, or a system that cannot be reached.
        """
        return await self.kept(entry, self.in_turn)

    async def kept(
        self, entry: InboxEntry, send: Callable[[InboxEntry, RunCommand], Awaitable[Delivered]]
    ) -> CallAnswer:
        """What came of an event, once it is kept that it did."""
        caller = Caller(**entry.sender)
        try:
            delivered = await self.judged(entry, caller, send)
        except PortalProblem as problem:
            if problem.status in UNANSWERED:
                raise
            answer = CallAnswer(problem.status, body_of(problem, caller.language or await self.language(problem)))
        else:
            answer = CallAnswer(202, delivered.document, final=delivered.stage is None)
            if delivered.stage is not None:
                await self.adapters.database.in_thread(self.adapters.inbox.promise, entry, delivered.stage)
        if answer.final:
            await self.adapters.database.in_thread(self.adapters.inbox.answer, entry, answer.status, answer.document)
        return answer

    async def judged(
        self, entry: InboxEntry, caller: Caller, send: Callable[[InboxEntry, RunCommand], Awaitable[Delivered]]
    ) -> Delivered:
        """Judge the event by itself, and send it."""
        event = event_of(entry)
        command = permitted(command_of(event, entry, caller.operator if caller.for_customer else None), caller)
        check_said(command, event.time, entry.received_at, self.run_settings())
        try:
            return await send(entry, command)
        except PortalProblem as refusal:
            problem = refusal
            if command.event in OPERATOR_MESSAGES:
                task = command.payload.get("task")
                problem = await too_late_for(self.adapters, self.runs.reader, command.workflow_id, task, refusal)
            problem.customer = problem.customer or command.customer
            if problem.status == 409 and problem.current is None:
                with suppress(PortalProblem):
                    problem.current = await self.runs.reader.read(command.workflow_id)
            raise problem from refusal

    async def in_turn(self, entry: InboxEntry, command: RunCommand) -> Delivered:
        """Send an event behind all that was promised of its run before it, or promise it too; in the time of one."""
        former, adapters = None, self.adapters
        in_thread = adapters.database.in_thread
        until, others_until = self.runs.until(), self.runs.until(OTHERS)
        while (earlier := await in_thread(adapters.inbox.promised_before, entry)) and earlier[0] != former:
            former = earlier[0]
            if self.runs.until(0) > others_until:
                break
            with suppress(PortalProblem):
                await self.kept(former, partial(self.at_once, until=others_until))
        if earlier:
            return Delivered(await self.runs.reader.read_at_work(command.workflow_id), "promised")
        return await self.at_once(entry, command, until=until)

    async def at_once(self, entry: InboxEntry, command: RunCommand, *, until: float) -> Delivered:
        """Send an event to its run; what came of it before is looked for first, unless it came just now."""
        return await self.runs.send(command, again=not entry.new, until=until)

    async def language(self, problem: PortalProblem) -> str:
        """The language of the customer whom a problem concerns; English where that is nobody known."""
        if problem.customer is None:
            return "en"
        record = await self.adapters.database.in_thread(self.adapters.records.customer, problem.customer)
        return record.language if record else "en"


def delivery_of(client: Client, settings: Settings, adapters: Adapters, catalogues: Catalogues) -> Delivery:
    """The delivery of one program."""
    reader = RunReader(client, settings, adapters.ledger, GoneRuns(client, settings, adapters))
    runs = RunClient(client, settings.task_queue, reader)
    return Delivery(runs, adapters, settings, catalogues)


def permitted(command: RunCommand, caller: Caller) -> RunCommand:
    """The command, which only an operator may give to a task; `by` is the operator's name, where there is one.

    Raises `unauthorised`, or `forbidden` for somebody who has another authority, or may only read.
    """
    if command.event not in OPERATOR_MESSAGES:
        return command
    if not caller.is_operator and (caller.portal or caller.customer):
        raise PortalProblem("forbidden", values={"fault": "operators_alone"})
    if not caller.is_operator:
        raise PortalProblem("unauthorised")
    if caller.grade == "read":
        raise PortalProblem("forbidden", values={"fault": "needs_decide", "grade": caller.grade})
    return replace(command, payload=command.payload | ({"by": caller.operator} if caller.operator else {}))

"""Where a run stands: from the ledger where it has ended, else from the run itself."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import (
    Client,
    RPCError,
    RPCStatusCode,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition

from activities.sql.ledger import SqlLedger
from catalogue.texts import say
from portal.gone_runs import GONE, GoneRuns
from portal.last_answers import LastAnswers
from portal.problems import PortalProblem, malformed
from settings import Settings
from states.kinds.registry import KINDS
from states.model.base import WORKFLOW_ID
from states.model.names import case_of, ended_run_of
from states.model.record import Language
from states.model.status import bare_status, page_of
from states.views.labels import in_words
from workflows import search_attributes as attributes

LOOK_WITHIN = 0.9
"""Seconds for one look at a run."""
ASK_WITHIN = 3.0
"""Seconds for a run's own answer, within a call that only reads."""
READ_WITHIN = 4.0
"""Seconds for a call that only reads."""

UNKNOWN_LANGUAGE: Language = "de"
"""Spoken where nobody says at once which language the customer reads."""
WORKFLOW_TYPES = frozenset(kind.workflow for kind in KINDS.values())

Document = dict[str, Any]
LOST: Document = {"waiting_for": [], "waiting_text": None, "enabled": []}
"""What holds of a run that was terminated and is not settled yet: it stands where it stood, and takes nothing more."""


@dataclass(frozen=True)
class RunReader:
    """Reads runs. Every method raises `PortalProblem` with a code of the contract."""

    client: Client
    settings: Settings
    ledger: SqlLedger
    gone_runs: GoneRuns
    last_answers: LastAnswers = field(default_factory=LastAnswers)

    async def read(self, workflow_id: str, run_id: str | None = None) -> Document:
        """The status document of the newest run, or of the one named. Raises `unknown_run`, `unavailable`."""
        try:
            async with asyncio.timeout(READ_WITHIN):
                with reaching():
                    return await self.status_of(workflow_id, run_id)
        except RPCError as error:
            foreign_id = run_id is not None or not WORKFLOW_ID.fullmatch(workflow_id)
            if is_gone(error) or (foreign_id and error.status == RPCStatusCode.INVALID_ARGUMENT):
                raise unknown_run(workflow_id, run_id) from error
            raise unavailable(error) from error
        except (TimeoutError, WorkflowQueryFailedError) as error:
            raise unavailable(error) from error

    async def weigh(self, workflow_id: str, asked: Document) -> Document:
        """What a decision would do to the run (query `consequence`). Raises `ended` where it is not open any more,
        also a terminated one, `unknown_run`, `unavailable`."""
        try:
            async with asyncio.timeout(READ_WITHIN):
                with reaching():
                    run = self.client.get_workflow_handle(workflow_id)
                    return dict(await run.query("consequence", asked, reject_condition=QueryRejectCondition.NOT_OPEN))
        except WorkflowQueryRejectedError as error:
            raise await self.why_not_running(workflow_id) from error
        except RPCError as error:
            raise await self.why_not_running(workflow_id) if is_gone(error) else unavailable(error) from error
        except (TimeoutError, WorkflowQueryFailedError) as error:
            raise unavailable(error) from error

    async def instructions(self, workflow_id: str, run_id: str, language: str) -> dict[str, str]:
        """By task what an open run tells operators to do, in their language; nothing where it does not answer soon."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                run = self.client.get_workflow_handle(workflow_id, run_id=run_id)
                document = await run.query("status", {"language": language})
        except (RPCError, TimeoutError, WorkflowQueryFailedError):
            return {}
        return {entry["task"]: entry["instructions"] for entry in document["tasks"]}

    async def status_of(self, workflow_id: str, run_id: str | None) -> Document:
        """From the ledger where the run has ended, else from the run itself. Raises `RPCError` too."""
        ended = self.ended
        if run_id is not None and (kept := await ended(workflow_id, run_id)) is not None:
            return kept
        try:
            run = await self.described(workflow_id, run_id)
            if run.type.name not in WORKFLOW_TYPES:
                raise unknown_run(workflow_id, run_id)
        except (RPCError, PortalProblem) as error:
            unknown = isinstance(error, PortalProblem) or is_gone(error)
            gone = await self.gone_runs.document(workflow_id, run_id) if unknown else None
            kept = gone or (await ended(workflow_id, run_id) if unknown else None)
            if kept is None:
                raise
            return kept
        found_id, status = run.execution.run_id, WorkflowExecutionStatus(run.status)
        if status == WorkflowExecutionStatus.CONTINUED_AS_NEW:
            return await self.continued(workflow_id, found_id)
        handle = self.client.get_workflow_handle(workflow_id, run_id=run_id)
        if status == WorkflowExecutionStatus.RUNNING:
            return self.last_answers.of(run) or await self.asked(handle, run)
        kept = await ended(workflow_id, found_id) or await ended(workflow_id, run_id)
        return kept if kept is not None else await handle.query("status") | LOST

    async def asked(self, handle: WorkflowHandle[Any, Any], run: WorkflowExecutionInfo) -> Document:
        """What an open run answers; from the ledger where it does not, and has ended meanwhile. Raises `TimeoutError`.

        The SDK may drop a query that meets a run as it closes; what the run says then stands in the ledger already.
        """
        try:
            async with asyncio.timeout(ASK_WITHIN):
                document: Document = dict(await handle.query("status"))
        except TimeoutError:
            kept = await self.ended(handle.id, run.execution.run_id)
            if kept is None:
                raise
            return kept
        self.last_answers.keep(run, document)
        return document

    async def described(self, workflow_id: str, run_id: str | None) -> WorkflowExecutionInfo:
        """How the server describes a run, as it comes: to read it into the library's own form costs as much again."""
        execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id or "")
        request = DescribeWorkflowExecutionRequest(namespace=self.client.namespace, execution=execution)
        answer = await self.client.workflow_service.describe_workflow_execution(request, retry=True)
        return answer.workflow_execution_info

    async def continued(self, workflow_id: str, run_id: str) -> Document:
        """A run that went on under another run ID: the newest, where it is the same one; as kept, if it has ended."""
        first = self.client.get_workflow_handle(workflow_id, first_execution_run_id=run_id)
        document: Document = await first.query("status")
        return await self.ended(workflow_id, document["run_id"]) or document

    async def ended(self, workflow_id: str, run_id: str | None = None) -> Document | None:
        """The document of an ended run, as the ledger keeps it."""
        return await self.ledger.database.in_thread(self.ledger.ended_run, workflow_id, run_id)

    async def read_at_work(self, workflow_id: str) -> Document:
        """The document of a run that does not answer in time. Raises `unavailable` where Temporal does not either."""
        handle = self.client.get_workflow_handle(workflow_id)
        answers: tuple[Any, Any, Any] = await asyncio.gather(
            asyncio.wait_for(handle.query("status"), LOOK_WITHIN),
            asyncio.wait_for(handle.describe(), LOOK_WITHIN),
            asyncio.wait_for(self.gone_runs.language(workflow_id.split("/")[1]), LOOK_WITHIN),
            return_exceptions=True,
        )
        document, run, language = answers
        if isinstance(run, BaseException):
            raise unavailable(run)
        if run.status != WorkflowExecutionStatus.RUNNING:
            raise unavailable()
        language = UNKNOWN_LANGUAGE if isinstance(language, BaseException) else language
        if isinstance(document, BaseException):
            return self.minimal(run, language)
        return dict(document) | {"waiting_for": ["system"], "waiting_text": say(language, "waits.system")}

    def minimal(self, run: WorkflowExecutionDescription, language: Language) -> Document:
        """What Temporal itself knows of a run that no worker answers for."""
        values = run.typed_search_attributes
        kind, customer, subject = run.id.split("/", 2)
        document = bare_status(
            workflow_id=run.id,
            run_id=run.run_id,
            ui_url=page_of(self.settings.temporal_ui_url, self.client.namespace, run.id, run.run_id),
            kind=kind,
            customer=customer,
            subject=subject,
            target=None,
            state=values.get(attributes.STATE) or "received",
            effective_at=values.get(attributes.EFFECTIVE_DATE),
            order_by=values.get(attributes.ORDER_BY),
            waiting_for=("system",),
        )
        return in_words(document, say, language, self.settings.time_zone).model_dump(mode="json")

    async def why_not_running(self, workflow_id: str) -> PortalProblem:
        """Nothing runs under that ID: it has ended, which names the way to go, or it never was."""
        case = case_of(workflow_id)
        try:
            document = await self.read(case, ended_run_of(workflow_id))
        except PortalProblem as problem:
            return problem
        values, customer = {"state": document.get("state")}, case.split("/")[1]
        if any(line["event"] == GONE for line in document.get("timeline", ())[-1:]):
            values["fault"] = GONE
        return PortalProblem("ended", rule="X11", values=values, current=document, customer=customer)


def unavailable(error: BaseException | None = None) -> PortalProblem:
    """Temporal does not answer; nothing is lost by sending again."""
    problem = PortalProblem("unavailable")
    problem.__cause__ = error
    return problem


@contextmanager
def reaching() -> Iterator[None]:
    """A client that connects when first needed says that it cannot with a bare `RuntimeError`: raise `unavailable`."""
    try:
        yield
    except RuntimeError as error:
        if "client connect" not in str(error):
            raise
        raise unavailable(error) from error


def is_gone(error: RPCError) -> bool:
    """Whether there is no such run, or none that is open; a namespace that is missing is something else."""
    return error.status == RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()


def unknown_run(workflow_id: str, run_id: str | None = None) -> PortalProblem:
    """There never was such a run, or none under that run ID; and an ID of another form than ours is none."""
    if not WORKFLOW_ID.fullmatch(workflow_id):
        return malformed("workflow_id", given=repr(workflow_id)[:80])
    values = {"workflow_id": workflow_id}
    values |= {"fault": "run", "run_id": run_id[:80]} if run_id is not None else {}
    return PortalProblem("unknown_run", values=values, customer=workflow_id.split("/")[1])


def quoted(value: str) -> str:
    """A value in a visibility query, never more than a value."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

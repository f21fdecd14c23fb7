"""What the portal needs to be of use, part by part: each is asked at once, and answers in time or is wrong."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType, WorkerStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.worker.v1 import WorkerHeartbeat
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, ListWorkersRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.adapters import Adapters
from activities.ports import AdapterError
from portal.deadline import in_time
from portal.run_reader import quoted
from workflows.connect import NotConnected, prove

PART_WITHIN = 3.0
"""Seconds that each part has."""
POLLED_WITHIN = timedelta(seconds=75)
"""A worker asks for work again after a minute at most; one that is gone stays listed for longer."""
ALIVE_WITHIN = timedelta(seconds=30)
"""A worker that has not said for so long that it lives, or not three times when it should have, does not."""
MAIL_EVERY = 30.0
"""Seconds between two visits to the mail server."""
OK = "ok"


class Missing(Exception):
    """A part is not there. The message says what is wrong."""


@dataclass
class Readiness:
    """Asks each part. Nothing is raised: what is wrong is the answer."""

    client: Client
    task_queue: str
    adapters: Adapters
    mail_answer: str = OK
    mail_asked_at: float = field(default=-MAIL_EVERY)

    async def look(self) -> dict[str, str]:
        """By part, `ok` or what is wrong."""
        parts = {
            "temporal": self.answer_of(prove(self.client)),
            "worker": self.answer_of(self.served()),
            "database": self.answer_of(self.adapters.database.in_thread(self.adapters.database.ready)),
            "mail": self.mail(),
        }
        return dict(zip(parts, await asyncio.gather(*parts.values()), strict=True))

    async def answer_of(self, work: Coroutine[Any, Any, None]) -> str:
        """`ok`, or what the work says is wrong."""
        try:
            await in_time(work, PART_WITHIN)
        except TimeoutError:
            return f"does not answer within {PART_WITHIN:.0f} seconds"
        except (NotConnected, AdapterError, Missing) as error:
            return str(error)
        except RPCError as error:
            return f"Temporal does not say ({error.status.name})"
        except RuntimeError:  # a client that cannot connect
            return "Temporal does not answer"
        return OK

    async def served(self) -> None:
        """Raise `Missing` unless a worker asks for workflows and for activities, and lives."""
        kinds = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
        if not all([await self.polled(kind) for kind in kinds]) or not await self.alive():
            raise Missing(
                f"no worker asks for work on CANCELLATIONS_TASK_QUEUE {self.task_queue} in TEMPORAL_NAMESPACE "
                f"{self.client.namespace}: start python worker.py there, and see its log"
            )

    async def polled(self, kind: TaskQueueType.ValueType) -> bool:
        """Whether somebody asked for work lately."""
        queue = TaskQueue(name=self.task_queue)
        request = DescribeTaskQueueRequest(namespace=self.client.namespace, task_queue=queue, task_queue_type=kind)
        answer = await self.client.workflow_service.describe_task_queue(request)
        since = datetime.now(UTC) - POLLED_WITHIN
        return any(poller.last_access_time.ToDatetime(UTC) > since for poller in answer.pollers)

    async def alive(self) -> bool:
        """Whether one of the workers that the server has heard of lives; who asked for work may be gone since.

        A server that hears of none says nothing against it.
        """
        try:
            request = ListWorkersRequest(
                namespace=self.client.namespace, query=f"TaskQueue = {quoted(self.task_queue)}"
            )
            known = (await self.client.workflow_service.list_workers(request)).workers_info
        except RPCError:
            return True
        beats = [worker.worker_heartbeat for worker in known]
        return not beats or any(lives(beat, datetime.now(UTC)) for beat in beats)

    async def mail(self) -> str:
        """As the other parts, but looked at now and then only: a mail server counts who comes."""
        if time.monotonic() - self.mail_asked_at >= MAIL_EVERY:
            self.mail_answer = await self.answer_of(self.adapters.mail.ready())
            self.mail_asked_at = time.monotonic()
        return self.mail_answer


def lives(beat: WorkerHeartbeat, now: datetime) -> bool:
    """Whether a worker runs, and has said so lately."""
    patience = max(ALIVE_WITHIN, 3 * beat.elapsed_since_last_heartbeat.ToTimedelta())
    return beat.status == WorkerStatus.WORKER_STATUS_RUNNING and beat.heartbeat_time.ToDatetime(UTC) > now - patience

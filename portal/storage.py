"""What the portal reads and keeps beside Temporal: inbox, ledger, work list, the customer's record, the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activities.adapters import Adapters, create_adapters
from activities.request_check import check_request
from activities.sql.inbox import InboxEntry
from activities.sql.ledger import EndedRun
from activities.sql.paging import Page
from activities.sql.work_list import WorkItem
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.facts import Check, Inquiry
from states.model.record import Customer


@dataclass(frozen=True)
class Storage:
    """The adapters and one catalogue. Everything raises `activities.ports.Unavailable` where the database is silent."""

    adapters: Adapters
    catalogues: Catalogues
    settings: Settings

    async def remember(self, source: str, id: str, hash: str, event: str, workflow_id: str) -> InboxEntry | None:
        """Keep an event; what is already kept under (source, id) is answered and stays as it is."""
        return await self.adapters.inbox.remember(source, id, hash, event, workflow_id)

    async def answer(self, source: str, id: str, status: int, body: Mapping[str, Any]) -> None:
        """Keep the final answer of an event."""
        await self.adapters.inbox.answer(source, id, status, dict(body))

    async def ended(self, workflow_id: str, run_id: str | None = None) -> dict[str, Any] | None:
        """The status document of an ended run, the newest unless `run_id` names one."""
        return await self.adapters.ledger.ended_run(workflow_id, run_id)

    async def search_ended(self, limit: int, cursor: str | None, wanted: Mapping[str, Any]) -> Page[EndedRun]:
        """Ended runs, newest first. Raises `activities.sql.paging.WrongCursor`."""
        return await self.adapters.ledger.ended_runs(limit=limit, cursor=cursor, **wanted)

    async def tasks(self, limit: int, cursor: str | None, wanted: Mapping[str, Any]) -> Page[WorkItem]:
        """Open tasks, due first. Raises `activities.sql.paging.WrongCursor`."""
        return await self.adapters.work_list.tasks(limit=limit, cursor=cursor, **wanted)

    async def open_task(self, task: str) -> WorkItem | None:
        """An open task, or None."""
        item = await self.adapters.work_list.task(task)
        return item if item is not None and item.open else None

    async def customer(self, customer: str) -> Customer | None:
        """The customer's record."""
        return await self.adapters.records.customer(customer)

    async def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""
        return await self.adapters.runs.open_runs(customer)

    async def assess(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say about a request: the same as a run would read."""
        return await check_request(inquiry, self.adapters, self.catalogues, self.settings)

    async def ping(self) -> None:
        """Raise unless the database answers."""
        await self.adapters.database.ready()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.adapters.close()


def open_records(settings: Settings) -> Storage:
    """Create or migrate the database, and load the catalogue. Blocks; raises what these raise, in one line each."""
    return Storage(create_adapters(settings), load_catalogues(settings.catalogue_dir), settings)

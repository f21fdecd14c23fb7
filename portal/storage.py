"""What the portal reads and keeps beside Temporal: inbox, ledger, work list, the customer's record, the catalogue."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from activities.assessment import assess
from activities.customer_centre import SqlCustomerCentre
from activities.sql.database import TRANSIENT, Database, create_database, fault
from activities.sql.inbox import Inbox, Kept
from activities.sql.ledger import EndedRun, SqlLedger
from activities.sql.paging import Page
from activities.sql.runs import SqlRuns
from activities.sql.work_list import SqlWorkList, WorkItem
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.facts import Check, Inquiry
from states.model.record import Customer


@dataclass(frozen=True)
class Storage:
    """One database and one catalogue. Everything raises `activities.ports.Unavailable` where the database is silent."""

    database: Database
    catalogues: Catalogues
    settings: Settings

    async def remember(self, source: str, id: str, hash: str, event: str, workflow_id: str) -> Kept | None:
        """Keep an event; what is already kept under (source, id) is answered and stays as it is."""
        async with asked():
            return await Inbox(self.database).remember(source, id, hash, event, workflow_id)

    async def answer(self, source: str, id: str, status: int, body: Mapping[str, Any]) -> None:
        """Keep the final answer of an event."""
        async with asked():
            await Inbox(self.database).answer(source, id, status, dict(body))

    async def ended(self, workflow_id: str, run_id: str | None = None) -> dict[str, Any] | None:
        """The status document of an ended run, the newest unless `run_id` names one."""
        async with asked():
            return await SqlLedger(self.database).ended_run(workflow_id, run_id)

    async def search_ended(self, limit: int, cursor: str | None, wanted: Mapping[str, Any]) -> Page[EndedRun]:
        """Ended runs, newest first. Raises `activities.sql.paging.WrongCursor`."""
        async with asked():
            return await SqlLedger(self.database).ended_runs(limit=limit, cursor=cursor, **wanted)

    async def tasks(self, limit: int, cursor: str | None, wanted: Mapping[str, Any]) -> Page[WorkItem]:
        """Open tasks, due first. Raises `activities.sql.paging.WrongCursor`."""
        async with asked():
            return await SqlWorkList(self.database).tasks(limit=limit, cursor=cursor, **wanted)

    async def open_task(self, task: str) -> WorkItem | None:
        """An open task, or None."""
        async with asked():
            found = await SqlWorkList(self.database).task(task)
        return found if found is not None and found.open else None

    async def customer(self, customer: str) -> Customer | None:
        """The customer's record."""
        async with asked():
            return await SqlCustomerCentre(self.database).customer(customer)

    async def open_runs(self, customer: str) -> frozenset[str]:
        """Workflow IDs of the customer's open runs."""
        async with asked():
            return await SqlRuns(self.database).open_runs(customer)

    async def assess(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say about a request: the same as a run would read."""
        async with asked():
            return await assess(
                inquiry,
                centre=SqlCustomerCentre(self.database),
                runs=SqlRuns(self.database),
                catalogues=self.catalogues,
                settings=self.settings,
            )

    async def ping(self) -> None:
        """Raise unless the database answers."""
        await self.database.ready()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.database.close()


def open_records(settings: Settings) -> Storage:
    """Create or migrate the database, and load the catalogue. Blocks; raises what these raise, in one line each."""
    return Storage(create_database(settings), load_catalogues(settings.catalogue_dir), settings)


@asynccontextmanager
async def asked() -> AsyncIterator[None]:
    """Turn an error of the database into `Unavailable`, without statement or values."""
    try:
        yield
    except TRANSIENT as error:
        raise fault(error) from None

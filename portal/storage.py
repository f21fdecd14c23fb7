"""What the portal reads and keeps beside Temporal: inbox, ledger, work list, the customer's record, the catalogue.

Errors of the database that may pass are answered as `unavailable` (`portal.app`).
"""

from dataclasses import dataclass

from activities.assessment import assess
from activities.customer_centre import SqlCustomerCentre
from activities.sql.database import Database, create_database
from activities.sql.inbox import Inbox
from activities.sql.ledger import SqlLedger
from activities.sql.runs import SqlRuns
from activities.sql.work_list import SqlWorkList
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.facts import Check, Inquiry


@dataclass(frozen=True)
class Storage:
    """The adapters over one database, and one catalogue."""

    settings: Settings
    catalogues: Catalogues
    database: Database
    inbox: Inbox
    ledger: SqlLedger
    work_list: SqlWorkList
    centre: SqlCustomerCentre
    runs: SqlRuns

    async def assess(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say about a request: the same as a run would read."""
        return await assess(
            inquiry, centre=self.centre, runs=self.runs, catalogues=self.catalogues, settings=self.settings
        )


def open_storage(settings: Settings) -> Storage:
    """Create or migrate the database, and load the catalogue. Blocks; raises what these raise, in one line each."""
    database = create_database(settings)
    return Storage(
        settings=settings,
        catalogues=load_catalogues(settings.catalogue_dir),
        database=database,
        inbox=Inbox(database),
        ledger=SqlLedger(database),
        work_list=SqlWorkList(database),
        centre=SqlCustomerCentre(database),
        runs=SqlRuns(database),
    )

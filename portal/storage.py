"""What the portal reads and keeps beside Temporal: inbox, ledger, work list, the customer's record, the catalogue.

Errors of the database that may pass are answered as `unavailable` (`portal.app`).
"""

from dataclasses import dataclass

from activities.adapters import Adapters, create_adapters
from activities.request_check import check_request
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.facts import Check, Inquiry


@dataclass(frozen=True)
class Storage:
    """The adapters over one database, and one catalogue."""

    settings: Settings
    catalogues: Catalogues
    adapters: Adapters

    async def assess(self, inquiry: Inquiry) -> Check:
        """What record and catalogue say about a request: the same as a run would read."""
        return await check_request(inquiry, self.adapters, self.catalogues, self.settings)


def open_storage(settings: Settings) -> Storage:
    """Create or migrate the database, and load the catalogue. Blocks; raises what these raise, in one line each."""
    return Storage(settings, load_catalogues(settings.catalogue_dir), create_adapters(settings))

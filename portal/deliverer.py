"""What was promised is carried out: again and again beside each worker, however many there are."""

import asyncio
from dataclasses import dataclass

import structlog

from activities.ports import AdapterError
from activities.sql.inbox import InboxEntry
from portal.delivery import Delivery
from portal.incoming import update_id
from portal.problems import PortalProblem

log = structlog.get_logger(__name__)

MOST = 20
"""So many events are claimed at a time."""


@dataclass(frozen=True)
class Deliverer:
    """Carries out what was answered 202 and is not known to have reached its run, or whose outcome is still open."""

    delivery: Delivery

    async def carry_out_due(self) -> int:
        """What is due; answers how much it was. Raises `AdapterError` where the inbox cannot be read."""
        adapters = self.delivery.adapters
        claimed = await adapters.database.in_thread(adapters.inbox.claim, MOST)
        await asyncio.gather(*map(self.carry_out, claimed))
        return len(claimed)

    async def carry_out(self, entry: InboxEntry) -> None:
        """One event. What does not succeed is due again by itself."""
        names = {"event_id": entry.id, "event_source": entry.source, "workflow_id": entry.workflow_id}
        bound = log.bind(**names, update_id=update_id(entry))
        try:
            answer = await self.delivery.carry(entry)
        except (PortalProblem, AdapterError) as error:
            bound.warning("promise_not_kept_yet", reason=str(error))
            return
        except Exception as error:
            bound.error("promise_failed", error=type(error).__name__, exc_info=error)
            return
        if answer.status != 202:
            bound.warning("promise_refused", code=answer.document.get("code"), detail=answer.document.get("detail"))
        elif answer.final:
            bound.info("promise_kept")

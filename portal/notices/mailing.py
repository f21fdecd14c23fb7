"""Sends the mails about tasks beside each worker: what was not sent is tried again, for as long as the task is open."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from activities.notice_routes import recipients, router
from activities.ports import AdapterError
from activities.sql.notices import ClaimedLetter, Told
from activities.sql.work_list import item
from portal.notices.letters import letter_about
from portal.task_items import Known, Recorded, item_of, read_known

log = structlog.get_logger(__name__)
Items = list[tuple[Told, Mapping[str, Any]]]


@dataclass(frozen=True)
class NoticeMails:
    """Mails about tasks to operators."""

    portal: Recorded

    async def send_due(self) -> int:
        """What is to be sent now; answers how many mails that were. Raises `AdapterError`."""
        adapters, settings = self.portal.adapters, self.portal.settings
        claim = adapters.notices.claim_letters
        letters = await adapters.database.in_thread(claim, router(settings), datetime.now(UTC))
        await asyncio.gather(*map(self.send, letters))
        return len(letters)

    async def send(self, letter: ClaimedLetter) -> None:
        """One mail. One that is not taken, for whatever reason, is tried again: who reads the log can mend it."""
        adapters, settings = self.portal.adapters, self.portal.settings
        in_thread = adapters.database.in_thread
        first = letter.notices[0]
        items = await in_thread(items_of, self.portal, letter.notices)
        mail = letter_about(items, recipients(settings, first.task.type), settings, datetime.now(UTC))
        bound = log.bind(letter=letter.key, notices=len(items), tries=first.tries + 1)
        try:
            await adapters.mail.send(letter.key, mail)
        except AdapterError as error:
            bound.error("notice_not_mailed", reason=str(error), code=getattr(error, "reference", None))
            await in_thread(adapters.notices.not_sent, letter.key, str(error))
            return
        await in_thread(adapters.notices.sent, letter.key)
        bound.info("notice_mailed")


def items_of(portal: Recorded, notices: tuple[Told, ...]) -> Items:
    """Notices with their tasks as the work list shows them, in the operators' language. Blocks."""
    known = read_known(portal, {told.task.customer for told in notices})
    now, language = datetime.now(UTC), portal.settings.operator_language
    return [(told, item_of(item(told.task, now), known.get(told.task.customer, Known()), language)) for told in notices]

"""The portal's inbox: each event is kept before anything is done about it, and what was answered beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from activities.sql.columns import UNSTORABLE
from activities.sql.database import Database, insert_once
from activities.sql.tables import inbox

LONGEST = 1000
"""The longest source or id that is kept."""


@dataclass(frozen=True)
class InboxEntry:
    """An event that is in the inbox. `status` and `body` are None until it was answered."""

    source: str
    id: str
    hash: str
    event: str
    workflow_id: str
    received_at: datetime
    status: int | None
    body: Any


@dataclass(frozen=True)
class SqlInbox:
    """What arrived, by source and id."""

    database: Database

    async def remember(self, source: str, id: str, hash: str, event: str, workflow_id: str) -> InboxEntry | None:
        """Keep an event; None where it is new, otherwise what is kept of that source and id, whatever its hash.

        Raises `ValueError` for a source or id that cannot be kept.
        """
        for name, value in (("source", source), ("id", id)):
            if len(value) > LONGEST or UNSTORABLE.search(value):
                raise ValueError(f"{name}: at most {LONGEST} characters, without control characters")
        new = {"source": source, "id": id, "hash": hash, "event": event, "workflow_id": workflow_id}
        async with self.database.write() as connection:
            if await insert_once(connection, inbox, new | {"received_at": datetime.now(UTC)}) is not None:
                return None
            row = (await connection.execute(select(inbox).where(inbox.c.source == source, inbox.c.id == id))).one()
        return InboxEntry(**row._mapping)

    async def answer(self, source: str, id: str, status: int, body: Any) -> None:
        """Keep what was answered; a later answer to the same event replaces it."""
        mine = (inbox.c.source == source, inbox.c.id == id)
        async with self.database.write() as connection:
            await connection.execute(update(inbox).where(*mine).values(status=status, body=body))

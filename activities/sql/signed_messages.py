"""Which event a signed message carried: its signature covers the body alone, not attributes that come as headers.

So whoever saw one message could send its body once more as another event, of another customer say. What a message
carried first it carries ever after, at every portal, for longer than its signature is valid.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from activities.sql.database import Database, insert_once
from activities.sql.tables import signed_messages

KEPT = timedelta(hours=1)
"""A signature is valid five minutes before and after the moment that it names (Standard Webhooks)."""


@dataclass(frozen=True)
class SqlSignedMessages:
    """Keeps what each message carried, as hashes."""

    database: Database

    def carries(self, message: str, event: Sequence[str | None], now: datetime) -> bool:
        """Whether the message of that ID carries this event and no other; what it carries first is kept."""
        row = {"message": hashed([message]), "event": hashed(event), "received_at": now}
        table = signed_messages.c
        with self.database.write() as connection:
            connection.execute(delete(signed_messages).where(table.received_at < now - KEPT))
            if insert_once(connection, signed_messages, row) is not None:
                return True
            kept = select(table.event).where(table.message == row["message"])
            return connection.scalar(kept) == row["event"]


def hashed(parts: Sequence[str | None]) -> str:
    """A hash of these texts, which says where each ends: IDs are of any length."""
    return hashlib.sha256(repr(list(parts)).encode()).hexdigest()

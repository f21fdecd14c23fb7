"""The receipts: what was done under which idempotency key, and what was answered."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from activities.ports import Unavailable
from activities.sql.bookings import proof_of
from activities.sql.database import Database, insert_once
from activities.sql.tables import receipts
from states.model.effects import Step
from states.model.facts import Receipt


@dataclass(frozen=True)
class SqlReceipts:
    """The answers of the activities that change something, by idempotency key."""

    database: Database

    def keep(self, step: Step, receipt: Receipt) -> Receipt:
        """Keep a receipt that says whom to tell; answers the one that was kept first under its key."""
        with self.database.write() as connection:
            claimed = claim(connection, step)
            first = claimed.receipt
            if first is not None and "tell" in first:
                return Receipt.model_validate(first)
            write_receipt(connection, receipt)
        return receipt


def claim(connection: Connection, step: Step) -> Row[Any]:
    """The row of a key, new or not, which nobody else changes before the transaction ends.

    A call with the same key under way is waited for. A new row has no receipt yet.
    """
    values = {"key": step.key, "action": step.effect.effect, "made_at": datetime.now(UTC), "proof": proof_of(step)}
    claimed = insert_once(connection, receipts, values)
    if claimed is None:
        present = select(receipts).where(receipts.c.key == step.key).with_for_update()
        claimed = connection.execute(present).one_or_none()
        if claimed is None or claimed.receipt is None:
            raise Unavailable("another call with this key has not finished yet")
    return claimed


def write_receipt(connection: Connection, receipt: Receipt) -> None:
    """Write a receipt under its claimed key."""
    document = receipt.model_dump(mode="json", exclude_unset=True)
    connection.execute(update(receipts).where(receipts.c.key == receipt.key).values(receipt=document))

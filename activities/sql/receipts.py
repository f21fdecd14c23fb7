"""The receipts: what was done under which idempotency key, and what was answered."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select

from activities.ports import Unavailable
from activities.sql.bookings import proof_of
from activities.sql.database import Database, insert_once
from activities.sql.tables import receipts
from states.model.effects import Step
from states.model.facts import Receipt

OF_KEY = select(receipts.c.number, receipts.c.receipt).where(
    receipts.c.key == bindparam("key", type_=receipts.c.key.type)
)


@dataclass(frozen=True)
class SqlReceipts:
    """The answers of the activities that change something, by idempotency key."""

    database: Database

    def keep(self, step: Step, receipt: Receipt) -> Receipt:
        """Keep a receipt that says whom to tell; answers the one that was kept first under its key."""
        with self.database.write() as connection:
            return keep_receipt(connection, step, receipt)[0]


def keep_receipt(connection: Connection, step: Step, receipt: Receipt) -> tuple[Receipt, bool]:
    """Keep what is answered for a step. Answers what is kept, with a reference, and whether that is new.

    A call with the same key under way is waited for; what it keeps stays.
    """
    document = receipt.model_dump(mode="json", exclude_unset=True)
    values = {"key": step.key, "action": step.effect.effect, "made_at": datetime.now(UTC), "proof": proof_of(step)}
    row = insert_once(connection, receipts, values | {"receipt": document}, answering=(receipts.c.number,))
    if row is not None:
        return referenced(receipt, row.number), True
    kept = receipt_of(connection, step.key)
    if kept is None:
        raise Unavailable("another call with this key has not finished yet")
    return kept, False


def receipt_of(connection: Connection, key: str) -> Receipt | None:
    """What was answered for a key; None where nothing was."""
    row = connection.execute(OF_KEY, {"key": key}).one_or_none()
    return referenced(Receipt.model_validate(row.receipt), row.number) if row else None


def referenced(receipt: Receipt, number: int) -> Receipt:
    """The receipt with our own reference, where another system has not given one."""
    return receipt if receipt.reference else receipt.model_copy(update={"reference": f"B-{number:06d}"})

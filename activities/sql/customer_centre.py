"""The customer centre in our own database: what is booked, and every change to the record exactly once.

Each change is one transaction: the key is claimed in `receipts`, the customer's record is locked, the change made,
the receipt written. A second call with the key waits for the first one's end and answers its receipt.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import Ends, Judge, Refused
from activities.sql import bookings
from activities.sql.customer_records import lock, read_record, write_record
from activities.sql.database import Database
from activities.sql.receipts import claim, write_receipt
from activities.subjects import subject_of, with_assignment, without_licences
from catalogue.texts import say
from states.model.effects import AssignLicence, Step
from states.model.facts import Receipt, Surplus
from states.model.record import Customer, Licence

Change = Callable[["Transaction"], Awaitable[tuple[Surplus, ...] | None]]
"""A change; it may answer what is in surplus after it."""


class ChangeHeld(Exception):
    """Something stands against the change: the transaction is given up, and nothing is remembered (X4)."""

    def __init__(self, surplus: tuple[Surplus, ...]) -> None:
        super().__init__("held")
        self.surplus = surplus


@dataclass(frozen=True)
class SqlCustomerCentre:
    """The port `Bookings` in our own database, which stands in for the vendor's customer centre."""

    database: Database

    async def with_ends(self, customer: str) -> tuple[Customer | None, Ends]:
        """The record, and when the booked ends of its licences take effect (X3), in one transaction."""
        async with self.database.read() as connection:
            record = await read_record(connection, customer)
            return record, await bookings.ends_of(connection, record) if record else {}

    async def place_order(self, step: Step) -> Receipt:
        """Book the order, unless the record has moved on meanwhile. Raises `Refused`."""
        return await self.once(step, Transaction.book)

    async def apply_change(self, step: Step, judge: Judge) -> Receipt:
        """Make the change in the record and close the booking, unless `judge` holds it (X4)."""
        try:
            return await self.once(step, lambda transaction: transaction.change(judge))
        except ChangeHeld as obstacle:
            return Receipt(key=step.key, surplus=obstacle.surplus, held=True)

    async def withdraw(self, step: Step) -> Receipt:
        """Take the booking back; fine where there is none."""
        return await self.once(step, Transaction.withdraw)

    async def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user to `step.effect.to` (WMU4). Raises `Refused`."""
        return await self.once(step, Transaction.reassign)

    async def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer (MOV1). Raises `Refused` where it is not there."""
        return await self.once(step, Transaction.decouple)

    async def once(
        self, step: Step, change: "Callable[[Transaction], Awaitable[tuple[Surplus, ...] | None]]"
    ) -> Receipt:
        """Make a change under its key, or answer what the first call with this key answered."""
        async with self.database.write() as connection:
            claimed = await claim(connection, step)
            if claimed.receipt is not None:
                return Receipt.model_validate(claimed.receipt)
            reference = f"B-{claimed.number:06d}"
            await lock(connection, step.customer)
            record = await read_record(connection, step.customer)
            surplus = await change(Transaction(connection, step, reference, record)) or ()
            receipt = Receipt(key=step.key, reference=reference, surplus=surplus)
            await write_receipt(connection, receipt)
            return receipt


@dataclass(frozen=True)
class Transaction:
    """A change under way: its key is claimed, and the customer's record, None where unknown, is locked."""

    connection: AsyncConnection
    step: Step
    reference: str
    record: Customer | None

    async def book(self) -> None:
        """Book what the record still allows."""
        record = self.known_record()
        obstacle = subject_of(self.step.kind).obstacle(record, self.step.subject, self.step.target)
        if obstacle is not None:
            raise self.refusal(obstacle, record)
        await bookings.book(self.connection, self.step, self.reference)

    async def change(self, judge: Judge) -> tuple[Surplus, ...]:
        """Make the change and close the booking; answers what is then in surplus. Raises `ChangeHeld`."""
        step = self.step
        surplus: tuple[Surplus, ...] = ()
        if self.record is not None:
            details = await bookings.details_of(self.connection, step.workflow_id)
            changed = subject_of(step.kind).changed(self.record, step.subject, step.target, details)
            surplus, held = judge(changed, await bookings.ends_of(self.connection, changed))
            if held:
                raise ChangeHeld(surplus)
            await write_record(self.connection, changed, self.record)
        await bookings.close(self.connection, step.workflow_id, "applied")
        return surplus

    async def withdraw(self) -> None:
        """The booking is withdrawn (X11)."""
        await bookings.close(self.connection, self.step.workflow_id, "withdrawn")

    async def reassign(self) -> None:
        """Another assignment of the same licence."""
        record, licence = self.held_licence()
        if licence.product != "wms_user":
            raise self.refusal("no_user", record)
        to = cast(AssignLicence, self.step.effect).to
        await write_record(self.connection, with_assignment(record, licence, to), record)

    async def decouple(self) -> None:
        """The account leaves this customer's record; the other customer connects it anew (MOV1)."""
        record, licence = self.held_licence()
        await write_record(self.connection, without_licences(record, [licence]), record)

    def known_record(self) -> Customer:
        """The record, or a refusal: nothing is changed for a customer that is not there."""
        if self.record is None:
            raise Refused(say("de", "centre.unknown"), reference=self.step.customer)
        return self.record

    def held_licence(self) -> tuple[Customer, Licence]:
        """The record and the licence that the step is about, or a refusal."""
        record = self.known_record()
        licence = record.licence(self.step.subject)
        if licence is None:
            raise self.refusal("not_held", record)
        return record, licence

    def refusal(self, reason: str, record: Customer) -> Refused:
        """The customer centre says no, with the text `centre.<reason>` in the customer's language."""
        text = say(record.language, f"centre.{reason}", {"subject": self.step.subject, "target": self.step.target})
        return Refused(text, reference=reason)

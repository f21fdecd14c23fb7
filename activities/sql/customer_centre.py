"""The customer centre in our own database: what is booked, and every change to the record exactly once.

Each change is one transaction: the key is claimed in `receipts`, the customer's record is locked, the change made,
the receipt written. A second call with the key waits for the first one's end and answers its receipt.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import Ends, Judge, Refused
from activities.sql import bookings
from activities.sql.customer_records import lock, read_record, write_record
from activities.sql.database import Database
from activities.sql.receipts import claim, write_receipt
from activities.subjects import subject_of, with_assignment, without_licences
from catalogue.texts import shown
from states.model.effects import AssignLicence, Step
from states.model.facts import Receipt, Surplus
from states.model.record import Customer, Licence

REASONS = {
    "unknown": {
        "de": "Das Kundencenter kennt diesen Kunden nicht.",
        "en": "The customer centre does not know this customer.",
    },
    "not_held": {
        "de": "Im Kundencenter ist {subject} nicht mehr gebucht.",
        "en": "{subject} is no longer booked in the customer centre.",
    },
    "not_lower": {
        "de": "{target} ist nicht niedriger als das, was im Kundencenter jetzt gebucht ist.",
        "en": "{target} is not lower than what is booked in the customer centre now.",
    },
    "no_user": {"de": "{subject} ist kein WMS-Benutzer.", "en": "{subject} is not a WMS user."},
}
"""Why the customer centre says no, in the customer's language."""

Change = Callable[[AsyncConnection, Customer | None, Step, str], Awaitable[tuple[Surplus, ...]]]
"""A change within its transaction: (connection, record, step, reference) → what is in surplus after it."""


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
        return await self.once(step, book)

    async def apply_change(self, step: Step, judge: Judge) -> Receipt:
        """Make the change in the record and close the booking, unless `judge` holds it (X4)."""

        async def change(
            connection: AsyncConnection, record: Customer | None, step: Step, _reference: str
        ) -> tuple[Surplus, ...]:
            surplus: tuple[Surplus, ...] = ()
            if record is not None:
                details = await bookings.details_of(connection, step.workflow_id)
                changed = subject_of(step.kind).changed(record, step.subject, step.target, details)
                surplus, held = judge(changed, await bookings.ends_of(connection, changed))
                if held:
                    raise ChangeHeld(surplus)
                await write_record(connection, changed, record)
            await bookings.close(connection, step.workflow_id, "applied")
            return surplus

        try:
            return await self.once(step, change)
        except ChangeHeld as held:
            return Receipt(key=step.key, surplus=held.surplus, held=True)

    async def withdraw(self, step: Step) -> Receipt:
        """Take the booking back; fine where there is none."""
        return await self.once(step, take_back)

    async def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user to `step.effect.to` (WMU4). Raises `Refused`."""
        return await self.once(step, assign)

    async def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer (MOV1). Raises `Refused` where it is not there."""
        return await self.once(step, take_off)

    async def once(self, step: Step, change: Change) -> Receipt:
        """Make a change under its key, or answer what the first call with this key answered."""
        async with self.database.write() as connection:
            claimed = await claim(connection, step)
            if claimed.receipt is not None:
                return Receipt.model_validate(claimed.receipt)
            reference = f"B-{claimed.number:06d}"
            await lock(connection, step.customer)
            record = await read_record(connection, step.customer)
            surplus = await change(connection, record, step, reference)
            receipt = Receipt(key=step.key, reference=reference, surplus=surplus)
            await write_receipt(connection, receipt)
            return receipt


async def book(connection: AsyncConnection, record: Customer | None, step: Step, reference: str) -> tuple[Surplus, ...]:
    """Book what the record still allows."""
    present = present_record(record, step)
    obstacle = subject_of(step.kind).obstacle(present, step.subject, step.target)
    if obstacle is not None:
        raise refusal(obstacle, present, step)
    await bookings.book(connection, step, reference)
    return ()


async def take_back(
    connection: AsyncConnection, _record: Customer | None, step: Step, _reference: str
) -> tuple[Surplus, ...]:
    """The booking is withdrawn (X11)."""
    await bookings.close(connection, step.workflow_id, "withdrawn")
    return ()


async def assign(
    connection: AsyncConnection, record: Customer | None, step: Step, _reference: str
) -> tuple[Surplus, ...]:
    """Another assignment of the same licence."""
    present, licence = held_licence(record, step)
    if licence.product != "wms_user":
        raise refusal("no_user", present, step)
    await write_record(connection, with_assignment(present, licence, cast(AssignLicence, step.effect).to), present)
    return ()


async def take_off(
    connection: AsyncConnection, record: Customer | None, step: Step, _reference: str
) -> tuple[Surplus, ...]:
    """The account leaves this customer's record; the other customer connects it anew (MOV1)."""
    present, licence = held_licence(record, step)
    await write_record(connection, without_licences(present, [licence]), present)
    return ()


def present_record(record: Customer | None, step: Step) -> Customer:
    """The record, or a refusal: nothing is changed for a customer that is not there."""
    if record is None:
        raise Refused(REASONS["unknown"]["de"], reference=step.customer)
    return record


def held_licence(record: Customer | None, step: Step) -> tuple[Customer, Licence]:
    """The record and the licence that the step is about, or a refusal."""
    present = present_record(record, step)
    licence = present.licence(step.subject)
    if licence is None:
        raise refusal("not_held", present, step)
    return present, licence


def refusal(reason: str, record: Customer, step: Step) -> Refused:
    """The customer centre says no. The customer reads this: a target goes by its name."""
    values: dict[str, Any] = {
        "subject": step.subject,
        "target": shown(record.language, "target", step.target, {}),
    }
    return Refused(REASONS[reason][record.language].format(**values), reference=reason)

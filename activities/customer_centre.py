"""The customer centre in our own database: the record, and every change to it exactly once.

Each change is one transaction: the key is claimed in `receipts`, the customer's record is locked, the change made,
the receipt written. A second call with the key waits for the first one's end and answers its receipt.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import Refused, Unavailable
from activities.sql import bookings, customer_records
from activities.sql.database import Database, insert_once
from activities.sql.loading import Left, LoadFailed, LoadReport, customer, load_customers
from activities.sql.runs import watchers_of
from activities.sql.subjects import NO_LICENCE, Ends, ending, held, is_lower
from activities.sql.tables import receipts
from catalogue.texts import say
from states.model.effects import ApplyChange, AssignLicence, BookOrder, Decouple, Step
from states.model.facts import Receipt, Surplus
from states.model.record import Customer

__all__ = ["Left", "LoadFailed", "LoadReport", "SqlCustomerCentre", "customer", "load_customers"]

CHANNELS = frozenset({"marketplace", "connector_shopify", "connector_shopware6"})
"""The products billed by order packages (OP0-1), where no catalogue says otherwise."""

SurplusAfter = Callable[[Customer, Ends, Step], tuple[Surplus, ...]]
"""What is in surplus under a record as it is, with the ends booked in it, for the step that changes it (X2, X4)."""


def nothing_in_surplus(_record: Customer, _ends: Ends, _step: Step) -> tuple[Surplus, ...]:
    """Without a catalogue nothing is known to be in surplus."""
    return ()


class ChangeHeld(Exception):
    """Something stands against the change: the transaction is given up, and nothing is remembered (X4)."""

    def __init__(self, surplus: tuple[Surplus, ...]) -> None:
        super().__init__("held")
        self.surplus = surplus


Change = Callable[[AsyncConnection, Customer | None, Step, str], Awaitable[tuple[Surplus, ...]]]
"""A change within its transaction: (connection, record, step, reference) → what is in surplus after it."""


@dataclass(frozen=True)
class SqlCustomerCentre:
    """The port `CustomerCentre` in our own database."""

    database: Database
    surplus_after: SurplusAfter = nothing_in_surplus
    channels: Collection[str] = CHANNELS

    async def customer(self, customer: str) -> Customer | None:
        """The customer's present record, or None."""
        async with self.database.read() as connection:
            return await customer_records.read_record(connection, customer)

    async def with_ends(self, customer: str) -> tuple[Customer | None, Mapping[str, datetime]]:
        """The record, and when the booked ends of its licences take effect (X3), in one transaction."""
        async with self.database.read() as connection:
            found = await customer_records.read_record(connection, customer)
            return found, await bookings.ends_of(connection, found) if found else {}

    async def place_order(self, step: Step) -> Receipt:
        """Book the order; a newer one of the same run replaces it (X10). Raises `Refused`."""
        return await self.once(step, self.order)

    async def apply_change(self, step: Step) -> Receipt:
        """Make the change in the record and close the booking; `held` where a channel stands against package 0 (X4)."""
        return await self.once(step, self.change)

    async def withdraw(self, step: Step) -> Receipt:
        """Take the booking back; fine where there is none."""
        return await self.once(step, self.take_back)

    async def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user to `step.effect.to` (WMU4). Raises `Refused`."""
        return await self.once(step, self.assign)

    async def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer (MOV1). Raises `Refused` where it is not there."""
        return await self.once(step, self.take_off)

    # Once for a key.

    async def once(self, step: Step, change: Change) -> Receipt:
        """Make a change under its key, or answer what the first call with this key answered."""
        try:
            async with self.database.write() as connection:
                known = await claim(connection, step)
                if isinstance(known, Receipt):
                    return known
                reference = f"B-{known:06d}"
                await customer_records.lock(connection, step.customer)
                found = await customer_records.read_record(connection, step.customer)
                surplus = await change(connection, found, step, reference)
                tell = await watchers_of(connection, step.customer, step.workflow_id)
                receipt = Receipt(key=step.key, reference=reference, tell=tell, surplus=surplus)
                await keep(connection, known, receipt)
                return receipt
        except ChangeHeld as held:
            return Receipt(key=step.key, surplus=held.surplus, held=True)

    # The changes.

    async def order(
        self, connection: AsyncConnection, found: Customer | None, step: Step, reference: str
    ) -> tuple[Surplus, ...]:
        """Book, unless the record has moved on meanwhile."""
        known = present(found, step)
        if step.kind in ("edition", "order_package"):
            if step.kind == "edition" and step.subject not in known.editions:
                raise refusal("not_held", known, step)
            if not is_lower(known, step.kind, step.subject, step.target):
                raise refusal("not_lower", known, step)
        elif step.kind not in NO_LICENCE and not held(known, step.kind, step.subject):
            raise refusal("not_held", known, step)
        await bookings.book(connection, step, cast(BookOrder, step.effect), reference)
        return ()

    async def change(
        self, connection: AsyncConnection, found: Customer | None, step: Step, _reference: str
    ) -> tuple[Surplus, ...]:
        """The change itself, by kind."""
        left: tuple[Surplus, ...] = ()
        if found is not None:
            if step.kind == "edition":
                left = await self.change_edition(connection, found, step)
            elif step.kind == "order_package":
                await self.change_package(connection, found, step)
            elif step.kind == "fulfillment":
                await customer_records.remove_partners(connection, step.customer)
            else:
                details = await bookings.details_of(connection, step.workflow_id)
                gone = ending(found, step.kind, step.subject, details)
                await customer_records.remove_licences(connection, step.customer, [one.licence for one in gone])
        await bookings.close(connection, step.workflow_id, "applied")
        return left

    async def change_edition(self, connection: AsyncConnection, found: Customer, step: Step) -> tuple[Surplus, ...]:
        """The lower edition, in any case; what is then in surplus is answered (X2). Never a higher one."""
        if is_lower(found, "edition", step.subject, step.target):
            await customer_records.change_edition(connection, step.customer, step.subject, str(step.target))
            found = await customer_records.read_record(connection, step.customer) or found
        ends = await bookings.ends_of(connection, found)
        return tuple(with_end(entry, ends) for entry in self.surplus_after(found, ends, step))

    async def change_package(self, connection: AsyncConnection, found: Customer, step: Step) -> None:
        """The lower tier. Raises `ChangeHeld` where a channel is active and the package would be 0 (X4)."""
        if step.target == 0:
            active = [one for one in found.licences if one.product in self.channels]
            if active:
                said = {one.licence: one for one in self.surplus_after(found, {}, step)}
                raise ChangeHeld(tuple(said.get(one.licence) or as_channel(one.licence, one.product) for one in active))
        if is_lower(found, "order_package", step.subject, step.target):
            await customer_records.change_order_package(connection, step.customer, int(cast(int, step.target)))

    async def take_back(
        self, connection: AsyncConnection, _found: Customer | None, step: Step, _reference: str
    ) -> tuple[Surplus, ...]:
        """The booking is withdrawn (X11)."""
        await bookings.close(connection, step.workflow_id, "withdrawn")
        return ()

    async def assign(
        self, connection: AsyncConnection, found: Customer | None, step: Step, _reference: str
    ) -> tuple[Surplus, ...]:
        """Another assignment of the same licence."""
        known = present(found, step)
        licence = known.licence(step.subject)
        if licence is None:
            raise refusal("not_held", known, step)
        if licence.product != "wms_user":
            raise refusal("no_user", known, step)
        await customer_records.assign(connection, step.customer, step.subject, cast(AssignLicence, step.effect).to)
        return ()

    async def take_off(
        self, connection: AsyncConnection, found: Customer | None, step: Step, _reference: str
    ) -> tuple[Surplus, ...]:
        """The account leaves this customer's record; the other customer connects it anew (MOV1)."""
        known = present(found, step)
        if known.licence(step.subject) is None:
            raise refusal("not_held", known, step)
        await customer_records.remove_licences(connection, step.customer, [step.subject])
        return ()


async def claim(connection: AsyncConnection, step: Step) -> int | Receipt:
    """Claim a key: the number of the new receipt, or the receipt that it has already."""
    effect = step.effect
    proof = effect.proof if isinstance(effect, BookOrder | ApplyChange | Decouple | AssignLicence) else None
    values: dict[str, Any] = {
        "key": step.key,
        "action": effect.effect,
        "made_at": datetime.now(UTC),
        "proof": proof.model_dump(mode="json") if proof else None,
    }
    claimed = await insert_once(connection, receipts, values)
    if claimed is not None:
        return int(claimed.number)
    first = (
        await connection.execute(select(receipts.c.receipt).where(receipts.c.key == step.key))
    ).scalar_one_or_none()
    if first is None:
        raise Unavailable("another call with this key has not finished yet")
    return Receipt.model_validate(first)


async def keep(connection: AsyncConnection, number: int, receipt: Receipt) -> None:
    """Write the receipt under its claimed key."""
    document = receipt.model_dump(mode="json", exclude_unset=True)
    await connection.execute(update(receipts).where(receipts.c.number == number).values(receipt=document))


def present(found: Customer | None, step: Step) -> Customer:
    """The record, or a refusal: nothing is changed for a customer that is not there."""
    if found is None:
        raise Refused(say("de", "centre.unknown"), reference=step.customer)
    return found


def refusal(reason: str, found: Customer, step: Step) -> Refused:
    """The customer centre says no, with the text `centre.<reason>` in the language of the customer, who reads it."""
    text = say(found.language, f"centre.{reason}", {"subject": step.subject, "target": step.target})
    return Refused(text, reference=reason)


def with_end(entry: Surplus, ends: Ends) -> Surplus:
    """A licence whose own end is booked says when (X3)."""
    if entry.ends_at is not None or entry.licence not in ends:
        return entry
    return entry.model_copy(update={"ends_at": ends[entry.licence]})


def as_channel(licence: str, product: str) -> Surplus:
    """A channel that stands against package 0 (OP0-1). A merely booked end does not resolve it (X4)."""
    return Surplus(
        licence=licence, product=product, reason="channel", values={"product": product}, candidates=(licence,)
    )

"""The customer centre in our own database: what is booked, and every change to the record exactly once.

Each change is one transaction: the key is claimed in `receipts`, the customer's record is locked, the change made,
the receipt written. A second call with the key waits for the first one's end and answers its receipt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from activities.ports import Ends, Judge, Judgement, Refused
from activities.sql import bookings
from activities.sql.customer_records import lock, read_record, write_record
from activities.sql.database import Database
from activities.sql.receipts import claim, write_receipt
from activities.subjects import subject_of, with_assignment, without_licences
from catalogue.texts import say
from states.model.effects import AssignLicence, Step
from states.model.facts import BookedChange, Receipt
from states.model.record import Customer, Licence

Change = Callable[[Connection, Customer | None, str], Judgement | None]
"""A change of the locked record, None where the customer is unknown, under a reference; it may judge what it leaves."""


@dataclass(frozen=True)
class SqlCustomerCentre:
    """The port `Bookings` in our own database, which stands in for the vendor's customer centre."""

    database: Database

    def with_ends(self, customer: str) -> tuple[Customer | None, Ends]:
        """The record, and when the booked ends of its licences take effect (X3), in one transaction."""
        with self.database.read() as connection:
            record = read_record(connection, customer)
            return record, bookings.ends_of(connection, record) if record else {}

    def changes(self, customer: str) -> tuple[BookedChange, ...]:
        """What is booked of the customer's editions and order package, and not made yet."""
        with self.database.read() as connection:
            return bookings.changes_of(connection, customer)

    def place_order(self, step: Step) -> Receipt:
        """Book the order, unless the record has moved on meanwhile. Raises `Refused`."""

        def book(connection: Connection, record: Customer | None, reference: str) -> None:
            present = known_record(step, record)
            obstacle = subject_of(step.kind).obstacle(present, step.subject, step.target)
            if obstacle is not None:
                raise refusal(step, obstacle, present)
            bookings.book(connection, step, reference)

        return self.once(step, book)

    def apply_change(self, step: Step, judge: Judge) -> Receipt:
        """Make the change in the record and close the booking, unless `judge` holds it (X4)."""

        def change(connection: Connection, record: Customer | None, _: str) -> Judgement:
            judgement = Judgement()
            if record is not None:
                details = bookings.details_of(connection, step.workflow_id)
                changed = subject_of(step.kind).changed(record, step.subject, step.target, details)
                judgement = judge(changed, bookings.ends_of(connection, changed))
                if judgement.held:
                    return judgement
                write_record(connection, changed, record)
            bookings.close(connection, step.workflow_id, "applied")
            return judgement

        return self.once(step, change)

    def withdraw(self, step: Step) -> Receipt:
        """Take the booking back (X11); fine where there is none."""

        def withdraw(connection: Connection, *_: object) -> None:
            bookings.close(connection, step.workflow_id, "withdrawn")

        return self.once(step, withdraw)

    def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user to `step.effect.to` (WMU4). Raises `Refused`."""

        def reassign(connection: Connection, record: Customer | None, _: str) -> None:
            present, licence = held_licence(step, record)
            if licence.product != "wms_user":
                raise refusal(step, "no_user", present)
            to = cast(AssignLicence, step.effect).to
            write_record(connection, with_assignment(present, licence, to), present)

        return self.once(step, reassign)

    def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer, the other one connects it anew (MOV1). Raises `Refused`."""

        def decouple(connection: Connection, record: Customer | None, _: str) -> None:
            present, licence = held_licence(step, record)
            write_record(connection, without_licences(present, [licence]), present)

        return self.once(step, decouple)

    def once(self, step: Step, change: Change) -> Receipt:
        """Make a change under its key, or answer what the first call with this key answered.

        Where something holds the change, the transaction is given up, and nothing is remembered (X4).
        """
        with self.database.write() as connection:
            claimed = claim(connection, step)
            if claimed.receipt is not None:
                return Receipt.model_validate(claimed.receipt)
            reference = f"B-{claimed.number:06d}"
            lock(connection, step.customer)
            record = read_record(connection, step.customer)
            surplus, held = change(connection, record, reference) or Judgement()
            if held:
                connection.rollback()
                return Receipt(key=step.key, surplus=surplus, held=True)
            receipt = Receipt(key=step.key, reference=reference, surplus=surplus)
            write_receipt(connection, receipt)
            return receipt


def known_record(step: Step, record: Customer | None) -> Customer:
    """The record, or a refusal: nothing is changed for a customer that is not there."""
    if record is None:
        raise Refused(say("de", "centre.unknown"), reference=step.customer)
    return record


def held_licence(step: Step, record: Customer | None) -> tuple[Customer, Licence]:
    """The record and the licence that the step is about, or a refusal."""
    present = known_record(step, record)
    licence = present.licence(step.subject)
    if licence is None:
        raise refusal(step, "not_held", present)
    return present, licence


def refusal(step: Step, reason: str, record: Customer) -> Refused:
    """The customer centre says no, with the text `centre.<reason>` in the customer's language."""
    text = say(record.language, f"centre.{reason}", {"subject": step.subject, "target": step.target})
    return Refused(text, reference=reason)

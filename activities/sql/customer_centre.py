"""The customer centre in our own database: what is booked, and every change to the record exactly once.

Each change is one transaction: the customer's record is read and held fast, it is judged, what is answered is kept
under the key, the change is made. A second call with the key changes nothing and answers what the first one kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlalchemy import Connection

from activities.ports import Judge, Judgement, Refused, Standing
from activities.sql import bookings
from activities.sql.customer_records import Kept, read_record, read_records, write_record
from activities.sql.database import Database
from activities.sql.receipts import keep_receipt, receipt_of
from activities.sql.runs import watchers_of
from activities.subjects import subject_of, with_assignment, without_licences
from catalogue.texts import say
from states.model.effects import AssignLicence, Step
from states.model.facts import Receipt
from states.model.record import Customer, Licence


class Change(NamedTuple):
    """A change that the record allows: what it leaves, and how it is made, given its reference."""

    make: Callable[[str], None]
    judgement: Judgement = Judgement()


Plan = Callable[[Connection, Kept | None], Change]
"""Judges a change by the record, None where the customer is unknown. Writes nothing. Raises `Refused`."""


@dataclass(frozen=True)
class SqlCustomerCentre:
    """The port `Bookings` in our own database, which stands in for the vendor's customer centre."""

    database: Database

    def standing(self, customer: str, other: str | None = None) -> Standing:
        """The record, what is booked of it, and another customer's record, in one transaction."""
        with self.database.read() as connection:
            records = {
                kept.record.customer: kept.record for kept in read_records(connection, customer, other or customer)
            }
            record, booked = records.get(customer), bookings.booked_of(connection, customer)
            ends = bookings.ends_of(booked, record) if record else {}
            own_ends = bookings.own_ends_of(booked, record) if record else {}
            others = records.get(other) if other else None
            return Standing(record, ends, bookings.changes_of(booked), others, own_ends)

    def place_order(self, step: Step) -> Receipt:
        """Book the order, unless the record has moved on meanwhile. Raises `Refused`."""

        def plan(connection: Connection, kept: Kept | None) -> Change:
            present = known_record(step, kept).record
            obstacle = subject_of(step.kind).obstacle(present, step.subject, step.target)
            if obstacle is not None:
                raise refusal(step, obstacle, present)
            return Change(lambda reference: bookings.book(connection, step, reference))

        return self.once(step, plan)

    def apply_change(self, step: Step, judge: Judge) -> Receipt:
        """Make the change in the record and close the booking, unless `judge` holds it (X4)."""

        def plan(connection: Connection, kept: Kept | None) -> Change:
            if kept is None:
                return Change(lambda _: bookings.close(connection, step.workflow_id, "applied"))
            booked = bookings.booked_of(connection, step.customer)
            details = bookings.details_of(booked, step.workflow_id)
            changed = subject_of(step.kind).changed(kept.record, step.subject, step.target, details)

            def make(_: str) -> None:
                write_record(connection, changed, kept)
                bookings.close(connection, step.workflow_id, "applied")

            return Change(make, judge(changed, bookings.ends_of(booked, changed)))

        return self.once(step, plan)

    def withdraw(self, step: Step) -> Receipt:
        """Take the booking back (X11); fine where there is none."""

        def plan(connection: Connection, _: Kept | None) -> Change:
            return Change(lambda _: bookings.close(connection, step.workflow_id, "withdrawn"))

        return self.once(step, plan)

    def reassign(self, step: Step) -> Receipt:
        """Assign the WMS user to `step.effect.to` (WMU4). Raises `Refused`."""

        def plan(connection: Connection, kept: Kept | None) -> Change:
            present, licence = held_licence(step, kept)
            if licence.product != "wms_user":
                raise refusal(step, "no_user", present.record)
            changed = with_assignment(present.record, licence, cast(AssignLicence, step.effect).to)
            return Change(lambda _: write_record(connection, changed, present))

        return self.once(step, plan)

    def decouple(self, step: Step) -> Receipt:
        """Take the marketplace account off this customer, the other one connects it anew (MOV1). Raises `Refused`."""

        def plan(connection: Connection, kept: Kept | None) -> Change:
            present, licence = held_licence(step, kept)
            changed = without_licences(present.record, [licence])
            return Change(lambda _: write_record(connection, changed, present))

        return self.once(step, plan)

    def once(self, step: Step, plan: Plan) -> Receipt:
        """Make a change under its key, or answer what the first call with this key answered.

        Whom to tell (X3) is looked up while the record is held fast. A run registers in a transaction that holds it,
        so it is told, or its first check sees the change. What is held is not remembered (X4), nor is a refusal.
        """
        with self.database.write() as connection:
            kept = read_record(connection, step.customer)
            try:
                change = plan(connection, kept)
            except Refused:
                earlier = receipt_of(connection, step.key)
                if earlier is None:
                    raise
                return earlier
            surplus, held = change.judgement
            if held:
                return receipt_of(connection, step.key) or Receipt(key=step.key, surplus=surplus, held=True)
            tell = watchers_of(connection, step.customer, step.workflow_id, step.kind)
            receipt, is_new = keep_receipt(connection, step, Receipt(key=step.key, surplus=surplus, tell=tell))
            if is_new:
                change.make(str(receipt.reference))
            return receipt


def known_record(step: Step, kept: Kept | None) -> Kept:
    """The record, or a refusal: nothing is changed for a customer that is not there."""
    if kept is None:
        raise Refused(say("de", "centre.unknown"), reference=step.customer)
    return kept


def held_licence(step: Step, kept: Kept | None) -> tuple[Kept, Licence]:
    """The record and the licence that the step is about, or a refusal."""
    present = known_record(step, kept)
    licence = present.record.licence(step.subject)
    if licence is None:
        raise refusal(step, "not_held", present.record)
    return present, licence


def refusal(step: Step, reason: str, record: Customer) -> Refused:
    """The customer centre says no, with the text `centre.<reason>` in the customer's language."""
    text = say(record.language, f"centre.{reason}", {"target": step.target})
    return Refused(text, reference=reason)

"""The activities over another customer centre: our record and the vendor's bookings are two ports, here in memory."""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.cancellations import CancellationActivities, create_activities
from activities.ports import Bookings, CustomerRecords, Ends, Judge, LoadReport, Refused, Standing, Unavailable
from activities.sql.runs import SqlRuns
from activities.subjects import subject_of, with_assignment, without_licences
from settings import Settings
from states.model.effects import AssignLicence, BookOrder, Decouple, Step, Withdraw
from states.model.facts import CONFIGURED, BookedChange, Receipt
from states.model.record import Customer, NamedPart
from tests.adapters.customers import CHANGE, EFFECTIVE, licence, line, order, step
from tests.adapters.wired import CATALOGUES, inquiry

EDITION, LATER = "edition/K-1001/jtl", "order_package/K-1001/orders"


@dataclass
class RecordsInMemory:
    """The port `CustomerRecords` as a dictionary."""

    customers: dict[str, Customer] = field(default_factory=dict)

    def customer(self, customer: str) -> Customer | None:
        return self.customers.get(customer)

    def with_former_names(self, customer: str) -> tuple[Customer | None, dict[NamedPart, str]]:
        return self.customers.get(customer), {}

    def several(self, customers: Collection[str]) -> dict[str, tuple[Customer, dict[NamedPart, str]]]:
        return {number: (self.customers[number], {}) for number in customers if number in self.customers}

    def load(self, records: Iterable[Customer]) -> LoadReport:
        self.customers |= {record.customer: record for record in records}
        return LoadReport((), tuple(self.customers), ())


@dataclass
class BookingsInMemory:
    """The port `Bookings` as dictionaries: what is booked by run, and the receipts by key."""

    records: RecordsInMemory
    booked: dict[str, Step] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def standing(self, customer: str, other: str | None = None) -> Standing:
        record, others = self.records.customers.get(customer), self.records.customers.get(other or "")
        return Standing(record, self.ends_of(record) if record else {}, self.changes(customer), others)

    def changes(self, customer: str) -> tuple[BookedChange, ...]:
        return tuple(
            BookedChange(
                kind=booking.kind,
                subject=booking.subject,
                target=booking.target,
                effective_at=cast(BookOrder, booking.effect).effective_at,
            )
            for booking in self.booked.values()
            if booking.customer == customer and booking.kind in CONFIGURED
        )

    def ends_of(self, record: Customer) -> Ends:
        orders = [(booking, cast(BookOrder, booking.effect)) for booking in self.booked.values()]
        return {
            ending.licence: effect.effective_at
            for booking, effect in orders
            for ending in subject_of(booking.kind).ending(record, booking.subject, effect.details)
        }

    def place_order(self, step: Step) -> Receipt:
        record = self.records.customers[step.customer]
        if step.key not in self.receipts:
            if subject_of(step.kind).obstacle(record, step.subject, step.target):
                raise Refused("it is not booked there", reference="4711")
            self.booked[step.workflow_id] = step
        return self.receipt(step)

    def apply_change(self, step: Step, judge: Judge) -> Receipt:
        if step.key in self.receipts:
            return self.receipts[step.key]
        record = self.records.customers[step.customer]
        booking = self.booked.get(step.workflow_id)
        details = cast(BookOrder, booking.effect).details if booking else None
        changed = subject_of(step.kind).changed(record, step.subject, step.target, details)
        surplus, held = judge(changed, self.ends_of(changed))
        if held:
            return Receipt(key=step.key, surplus=surplus, held=True)
        self.records.customers[step.customer] = changed
        self.booked.pop(step.workflow_id, None)
        return self.receipt(step, surplus=surplus)

    def withdraw(self, step: Step) -> Receipt:
        self.booked.pop(step.workflow_id, None)
        return self.receipt(step)

    def reassign(self, step: Step) -> Receipt:
        record = self.records.customers[step.customer]
        held = record.licence(step.subject)
        assert held is not None
        self.records.customers[step.customer] = with_assignment(record, held, cast(AssignLicence, step.effect).to)
        return self.receipt(step)

    def decouple(self, step: Step) -> Receipt:
        record = self.records.customers[step.customer]
        held = record.licence(step.subject)
        self.records.customers[step.customer] = without_licences(record, [held] if held else [])
        return self.receipt(step)

    def receipt(self, step: Step, **more: Any) -> Receipt:
        return self.receipts.setdefault(step.key, Receipt(key=step.key, reference=f"V-{len(self.receipts)}", **more))


@pytest.fixture
async def acts(tmp_path: Any) -> AsyncIterator[CancellationActivities]:
    """The activities over it, with an edition's run that wants to hear of changes; all else is as it ships."""
    shipped = create_activities(Settings(state_dir=tmp_path))
    records = RecordsInMemory()
    licences = [licence("L-77"), licence("M-1", "marketplace"), licence("TT-1", "track_and_trace")]
    records.load([Customer.model_validate(line(licences=licences, edition_terms={}))])
    both: tuple[CustomerRecords, Bookings] = records, BookingsInMemory(records)
    shipped.adapters.runs.register(EDITION, "r1", "edition", "K-1001", True)
    adapters = replace(shipped.adapters, records=both[0], bookings=both[1])
    yield replace(shipped, adapters=adapters, catalogues=CATALOGUES)
    adapters.close()


async def run(activity: Any, argument: Any) -> Any:
    """Run an activity as a worker would."""
    return await ActivityEnvironment().run(activity, argument)


async def test_what_is_booked_there_is_seen_by_checks_and_answered_once_for_its_key(
    acts: CancellationActivities,
) -> None:
    booking = step("shipping_module", "TT-1", order())
    receipt = await run(acts.place_order, booking)
    assert (receipt.reference, receipt.tell) == ("V-0", (EDITION,))
    acts.adapters.runs.register("order_package/K-1001/orders", "r1", "order_package", "K-1001", True)
    assert await run(acts.place_order, booking) == receipt
    check = await run(acts.read, inquiry("edition", "jtl", "jtl_advanced"))
    assert {entry.licence: entry.ends_at for entry in check.surplus}["TT-1"] == EFFECTIVE
    await run(acts.withdraw, step("shipping_module", "TT-1", Withdraw(number=2)))
    check = await run(acts.read, inquiry("edition", "jtl", "jtl_advanced"))
    assert {entry.licence: entry.ends_at for entry in check.surplus}["TT-1"] is None


async def test_its_no_is_final(acts: CancellationActivities) -> None:
    with pytest.raises(ApplicationError) as caught:
        await run(acts.place_order, step("wms_user", "L-99", order()))
    assert (caught.value.type, caught.value.details[0]["reference"]) == ("Refused", "4711")


async def test_X2_X4_what_is_in_surplus_and_what_holds_a_change_needs_no_catalogue_there(
    acts: CancellationActivities,
) -> None:
    lower = await run(acts.apply_change, step("edition", "jtl", CHANGE, target="jtl_advanced"))
    assert "TT-1" in {entry.licence for entry in lower.surplus}
    none = step("order_package", "orders", CHANGE, target=0)
    held = await run(acts.apply_change, none)
    assert (held.held, [entry.licence for entry in held.surplus]) == (True, ["M-1"])
    await run(acts.decouple, step("marketplace_transfer", "M-1", Decouple(number=1)))
    done = await run(acts.apply_change, none)
    assert (done.held, done.surplus, done.tell) == (False, (), (EDITION,))
    record = acts.adapters.records.customer("K-1001")
    assert record is not None and (record.editions["jtl"], record.order_package) == ("jtl_advanced", 0)


async def test_WMU4_a_user_is_assigned_elsewhere_there(acts: CancellationActivities) -> None:
    await run(acts.reassign, step("wms_user", "L-77", AssignLicence(number=1, to="wms_mobile")))
    check = await run(acts.read, inquiry("wms_user", "L-77"))
    assert check.current == "wms_mobile"


@dataclass
class BrokenOff:
    """The runs, which cannot be read the first time."""

    runs: SqlRuns
    calls: int = 0

    def watchers(self, customer: str, but: str, kind: str) -> tuple[str, ...]:
        self.calls += 1
        if self.calls == 1:
            raise Unavailable("the database was restarted")
        return self.runs.watchers(customer, but, kind)


async def test_what_breaks_off_after_the_booking_is_told_by_the_next_try(acts: CancellationActivities) -> None:
    """A run that registers in between is told as well: its first check may have been before the booking."""
    breaking: Any = BrokenOff(acts.adapters.runs)
    acts = replace(acts, adapters=replace(acts.adapters, runs=breaking))
    booking = step("shipping_module", "TT-1", order())
    with pytest.raises(ApplicationError, match="restarted"):
        await run(acts.place_order, booking)
    breaking.runs.register(LATER, "r1", "order_package", "K-1001", True)
    receipt = await run(acts.place_order, booking)
    assert (receipt.tell, receipt.reference) == ((EDITION, LATER), "V-0")

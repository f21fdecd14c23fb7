"""Booking in the SQL customer centre: each order exactly once; the same on SQLite and PostgreSQL."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.customer_centre import customer
from activities.ports import Refused
from activities.sql import bookings
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.database import Database
from activities.sql.tables import orders, receipts
from settings import Settings
from states.model.effects import ApplyChange, Withdraw
from states.model.facts import BookedChange
from tests.adapters.customers import (
    EFFECTIVE,
    PLACED,
    order,
    step,
)
from tests.adapters.databases import database, postgres, settings
from tests.adapters.wired import centre, nothing_left, states_of

__all__ = ["centre", "database", "postgres", "settings"]


async def count(database: Database, table: Any) -> int:
    """How many rows a table has."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


async def test_the_same_key_books_once_and_answers_the_first_receipt(
    centre: SqlCustomerCentre, database: Database
) -> None:
    asked = step("edition", "jtl", order(), target="jtl_start")
    first = centre.place_order(asked)
    assert centre.place_order(asked) == first
    assert first.reference == "B-000001"
    assert await states_of(database) == [("jtl_start", "booked")]


async def test_simultaneous_calls_with_one_key_book_once(centre: SqlCustomerCentre, database: Database) -> None:
    asked = step("edition", "jtl", order(), target="jtl_start")
    answers = await asyncio.gather(*(asyncio.to_thread(centre.place_order, asked) for _ in range(8)))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert await count(database, orders) == await count(database, receipts) == 1


async def test_X10_a_newer_order_of_the_run_replaces_the_older_one(
    centre: SqlCustomerCentre, database: Database
) -> None:
    centre.place_order(step("edition", "jtl", order(), target="jtl_advanced"))
    centre.place_order(step("edition", "jtl", order(2), target="jtl_start"))
    assert await states_of(database) == [("jtl_advanced", "superseded"), ("jtl_start", "booked")]


REFUSALS = [
    ("ED1 not lower any more", "edition", "jtl", "jtl_pro"),
    ("ED1 higher", "edition", "jtl", "jtl_enterprise"),
    ("ED1 of another family", "edition", "jtl", "wms_start"),
    ("G2 a family that is not held", "edition", "none", "jtl_start"),
    ("OPL-2 not lower any more", "order_package", "orders", 2500),
    ("G2 not held any more", "wms_user", "L-99", None),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "target"), REFUSALS, ids=[one[0] for one in REFUSALS])
async def test_the_centre_refuses_what_the_record_no_longer_allows(
    centre: SqlCustomerCentre, database: Database, rule: str, kind: str, subject: str, target: Any
) -> None:
    asked = step(kind, subject, order(), target=target)
    with pytest.raises(Refused):
        centre.place_order(asked)
    assert await count(database, orders) == await count(database, receipts) == 0
    with pytest.raises(Refused):
        centre.place_order(asked)


@pytest.mark.parametrize(
    ("kind", "subject", "target", "said"),
    [("edition", "jtl", "jtl_enterprise", "JTL Enterprise"), ("order_package", "orders", 2500, "2.500")],
)
async def test_a_refusal_names_the_target_as_people_do(
    centre: SqlCustomerCentre, kind: str, subject: str, target: Any, said: str
) -> None:
    with pytest.raises(Refused, match=f"^{said} ist nicht niedriger"):
        centre.place_order(step(kind, subject, order(), target=target))


async def test_moments_come_back_in_utc_whatever_the_offset(centre: SqlCustomerCentre, database: Database) -> None:
    berlin = datetime(2027, 2, 1, tzinfo=timezone(timedelta(hours=1)))
    centre.place_order(step("wms_user", "L-77", order(effective_at=berlin)))
    assert centre.standing("K-1001").ends == {"L-77": EFFECTIVE}
    with database.read() as connection:
        placed = connection.execute(select(orders.c.placed_at)).scalar_one()
    assert placed == PLACED
    assert placed.utcoffset() == timedelta(0)


ENDS = [
    ("X3 a licence", "wms_user", "L-77", {}, {"L-77"}),
    ("G5 a note of ours", "wms_user", "L-77", {"booked": False}, {"L-77"}),
    (
        "ADD2 the add-ons that end with their hosting",
        "hosting",
        "H-1",
        {"details": {"addons": {"A-1": "end", "A-2": "keep", "L-77": "end"}}},
        {"H-1", "A-1"},
    ),
    ("SUP3 by product", "key_accounting", "key_accounting", {}, {"KA-9"}),
    ("an edition is no licence", "edition", "jtl", {}, set()),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "more", "ends"), ENDS, ids=[one[0] for one in ENDS])
async def test_booked_ends_by_licence(
    centre: SqlCustomerCentre, rule: str, kind: str, subject: str, more: dict[str, Any], ends: set[str]
) -> None:
    centre.place_order(step(kind, subject, order(**more), target="jtl_start" if kind == "edition" else None))
    assert centre.standing("K-1001").ends == dict.fromkeys(ends, EFFECTIVE)
    centre.withdraw(step(kind, subject, Withdraw(number=3)))
    assert centre.standing("K-1001").ends == {}


async def test_ADD2_an_end_ordered_for_an_add_on_by_itself_is_told_from_that_of_its_hosting(
    centre: SqlCustomerCentre,
) -> None:
    centre.place_order(step("hosting", "H-1", order(details={"addons": {"A-1": "end", "A-2": "end"}})))
    assert set(centre.standing("K-1001").own_ends) == {"H-1"}
    earlier = EFFECTIVE - timedelta(days=31)
    centre.place_order(step("hosting_addon", "A-2", order(effective_at=earlier)))
    found = centre.standing("K-1001")
    assert found.ends == {"H-1": EFFECTIVE, "A-1": EFFECTIVE, "A-2": earlier}
    assert found.own_ends == {"H-1": EFFECTIVE, "A-2": earlier}


async def test_ED14_what_is_booked_in_the_configurator_is_named_until_it_is_made(centre: SqlCustomerCentre) -> None:
    package = step("order_package", "orders", order(), target=1000)
    centre.place_order(step("edition", "jtl", order(), target="jtl_start"))
    centre.place_order(step("wms_user", "L-77", order()))
    centre.place_order(package)
    edition = BookedChange(kind="edition", subject="jtl", target="jtl_start", effective_at=EFFECTIVE)
    orders = BookedChange(kind="order_package", subject="orders", target=1000, effective_at=EFFECTIVE)
    assert centre.standing("K-1001").changes == (edition, orders)
    assert centre.standing("K-9").changes == ()
    centre.withdraw(step("edition", "jtl", Withdraw(number=3)))
    assert centre.standing("K-1001").changes == (orders,)


async def test_X3_a_licence_that_ends_while_it_is_read_is_there_with_its_end(
    centre: SqlCustomerCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There without its end it would be in surplus, and nobody would tell of it once more."""
    centre.place_order(step("wms_user", "L-77", order()))
    read_booked = bookings.booked_of

    def after_the_change(*arguments: Any) -> Any:
        monkeypatch.setattr(bookings, "booked_of", read_booked)
        change = step("wms_user", "L-77", ApplyChange(number=2, catalogue="2026-04-01"))
        with ThreadPoolExecutor() as another:
            another.submit(centre.apply_change, change, nothing_left).result()
        return read_booked(*arguments)

    monkeypatch.setattr(bookings, "booked_of", after_the_change)
    found = centre.standing("K-1001")
    assert found.record is not None
    assert (found.record.licence("L-77") is not None, found.ends) == (True, {"L-77": EFFECTIVE})
    found = centre.standing("K-1001")
    assert found.record is not None
    assert (found.record.licence("L-77"), found.ends) == (None, {})


async def test_X11_withdrawing_is_fine_where_nothing_is_booked(centre: SqlCustomerCentre, database: Database) -> None:
    receipt = centre.withdraw(step("edition", "jtl", Withdraw(number=1)))
    assert receipt.reference == "B-000001"
    assert await count(database, orders) == 0


@pytest.mark.parametrize("name", ["a\x00b", "x" * 3000, "\ud800", "' OR 1=1 --"])
async def test_a_name_that_nobody_has_is_unknown_whatever_it_holds(
    settings: Settings, centre: SqlCustomerCentre, database: Database, name: str
) -> None:
    assert SqlCustomerRecords(database).customer(name) is None
    assert await customer(settings, name) is None
    assert centre.standing(name).ends == {}

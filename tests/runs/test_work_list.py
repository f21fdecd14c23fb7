"""What a run writes to the work list: whose deadline depends on a task, and that it moves with the calendar."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.sql.work_list import WorkItem
from tests.runs.customers import customer_record
from tests.runs.harness import World

IN_TIME = "2027-01-10T12:00+01:00"


def listed(world: World) -> WorkItem:
    """The one open task of the customer."""
    (item,) = world.adapters.work_list.tasks(customer="K-1001").items
    return item


@pytest.mark.settings(customer_centre="guided")
async def test_X12_a_booking_is_listed_with_the_customers_deadline_and_what_is_ended(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("acknowledge_warning")
    answer = await run("place_order", time=IN_TIME)
    item = listed(world)
    assert item.deadline == datetime.fromisoformat(answer["order_by"]) == datetime(2027, 1, 17, 23, tzinfo=UTC)
    assert (item.about["current"], item.waiting_for) == ("jtl_pro", "operator")
    world.adapters.claims.claim(item.id, "anna", datetime.now(UTC))
    await world.sleep_until("2027-01-19T00:00+01:00")  # nobody has clicked: the run writes the task anew
    moved: Any = listed(world)
    assert (moved.deadline, moved.claimed_by) == (datetime(2027, 2, 14, 23, tzinfo=UTC), "anna")


async def test_a_deadline_that_moves_alone_is_written_too(world: World) -> None:
    """What is to be clarified is the same in every month; the customer's last moment to order is not."""
    await world.load(customer_record(editions={"jtl": "jtl_advanced"}, order_package=10000))
    run = await world.request("order_package", "K-1001", "orders", target=1000, time=IN_TIME)
    await run("acknowledge_warning")
    before = listed(world)
    assert (before.type, before.deadline) == ("clarify", datetime(2027, 1, 17, 23, tzinfo=UTC))
    await world.sleep_until("2027-01-19T00:00+01:00")
    after = listed(world)
    assert after.deadline == datetime(2027, 2, 14, 23, tzinfo=UTC)
    assert (after.id, after.instructions) == (before.id, before.instructions)

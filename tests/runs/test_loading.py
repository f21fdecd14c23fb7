"""Customers who are loaded anew while runs are open: the record is corrected, and each run checks again (X3)."""

from typing import Any

from tests.adapters.customers import licence
from tests.runs.customers import TRACKING, customer_record
from tests.runs.documents import open_surplus, task_types
from tests.runs.harness import World
from tests.runs.steps import in_state, load_customer, prepare_downgrade, status_when

PARTNER = {"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 0, "stock": 12}


async def test_FFN2_a_partner_corrected_to_no_stock_is_in_surplus_no_more(world: World) -> None:
    await load_customer(world, partners=[PARTNER])
    run = await world.request("fulfillment", "K-1001", "ffn")
    assert (run.first["state"], open_surplus(run.first)) == ("surplus_resolution", ["P-1"])
    await load_customer(world, partners=[PARTNER | {"stock": 0}])
    ready = await in_state(run, "order")
    assert (ready["surplus"], "place_order" in ready["enabled"]) == ([], True)


async def test_G2_a_term_that_is_corrected_gives_the_date_and_takes_the_place_of_an_answer(world: World) -> None:
    await load_customer(world, licence("L-1"))
    run = await world.request("wms_user", "K-1001", "L-1")
    assert task_types(run.first) == ["clarify_term"]
    assert (await run.confirm("clarify_term", at="2027-05-31"))["effective_at"] == "2027-05-31T22:00:00Z"
    await load_customer(world, licence("L-1", term_ends="2027-03-31"))
    corrected = await status_when(run, lambda status: status["term_ends"] == "2027-03-31")
    assert (corrected["effective_at"], corrected["tasks"]) == ("2027-03-31T22:00:00Z", [])


async def test_X5_a_record_that_is_corrected_is_asked_about_no_more(world: World) -> None:
    await load_customer(world, licence("L-1", "vouchers", price_per_month="19.00"))
    run = await world.request("voucher", "K-1001", "L-1")
    assert task_types(await run("acknowledge_warning")) == ["clarify_cost"]
    answered = await run.confirm("clarify_cost", decision="cancellation")
    assert task_types(answered) == ["clarify_term"]
    await load_customer(world, licence("L-1", "vouchers"))
    corrected = await status_when(run, lambda status: not status["tasks"])
    assert (corrected["cost_effect"], "place_order" in corrected["enabled"]) == ("deactivation", True)


async def test_X3_what_an_order_booked_stays_booked_whatever_is_loaded(world: World) -> None:
    """The date, the booked end that resolves another run's surplus, and the change on its date."""
    paid: dict[str, Any] = licence("L-1", term_ends="2027-03-31")
    await load_customer(world, paid, TRACKING)
    user = await world.request("wms_user", "K-1001", "L-1")
    placed = await user("place_order")
    await load_customer(world, paid | {"term_ends": "2027-12-31", "price_per_month": "9.00"}, TRACKING)
    loaded = await status_when(user, lambda status: status["term_ends"] == "2027-12-31")
    assert (loaded["state"], loaded["effective_at"]) == ("scheduled", placed["effective_at"])
    assert [step["value"] for step in loaded["why"]] == [step["value"] for step in placed["why"]]
    await world.sleep_until(placed["effective_at"])
    assert (await in_state(user, "applied"))["effective_at"] == placed["effective_at"]


async def test_X2_an_edition_that_is_ordered_learns_of_licences_that_are_loaded(world: World) -> None:
    await world.load(customer_record())
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await prepare_downgrade(world)
    await run("place_order")
    await world.load(customer_record(TRACKING))
    told = await status_when(run, lambda status: status["surplus"])
    assert (told["state"], open_surplus(told)) == ("scheduled", ["T-1"])

"""What a run writes to its history: nothing twice, and no command that it does not need."""

from collections import Counter
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import warning_codes
from tests.runs.harness import Run, World
from tests.runs.steps import in_state


async def history_of(run: Run) -> list[HistoryEvent]:
    """Its events."""
    return list((await run.handle.fetch_history()).events)


def types_of(events: list[HistoryEvent]) -> Counter[str]:
    """How many events of each type."""
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() for event in events)


def answers_of_checks(events: list[HistoryEvent]) -> list[bytes]:
    """What each check was answered."""
    markers = [event.marker_recorded_event_attributes for event in events]
    return [marker.details["result"].payloads[0].data for marker in markers if "result" in marker.details]


async def test_what_a_check_says_again_is_not_written_again(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    acknowledged = await run("acknowledge_warning")
    assert (acknowledged["state"], acknowledged["warnings"]) == ("order", run.first["warnings"])
    assert (await run("place_order"))["state"] == "scheduled"
    first, *others = answers_of_checks(await history_of(run))
    assert b"features_lost" in first and others == [b'{"unchanged":true}'] * 2


async def test_ED5_what_a_check_says_anew_is_written(world: World) -> None:
    await world.load(customer_record())
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await world.load(customer_record(licence("T-1", "track_and_trace")))
    checked = await run("acknowledge_warning")
    assert (checked["state"], checked["surplus"][0]["licence"]) == ("surplus_resolution", "T-1")
    assert (await run("recheck_licences"))["surplus"] == checked["surplus"]
    _, anew, again = answers_of_checks(await history_of(run))
    assert b"T-1" in anew and again == b'{"unchanged":true}'


async def test_a_timer_that_would_fire_after_the_end_is_left_alone(world: World) -> None:
    """The reminder of a customer who then orders: the date comes first."""
    record = customer_record(licence("L-1", "vouchers", term_ends="2027-01-14"), editions={"jtl": "jtl_advanced"})
    await world.load(record)
    await world.sleep_until("2027-01-11T09:00+01:00")
    run = await world.request("voucher", "K-1001", "L-1")
    events: list[dict[str, Any]] = [run.first, await run("acknowledge_warning")]
    assert (await run("place_order"))["state"] == "scheduled", events
    await world.sleep_until("2027-01-15T00:00+01:00")
    ended = await in_state(run, "applied")
    assert warning_codes(ended) == []  # ED4: what was acknowledged is not said again
    types = types_of(await history_of(run))
    assert (types["timer_started"], types["timer_fired"], types["timer_canceled"]) == (2, 1, 0)

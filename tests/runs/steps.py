"""Steps that many scenarios share: how a run gets somewhere, and how a test waits until it is there."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.adapters.customers import licences_of
from tests.runs.customers import customer_record
from tests.runs.documents import Mail, Status, mails, task_types
from tests.runs.harness import Refused, Run, World

# The customer.


async def load_customer(world: World, *licences: dict[str, Any], **fields: Any) -> None:
    """One customer with these licences."""
    await world.load(customer_record(*licences, **fields))


async def licences_left(world: World) -> set[str]:
    """The licences that are left in the record."""
    return licences_of(await world.record("K-1001"))


async def server_day(world: World) -> date:
    """The calendar day of the server's clock in Berlin."""
    return (await world.env.get_current_time()).astimezone(ZoneInfo("Europe/Berlin")).date()


async def server_time(world: World) -> str:
    """The server's clock."""
    return (await world.env.get_current_time()).isoformat()


# An edition's run, as far as a state.


async def request_downgrade(world: World, target: str = "jtl_advanced", subject: str = "jtl", **more: Any) -> Run:
    """A request for a lower edition."""
    return await world.request("edition", "K-1001", subject, target=target, **more)


async def prepare_downgrade(world: World, target: str = "jtl_advanced", **more: Any) -> Run:
    """An edition's run as far as `order`."""
    run = await request_downgrade(world, target, **more)
    assert (await run("acknowledge_warning"))["state"] == "order"
    return run


async def order_downgrade(world: World, placed_at: str, target: str = "jtl_advanced", **more: Any) -> Run:
    """An edition's run with its order booked."""
    run = await prepare_downgrade(world, target, **more)
    assert (await run("place_order", time=placed_at))["state"] == "scheduled"
    return run


# What is waited for.


async def refusal_of(run: Run, event: str, **payload: Any) -> Refused:
    """How an event is refused; it must be."""
    with pytest.raises(Refused) as refused:
        await run(event, **payload)
    return refused.value


async def status_when(run: Run, holds: Callable[[Status], Any]) -> Status:
    """The status as soon as something holds; news of other runs arrive by themselves.

    The server's time passes by itself; what an activity takes on a busy machine is real, hence the short pauses.
    """
    for turn in range(300):
        status = await run.status()
        if holds(status):
            return status
        if run.world.env.supports_time_skipping:
            await run.world.env.sleep(1)
        await asyncio.sleep(0.2 if turn > 20 else 0.02)
    raise AssertionError(f"did not come about: {status['state']}, {status['waiting_for']}, {status['timeline'][-3:]}")


async def task_address(portal: httpx.AsyncClient, run: Run, type_: str) -> str:
    """The address of a run's task, once it is in the work list."""
    await status_when(run, lambda status: type_ in task_types(status))
    for _ in range(100):
        items = (await portal.get("/tasks", params={"type": type_})).json()["items"]
        if items:
            return f"/tasks/{items[0]['id']}"
        await run.world.env.sleep(0.1)
    raise AssertionError(f"no task {type_} in the work list")


async def mails_when(run: Run, holds: Callable[[list[Mail]], Any]) -> list[Mail]:
    """The mails as soon as something holds of them; an activity sends them."""
    await status_when(run, lambda _: holds(mails(run.world)))
    return mails(run.world)


async def in_state(run: Run, state: str) -> Status:
    """The status as soon as the run is in a state."""
    return await status_when(run, lambda status: status["state"] == state)


async def ready_without_surplus(run: Run) -> Status:
    """The status in `order` as soon as nothing is in surplus: a licence's run tells that its end is booked, then that
    it is made, and only the check after the second no longer finds the licence."""
    return await status_when(run, lambda status: status["state"] == "order" and not status["surplus"])


async def answer_meanwhile(world: World, update: Any) -> dict[str, Any]:
    """What an update answers while time passes."""
    sent = asyncio.ensure_future(update)
    for _ in range(60):
        if sent.done():
            break
        async with world.passing:
            await world.env.sleep(1)
    answer: dict[str, Any] = await sent
    return answer


async def in_repair(run: Run) -> Status:
    """The status as soon as a person is asked to repair."""
    for _ in range(40):
        status = await run.status()
        if "repair" in task_types(status):
            return status
        await run.world.env.sleep(300)
    raise AssertionError("no repair task")


async def continue_as_new(run: Run) -> str:
    """Send cheap signals until the run has another run ID; answers that one. Needs a server that suggests it early."""
    for number in range(60):
        await run.signal("confirm_task", {"by": f"nobody {number}", "task": "t-unknown"})
        document = await run.status()
        if document["run_id"] != run.first["run_id"]:
            return str(document["run_id"])
    raise AssertionError("never continued as new")

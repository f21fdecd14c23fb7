"""One task of every type, as it comes to be: what is requested until an operator is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pages.desk import EXAMPLES
from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import World

Filled = dict[str, str]


@dataclass(frozen=True)
class Opening:
    """How a task of a type is opened and decided. `wrong`: what is sent first, and by which words it is refused."""

    kind: str
    open: Callable[[World], Awaitable[object]]
    right: Filled
    wrong: Filled
    refused_with: str
    settings: dict[str, Any] = field(default_factory=dict)


async def perform(world: World) -> None:
    """A booking that a person clicks."""
    run = await world.request("wms_user", "K-1004", "U-42")
    await run("place_order")


async def third_party(world: World) -> None:
    """A step of the customer's elsewhere, with a proof handed in."""
    run = await world.request("marketplace", "K-1008", "M-83")
    status = await run("place_order")
    task = next(task["task"] for task in status["tasks"] if task["type"] == "third_party")
    await run("hand_in_proof", task=task, reference="Mail vom Anbieter, Nr. 7")


async def support_ticket(world: World) -> None:
    """A mis-click."""
    await world.request("misclick", "K-1006", "V-61", explanation="Verklickt.", details={"meant": "Die Etiketten"})


async def revocation(world: World) -> None:
    """An order that is to be taken back."""
    run = await world.request("wms_user", "K-1004", "U-42")
    await run("place_order")
    await run("request_revocation", explanation="Wir brauchen ihn doch.")


async def appointment(world: World) -> None:
    """A marketplace that moves."""
    run = await world.request("marketplace_transfer", "K-1003", "M-32", target="K-1001", explanation="Verkauft.")
    await run.confirm("support_ticket", decision="granted", note="Beide Seiten sind einverstanden")


async def clarify_cost(world: World) -> None:
    """A product of which nobody knows whether it costs extra."""
    await world.request("production", "K-1011", "PP-111")


async def clarify_term(world: World) -> None:
    """A term that nobody knows."""
    run = await world.request("production", "K-1011", "PP-111")
    if "clarify_cost" in task_types(await run.status()):
        await run.confirm("clarify_cost", decision="cancellation")


async def clarify(world: World) -> None:
    """An order package that no source attests for the edition."""
    await world.load(customer_record(order_package=2500))
    run = await world.request("order_package", "K-1001", "orders", target=1500)
    await run("acknowledge_warning")


async def surplus(world: World) -> None:
    """A licence that does not fit the edition after its change."""
    past = datetime.now(UTC) - timedelta(days=80)
    run = await world.request("edition", "K-1002", "jtl", target="jtl_advanced", time=past.isoformat())
    await run("acknowledge_warning", time=(past + timedelta(minutes=1)).isoformat())
    status = await run.status()
    named = [name for entry in status["surplus"] for name in (entry["candidates"] or [entry["licence"]])]
    await run("override_surplus", licences=named, time=(past + timedelta(minutes=2)).isoformat())
    await run("place_order", time=(past + timedelta(minutes=3)).isoformat())


async def repair(world: World) -> None:
    """A booking that does not work."""
    world.centre.down.add("place_order")
    run = await world.request("wms_user", "K-1004", "U-42")
    ordering = asyncio.ensure_future(run("place_order"))
    ordering.add_done_callback(lambda done: done.exception())


async def tell_customer(world: World) -> None:
    """A mail that reached nobody, of a run that has ended."""
    await world.load(customer_record(email=None))
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    await run("abandon")


async def abandon(world: World) -> None:
    """A cancel request in Temporal's web UI."""
    run = await world.request("wms_user", "K-1004", "U-42")
    await run.handle.cancel()


NO_REASON = "Dafür braucht es eine Begründung"
LATER = datetime.now(UTC) + timedelta(days=30)
NOON_LATER = (LATER + timedelta(days=(2 - LATER.weekday()) % 7)).strftime("%Y-%m-%dT11:00")
"""On a Wednesday, at an hour at which people work."""
DAY_LATER = LATER.strftime("%Y-%m-%d")

OPENINGS = {
    "perform": Opening(
        "wms_user",
        perform,
        {"decision": "confirm", "reference": "AB-4711"},
        {"decision": "confirm"},
        "Bitte geben Sie an, was es belegt",
        {"customer_centre": "guided"},
    ),
    "third_party": Opening("marketplace", third_party, {"decision": "confirm"}, {"decision": "reject"}, NO_REASON),
    "support_ticket": Opening(
        "misclick",
        support_ticket,
        {"decision": "granted", "note": "Von Hand berichtigt"},
        {},
        "Bitte wählen Sie, wie Sie entscheiden",
    ),
    "revocation": Opening(
        "wms_user",
        revocation,
        {"decision": "granted", "note": "Gern"},
        {},
        "Bitte wählen Sie, wie Sie entscheiden",
    ),
    "appointment": Opening(
        "marketplace_transfer",
        appointment,
        {"decision": "confirm", "at": NOON_LATER},
        {"decision": "confirm"},
        "Bitte geben Sie Tag und Uhrzeit an",
    ),
    "clarify_cost": Opening(
        "production", clarify_cost, {"decision": "cancellation"}, {"decision": "reject"}, NO_REASON
    ),
    "clarify_term": Opening(
        "production",
        clarify_term,
        {"decision": "confirm", "at": DAY_LATER},
        {"decision": "confirm", "at": "2001-01-31"},
        "2001",
    ),
    "clarify": Opening(
        "order_package",
        clarify,
        {"decision": "confirm", "note": "Im Konfigurator gesehen"},
        {"decision": "confirm"},
        NO_REASON,
    ),
    "surplus": Opening(
        "edition",
        surplus,
        {"decision": "confirm", "note": "Bleibt nach Absprache"},
        {"decision": "reject"},
        NO_REASON,
        {"max_event_age": timedelta(days=400)},
    ),
    "repair": Opening(
        "wms_user",
        repair,
        {"decision": "end", "note": "Von Hand storniert"},
        {"decision": "skip"},
        NO_REASON,
        {"repair_after": timedelta(seconds=1)},
    ),
    "tell_customer": Opening(
        "edition",
        tell_customer,
        {"decision": "told", "note": "Frau Muster am Telefon"},
        {"decision": "told"},
        NO_REASON,
    ),
    "abandon": Opening("wms_user", abandon, {"decision": "go_on"}, {}, "Bitte wählen Sie, wie Sie entscheiden"),
}
"""By type."""


async def opened(world: World, type_: str) -> str:
    """The ID of a task of a type, as soon as it is in the work list."""
    await world.load(*EXAMPLES)
    await OPENINGS[type_].open(world)
    async with asyncio.timeout(60):
        while True:
            found = world.adapters.work_list.tasks(type=type_).items
            ready = [item.id for item in found if type_ != "third_party" or item.proof]
            if ready:
                return ready[0]
            await asyncio.sleep(0.1)

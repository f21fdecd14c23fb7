"""A freeze of real programs: what is due, ordered and decided in it, a worker killed in its midst, and the release."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.customer_centre import customer, load_customers
from tests.adapters.customers import file_of
from tests.system.processes import EVENTS, Customer, Programs, programs, until
from tests.system.test_bulk_durability import call
from tests.system.test_durability import nothing_doubled, rows

MONTH = 15.0
"""Seconds from an order to its date: so long the freeze has to begin after the first order is booked."""
DUE, ORDERS, LATE, BACK, SLIP = "K-due", "K-orders", "K-late", "K-back", "K-slip"
"""Whose date comes in the freeze; who orders in it; who does while no worker runs; whose order is taken back in it;
whose ticket is closed in it."""
MAILS = {DUE: 3, ORDERS: 3, LATE: 3, BACK: 4, SLIP: 2}
"""How many each gets in all."""
USER = {"licence": "U-1", "product": "wms_user", "included": False, "term_ends": "2099-01-31", "assigned_to": "wms"}


@dataclass
class Holder(Customer):
    """A customer who ends a WMS user at its term, far ahead."""

    @property
    def workflow_id(self) -> str:
        """The run."""
        return f"wms_user/{self.name}/U-1"

    async def request(self) -> dict[str, Any]:
        """Ask for its end."""
        return await self.send("requested", kind="wms_user", customer=self.name, subject="U-1")


@dataclass
class Reporter(Customer):
    """A customer who has clicked on the wrong button."""

    @property
    def workflow_id(self) -> str:
        """The run."""
        return f"misclick/{self.name}/oops"

    async def request(self) -> dict[str, Any]:
        """Report it."""
        data = {"kind": "misclick", "customer": self.name, "subject": "oops", "explanation": "booked twice"}
        return await self.send("requested", **data)


def holding(name: str) -> dict[str, Any]:
    """What a customer has."""
    fields = {"customer": name, "name": name, "email": f"{name}@example.org", "language": "en"}
    return fields | {"editions": {"jtl": "jtl_pro", "wms": "wms_pro"}, "licences": [USER]}


async def held(system: Programs) -> dict[str, int]:
    """How much waits, by effect, but for mails."""
    effects = (await call(system, "GET", "/freeze"))["held"]["effects"]
    return {entry["effect"]: entry["count"] for entry in effects if entry["effect"] != "notify"}


async def until_held(system: Programs, **wanted: int) -> None:
    """Wait until just that much waits."""

    async def all_there() -> bool:
        return await held(system) == wanted

    try:
        await until(all_there, 60)
    except TimeoutError:
        raise AssertionError(f"{await held(system)} is held, not {wanted}") from None


async def task_of(system: Programs, who: Customer, type_: str) -> str:
    """The ID of a customer's open task, as soon as the work list has it."""

    async def listed() -> str | None:
        items = (await call(system, "GET", f"/tasks?type={type_}&customer={who.name}"))["items"]
        return items[0]["id"] if items else None

    found: str = await until(listed)
    return found


async def order_held(who: Customer) -> datetime:
    """Order in a freeze, or while no worker runs: it is taken, and waits. Answers the moment placed."""
    event = who.event("place-order", {"by": who.name})
    who.sent.append(event)

    async def taken() -> dict[str, Any] | None:
        async with who.system.http() as http:
            answer = await http.post("/events", json=event, headers={"content-type": EVENTS})
        if answer.status_code == 503:  # Temporal has not answered in time: it is sent again
            return None
        assert answer.status_code == 202, answer.text
        document: dict[str, Any] = answer.json()
        return document

    assert (await until(taken))["waiting_for"] == ["system"]
    return datetime.fromisoformat(event["time"])


async def decide(system: Programs, who: Customer, type_: str, **decision: str) -> dict[str, Any]:
    """An operator's decision."""
    task = await task_of(system, who, type_)
    return await call(system, "POST", f"/tasks/{task}/confirm", json={"by": "anna"} | decision)


def made(folder: Path) -> list[Any]:
    """All that was done to the world: changes by their run and in their order, tickets, mails to customers."""
    changes = rows(folder, "SELECT key, action FROM receipts ORDER BY number")
    tickets = rows(folder, "SELECT id, state FROM tickets ORDER BY id")
    names = sorted(path.name for path in (folder / "mail").glob("*.eml"))
    return [changes, tickets, [name for name in names if not name.startswith("notice_")]]


def actions_of(folder: Path, who: Customer) -> list[str]:
    """What was changed for a run, in order."""
    keys = f"{who.workflow_id}/%"
    return [action for (action,) in rows(folder, "SELECT action FROM receipts WHERE key LIKE ? ORDER BY number", keys)]


async def until_sent(system: Programs, wanted: dict[str, int]) -> None:
    """Wait until each customer has so many mails."""

    def sent() -> dict[str, int]:
        names = made(system.folder)[2]
        return {who: sum(who in name for name in names) for who in wanted}

    async def all_sent() -> bool:
        return all(number >= wanted[who] for who, number in sent().items())

    try:
        await until(all_sent, 60)
    except TimeoutError:
        raise AssertionError(f"{sent()} are out, not {wanted}") from None


async def at_rest(system: Programs) -> None:
    """Wait until everything that was begun before the freeze is done: the mails of all steps so far are out."""
    await until_sent(system, {DUE: 2, BACK: 3, SLIP: 1})


@pytest.mark.server
@pytest.mark.slow
async def test_a_freeze_with_a_worker_killed_in_its_midst_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with programs(tmp_path / "system", MONTH) as system:
        folder = system.folder
        await load_customers(system.settings, file_of(tmp_path, *map(holding, (DUE, ORDERS, LATE, BACK, SLIP))))
        due, orders, late = (Customer(system, name) for name in (DUE, ORDERS, LATE))
        back, slip = Holder(system, BACK), Reporter(system, SLIP)
        await asyncio.gather(*(who.request() for who in (due, orders, late, back, slip)))
        await asyncio.gather(*(who.send("acknowledge-warning") for who in (due, orders, late)))
        await back.send("place-order")
        await back.send("request-revocation", by=BACK, explanation="I still need it")
        booked = await due.send("place-order")
        await at_rest(system)

        await call(system, "POST", "/freeze", json={"reason": "wrong prices", "by": "anna"})
        before = made(folder)
        assert booked["state"] == "scheduled" and (await due.status())["state"] == "scheduled", "frozen too late"
        await until_held(system, apply_change=1)
        placed = {ORDERS: await order_held(orders)}
        await until_held(system, apply_change=1, place_order=1)
        await system.kill("worker")
        placed[LATE] = await order_held(late)
        await system.start("worker")
        await until_held(system, apply_change=1, place_order=2)
        granted = await decide(system, back, "revocation", decision="granted", note="put right")
        assert granted["waiting_for"] == ["system"]
        declined = await decide(system, slip, "support_ticket", decision="declined", note="no")
        assert declined["state"] == "refused"
        await until_held(system, apply_change=1, place_order=2, withdraw=1, close_ticket=2)
        assert made(folder) == before
        assert (await call(system, "GET", "/tasks?type=repair"))["total"] == 0

        await call(system, "POST", "/freeze/release", json={"note": "right again", "by": "anna"})
        applied = [await who.ended() for who in (due, orders, late)]

        async def taken_back() -> bool:
            nothing_waits = (await call(system, "GET", "/freeze"))["held"] == {"runs": 0, "effects": []}
            return (await back.status())["state"] == "revoked" and nothing_waits

        await until(taken_back, 60)
        await until_sent(system, MAILS)

        for who in (due, orders, late):
            nothing_doubled(folder, who)
            record = await customer(system.settings, who.name)
            assert record is not None and record["editions"]["jtl"] == "jtl_advanced"
        assert actions_of(folder, back) == ["place_order", "withdraw"]
        assert rows(folder, "SELECT state FROM tickets") == [("closed",)] * len(before[1])
        assert len(made(folder)[2]) == sum(MAILS.values()), made(folder)[2]
        # No date is another one because of it: what counts is when the customer ordered.
        assert applied[0]["effective_at"] == booked["effective_at"]
        for document, name in zip(applied[1:], (ORDERS, LATE), strict=True):
            date = datetime.fromisoformat(document["effective_at"])
            assert date == placed[name].astimezone(UTC) + timedelta(seconds=MONTH)
        assert "repair" not in str(applied)

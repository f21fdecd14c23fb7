"""Killing worker, portal or server at any moment, and starting it again, loses and doubles nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from activities.customer_centre import customer, load_customers
from tests.adapters.customers import file_of
from tests.system.processes import EVENTS, Customer, Programs, programs, until

MONTH = 6.0
"""Seconds from the order to the month in which it takes effect."""
NAMES = ("K-requested", "K-acknowledged", "K-ordered", "K-scheduled", "K-applied")
"""A customer for each step at which the kill comes."""


def rows(folder: Path, question: str, *values: str) -> list[Any]:
    """What stands in the customer centre's database."""
    with sqlite3.connect(folder / "customer_centre.db") as database:
        return database.execute(question, values).fetchall()


async def up_to_their_steps(people: dict[str, Customer]) -> None:
    """Bring each run to just before the step at which the kill comes."""

    async def one(name: str, steps: int) -> None:
        sent = (people[name].request, lambda: people[name].send("acknowledge-warning"), lambda: order(people[name]))
        for send in sent[:steps]:
            await send()

    await asyncio.gather(one("K-acknowledged", 1), one("K-ordered", 2), one("K-scheduled", 2), one("K-applied", 3))
    await asyncio.sleep(MONTH - 2)
    await order(people["K-scheduled"])
    date = (await people["K-applied"].status())["effective_at"]
    assert date is not None


async def order(who: Customer) -> dict[str, Any]:
    """Place the order; it is booked when this answers."""
    document = await who.send("place-order")
    assert document["state"] in ("scheduled", "applied"), document
    return document


async def volley(system: Programs, people: dict[str, Customer], victim: str) -> None:
    """All at once: an event for each run that awaits one, a date that comes, and the kill in their midst."""
    events = [
        asyncio.create_task(people["K-requested"].request()),
        asyncio.create_task(people["K-acknowledged"].send("acknowledge-warning")),
        asyncio.create_task(order(people["K-ordered"])),
    ]
    await asyncio.sleep(0.15)
    await system.kill(victim)
    await asyncio.sleep(0.3)
    await system.start(victim)
    await asyncio.gather(*events)


async def to_the_end(people: dict[str, Customer]) -> dict[str, dict[str, Any]]:
    """Send what is left to send, and wait until all are applied."""
    await people["K-requested"].send("acknowledge-warning")
    await asyncio.gather(order(people["K-requested"]), order(people["K-acknowledged"]))
    return dict(zip(people, await asyncio.gather(*(one.ended() for one in people.values())), strict=True))


def nothing_doubled(folder: Path, who: Customer) -> None:
    """One order, one ledger row, each effect and each receipt once and in order, one mail of each template."""
    run = who.workflow_id
    assert rows(folder, "SELECT count(*) FROM orders WHERE workflow_id = ?", run) == [(1,)]
    assert rows(folder, "SELECT state FROM ledger WHERE workflow_id = ?", run) == [("applied",)]
    actions = rows(folder, "SELECT action FROM receipts WHERE key LIKE ? ORDER BY number", f"{run}/%")
    assert [action for (action,) in actions] == ["place_order", "apply_change"]
    issued = rows(folder, "SELECT number, event FROM issued_receipts WHERE workflow_id = ? ORDER BY number", run)
    assert issued == [(1, "ordered"), (2, "booked"), (3, "applied")]
    assert len(mails_of(folder, who)) == 3, mails_of(folder, who)


def mails_of(folder: Path, who: Customer) -> list[str]:
    """The mails about a run."""
    return sorted(path.name for path in (folder / "mail").glob("*.eml") if who.name in path.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    """One system for all kills: each leaves it as good as new."""
    async with programs(tmp_path_factory.mktemp("system"), MONTH) as system:
        yield system


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("victim", ["worker", "portal", "server"])
async def test_a_kill_at_any_step_loses_and_doubles_nothing(victim: str, system: Programs, tmp_path: Path) -> None:
    people = {name: Customer(system, f"{name}-{victim}") for name in NAMES}
    held = [
        {"customer": n, "name": n, "email": f"{n}@example.org", "language": "en", "editions": {"jtl": "jtl_pro"}}
        for n in (who.name for who in people.values())
    ]
    await load_customers(system.settings, file_of(tmp_path, *held))
    await up_to_their_steps(people)
    await volley(system, people, victim)
    documents = await to_the_end(people)
    # A mail under way when its worker is killed is sent by another, once no sign of life has come for a while.
    await until(lambda: all_sent(system.folder, people), 60)
    for name, who in people.items():
        nothing_doubled(system.folder, who)
        record = await customer(system.settings, who.name)
        assert record is not None and record["editions"] == {"jtl": "jtl_advanced"}
        events = [one["event"] for one in documents[name]["timeline"]]
        assert [events.count(one) for one in ("requested", "acknowledge_warning", "place_order")] == [1, 1, 1]
    await sent_again(people)
    assert {name: await who.status() for name, who in people.items()} == documents


async def all_sent(folder: Path, people: dict[str, Customer]) -> bool | None:
    """Each has a mail about what has arrived, about the booking and about the change."""
    return all(len(mails_of(folder, who)) >= 3 for who in people.values()) or None


async def sent_again(people: dict[str, Customer]) -> None:
    """The same event once more, after the end: the same answer, and nothing happens."""
    for who in people.values():
        for event in who.sent:
            first, second = await who.post(event), await who.post(event)
            assert first is not None and first == second
            assert first["workflow_id"] == who.workflow_id


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_answered_202_is_carried_out_though_temporal_lost_it(system: Programs, tmp_path: Path) -> None:
    """Without a worker Temporal only admits an order, and forgets it when it is killed; the inbox does not."""
    held = {"customer": "K-promised", "name": "K", "language": "en", "editions": {"jtl": "jtl_pro"}}
    await load_customers(system.settings, file_of(tmp_path, held))
    who = Customer(system, "K-promised")
    await who.request()
    await who.send("acknowledge-warning")
    await system.kill("worker")
    ordered = who.event("place-order", {"by": who.name})
    async with system.http() as http:
        answer = await http.post("/events", json=ordered, headers={"content-type": EVENTS})
    assert (answer.status_code, answer.json()["waiting_for"]) == (202, ["system"])
    await system.kill("server")
    await system.start("server")
    await system.start("worker")
    document = await who.ended()
    events = [line["event"] for line in document["timeline"]]
    assert [events.count(event) for event in ("acknowledge_warning", "place_order")] == [1, 1]
    ((placed_at,),) = rows(system.folder, "SELECT placed_at FROM orders WHERE workflow_id = ?", who.workflow_id)
    assert datetime.fromisoformat(placed_at).replace(tzinfo=UTC) == datetime.fromisoformat(ordered["time"])

"""A freeze: effects stop at once, decisions and clocks go on; on release what is due is done, once and in order."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from temporalio.testing import WorkflowEnvironment

from activities.sql.tables import held_effects
from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import FEBRUARY, Status, mails, task_types, timeline_events
from tests.runs.harness import Run, World, database_file, settings_of, working
from tests.runs.steps import (
    in_repair,
    in_state,
    mails_when,
    order_downgrade,
    prepare_downgrade,
    refusal_of,
    request_downgrade,
    status_when,
    task_address,
)
from tests.runs.test_decisions import asked_back, consequence_of, portal_of
from tests.runs.test_history import history_of, types_of
from workflows import options

PLACED = "2027-01-10T12:00+01:00"
MOVE = {"target": "K-1002", "explanation": "sold the shop"}
RESTS = "Gerade ruhen bei uns alle Buchungen und Änderungen"


async def present(world: World) -> datetime:
    """The server's clock, where it is another one than ours."""
    return await world.env.get_current_time() if world.env.supports_time_skipping else datetime.now(UTC)


async def freeze(world: World) -> None:
    """Freeze all effects, as the portal does."""
    freezes = world.adapters.freezes
    now = await present(world)
    _, new = await asyncio.to_thread(freezes.freeze, "anna", "wrong prices in the catalogue", None, now)
    assert new


async def release(world: World) -> None:
    """Release them, as the portal does."""
    freezes = world.adapters.freezes
    now = await present(world)
    assert await asyncio.to_thread(freezes.release, "anna", "prices are right", now)


async def days_pass(world: World, days: int) -> None:
    """Days pass, and half of one: what is held up looks once a day by itself, and is not to look in the very second in
    which it is told of the release, which the time-skipping server does not bear (`World.sleep_until`)."""
    await world.env.sleep(timedelta(days=days, hours=12))


async def frozen(run: Run) -> Status:
    """The status as soon as the run says that it waits for the end of a freeze."""
    return await status_when(run, lambda status: timeline_events(status).count("frozen"))


async def waiting(world: World, effect: str) -> None:
    """Wait until an effect is held."""
    for _ in range(300):
        if (await asyncio.to_thread(world.adapters.freezes.waiting)).get(effect):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing of {effect} is held: {world.adapters.freezes.waiting()}")


def rows(world: World, question: str, *values: str) -> list[Any]:
    """What stands in the database."""
    with sqlite3.connect(database_file(world.settings)) as database:
        return database.execute(question, values).fetchall()


def actions(world: World) -> list[str]:
    """What was changed, in order."""
    return [action for (action,) in rows(world, "SELECT action FROM receipts ORDER BY number")]


def to_customers(world: World) -> list[str]:
    """The subjects of the mails that have left the house."""
    return [mail.subject for mail in mails(world) if mail.to == "kontakt@muster.example"]


async def test_a_date_that_comes_in_a_freeze_is_made_up_for_and_stays_the_date(world: World) -> None:
    """For days, through `REPAIR_AFTER`: no task, no search of what is due, no event in the history."""
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    placed = await run.status()
    await mails_when(run, lambda mails: len(mails) == 2)
    await freeze(world)
    await world.sleep_until(FEBRUARY)
    waits = await frozen(run)
    assert (waits["state"], waits["waiting_for"], waits["tasks"]) == ("scheduled", ["system"], [])
    assert RESTS in waits["waiting_text"] and "wrong prices" not in str(waits)
    (line,) = [line for line in waits["timeline"] if line["event"] == "frozen"]
    assert (line["audience"], line["actor"]) == ("operators", "system")
    events = len(await history_of(run))
    await world.env.sleep(timedelta(hours=20))
    assert len(await history_of(run)) == events
    await world.env.sleep(timedelta(days=2))
    stays = await run.status()
    assert (stays["tasks"], timeline_events(stays).count("frozen")) == ([], 1)
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    await release(world)
    applied = await in_state(run, "applied")
    assert applied["effective_at"] == placed["effective_at"]
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
    assert actions(world) == ["place_order", "apply_change"]
    await mails_when(run, lambda mails: len(mails) == 3)
    assert rows(world, "SELECT count(*) FROM held_effects") == [(0,)]


# Each effect.


async def downgrade(world: World) -> Run:
    """An order for a lower edition is about to be placed."""
    return await prepare_downgrade(world)


async def booked(world: World) -> Run:
    """An order is booked."""
    return await order_downgrade(world, PLACED)


async def asked_to_revoke(world: World) -> Run:
    """An order is booked, and the customer wants it back."""
    run = await booked(world)
    await run("request_revocation", explanation="oh")
    return run


async def a_user(world: World) -> Run:
    """A WMS user may be re-assigned."""
    return await world.request("wms_user", "K-1001", "U-1")


async def an_appointment(world: World) -> Run:
    """A marketplace account moves at a moment that is agreed."""
    run = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    await run.confirm("support_ticket", decision="granted", note="fine")
    await run.confirm("appointment", at="2027-01-12T10:00:00+01:00")
    await run.world.sleep_until("2027-01-12T10:00:00+01:00")
    return run


EFFECTS: list[tuple[str, Callable[[World], Awaitable[Run]], Callable[[Run], Awaitable[Any]], str]] = [
    ("place_order", downgrade, lambda run: run("place_order", time=PLACED), "scheduled"),
    ("apply_change", booked, lambda run: run.world.sleep_until(FEBRUARY), "applied"),
    ("withdraw", asked_to_revoke, lambda run: run.confirm("revocation", decision="granted", note="fine"), "revoked"),
    ("reassign", a_user, lambda run: run("reassign", to="wms_mobile"), "reassigned"),
    ("decouple", an_appointment, lambda run: run.confirm("perform", proof={"reference": "T-1"}), "applied"),
]


@pytest.mark.parametrize(("effect", "before", "cause", "state"), EFFECTS, ids=[case[0] for case in EFFECTS])
async def test_each_change_waits_and_is_made_once(
    world: World,
    effect: str,
    before: Callable[[World], Awaitable[Run]],
    cause: Callable[[Run], Awaitable[Any]],
    state: str,
) -> None:
    records = customer_record(licence("M-1", "marketplace"), licence("U-1", "wms_user"))
    await world.load(records, customer_record(customer="K-1002"))
    run = await before(world)
    made, record = actions(world), await world.record("K-1001")
    await freeze(world)
    await cause(run)
    await waiting(world, effect)
    waits = await frozen(run)
    assert waits["state"] != state and waits["waiting_for"] == ["system"] and RESTS in waits["waiting_text"]
    await world.env.sleep(timedelta(hours=3))
    assert (actions(world), await world.record("K-1001")) == (made, record)
    assert "repair" not in task_types(await run.status())
    await release(world)
    done = await in_state(run, state)
    assert actions(world) == [*made, effect]
    assert "repair" not in str(done["timeline"])


async def test_mails_to_customers_wait_and_go_out_in_their_order_while_receipts_go_on(world: World) -> None:
    """That those to operators go on: tests/adapters/test_freezes.py."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await freeze(world)
    answer = await run("place_order", time=PLACED)
    assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
    asked = await run("request_revocation", explanation="oh")
    assert task_types(asked) == ["revocation"]  # what people decide goes on
    await waiting(world, "notify")
    receipts = "SELECT event FROM issued_receipts ORDER BY number"  # there to be fetched
    await status_when(run, lambda _: rows(world, receipts) == [("ordered",), ("revocation_requested",)])
    await days_pass(world, 9)
    assert to_customers(world) == []
    await release(world)
    await in_state(run, "scheduled")
    sent = await mails_when(run, lambda _: len(to_customers(world)) >= 3)
    assert len(to_customers(world)) == len(set(to_customers(world))) == 3, sent
    assert "repair" not in str(await run.status())


async def test_reminders_that_a_freeze_held_up_go_out_one_after_the_other(world: World) -> None:
    await world.load(customer_record())
    run = await request_downgrade(world)
    await freeze(world)
    await days_pass(world, 22)
    held = rows(world, "SELECT count(*) FROM held_effects WHERE effect = 'notify'")
    assert held == [(3,)]
    await release(world)
    await mails_when(run, lambda _: len(to_customers(world)) == 3)
    folder = world.settings.state_dir / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    numbers = [int(path.name.rsplit("_", 1)[1].split("-")[0]) for path in files]
    assert numbers == sorted(numbers), files


async def test_a_mail_under_way_ends_and_no_other_begins(world: World) -> None:
    await world.load(customer_record())
    run = await request_downgrade(world)
    world.centre.before["with_former_names"] = lambda: freeze(world)  # a reminder is being written
    await days_pass(world, 8)
    await mails_when(run, lambda _: to_customers(world))
    await days_pass(world, 7)
    await waiting(world, "notify")
    assert len(to_customers(world)) == 1


async def test_no_ticket_is_opened_or_closed_and_on_release_both_are_done(world: World) -> None:
    await world.load(customer_record())
    before = await world.request("misclick", "K-1001", "before", explanation="wrong button")
    await status_when(before, lambda _: rows(world, "SELECT * FROM tickets"))
    await freeze(world)
    declined = await before.confirm("support_ticket", decision="declined", note="no")
    assert declined["state"] == "refused"
    during = await world.request("misclick", "K-1001", "during", explanation="wrong button")
    assert task_types(during.first) == ["support_ticket"]
    await waiting(world, "tickets")
    await waiting(world, "close_ticket")
    ticket = "SELECT state FROM tickets ORDER BY id"
    assert rows(world, ticket) == [("open",)]
    assert rows(world, "SELECT ticket FROM tasks WHERE open") == [(None,)]
    await release(world)
    await status_when(during, lambda _: len(rows(world, ticket)) == 2)
    await status_when(during, lambda _: rows(world, ticket) == [("closed",), ("open",)])
    await status_when(during, lambda _: rows(world, "SELECT ticket FROM tasks WHERE open") == [("T-000002",)])


async def test_mails_of_a_run_that_ends_in_a_freeze_go_out_with_the_release(world: World) -> None:
    """And not a day later, when what sends them would look by itself: that workflow is told in the run's place."""
    await world.load(customer_record())
    run = await world.request("misclick", "K-1001", "oops", explanation="wrong button")
    await mails_when(run, lambda mails: len(mails) == 1)
    await freeze(world)
    declined = await run.confirm("support_ticket", decision="declined", note="no")
    assert declined["state"] == "refused"
    await run.handle.result()
    await waiting(world, "notify")
    its_mails = "SELECT asker FROM held_effects WHERE effect = 'notify' AND asker LIKE 'mails/%'"
    await status_when(run, lambda _: rows(world, its_mails))
    assert len(to_customers(world)) == 1
    before = await present(world)
    await release(world)
    await mails_when(run, lambda _: len(to_customers(world)) == 2)
    assert await present(world) - before < options.FROZEN_LOOK


# What is said before a decision.


async def test_before_a_decision_the_freeze_is_said_and_the_rest_stays_as_it_will_be(world: World) -> None:
    """The run knows of no freeze that holds up nothing of it: the portal adds it, and promises no other date."""
    run = await asked_back(world)
    granted = {"by": "otto", "decision": "granted", "note": "fine"}
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        before = await consequence_of(portal, place, confirm=granted)
        assert before["freeze"] is None
        await freeze(world)
        said = await consequence_of(portal, place, confirm=granted)
        assert said | {"freeze": None} == before
        assert (said["freeze"]["by"], said["freeze"]["reason"]) == ("anna", "wrong prices in the catalogue")
        held = (await portal.post(f"{place}/confirm", json=granted)).json()
    assert (held["state"], held["waiting_for"]) == ("scheduled", ["system"])
    assert held["effective_at"] == said["effective_at"]
    await release(world)
    done = await in_state(run, "revoked")
    assert {name: done[name] for name in ("effective_at", "waiting_for")} == {
        name: said[name] for name in ("effective_at", "waiting_for")
    }


async def test_a_decision_that_leaves_something_held_says_so_before(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await freeze(world)
    await run("place_order", time=PLACED)
    await run("request_revocation", explanation="oh")
    await waiting(world, "place_order")
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        declined = await consequence_of(
            portal, place, "de", confirm={"by": "otto", "decision": "declined", "note": "no"}
        )
    assert (declined["state"], declined["waiting_for"]) == ("order", ["system"])
    assert RESTS in declined["waiting_text"] and declined["freeze"] is not None


# What may happen in a freeze.


async def test_a_revocation_is_decided_in_a_freeze_and_the_order_never_applied(world: World) -> None:
    """Booked and withdrawn in one go on release, in this order: nothing is left booked."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await freeze(world)
    await run("place_order", time=PLACED)
    await run("request_revocation", explanation="oh")
    await run.confirm("revocation", decision="granted", note="fine")
    assert actions(world) == []
    await release(world)
    await in_state(run, "revoked")
    assert rows(world, "SELECT state FROM orders WHERE state = 'booked'") == []


async def test_a_worker_that_is_started_anew_in_a_freeze_stays_frozen_and_makes_up_for_it(
    server: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with working(server, settings_of(tmp_path)) as world:
        await world.load(customer_record())
        run = await prepare_downgrade(world)
        await freeze(world)
        assert (await run("place_order"))["waiting_for"] == ["system"]
        await waiting(world, "place_order")
    async with working(server, settings_of(tmp_path)) as world:
        run = world.run("edition/K-1001/jtl")
        refused = await refusal_of(run, "place_order")
        assert refused.code == "not_enabled"
        assert (actions(world), (await run.status())["waiting_for"]) == ([], ["system"])
        await release(world)
        await in_state(run, "scheduled")
        assert actions(world) == ["place_order"]


async def test_two_freezes_in_a_row_and_two_releases_change_nothing_twice(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    await freeze(world)
    await world.sleep_until(FEBRUARY)
    await waiting(world, "apply_change")
    await release(world)
    await freeze(world)  # before anybody has been told of the release, or just after
    await world.env.sleep(timedelta(hours=3))
    assert actions(world) == ["place_order"]
    await run.signal("effects_released", {"freeze": 10**9})  # whatever anybody says: the flag decides
    await world.env.sleep(timedelta(hours=3))
    assert (actions(world), task_types(await run.status())) == (["place_order"], [])
    events = len(await history_of(run))
    await world.env.sleep(timedelta(hours=3))
    assert len(await history_of(run)) == events
    await release(world)
    assert world.adapters.freezes.release("anna", None, await world.env.get_current_time()) is None
    await in_state(run, "applied")
    await run.handle.result()
    assert actions(world) == ["place_order", "apply_change"]


async def test_what_is_in_its_retries_waits_and_then_has_all_its_time_again(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    world.centre.down.add("apply_change")
    await world.sleep_until(FEBRUARY)
    await world.env.sleep(timedelta(minutes=50))
    assert task_types(await run.status()) == []
    await freeze(world)
    await world.env.sleep(timedelta(hours=5))
    await waiting(world, "apply_change")
    assert task_types(await run.status()) == []
    await release(world)
    await status_when(run, lambda _: not rows(world, "SELECT * FROM held_effects"))
    await world.env.sleep(timedelta(minutes=50))
    assert task_types(await run.status()) == []
    world.centre.down.clear()
    await in_state(run, "applied")


async def test_a_repair_that_is_decided_in_a_freeze_is_made_on_release(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    world.centre.down.add("apply_change")
    await world.sleep_until(FEBRUARY)
    await in_repair(run)
    world.centre.down.clear()
    await freeze(world)
    again = await run.confirm("repair", decision="retry")
    assert (again["waiting_for"], again["tasks"]) == (["system"], [])
    await waiting(world, "apply_change")
    await world.env.sleep(timedelta(hours=3))
    assert task_types(await run.status()) == []
    await release(world)
    await in_state(run, "applied")


async def test_news_that_is_lost_is_made_up_for_within_a_day(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    await freeze(world)
    await world.sleep_until(FEBRUARY)
    await waiting(world, "apply_change")
    with world.adapters.database.write() as connection:
        connection.execute(delete(held_effects))
    await release(world)
    await world.env.sleep(options.FROZEN_LOOK)
    await in_state(run, "applied")


async def test_a_waiting_run_costs_a_few_events_once(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, PLACED)
    await mails_when(run, lambda mails: len(mails) == 2)
    await freeze(world)
    before = types_of(await history_of(run))
    await world.sleep_until(FEBRUARY)
    await waiting(world, "apply_change")
    await frozen(run)
    more = types_of(await history_of(run)) - before
    assert (more["activity_task_scheduled"], more["activity_task_failed"]) == (1, 1), more
    assert more.total() <= 20, more

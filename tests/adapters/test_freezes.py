"""Freezes in the database: nothing slips through, what is held is told once, the oldest first; the same on both."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import release_teller as teller_module
from activities.cancellations import CancellationActivities
from activities.ports import Unavailable
from activities.release_teller import AT_A_TIME, ReleaseTeller
from activities.sql import freezes as module
from activities.sql.database import Database
from activities.sql.freezes import CLOSE_TICKET, Held, SqlFreezes
from activities.sql.open_list import SqlOpenList
from activities.sql.receipts import SqlReceipts
from states.model.effects import AssignLicence, Decouple, Notify, Withdraw
from states.model.facts import Receipt
from states.model.status import ShownRun
from tests.adapters.customers import CHANGE, order, step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.wired import acts

__all__ = ["acts", "database", "postgres", "settings"]

NOW = datetime(2027, 1, 31, 16, tzinfo=UTC)


@pytest.fixture
def freezes(database: Database) -> SqlFreezes:
    """The freezes of an empty database."""
    return SqlFreezes(database)


def held(number: int = 1) -> Held:
    """Something that waits."""
    return Held(f"edition/K-{number}/jtl/r/place_order/{number}", "place_order", f"edition/K-{number}/jtl")


def told(claimed: Any) -> list[str]:
    """Whom a claim tells."""
    return [each.asker for each in claimed[1]]


async def test_one_freeze_stands_at_a_time_and_ends_once(freezes: SqlFreezes) -> None:
    assert freezes.standing() is None and freezes.release("anna", None, NOW) is None
    first, new = freezes.freeze("anna", "wrong prices", NOW + timedelta(days=1), NOW)
    assert (new, first.number, freezes.standing()) == (True, 1, first)
    again, new = freezes.freeze("otto", "me too", None, NOW + timedelta(hours=1))
    assert (new, again) == (False, first)
    released = freezes.release("otto", "right again", NOW + timedelta(hours=2))
    assert released is not None and (released.by, released.released_by, released.note) == (
        "anna",
        "otto",
        "right again",
    )
    assert freezes.release("otto", None, NOW) is None
    second, _ = freezes.freeze("anna", "and again", None, NOW + timedelta(days=2))
    assert [freeze.number for freeze in freezes.log()] == [2, 1] and second.number == 2


async def test_what_is_held_is_noted_once_and_told_after_the_release_the_oldest_first(freezes: SqlFreezes) -> None:
    assert freezes.hold(held()) is None and freezes.waiting() == {"runs": 0}
    freezes.freeze("anna", "x", None, NOW)
    for number in (1, 2, 3, 1):
        frozen = freezes.hold(held(number))
        assert frozen is not None and frozen.freeze == 1
    assert freezes.waiting() == {"place_order": 3, "runs": 3}
    assert freezes.waiting_runs() == {f"edition/K-{number}/jtl" for number in (1, 2, 3)}
    assert freezes.claim(10) == (0, ())
    freezes.release("anna", None, NOW)
    claimed = freezes.claim(2)
    assert (claimed[0], told(claimed)) == (1, ["edition/K-1/jtl", "edition/K-2/jtl"])
    assert told(freezes.claim(2)) == ["edition/K-3/jtl"]  # another worker gets the others
    assert freezes.claim(2) == (0, ())
    freezes.told(claimed[1], 1)
    assert freezes.waiting() == {"place_order": 1, "runs": 1}


async def test_a_claim_that_is_not_told_in_time_is_anothers(freezes: SqlFreezes, monkeypatch: Any) -> None:
    freezes.freeze("anna", "x", None, NOW)
    freezes.hold(held())
    freezes.release("anna", None, NOW)
    monkeypatch.setattr(module, "CLAIMED", timedelta(0))
    assert told(freezes.claim(1)) == told(freezes.claim(1)) == ["edition/K-1/jtl"]


async def test_what_the_next_freeze_holds_is_not_forgotten_over_news_of_the_last_one(freezes: SqlFreezes) -> None:
    freezes.freeze("anna", "x", None, NOW)
    freezes.hold(held())
    freezes.release("anna", None, NOW)
    last, claimed = freezes.claim(1)
    freezes.freeze("anna", "again", None, NOW)
    frozen = freezes.hold(held())  # it was told, and tries
    assert frozen is not None and frozen.freeze == 2
    freezes.told(claimed, last)  # and only then is that noted
    assert freezes.waiting()["runs"] == 1
    freezes.release("anna", None, NOW)
    assert freezes.claim(1)[0] == 2


async def test_who_asks_last_is_told(freezes: SqlFreezes) -> None:
    """What a run could not send before it ended is another workflow's, which waits for the same under the same key."""
    freezes.freeze("anna", "x", None, NOW)
    freezes.hold(held())
    freezes.hold(held()._replace(asker="mails/edition/K-1/jtl"))
    freezes.release("anna", None, NOW)
    assert told(freezes.claim(1)) == ["mails/edition/K-1/jtl"]


async def test_a_freeze_begins_when_the_change_under_way_has_ended(freezes: SqlFreezes) -> None:
    """So that after its answer nothing changes any more: whoever has been let through is waited for."""
    let_through, freezing = threading.Event(), threading.Event()
    order_of_things: list[str] = []

    def change() -> None:
        with freezes.database.write():
            assert freezes.hold(held()) is None
            let_through.set()
            freezing.wait(5)
            order_of_things.append("changed")

    def freeze() -> None:
        let_through.wait(5)
        freezing.set()
        freezes.freeze("anna", "x", None, NOW)
        order_of_things.append("frozen")

    await asyncio.gather(asyncio.to_thread(change), asyncio.to_thread(freeze))
    assert order_of_things == ["changed", "frozen"]
    assert freezes.hold(held()) is not None


FROZEN: list[tuple[str, Any]] = [
    ("place_order", step("edition", "jtl", order(2), target="jtl_start")),
    ("apply_change", step("edition", "jtl", CHANGE, target="jtl_start")),
    ("withdraw", step("edition", "jtl", Withdraw(number=3))),
    ("reassign", step("wms_user", "L-77", AssignLicence(number=1, to="wms_mobile"))),
    ("decouple", step("marketplace_transfer", "M-1", Decouple(number=1))),
    ("notify", step("edition", "jtl", Notify(number=3, template="abandoned"), target="jtl_start")),
]


@pytest.mark.parametrize(("activity", "asked"), FROZEN, ids=[case[0] for case in FROZEN])
async def test_an_activity_that_is_frozen_says_so_and_changes_nothing(
    acts: CancellationActivities, activity: str, asked: Any
) -> None:
    freezes, record = acts.adapters.freezes, acts.adapters.records.customer("K-1001")
    freezes.freeze("anna", "x", None, NOW)
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(getattr(acts, activity), asked)
    assert (refused.value.type, refused.value.non_retryable) == ("Frozen", True)
    assert refused.value.details == ({"freeze": 1},)
    assert freezes.waiting() == {activity: 1, "runs": 1}
    assert acts.adapters.records.customer("K-1001") == record
    freezes.release("anna", None, NOW)
    await ActivityEnvironment().run(getattr(acts, activity), asked)


async def test_a_mail_to_operators_goes_out_in_a_freeze(acts: CancellationActivities) -> None:
    acts.adapters.freezes.freeze("anna", "x", None, NOW)
    mail = step("edition", "jtl", Notify(number=3, template="perform_dropped", to="operator"), target="jtl_start")
    assert await ActivityEnvironment().run(acts.notify, mail) is None
    assert list((acts.settings.state_dir / "mail").glob("*.eml"))


@pytest.fixture
async def teller(
    acts: CancellationActivities, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[ReleaseTeller, list[tuple[str, int]]]]:
    """A teller that makes no pause, and whom it has told."""
    monkeypatch.setattr(teller_module, "BETWEEN_S", 0)
    told: list[tuple[str, int]] = []

    async def tell(asker: str, freeze: int) -> None:
        told.append((asker, freeze))

    yield ReleaseTeller(acts.adapters, tell), told


async def test_thousands_are_told_a_few_at_a_time_and_each_run_once(teller: Any) -> None:
    """However much of a run waits, it is told once, in the order in which the runs came."""
    release, told = teller
    freezes = release.adapters.freezes
    freezes.freeze("anna", "x", None, NOW)
    for number in range(AT_A_TIME + 3):
        mail = held(number)._replace(key=f"mail {number}", effect="notify")
        freezes.hold(mail, mail._replace(key=f"another {number}"))
    assert await release.tell_released() == 0
    assert told == []
    freezes.release("anna", None, NOW)
    assert await release.tell_released() == 2 * AT_A_TIME
    assert told == [(f"edition/K-{number}/jtl", 1) for number in range(AT_A_TIME)]
    await release.tell_released()
    assert told == [(f"edition/K-{number}/jtl", 1) for number in range(AT_A_TIME + 3)]
    assert freezes.waiting() == {"runs": 0}
    assert await release.tell_released() == 0


async def test_the_next_are_told_when_those_before_have_made_their_changes(teller: Any, monkeypatch: Any) -> None:
    """Or when a change is not made for a while: its system may be down, and others' need not be."""
    release, told = teller
    freezes, receipts = release.adapters.freezes, SqlReceipts(release.adapters.database)
    freezes.freeze("anna", "x", None, NOW)
    for number in range(3 * AT_A_TIME):
        freezes.hold(held(number))
    freezes.release("anna", None, NOW)
    monkeypatch.setattr(teller_module, "UNDER_WAY_S", 3600)
    looks: list[int] = []

    async def look(seconds: float) -> None:
        """At each look one more change is made."""
        if len(looks) < AT_A_TIME:
            key = held(len(looks)).key
            receipts.keep(step("edition", "jtl", order(1), key=key, target="jtl_start"), Receipt(key=key))
            assert len(told) == AT_A_TIME
        looks.append(1)

    monkeypatch.setattr("activities.release_teller.asyncio.sleep", look)
    assert await release.tell_released() == AT_A_TIME
    assert len(looks) == AT_A_TIME + 1  # and the pause
    monkeypatch.setattr(teller_module, "UNDER_WAY_S", 0)
    assert await release.tell_released() == AT_A_TIME and len(looks) == AT_A_TIME + 2
    assert len(told) == 2 * AT_A_TIME


async def test_whoever_cannot_be_told_holds_up_no_other_and_is_told_later(teller: Any, monkeypatch: Any) -> None:
    """Neither a run nor a ticket: nobody is told twice because of it, and a later claim has just what is left."""
    release, told = teller
    adapters = release.adapters
    down = {"edition/K-1/jtl"}

    async def tell(asker: str, freeze: int) -> None:
        if asker in down:
            raise Unavailable("Temporal does not answer")
        told.append((asker, freeze))

    closed: list[str] = []

    def close(key: str) -> None:
        if key in down:
            raise Unavailable("the ticket desk does not answer")
        closed.append(key)

    release = ReleaseTeller(adapters, tell)
    adapters.freezes.freeze("anna", "x", None, NOW)
    adapters.freezes.hold(*map(held, range(4)), *(Held(f"t-{n}", CLOSE_TICKET, "misclick/K-1/x") for n in range(3)))
    adapters.freezes.release("anna", None, NOW)
    down.add("t-0")
    monkeypatch.setattr(module, "CLAIMED", timedelta(0))
    monkeypatch.setattr(teller_module, "UNDER_WAY_S", 0)
    monkeypatch.setattr(type(adapters.tickets), "close", lambda _, key: close(key))
    for _ in range(3):
        with pytest.raises(Unavailable):
            await release.tell_released()
    assert told == [(f"edition/K-{number}/jtl", 1) for number in (0, 2, 3)] and closed == ["t-1", "t-2"]
    assert adapters.freezes.waiting() == {"close_ticket": 1, "place_order": 1, "runs": 1}
    down.clear()
    await release.tell_released()
    assert told[3:] == [("edition/K-1/jtl", 1)] and closed[2:] == ["t-0"]
    assert adapters.freezes.waiting() == {"runs": 0}


async def test_a_ticket_that_was_to_be_closed_is_closed_after_the_release(teller: Any) -> None:
    release, told = teller
    adapters = release.adapters
    adapters.tickets.open("t-1", "K-1001", "support", "x")
    adapters.freezes.freeze("anna", "x", None, NOW)
    adapters.freezes.hold(Held("t-1", CLOSE_TICKET, "misclick/K-1001/x"))
    adapters.freezes.release("anna", None, NOW)
    await release.tell_released()
    assert told == [] and adapters.freezes.waiting() == {"runs": 0}


def shown(number: int, effective_at: datetime | None, order_by: datetime | None, *waits: Any) -> ShownRun:
    """A run in the list."""
    names = (f"edition/K-{number}/jtl", "r", "r", "edition", f"K-{number}", "jtl", "scheduled")
    return ShownRun(*names, waits or ("date",), effective_at, order_by, False, NOW, NOW)


HOUR = timedelta(hours=1)
SPAN = (NOW, NOW + 24 * HOUR)


@pytest.mark.parametrize(
    ("at", "falls"),
    [(SPAN[0] - HOUR, False), (SPAN[0], True), (SPAN[0] + HOUR, True), (SPAN[1], True), (SPAN[1] + HOUR, False)],
)
async def test_the_dates_and_deadlines_that_fall_into_it(freezes: SqlFreezes, at: datetime, falls: bool) -> None:
    """The deadline of a run that waits for its customer; of one that is ordered it lies behind."""
    runs = [shown(1, at, None), shown(2, None, at, "customer"), shown(3, None, at, "date"), shown(4, None, None)]
    SqlOpenList(freezes.database).show(runs)
    effective, deadlines = freezes.effective_between(*SPAN), freezes.deadlines_between(*SPAN)
    assert [run.customer for run in effective.items] == (["K-1"] if falls else [])
    assert [run.customer for run in deadlines.items] == (["K-2"] if falls else [])
    assert (effective.total, deadlines.total) == (int(falls), int(falls))

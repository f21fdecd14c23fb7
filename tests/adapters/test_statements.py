"""What each activity asks of the database: one transaction, and no more statements than it needs; the same on both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from temporalio.testing import ActivityEnvironment

from activities.cancellations import CancellationActivities
from activities.ports import Letter, TakenMail
from activities.sql.database import Database
from states.model.effects import AssignLicence, Decouple, Notify, Step, Withdraw
from states.model.status import GoingOn
from tests.adapters.customers import CHANGE, order, step
from tests.adapters.databases import postgres, settings
from tests.adapters.stored_runs import RUN, ended, listed, row
from tests.adapters.wired import acts, inquiry

__all__ = ["acts", "postgres", "settings"]

A_READ, A_CHANGE, ASKED_FOR_LEAVE = 4, 6, 2
"""So many at most; a change asks first whether all effects are frozen, and holds off who would freeze them."""


@contextmanager
def noted(database: Database) -> Iterator[tuple[list[str], list[None]]]:
    """The statements that are made meanwhile, and one entry for each transaction."""
    statements: list[str] = []
    transactions: list[None] = []

    def made(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    def begun(_connection: Any) -> None:
        transactions.append(None)

    listeners = (("before_cursor_execute", made), ("begin", begun))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    yield statements, transactions
    for name, listener in listeners:
        event.remove(database.engine, name, listener)


def mail(to: str) -> Step:
    """A mail about an edition."""
    return step("edition", "jtl", Notify(number=3, template="abandoned", to=to), target="jtl_start")


GOING_ON = GoingOn(workflow_id=RUN, first_run_id="r1", run_ids=("r1", "r2"), kind="edition", customer="K-1001")
ASKED: list[tuple[str, str, Any, int]] = [
    ("a first check", "read", inquiry("edition", "jtl", "jtl_start", first=True), A_READ),
    ("of a move", "read", inquiry("marketplace_transfer", "M-1", "K-1002", first=True), A_READ),
    ("a check", "read", inquiry("edition", "jtl", "jtl_start"), A_READ - 1),
    ("a booking", "place_order", step("edition", "jtl", order(), target="jtl_start"), A_CHANGE - 1 + ASKED_FOR_LEAVE),
    (
        "ED a lower edition",
        "apply_change",
        step("edition", "jtl", CHANGE, target="jtl_start"),
        A_CHANGE + ASKED_FOR_LEAVE,
    ),
    ("a licence's end", "apply_change", step("wms_user", "L-77", CHANGE), A_CHANGE + ASKED_FOR_LEAVE),
    ("OP0-1 held", "apply_change", step("order_package", "orders", CHANGE, target=0), A_READ + ASKED_FOR_LEAVE),
    ("X11", "withdraw", step("edition", "jtl", Withdraw(number=3)), A_CHANGE - 2 + ASKED_FOR_LEAVE),
    (
        "WMU4",
        "reassign",
        step("wms_user", "L-77", AssignLicence(number=1, to="wms_mobile")),
        A_CHANGE - 2 + ASKED_FOR_LEAVE,
    ),
    ("MOV1", "decouple", step("marketplace_transfer", "M-1", Decouple(number=1)), A_CHANGE - 2 + ASKED_FOR_LEAVE),
    ("the task list", "write_tasks", listed(row("t-1")), A_CHANGE),
    ("a task with a ticket", "write_tasks", listed(row("t-1", ticket=True)), A_CHANGE + 2 + ASKED_FOR_LEAVE),
    ("an end", "record_end", ended(), A_CHANGE + 2),
    ("a run that was reset", "go_on", GOING_ON, A_CHANGE + 2),
]


@pytest.mark.parametrize(("what", "activity", "asked", "most"), ASKED, ids=[case[0] for case in ASKED])
async def test_an_activity_is_one_transaction_of_few_statements(
    acts: CancellationActivities, what: str, activity: str, asked: Any, most: int
) -> None:
    acts.adapters.bookings.place_order(step("edition", "jtl", order(), target="jtl_start", key="booked before"))
    with noted(acts.adapters.database) as (statements, transactions):
        await ActivityEnvironment().run(getattr(acts, activity), asked)
    assert len(statements) <= most, "\n".join(statements)
    assert len(transactions) == 1


async def test_a_mail_is_read_in_one_transaction_and_kept_in_another_once_it_is_out(
    acts: CancellationActivities,
) -> None:
    """No transaction waits for a mail server."""
    sent_between: list[int] = []

    class Noting:
        async def send(self, key: str, letter: Letter) -> TakenMail:
            """Look how many transactions have begun and ended by now."""
            sent_between.append(len(transactions))
            return await acts.adapters.mail.send(key, letter)

    noting: Any = Noting()
    noted_acts = replace(acts, adapters=replace(acts.adapters, mail=noting))
    with noted(acts.adapters.database) as (statements, transactions):
        await ActivityEnvironment().run(noted_acts.notify, mail("customer"))
        assert (sent_between, len(transactions)) == ([1], 2)
        assert len(statements) <= 4, "\n".join(statements)
        await ActivityEnvironment().run(noted_acts.notify, mail("customer"))
    assert (sent_between, len(transactions)) == ([1], 3), "what is out is asked for, and nothing else"


async def test_a_repeated_change_reads_and_writes_nothing(acts: CancellationActivities) -> None:
    asked = step("edition", "jtl", CHANGE, target="jtl_start")
    first = await ActivityEnvironment().run(acts.apply_change, asked)
    with noted(acts.adapters.database) as (statements, transactions):
        assert await ActivityEnvironment().run(acts.apply_change, asked) == first
    assert not [made for made in statements if made.startswith(("UPDATE", "DELETE"))]
    assert len(transactions) == 1


async def test_statements_are_made_ready_once(acts: CancellationActivities) -> None:
    """However many customers, targets and runs: what is asked is the same text, with other values."""
    texts: list[set[str]] = []
    for number, target in ((1, "jtl_advanced"), (2, "jtl_start")):
        with noted(acts.adapters.database) as (statements, _):
            await ActivityEnvironment().run(acts.place_order, step("edition", "jtl", order(number), target=target))
        texts.append(set(statements))
    assert texts[0] == texts[1]

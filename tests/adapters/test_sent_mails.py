"""What went out is kept once, in its words, for the run and for the customer; what did not go out is not there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.cancellations import CancellationActivities
from activities.ports import Letter, Refused, TakenMail, Unavailable
from activities.receipts.issuing import ReceiptDesk
from activities.sql.database import Database
from activities.sql.ledger import SqlLedger
from activities.sql.open_list import SqlOpenList
from activities.sql.paging import WrongCursor
from activities.sql.sent_mails import SqlSentMails
from states.model.effects import Notify, Step
from states.model.facts import Undelivered
from states.model.names import case_number
from states.model.sent_mails import SentMail
from states.model.status import ShownRun
from tests.adapters.customers import step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.stored_runs import RUN, ended
from tests.adapters.test_activities import mails
from tests.adapters.test_lists import asked, plan, reads_too_much
from tests.adapters.wired import acts
from tests.receipts.samples import ORDERED, step_of

__all__ = ["acts", "database", "postgres", "settings"]

BEGAN = datetime(2027, 1, 12, 9, tzinfo=UTC)
CASE = case_number(RUN, "r1")


async def notify(acts: CancellationActivities, asked_for: Step) -> Any:
    """Run the activity as a worker would."""
    return await ActivityEnvironment().run(acts.notify, asked_for)


def notice(template: str = "abandoned", to: str = "customer", *, key: str = "edition/K-1001/jtl/r1/notify/4") -> Step:
    """A mail about the edition's run."""
    made = step("edition", "jtl", Notify(number=4, template=template, to=to), target="jtl_start")
    return made.model_copy(update={"key": key, "run_id": "r1", "case": CASE})


def kept(acts: CancellationActivities, number: str = CASE) -> list[SentMail]:
    """What went out about the run, the newest first."""
    return [*acts.adapters.sent_mails.of_case(RUN, number).items]


# What is kept.


async def test_what_went_out_is_kept_as_it_did(acts: CancellationActivities) -> None:
    before = datetime.now(UTC)
    await notify(acts, notice())
    (mail,), (file,) = kept(acts), mails(acts.settings)
    assert (mail.workflow_id, mail.run_id, mail.case_number, mail.customer) == (RUN, "r1", CASE, "K-1001")
    assert (mail.to, mail.addresses, mail.language) == ("customer", ("kontakt@muster.example",), "de")
    assert (mail.template, mail.attachments) == ("abandoned", ())
    assert mail.subject == file["Subject"] and mail.subject.endswith(f"[{CASE}]")
    assert mail.text == file.get_body(("plain",)).get_content().rstrip("\n")
    assert "Muster GmbH" in mail.text and "Freundliche Grüße" in mail.text
    assert mail.message_id == file["Message-ID"]
    assert before <= mail.sent_at <= datetime.now(UTC)


async def test_what_went_with_it_is_named(acts: CancellationActivities) -> None:
    desk = ReceiptDesk(acts.adapters, acts.catalogues, acts.receipt_keys, "Europe/Berlin")
    issued = step_of(ORDERED)
    desk.issue(issued, ORDERED, "r-1")
    await notify(acts, notice().model_copy(update={"receipt": issued.key}))
    (mail,), (file,) = kept(acts), mails(acts.settings)
    assert mail.attachments == tuple(part.get_filename() for part in file.iter_attachments())
    assert [name.rpartition(".")[2] for name in mail.attachments] == ["pdf", "jws"]


async def test_an_activity_that_is_tried_again_makes_one_row_and_sends_no_double(acts: CancellationActivities) -> None:
    sent = Sending(acts)
    for _ in range(3):
        assert await notify(sent.acts, notice()) is None
    assert (len(kept(acts)), sent.taken) == (1, 1)
    await notify(sent.acts, notice(key="edition/K-1001/jtl/r1/notify/5"))
    assert (len(kept(acts)), sent.taken) == (2, 2)


class Sending:
    """The activities with a way of mail that counts what was taken, or says no."""

    def __init__(self, acts: CancellationActivities, fault: Exception | None = None) -> None:
        self.taken, self.fault = 0, fault
        self.ids: list[str] = []
        self.mail = acts.adapters.mail
        mine: Any = self
        self.acts = replace(acts, adapters=replace(acts.adapters, mail=mine))

    async def send(self, key: str, letter: Letter) -> TakenMail:
        """As the port."""
        if self.fault is not None:
            raise self.fault
        self.taken += 1
        taken = await self.mail.send(key, letter)
        self.ids.append(taken.message_id)
        return taken


@pytest.mark.parametrize("fault", [Refused("no", reference="550"), Unavailable("away")], ids=["refused", "away"])
async def test_what_could_not_be_sent_is_nowhere_said_to_be(acts: CancellationActivities, fault: Exception) -> None:
    failing = Sending(acts, fault)
    if isinstance(fault, Refused):
        assert await notify(failing.acts, notice()) == Undelivered(why="refused", said="550")
    else:
        with pytest.raises(ApplicationError):
            await notify(failing.acts, notice())
    assert kept(acts) == []
    failing.fault = None
    await notify(failing.acts, notice())
    assert len(kept(acts)) == failing.taken == 1


async def test_whoever_has_no_address_was_sent_nothing(acts: CancellationActivities) -> None:
    await notify(acts, notice().model_copy(update={"customer": "K-1002"}))
    assert acts.adapters.sent_mails.of_customer("K-1002").items == ()


async def test_what_falls_between_the_mail_server_and_the_row_goes_out_again_under_one_id_and_gets_its_row(
    acts: CancellationActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("the database was restarted")

    sent = Sending(acts)
    with monkeypatch.context() as patched, pytest.raises(ApplicationError, match="restarted") as caught:
        patched.setattr(SqlSentMails, "keep", away)
        await notify(sent.acts, notice())
    assert not caught.value.non_retryable
    assert (sent.taken, kept(acts)) == (1, [])
    await notify(sent.acts, notice())
    assert sent.taken == 2 and len(set(sent.ids)) == 1
    assert [mail.message_id for mail in kept(acts)] == sent.ids[:1]


async def test_in_a_freeze_what_is_out_is_out_and_all_else_waits(acts: CancellationActivities) -> None:
    await notify(acts, notice())
    acts.adapters.freezes.freeze("anna", "why", None, BEGAN)
    assert await notify(acts, notice()) is None
    with pytest.raises(ApplicationError, match="frozen"):
        await notify(acts, notice(key="edition/K-1001/jtl/r1/notify/5"))
    assert len(kept(acts)) == 1


async def test_to_whom_it_went_is_marked(acts: CancellationActivities) -> None:
    """Of a move the other customer's own mail is his, and names the run for operators alone (MOV1)."""
    moving = step("marketplace_transfer", "M-1", Notify(number=4, template="move_elsewhere", to="other_customer"))
    to_operators = notice("perform_dropped", "operator", key="edition/K-1001/jtl/r1/notify/5").model_copy(
        update={"effect": Notify(number=5, template="perform_dropped", to="operator", values={"task": "t-1"})}
    )
    await notify(acts, notice())
    await notify(acts, to_operators)
    record = acts.adapters.records.customer("K-1002")
    assert record is not None
    acts.adapters.records.load([record.model_copy(update={"email": "b@c.example"})])
    effect = moving.effect.model_copy(update={"template": "abandoned"})
    await notify(acts, moving.model_copy(update={"target": "K-1002", "effect": effect, "run_id": "r2"}))
    sent = acts.adapters.sent_mails
    assert {(mail.to, mail.addresses) for mail in sent.of_customer("K-1001").items} == {
        ("customer", ("kontakt@muster.example",)),
        ("operators", (acts.settings.operator_mail,)),
    }
    assert [mail.to for mail in sent.of_customer("K-1001", to="customer").items] == ["customer"]
    assert [(mail.to, mail.workflow_id) for mail in sent.of_customer("K-1002").items] == [
        ("other_customer", "marketplace_transfer/K-1001/M-1")
    ]
    assert sent.of_customer("K-1002", to="customer").items == ()


# The lists.


def mail(number: int, **more: Any) -> SentMail:
    """A mail of some minute."""
    known: dict[str, Any] = {"workflow_id": RUN, "run_id": "r1", "case_number": CASE, "customer": "K-1001"}
    known |= {"to": "customer", "addresses": ("a@b.example",), "language": "de", "template": "applied"}
    known |= {"subject": f"S{number}", "text": "T", "attachments": (), "message_id": f"<{number}@b.example>"}
    return SentMail(**known | {"sent_at": BEGAN + timedelta(minutes=number)} | more)


def fill(database: Database, number: int) -> SqlSentMails:
    """So many mails of each of several runs and customers; every second one went to operators."""
    sent = SqlSentMails(database)
    for at in range(number):
        for run in range(3):
            to = "operators" if at % 2 else "customer"
            # Two of one minute: what tells them apart is the key.
            own = mail(at // 2, workflow_id=f"edition/K-{run}/jtl", customer=f"K-{run}", case_number=f"V-{run}", to=to)
            sent.keep(f"{own.workflow_id}/{at:04}", own)
    return sent


Ask = Callable[..., Any]


def lists(sent: SqlSentMails) -> list[tuple[Ask, dict[str, Any]]]:
    """Each list that is asked for."""
    of_case: Ask = lambda **more: sent.of_case("edition/K-1/jtl", "V-1", **more)  # noqa: E731
    of_customer: Ask = lambda **more: sent.of_customer("K-1", **more)  # noqa: E731
    return [(ask, more) for ask in (of_case, of_customer) for more in ({}, {"to": "customer"})]


def test_lists_are_in_pages_the_newest_first(database: Database) -> None:
    sent = fill(database, 20)
    for ask, more in lists(sent):
        items: list[SentMail] = []
        cursor = None
        while True:
            page = ask(limit=3, cursor=cursor, **more)
            items += page.items
            assert page.total == (10 if more else 20)
            if (cursor := page.next) is None:
                break
        assert len(items) == page.total and {item.customer for item in items} == {"K-1"}
        assert [item.sent_at for item in items] == sorted((item.sent_at for item in items), reverse=True)
        assert not more or {item.to for item in items} == {"customer"}
    with pytest.raises(WrongCursor):
        sent.of_customer("K-1", cursor="x")


def test_every_list_is_read_in_an_index_in_its_order(database: Database) -> None:
    sent = fill(database, 200)
    statements = asked(database)
    for ask, more in lists(sent):
        ask(limit=2, cursor=ask(limit=2, **more).next, **more)
    slow = [
        (statement, found)
        for statement, values in dict(statements).items()
        if reads_too_much(found := plan(database, statement, values))
    ]
    assert not slow, "\n".join(slow[0])
    assert len(statements) >= 16


# Which run is meant.


def shown(run_id: str, first_run_id: str, at: datetime) -> ShownRun:
    """An open run."""
    return ShownRun(
        workflow_id=RUN, run_id=run_id, first_run_id=first_run_id, kind="edition", customer="K-1001", subject="jtl",
        state="order", waiting_for=("customer",), effective_at=None, order_by=None, being_booked=False, started_at=at,
        as_of=at,
    )  # fmt: skip


def test_a_case_is_known_by_its_first_run_id_and_by_that_of_each_part(database: Database) -> None:
    sent = SqlSentMails(database)
    assert sent.case_number(RUN) is sent.case_number(RUN, "r1") is None
    sent.keep("k", mail(1, run_id="r2"))
    for run_id in ("r1", "r2", None):
        assert sent.case_number(RUN, run_id) == CASE
    assert sent.case_number(RUN, "r3") is None
    SqlOpenList(database).show([shown("r3", "r1", BEGAN)])
    assert sent.case_number(RUN, "r3") == CASE
    SqlLedger(database).record_end(ended(run_id="r4").model_copy(update={"first_run_id": "r1"}))
    assert sent.case_number(RUN, "r4") == CASE


def test_the_newest_run_is_the_open_one_else_the_one_that_began_last_whatever_went_out_late(database: Database) -> None:
    sent, later = SqlSentMails(database), case_number(RUN, "r9")
    SqlLedger(database).record_end(ended(run_id="r1", day=10))
    sent.keep("1", mail(0, sent_at=datetime(2027, 1, 10, tzinfo=UTC)))
    assert sent.case_number(RUN) == CASE
    SqlOpenList(database).show([shown("r9", "r9", BEGAN)])
    assert sent.case_number(RUN) == later
    SqlLedger(database).record_end(ended(run_id="r9", day=28))
    sent.keep("2", mail(0, sent_at=datetime(2027, 1, 30, tzinfo=UTC)))
    assert sent.case_number(RUN) == later, "a mail of the older run that was tried for days"
